"""The limit of open tickets per end user: who may open one more, and whose ticket reaches the limit.

Counted are the open tickets of the person over the whole desk, against the limit of the department that the new ticket is
routed to. What came by unverified mail counts only against other unverified mail: an address that anybody can forge locks
nobody out. All who write without a usable From count as one person.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

import attrs
from sqlalchemy.orm import Session

from ..contract.events import TicketRefused
from ..store import tickets
from ..store.directory import Directory

OVERLIMIT = "overlimit"
"""The reason of `ticket_refused` when the end user has too many open tickets."""


@attrs.frozen
class Attempt:
    """A ticket that shall be opened, as the limit sees it; `by_agent` ones count but are never refused."""

    owner_id: int
    department_id: int
    verified: bool
    by_agent: bool


@attrs.frozen
class Standing:
    """What an attempt comes to: `open_tickets` counts the new ticket unless it is refused; `limit` 0 means none."""

    limit: int
    open_tickets: int
    refused: bool

    @property
    def reached(self) -> bool:
        """Whether the new ticket makes its owner reach the limit, or go beyond it."""
        return bool(self.limit) and not self.refused and self.open_tickets >= self.limit


def stand(session: Session, directory: Directory, attempts: Sequence[Attempt]) -> tuple[Standing, ...]:
    """Judge the attempts of one transaction in their order, each as if those before it were written.

    Call it when nobody else can open tickets until the transaction ends.
    """
    limits = [directory.policy(attempt.department_id).ticket_limit for attempt in attempts]
    owners = frozenset(attempt.owner_id for attempt in attempts) if any(limits) else frozenset()
    return _run_on(attempts, limits, tickets.count_open(session, owners))


def refused_because(directory: Directory, refused: TicketRefused) -> str:
    """Why `stand` refused it, in words for the administrator."""
    limit = directory.policy(refused.department.id).ticket_limit
    return f"the sender has too many open tickets: '{refused.department.name}' allows {limit}"


def _run_on(
    attempts: Sequence[Attempt], limits: Sequence[int], present: Mapping[tuple[int, bool], int]
) -> tuple[Standing, ...]:
    counts = Counter(present)
    standings = []
    for attempt, limit in zip(attempts, limits, strict=True):
        against = counts[attempt.owner_id, True]
        if not attempt.verified:
            against += counts[attempt.owner_id, False]
        refused = bool(limit) and not attempt.by_agent and against >= limit
        if not refused:
            counts[attempt.owner_id, attempt.verified] += 1
            against += 1
        standings.append(Standing(limit, against, refused))
    return tuple(standings)

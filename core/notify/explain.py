"""Who was told and why, and why somebody was not: decisions as flat lines, the same for live, simulated and looked-up ones."""

from collections.abc import Iterable, Sequence

import attrs
from sqlalchemy.orm import Session

from ..contract.decisions import Candidate, Decision, Outcome
from ..host.admission import Host
from ..store import journal, load_directory
from ..store.decisions import Recorded
from . import audience


@attrs.frozen(kw_only=True)
class Line:
    """One answer to "who, and why": a candidate of a decision, or a whole plugin when `person` and `roles` are empty."""

    event_id: int
    event: str
    plugin: str
    person: str
    address: str
    roles: tuple[str, ...]
    outcome: str
    reason: str
    because: str


def lines(event: str, decision: Decision) -> tuple[Line, ...]:
    """The lines of one decision, in the order in which it was made."""
    if not decision.candidates:
        return (_whole_plugin(event, decision),)
    return tuple(_line(event, decision, candidate) for candidate in decision.candidates)


def recorded_lines(recorded: Iterable[Recorded]) -> tuple[Line, ...]:
    """The lines of decisions read back from the store."""
    return tuple(line for each in recorded for line in lines(each.event, each.decision))


def about_person(session: Session, host: Host, recorded: Sequence[Recorded], address: str) -> tuple[Line, ...]:
    """What each decision means for one person, also for one who was never a candidate.

    Membership is worked out from the directory as it was when the decision was made.
    """
    events = {event.id: event for event in journal.load(session, [each.decision.event_id for each in recorded])}
    found: list[Line] = []
    for each in recorded:
        admitted = host.plugins.get(each.decision.plugin)
        event = events[each.decision.event_id]
        directory = load_directory.directory_at(session, each.revision)
        candidates = audience.answers_for(
            directory, event, admitted.plugin if admitted else None, each.decision, address, moment=each.decided_at
        )
        found += [_line(each.event, each.decision, candidate) for candidate in candidates]
    return tuple(found)


def _line(event: str, decision: Decision, candidate: Candidate) -> Line:
    return Line(
        event_id=decision.event_id,
        event=event,
        plugin=decision.plugin,
        person=candidate.name or candidate.address or candidate.person,
        address=candidate.address,
        roles=candidate.roles,
        outcome=candidate.outcome.value,
        reason=candidate.reason,
        because=candidate.because,
    )


def _whole_plugin(event: str, decision: Decision) -> Line:
    reason = decision.reason or "no_candidate"
    because = decision.because or "None of the selected roles stands for anybody here."
    return Line(
        event_id=decision.event_id,
        event=event,
        plugin=decision.plugin,
        person="",
        address="",
        roles=(),
        outcome=Outcome.REFUSED.value,
        reason=reason,
        because=because,
    )

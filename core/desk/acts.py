"""What the acts on an existing ticket share: the ticket is locked, the actor may open it, and its events belong together."""

from collections.abc import Mapping
from datetime import datetime
from typing import TypedDict
from uuid import uuid4

import attrs
from sqlalchemy.orm import Session

from ..contract.errors import DeskbellError
from ..contract.people import Actor, ActorKind
from ..contract.tickets import Ticket
from ..store import ticket_changes
from ..store.directory import Directory
from .access import require_access


class MergedAway(DeskbellError, ValueError):
    """Somebody acts on a ticket that lives on in another one."""

    def __init__(self, ticket: Ticket) -> None:
        super().__init__(f"Ticket {ticket.number} was merged into ticket {ticket.merged_into}: act on that one.")


class AgentsOnly(DeskbellError, PermissionError):
    """Somebody else does what only agents do."""

    def __init__(self, actor: Actor) -> None:
        super().__init__(f"{actor.name or actor.address or actor.kind.value} is no agent: only agents do this.")


class OnTicket(TypedDict):
    """What every event of an act says about it and its ticket."""

    id: int
    act: str
    at: datetime
    actor: Actor
    ticket: Ticket


@attrs.frozen(kw_only=True)
class Act:
    """One act: who does it and when; all its events carry the same `id`."""

    actor: Actor
    at: datetime
    id: str = attrs.field(factory=lambda: uuid4().hex)

    def on(self, ticket: Ticket) -> OnTicket:
        """The fields of an event of this act, to be unpacked into it.

        :param ticket: as it stands after the act.
        """
        return {"id": 0, "act": self.id, "at": self.at, "actor": self.actor, "ticket": ticket}


def take_up(session: Session, directory: Directory, *, ticket_id: int, actor: Actor, now: datetime) -> Ticket:
    """The ticket before an act, locked until the transaction ends, for an actor who may act on it.

    :raises UnknownName: when there is no such ticket.
    :raises MayNotOpen: when the acting agent may not open it.
    :raises MergedAway: when it was merged into another one.
    """
    return take_up_all(session, directory, ticket_ids=(ticket_id,), actor=actor, now=now)[ticket_id]


def take_up_all(
    session: Session, directory: Directory, *, ticket_ids: tuple[int, ...], actor: Actor, now: datetime
) -> Mapping[int, Ticket]:
    """Several tickets before an act, by id; raises like `take_up`, about the first that is not for this actor."""
    found = ticket_changes.lock(session, set(ticket_ids))
    for ticket_id in ticket_ids:
        require_access(directory, ticket=found[ticket_id], actor=actor, now=now)
        if found[ticket_id].merged_into:
            raise MergedAway(found[ticket_id])
    return found


def agent_id_of(actor: Actor) -> int:
    """The id of the acting agent.

    :raises AgentsOnly: when the actor is none.
    """
    if actor.kind is not ActorKind.AGENT or actor.id is None:
        raise AgentsOnly(actor)
    return actor.id

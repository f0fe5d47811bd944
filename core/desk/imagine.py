"""Events that did not happen: what simulate and previews ring, made from a ticket as it stands now."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import attrs

from ..contract.errors import DeskbellError, UnknownName
from ..contract.events import (
    EVENTS,
    AgentMentioned,
    CollaboratorAdded,
    DeliveryBounced,
    DeliveryFailed,
    DueDateChanged,
    Event,
    Incoming,
    MessagePosted,
    NotePosted,
    PriorityChanged,
    ReplyPosted,
    TicketAcknowledged,
    TicketAssigned,
    TicketClosed,
    TicketCreated,
    TicketDueSoon,
    TicketEscalated,
    TicketLimitReached,
    TicketMerged,
    TicketOverdue,
    TicketRefused,
    TicketReopened,
    TicketStatusChanged,
    TicketTransferred,
    TicketUnassigned,
)
from ..contract.people import Actor, Role
from ..contract.tickets import Collaborator, Entry, EntryKind, Ticket

IMAGINED_ACT = "simulation"


class CannotImagine(DeskbellError, ValueError):
    """An event that this ticket does not hold enough for."""

    def __init__(self, event: str, ticket: Ticket, lacking: str) -> None:
        super().__init__(f"'{event}' cannot be simulated on ticket {ticket.number}: {lacking}.")


@attrs.frozen(kw_only=True)
class Scene:
    """What an imagined event is made from: the ticket now, its entries oldest first, and who shall have caused it."""

    ticket: Ticket
    entries: tuple[Entry, ...]
    actor: Actor
    now: datetime
    incoming: Incoming | None = None

    def newest(self, event: str, kind: EntryKind) -> Entry:
        """The newest entry of this kind.

        :raises CannotImagine: when the ticket has none.
        """
        for entry in reversed(self.entries):
            if entry.kind is kind:
                return entry
        raise CannotImagine(event, self.ticket, f"it has no {kind.value}")


# The fields differ from event to event; each event class checks its own when it is built.
Facts = Mapping[str, Any]
Maker = Callable[[Scene], Facts]


def imagine(event: str, scene: Scene) -> Event:
    """The event of this name as it would be if it happened to the ticket now; its id is 0 and nothing is written.

    :raises UnknownName: when there is no such event, or it belongs to no ticket.
    :raises CannotImagine: when the ticket lacks what the event speaks of.
    """
    maker = MAKERS.get(event)
    if maker is None:
        raise UnknownName("event of a ticket", event, MAKERS)
    common: dict[str, Any] = {"id": 0, "act": IMAGINED_ACT, "at": scene.now, "actor": scene.actor}
    return EVENTS[event](**common, **maker(scene))


def _ticket(scene: Scene) -> dict[str, Any]:
    return {"ticket": scene.ticket}


def _by_mail(scene: Scene) -> dict[str, Any]:
    return {"ticket": scene.ticket, "incoming": scene.incoming}


def _created(scene: Scene) -> Facts:
    return {**_by_mail(scene), "entry": scene.entries[0] if scene.entries else None}


def _entry(event: str, kind: EntryKind) -> Maker:
    return lambda scene: {**_by_mail(scene), "entry": scene.newest(event, kind)}


def _assigned(scene: Scene) -> Facts:
    if scene.ticket.agent is None and scene.ticket.team is None:
        raise CannotImagine(TicketAssigned.name, scene.ticket, "it is assigned to nobody")
    return {**_ticket(scene), "agent": scene.ticket.agent, "team": scene.ticket.team}


def _transferred(scene: Scene) -> Facts:
    return {**_ticket(scene), "before": scene.ticket.department, "after": scene.ticket.department}


def _status(scene: Scene) -> Facts:
    return {**_ticket(scene), "before": scene.ticket.status, "after": scene.ticket.status}


def _escalated(scene: Scene) -> Facts:
    roles = (Role.ASSIGNED_AGENT.value, Role.DEPARTMENT_MANAGER.value)
    return {**_ticket(scene), "step": 1, "after_seconds": 3600, "roles": roles}


def _priority(scene: Scene) -> Facts:
    return {**_ticket(scene), "before": scene.ticket.priority, "after": scene.ticket.priority}


def _collaborator(scene: Scene) -> Facts:
    if not scene.ticket.collaborators:
        raise CannotImagine(CollaboratorAdded.name, scene.ticket, "it has no collaborator")
    newest: Collaborator = scene.ticket.collaborators[-1]
    return {**_ticket(scene), "collaborator": newest}


def _mentioned(scene: Scene) -> Facts:
    if scene.ticket.agent is None:
        raise CannotImagine(AgentMentioned.name, scene.ticket, "no agent is assigned who could be mentioned")
    note = scene.newest(AgentMentioned.name, EntryKind.NOTE)
    return {**_ticket(scene), "agent": scene.ticket.agent, "entry": note}


def _refused(scene: Scene) -> Facts:
    return {
        "end_user": scene.ticket.owner,
        "department": scene.ticket.department,
        "reason": "simulated",
        "subject": scene.ticket.subject,
        "incoming": scene.incoming,
    }


def _delivery(scene: Scene) -> dict[str, Any]:
    return {
        **_ticket(scene),
        "delivery_id": 0,
        "plugin": "",
        "channel": "smtp",
        "address": scene.ticket.owner.address,
        "reason": "simulated",
    }


MAKERS: Mapping[str, Maker] = {
    TicketCreated.name: _created,
    MessagePosted.name: _entry(MessagePosted.name, EntryKind.MESSAGE),
    ReplyPosted.name: _entry(ReplyPosted.name, EntryKind.REPLY),
    NotePosted.name: _entry(NotePosted.name, EntryKind.NOTE),
    TicketAssigned.name: _assigned,
    TicketUnassigned.name: lambda scene: {**_ticket(scene), "agent": scene.ticket.agent, "team": scene.ticket.team},
    TicketTransferred.name: _transferred,
    TicketStatusChanged.name: _status,
    TicketClosed.name: _ticket,
    TicketReopened.name: _ticket,
    TicketDueSoon.name: lambda scene: {**_ticket(scene), "due_at": scene.now},
    TicketOverdue.name: lambda scene: {**_ticket(scene), "due_at": scene.now},
    TicketEscalated.name: _escalated,
    TicketAcknowledged.name: _ticket,
    TicketLimitReached.name: lambda scene: {**_ticket(scene), "limit": 1, "open_tickets": 1},
    TicketRefused.name: _refused,
    TicketMerged.name: lambda scene: {**_ticket(scene), "merged": scene.ticket},
    PriorityChanged.name: _priority,
    DueDateChanged.name: lambda scene: {**_ticket(scene), "before": None, "after": scene.now},
    CollaboratorAdded.name: _collaborator,
    AgentMentioned.name: _mentioned,
    DeliveryFailed.name: _delivery,
    DeliveryBounced.name: lambda scene: {**_delivery(scene), "permanent": True},
}
"""What each event of a ticket is filled with; events of the desk itself are not simulated on a ticket."""

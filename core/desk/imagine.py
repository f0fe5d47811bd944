"""Events that did not happen: what simulate and previews ring, made from a ticket as it stands now.

Like those that happen, they carry the ticket as it would be *after* the act.
"""

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
from ..contract.people import SYSTEM, Actor, ActorKind, Agent, Role, Team
from ..contract.tickets import Department, Entry, EntryKind, Ticket, TicketStatus
from ..store.directory import EscalationStep
from .limits import OVERLIMIT

IMAGINED_ACT = "simulation"
NO_STEPS = (EscalationStep(after_seconds=3600, roles=(Role.ASSIGNEE.value, Role.DEPARTMENT_MANAGER.value)),)
"""What a ticket without an escalation of its own is escalated by."""


class CannotImagine(DeskbellError, ValueError):
    """An event that this ticket does not hold enough for."""

    def __init__(self, event: str, ticket: Ticket, lacking: str) -> None:
        super().__init__(f"'{event}' cannot be simulated on ticket {ticket.number}: {lacking}.")


@attrs.frozen(kw_only=True)
class Scene:
    """What an imagined event is made from.

    :param ticket: the ticket before the act, with its `entries`, oldest first.
    :param opener: who opened it.
    :param actor: who shall cause the event; None for whoever most likely would.
    :param incoming: the mail that shall cause it.
    :param agent: who shall be mentioned, or get the ticket.
    :param team: which team shall get it.
    :param to: the department that it shall be moved to.
    :param automatic: whether a machine shall have written the message.
    :param held: whether the message waits for an agent, because its author takes no part.
    :param claims: whether a reply claims a ticket that has no agent.
    :param limit: how many open tickets its owner may have.
    :param steps: the escalation of the ticket.
    :param step: which of the steps passes, from 1.
    """

    ticket: Ticket
    entries: tuple[Entry, ...]
    opener: Actor
    now: datetime
    actor: Actor | None = None
    incoming: Incoming | None = None
    agent: Agent | None = None
    team: Team | None = None
    to: Department | None = None
    automatic: bool = False
    held: bool = False
    claims: bool = False
    limit: int = 0
    steps: tuple[EscalationStep, ...] = NO_STEPS
    step: int = 1

    def newest(self, kind: EntryKind) -> Entry | None:
        """The newest entry of this kind."""
        return next((entry for entry in reversed(self.entries) if entry.kind is kind), None)

    def by(self, kind: EntryKind) -> Actor:
        """Who would write an entry of this kind: who is named, else who wrote the newest, else whose work it is."""
        if self.actor is not None:
            return self.actor
        newest = self.newest(kind)
        if newest is not None:
            return newest.author
        if kind is EntryKind.MESSAGE:
            return self.opener
        agent = self.ticket.agent or self.ticket.last_respondent
        return SYSTEM if agent is None else Actor(ActorKind.AGENT, agent.id, agent.name, agent.address)

    def entry(self, kind: EntryKind) -> Entry:
        """The entry that would be written, in the words of the newest of its kind."""
        author = self.by(kind)
        newest = self.newest(kind)
        return Entry(
            id=0,
            kind=kind,
            author=author,
            text=newest.text if newest is not None else "",
            posted_at=self.now,
            verified=author.verified,
            automatic=self.automatic,
            held=self.held,
        )


# The fields differ from event to event; each event class checks its own when it is built.
Facts = Mapping[str, Any]
Maker = Callable[[Scene], Facts]


def imagine(event: str, scene: Scene) -> tuple[Event, ...]:
    """The event of this name as it would be if it happened to the ticket now, and what else its act would ring.

    Their ids are 0 and nothing is written.

    :returns: the event itself first.
    :raises UnknownName: when there is no such event, or it belongs to no ticket.
    :raises CannotImagine: when the ticket lacks what the event speaks of.
    """
    maker = MAKERS.get(event)
    if maker is None:
        raise UnknownName("event of a ticket", event, MAKERS)
    common: dict[str, Any] = {"id": 0, "act": IMAGINED_ACT, "at": scene.now, "actor": scene.actor or SYSTEM}
    made = EVENTS[event](**{**common, **maker(scene)})
    return (made, *_together_with(made))


def _together_with(event: Event) -> tuple[Event, ...]:
    """The assignment at creation: alerts about it take the place of those about the new ticket."""
    if not isinstance(event, TicketCreated) or (event.ticket.agent is None and event.ticket.team is None):
        return ()
    common: dict[str, Any] = {"id": 0, "act": event.act, "at": event.at, "actor": event.actor}
    ticket = event.ticket
    return (TicketAssigned(**common, ticket=ticket, agent=ticket.agent, team=ticket.team, at_creation=True),)


def _ticket(scene: Scene) -> dict[str, Any]:
    return {"ticket": scene.ticket}


def _created(scene: Scene) -> Facts:
    actor = scene.actor or scene.opener
    first = scene.entries[0] if scene.entries else None
    if first is not None and scene.actor is not None:
        # Who is named has done it: the first words are that person's.
        kind = EntryKind.REPLY if actor.kind is ActorKind.AGENT else EntryKind.MESSAGE
        first = attrs.evolve(first, author=actor, kind=kind, verified=actor.verified)
    return {"ticket": scene.ticket, "incoming": scene.incoming, "entry": first, "actor": actor}


def _message(scene: Scene) -> Facts:
    entry = scene.entry(EntryKind.MESSAGE)
    wakes = not (entry.held or entry.automatic)
    status = TicketStatus.OPEN if wakes else scene.ticket.status
    ticket = attrs.evolve(scene.ticket, status=status)
    return {"ticket": ticket, "incoming": scene.incoming, "entry": entry, "actor": entry.author}


def _reply(scene: Scene) -> Facts:
    entry = scene.entry(EntryKind.REPLY)
    ticket, author = scene.ticket, _as_agent(entry.author)
    if author is not None:
        claimed = author if scene.claims and ticket.agent is None else ticket.agent
        ticket = attrs.evolve(ticket, last_respondent=author, agent=claimed)
    return {"ticket": ticket, "entry": entry, "actor": entry.author}


def _as_agent(actor: Actor) -> Agent | None:
    if actor.kind is not ActorKind.AGENT or actor.id is None:
        return None
    return Agent(actor.id, actor.name, actor.address)


def _note(scene: Scene) -> Facts:
    entry = scene.entry(EntryKind.NOTE)
    return {**_ticket(scene), "entry": entry, "actor": entry.author}


def _assigned(scene: Scene) -> Facts:
    before = scene.ticket
    named = scene.agent is not None or scene.team is not None
    agent = scene.agent if named else before.agent
    team = scene.team if named else before.team
    if agent is None and team is None:
        lacking = "it is assigned to nobody; name somebody with --agent or --team"
        raise CannotImagine(TicketAssigned.name, before, lacking)
    ticket = attrs.evolve(before, agent=agent or before.agent, team=team or before.team)
    return {"ticket": ticket, "agent": agent, "team": team, "agent_before": before.agent, "team_before": before.team}


def _unassigned(scene: Scene) -> Facts:
    before = scene.ticket
    return {"ticket": attrs.evolve(before, agent=None, team=None), "agent": before.agent, "team": before.team}


def _transferred(scene: Scene) -> Facts:
    after = scene.to or scene.ticket.department
    ticket = attrs.evolve(scene.ticket, department=after)
    return {"ticket": ticket, "before": scene.ticket.department, "after": after}


def _status(scene: Scene) -> Facts:
    return {**_ticket(scene), "before": scene.ticket.status, "after": scene.ticket.status}


def _closed(scene: Scene) -> Facts:
    return {"ticket": attrs.evolve(scene.ticket, status=TicketStatus.CLOSED, closed_at=scene.now)}


def _reopened(scene: Scene) -> Facts:
    return {"ticket": attrs.evolve(scene.ticket, status=TicketStatus.OPEN, closed_at=None)}


def _due(scene: Scene) -> Facts:
    return {**_ticket(scene), "due_at": scene.ticket.due_at or scene.now}


def _escalated(scene: Scene) -> Facts:
    if not 1 <= scene.step <= len(scene.steps):
        raise CannotImagine(TicketEscalated.name, scene.ticket, f"its escalation has {len(scene.steps)} steps")
    step = scene.steps[scene.step - 1]
    return {**_ticket(scene), "step": scene.step, "after_seconds": step.after_seconds, "roles": step.roles}


def _priority(scene: Scene) -> Facts:
    return {**_ticket(scene), "before": scene.ticket.priority, "after": scene.ticket.priority}


def _collaborator(scene: Scene) -> Facts:
    if not scene.ticket.collaborators:
        raise CannotImagine(CollaboratorAdded.name, scene.ticket, "it has no collaborator")
    return {**_ticket(scene), "collaborator": scene.ticket.collaborators[-1]}


def _mentioned(scene: Scene) -> Facts:
    agent = scene.agent or scene.ticket.agent
    if agent is None:
        lacking = "no agent is assigned who could be mentioned; name one with --agent"
        raise CannotImagine(AgentMentioned.name, scene.ticket, lacking)
    return {**_note(scene), "agent": agent}


def _limit_reached(scene: Scene) -> Facts:
    facts = {**_ticket(scene), "incoming": scene.incoming, "actor": scene.actor or scene.opener}
    return {**facts, "limit": scene.limit, "open_tickets": scene.limit}


def _refused(scene: Scene) -> Facts:
    return {
        "end_user": scene.ticket.owner,
        "department": scene.ticket.department,
        "topic": scene.ticket.topic,
        "reason": OVERLIMIT,
        "subject": scene.ticket.subject,
        "incoming": scene.incoming,
        "actor": scene.actor or scene.opener,
    }


def _delivery(scene: Scene) -> dict[str, Any]:
    return {
        **_ticket(scene),
        "delivery_id": 0,
        "plugin": "",
        "channel": "smtp",
        "address": scene.ticket.owner.address,
        "reason": "simulated",
        "to_end_user": True,
    }


MAKERS: Mapping[str, Maker] = {
    TicketCreated.name: _created,
    MessagePosted.name: _message,
    ReplyPosted.name: _reply,
    NotePosted.name: _note,
    TicketAssigned.name: _assigned,
    TicketUnassigned.name: _unassigned,
    TicketTransferred.name: _transferred,
    TicketStatusChanged.name: _status,
    TicketClosed.name: _closed,
    TicketReopened.name: _reopened,
    TicketDueSoon.name: _due,
    TicketOverdue.name: _due,
    TicketEscalated.name: _escalated,
    TicketAcknowledged.name: _ticket,
    TicketLimitReached.name: _limit_reached,
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

"""Everything that can happen to a ticket or to the desk, one frozen class each, named like its hook.

An event is written to the journal once, with the state *after* its act, and rung to the plugins from there. Before/after
values are named `before` and `after`. All times are aware UTC.
"""

from datetime import datetime
from typing import ClassVar

import attrs

from .people import Actor, Agent, EndUser, Team
from .tickets import Alignment, Collaborator, Department, Entry, HelpTopic, Mailbox, Priority, Ticket, TicketStatus


@attrs.frozen
class Incoming:
    """How a message came in by mail.

    `check` names the automatic-mail check (RFC 3834, 5230) that forbids an answer, or is empty. `automatic` says that a
    machine wrote it. `addressed` holds the normalised addresses on its To and Cc. `message_id` and `references` are
    what an answer threads on. `envelope_from` is the sender of the envelope, '' for the null sender and None when the door
    did not tell it. `alignment` says whether its From is proven.
    """

    mailbox: Mailbox
    check: str = ""
    automatic: bool = False
    addressed: frozenset[str] = frozenset()
    message_id: str = ""
    references: tuple[str, ...] = ()
    envelope_from: str | None = None
    alignment: Alignment = Alignment.NONE


@attrs.frozen(kw_only=True)
class Event:
    """What every event knows: its journal row `id`, the act that it belongs to, when it was and who caused it."""

    name: ClassVar[str] = ""

    id: int
    act: str
    at: datetime
    actor: Actor

    @property
    def verified(self) -> bool:
        """Whether it is known for sure who caused it: the actor, and the author of the entry that it carries."""
        entry: Entry | None = getattr(self, "entry", None)
        return self.actor.verified and (entry is None or entry.verified)


@attrs.frozen(kw_only=True)
class TicketEvent(Event):
    """An event of one ticket; `incoming` is set when a mail caused it."""

    ticket: Ticket
    incoming: Incoming | None = None


@attrs.frozen(kw_only=True)
class TicketCreated(TicketEvent):
    """A ticket came to be. `entry` is the first message, or the agent's first reply, or None.

    `send_notice` is False when the agent who opened it ticked "do not send". `answer` is what the end user is told instead
    of the usual words, `autoresponse` False when no autoresponder may speak, and `applied` says in one line each what the
    before-hooks changed and by which rule.
    """

    name: ClassVar[str] = "ticket_created"

    entry: Entry | None = None
    send_notice: bool = True
    answer: str = ""
    autoresponse: bool = True
    applied: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class MessagePosted(TicketEvent):
    """An end user's message was appended to an existing ticket.

    It is rung again, `released`, when an agent vouches for a message that was held or whose sender was not verified: now
    the other participants may hear of it, and agents need no second alert. `references` holds the Message-ID of the first
    mail on the ticket, on which every mail about it threads; it is empty when none came.
    """

    name: ClassVar[str] = "message_posted"

    entry: Entry
    released: bool = False
    references: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class ReplyPosted(TicketEvent):
    """An agent answered; participants may read it.

    `chosen` holds the ids of the collaborators whom the agent chose to send it to, None for all active ones. `send_notice`
    is False when the agent ticked "do not send". `references` are the Message-IDs of the ticket's mails that the answer
    threads on, the newest last.
    """

    name: ClassVar[str] = "reply_posted"

    entry: Entry
    chosen: frozenset[int] | None = None
    send_notice: bool = True
    references: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class NotePosted(TicketEvent):
    """An agent left an internal note."""

    name: ClassVar[str] = "note_posted"

    entry: Entry


@attrs.frozen(kw_only=True)
class TicketAssigned(TicketEvent):
    """`agent` and `team` are what this act newly assigned; None where it assigned none.

    `entry` is the ticket's first message when it was assigned at creation, so that whoever gets it can begin at once.
    """

    name: ClassVar[str] = "ticket_assigned"

    agent: Agent | None = None
    team: Team | None = None
    agent_before: Agent | None = None
    team_before: Team | None = None
    at_creation: bool = False
    comment: str = ""
    entry: Entry | None = None


@attrs.frozen(kw_only=True)
class TicketUnassigned(TicketEvent):
    """`agent` and `team` are what this act took off the ticket."""

    name: ClassVar[str] = "ticket_unassigned"

    agent: Agent | None = None
    team: Team | None = None


@attrs.frozen(kw_only=True)
class TicketTransferred(TicketEvent):
    """The ticket moved from department `before` to `after`."""

    name: ClassVar[str] = "ticket_transferred"

    before: Department
    after: Department
    comment: str = ""


@attrs.frozen(kw_only=True)
class TicketStatusChanged(TicketEvent):
    """The status went from `before` to `after`; closing and reopening ring their own event as well."""

    name: ClassVar[str] = "ticket_status_changed"

    before: TicketStatus
    after: TicketStatus


@attrs.frozen(kw_only=True)
class TicketClosed(TicketEvent):
    """The ticket was closed."""

    name: ClassVar[str] = "ticket_closed"


@attrs.frozen(kw_only=True)
class TicketReopened(TicketEvent):
    """A closed ticket is open again."""

    name: ClassVar[str] = "ticket_reopened"


@attrs.frozen(kw_only=True)
class TicketDueSoon(TicketEvent):
    """The due date comes near; once per (ticket, due date)."""

    name: ClassVar[str] = "ticket_due_soon"

    due_at: datetime


@attrs.frozen(kw_only=True)
class TicketOverdue(TicketEvent):
    """The due date passed; `repeat` is 0 for the first ring of this due date."""

    name: ClassVar[str] = "ticket_overdue"

    due_at: datetime
    repeat: int = 0


@attrs.frozen(kw_only=True)
class TicketEscalated(TicketEvent):
    """Step number `step` (from 1) of the escalation passed: for so long nobody has acknowledged the ticket or replied.

    `after_seconds` is the step's business time since the ticket was opened or reopened, `roles` whom the step is for.
    """

    name: ClassVar[str] = "ticket_escalated"

    step: int
    after_seconds: int
    roles: tuple[str, ...]


@attrs.frozen(kw_only=True)
class TicketAcknowledged(TicketEvent):
    """An agent has seen the ticket and takes care of it: its escalation ends."""

    name: ClassVar[str] = "ticket_acknowledged"


@attrs.frozen(kw_only=True)
class TicketLimitReached(TicketEvent):
    """The owner now has `open_tickets` open tickets, which reaches `limit`."""

    name: ClassVar[str] = "ticket_limit_reached"

    limit: int
    open_tickets: int


@attrs.frozen(kw_only=True)
class TicketRefused(Event):
    """No ticket was opened. `raw_mail_id` names the kept mail, None when it came by another door."""

    name: ClassVar[str] = "ticket_refused"

    end_user: EndUser
    department: Department
    topic: HelpTopic | None = None
    reason: str
    subject: str = ""
    raw_mail_id: int | None = None
    incoming: Incoming | None = None


@attrs.frozen(kw_only=True)
class TicketMerged(TicketEvent):
    """`merged` was folded into `ticket`."""

    name: ClassVar[str] = "ticket_merged"

    merged: Ticket


@attrs.frozen(kw_only=True)
class PriorityChanged(TicketEvent):
    """The priority went from `before` to `after`."""

    name: ClassVar[str] = "priority_changed"

    before: Priority
    after: Priority


@attrs.frozen(kw_only=True)
class DueDateChanged(TicketEvent):
    """The due date went from `before` to `after`; None stands for no due date."""

    name: ClassVar[str] = "due_date_changed"

    before: datetime | None
    after: datetime | None


@attrs.frozen(kw_only=True)
class CollaboratorAdded(TicketEvent):
    """Another end user takes part from now on."""

    name: ClassVar[str] = "collaborator_added"

    collaborator: Collaborator


@attrs.frozen(kw_only=True)
class AgentMentioned(TicketEvent):
    """A note names `agent` with an @."""

    name: ClassVar[str] = "agent_mentioned"

    agent: Agent
    entry: Entry


@attrs.frozen(kw_only=True)
class DeliveryFailed(Event):
    """A delivery ended without success; `ticket` is None for one that belongs to no ticket.

    `to_end_user` says that an end user misses something. It is False for what agents and administrators were told, so that
    no failed alert raises an alert.
    """

    name: ClassVar[str] = "delivery_failed"

    delivery_id: int
    plugin: str
    channel: str
    address: str
    reason: str
    ticket: Ticket | None = None
    to_end_user: bool = False


@attrs.frozen(kw_only=True)
class DeliveryBounced(Event):
    """A delivery that had been accepted came back. `to_end_user` is as in `DeliveryFailed`.

    `recent` is how many deliveries were reported as bounced in the ten minutes before, this one included; 0 when not counted.
    """

    name: ClassVar[str] = "delivery_bounced"

    delivery_id: int
    plugin: str
    channel: str
    address: str
    reason: str
    permanent: bool
    ticket: Ticket | None = None
    to_end_user: bool = False
    recent: int = 0


@attrs.frozen(kw_only=True)
class LoginFailuresExceeded(Event):
    """Failed logins passed the limit; `counters` names each account and network address that did."""

    name: ClassVar[str] = "login_failures_exceeded"

    counters: tuple[str, ...]
    failures: int
    window_seconds: int


@attrs.frozen(kw_only=True)
class SystemErrorReported(Event):
    """Something that an administrator must look at; `count` faults of one `fingerprint` are grouped in it."""

    name: ClassVar[str] = "system_error"

    fingerprint: str
    title: str
    detail: str
    count: int = 1


@attrs.frozen(kw_only=True)
class DatabaseErrorReported(Event):
    """The database answered with an error that nobody expected; the text holds no row data."""

    name: ClassVar[str] = "database_error"

    fingerprint: str
    title: str
    detail: str
    count: int = 1


@attrs.frozen(kw_only=True)
class PluginQuarantined(Event):
    """`plugin` failed too often or hung and is asked no more until an administrator retries it."""

    name: ClassVar[str] = "plugin_quarantined"

    plugin: str
    reason: str


EVENTS: dict[str, type[Event]] = {
    event.name: event
    for event in (
        TicketCreated, MessagePosted, ReplyPosted, NotePosted, TicketAssigned, TicketUnassigned, TicketTransferred,
        TicketStatusChanged, TicketClosed, TicketReopened, TicketDueSoon, TicketOverdue, TicketEscalated,
        TicketAcknowledged, TicketLimitReached, TicketRefused, TicketMerged, PriorityChanged, DueDateChanged,
        CollaboratorAdded, AgentMentioned, DeliveryFailed, DeliveryBounced, LoginFailuresExceeded, SystemErrorReported,
        DatabaseErrorReported, PluginQuarantined,
    )
}  # fmt: skip
"""Every event class by its name, which is the name of its hook as well."""

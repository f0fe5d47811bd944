"""Every hook that a plugin can implement: one per event, the before-hooks, and the hooks that gather.

A plugin marks a method with `hookimpl` and names the arguments that it wants; the core offers each implementation exactly
those. Lifecycle hooks are called one plugin at a time, each in its own ``try`` and time limit, on frozen values, outside any
transaction: raising, hanging or answering nonsense hurts nobody else. Wrappers and ``async def`` are refused.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

import pluggy

from .drafts import MessageDraft, Refusal, TicketDraft
from .events import (
    AgentMentioned,
    CollaboratorAdded,
    DatabaseErrorReported,
    DeliveryBounced,
    DeliveryFailed,
    DueDateChanged,
    Event,
    LoginFailuresExceeded,
    MessagePosted,
    NotePosted,
    PluginQuarantined,
    PriorityChanged,
    ReplyPosted,
    SystemErrorReported,
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
from .notices import Notice
from .tickets import Ticket

PROJECT = "deskbell"
"""The name under which pluggy, entry points and plugins find each other."""

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)
"""Marks a method of a plugin as the implementation of the hook of the same name."""


@hookspec
def ticket_created(event: TicketCreated, options: object) -> Notice | None:
    """A ticket was opened, by whomever and through whichever door.

    Carries the first message or first reply; ``message_posted`` and ``reply_posted`` are not rung for it. If the
    ticket was assigned at creation, ``ticket_assigned`` is rung in the same act.

    :param event: the `TicketCreated`, frozen, with the state after the act.
    :param options: the plugin's own ``Options``, resolved field by field for the department of the ticket, or globally.
    :returns: the `Notice` to send, or None to say nothing (recorded as ``plugin_declined``).
    """


@hookspec
def message_posted(event: MessagePosted, options: object) -> Notice | None:
    """An end user's message was appended to an existing ticket.

    Automatic mail rings it too, with ``event.entry.automatic`` set; a message that reopens also rings ``ticket_reopened``.

    :param event: the `MessagePosted`, frozen, with the state after the act.
    :param options: the plugin's own ``Options``, resolved field by field for the department of the ticket, or globally.
    :returns: the `Notice` to send, or None to say nothing (recorded as ``plugin_declined``).
    """


@hookspec
def reply_posted(event: ReplyPosted, options: object) -> Notice | None:
    """An agent answered the end user.

    The answer itself is sent by the correspondence plugin that implements this hook.

    :param event: the `ReplyPosted`, frozen, with the state after the act.
    :param options: the plugin's own ``Options``, resolved field by field for the department of the ticket, or globally.
    :returns: the `Notice` to send, or None to say nothing (recorded as ``plugin_declined``).
    """


@hookspec
def note_posted(event: NotePosted, options: object) -> Notice | None:
    """An agent left an internal note.

    The comment of an assignment or transfer belongs to that event and rings no note.

    :param event: the `NotePosted`, frozen, with the state after the act.
    :param options: the plugin's own ``Options``, resolved field by field for the department of the ticket, or globally.
    :returns: the `Notice` to send, or None to say nothing (recorded as ``plugin_declined``).
    """


@hookspec
def ticket_assigned(event: TicketAssigned, options: object) -> Notice | None:
    """A ticket got a new agent, a new team or both.

    By hand or automatically, at creation too. An assignment that changes nothing rings nothing.

    :param event: the `TicketAssigned`, frozen, with the state after the act.
    :param options: the plugin's own ``Options``, resolved field by field for the department of the ticket, or globally.
    :returns: the `Notice` to send, or None to say nothing (recorded as ``plugin_declined``).
    """


@hookspec
def ticket_unassigned(event: TicketUnassigned, options: object) -> Notice | None:
    """An agent, a team or both were taken off a ticket.

    An assignment that replaces one agent by another rings ``ticket_assigned`` only.

    :param event: the `TicketUnassigned`, frozen, with the state after the act.
    :param options: the plugin's own ``Options``, resolved field by field for the department of the ticket, or globally.
    :returns: the `Notice` to send, or None to say nothing (recorded as ``plugin_declined``).
    """


@hookspec
def ticket_transferred(event: TicketTransferred, options: object) -> Notice | None:
    """A ticket moved to another department.

    Switches and options are those of the target department. Agent, team and collaborators stay.

    :param event: the `TicketTransferred`, frozen, with the state after the act.
    :param options: the plugin's own ``Options``, resolved field by field for the department of the ticket, or globally.
    :returns: the `Notice` to send, or None to say nothing (recorded as ``plugin_declined``).
    """


@hookspec
def ticket_status_changed(event: TicketStatusChanged, options: object) -> Notice | None:
    """The status of a ticket changed.

    Rung beside ``ticket_closed`` and ``ticket_reopened``, in the same act.

    :param event: the `TicketStatusChanged`, frozen, with the state after the act.
    :param options: the plugin's own ``Options``, resolved field by field for the department of the ticket, or globally.
    :returns: the `Notice` to send, or None to say nothing (recorded as ``plugin_declined``).
    """


@hookspec
def ticket_closed(event: TicketClosed, options: object) -> Notice | None:
    """A ticket was closed.

    Nothing more is due on it until it is reopened.

    :param event: the `TicketClosed`, frozen, with the state after the act.
    :param options: the plugin's own ``Options``, resolved field by field for the department of the ticket, or globally.
    :returns: the `Notice` to send, or None to say nothing (recorded as ``plugin_declined``).
    """


@hookspec
def ticket_reopened(event: TicketReopened, options: object) -> Notice | None:
    """A closed ticket is open again.

    By a message inside the reopen window or by an agent; assignments are unchanged.

    :param event: the `TicketReopened`, frozen, with the state after the act.
    :param options: the plugin's own ``Options``, resolved field by field for the department of the ticket, or globally.
    :returns: the `Notice` to send, or None to say nothing (recorded as ``plugin_declined``).
    """


@hookspec
def ticket_due_soon(event: TicketDueSoon, options: object) -> Notice | None:
    """The due date of an open ticket comes near.

    Once per (ticket, due date), across restarts and clock jumps.

    :param event: the `TicketDueSoon`, frozen, with the state after the act.
    :param options: the plugin's own ``Options``, resolved field by field for the department of the ticket, or globally.
    :returns: the `Notice` to send, or None to say nothing (recorded as ``plugin_declined``).
    """


@hookspec
def ticket_overdue(event: TicketOverdue, options: object) -> Notice | None:
    """The due date of an open ticket passed.

    Once per (ticket, due date), then for each repeat that the administrator asked for.

    :param event: the `TicketOverdue`, frozen, with the state after the act.
    :param options: the plugin's own ``Options``, resolved field by field for the department of the ticket, or globally.
    :returns: the `Notice` to send, or None to say nothing (recorded as ``plugin_declined``).
    """


@hookspec
def ticket_escalated(event: TicketEscalated, options: object) -> Notice | None:
    """The time of an escalation step passed, and nobody has acknowledged the ticket or replied.

    Once per step since the ticket was opened or reopened; the steps stand in its SLA plan.

    :param event: the `TicketEscalated`, frozen; its ``roles`` are those of the step.
    :param options: the plugin's own ``Options``, resolved field by field for the department of the ticket, or globally.
    :returns: the `Notice` to send, or None to say nothing (recorded as ``plugin_declined``).
    """


@hookspec
def ticket_acknowledged(event: TicketAcknowledged, options: object) -> Notice | None:
    """An agent acknowledged a ticket, which ends its escalation.

    :param event: the `TicketAcknowledged`, frozen, with the state after the act.
    :param options: the plugin's own ``Options``, resolved field by field for the department of the ticket, or globally.
    :returns: the `Notice` to send, or None to say nothing (recorded as ``plugin_declined``).
    """


@hookspec
def ticket_limit_reached(event: TicketLimitReached, options: object) -> Notice | None:
    """An end user has as many open tickets as the desk allows.

    Rung with the act that opened the ticket, at every count at or over the limit.

    :param event: the `TicketLimitReached`, frozen, with the state after the act.
    :param options: the plugin's own ``Options``, resolved field by field for the department of the ticket, or globally.
    :returns: the `Notice` to send, or None to say nothing (recorded as ``plugin_declined``).
    """


@hookspec
def ticket_refused(event: TicketRefused, options: object) -> Notice | None:
    """No ticket was opened for a request.

    The request is kept and listed; ``event.reason`` says why.

    :param event: the `TicketRefused`, frozen, with the state after the act.
    :param options: the plugin's own ``Options``, resolved field by field for the department of the ticket, or globally.
    :returns: the `Notice` to send, or None to say nothing (recorded as ``plugin_declined``).
    """


@hookspec
def ticket_merged(event: TicketMerged, options: object) -> Notice | None:
    """One ticket was folded into another.

    ``event.ticket`` is the one that lives on.

    :param event: the `TicketMerged`, frozen, with the state after the act.
    :param options: the plugin's own ``Options``, resolved field by field for the department of the ticket, or globally.
    :returns: the `Notice` to send, or None to say nothing (recorded as ``plugin_declined``).
    """


@hookspec
def priority_changed(event: PriorityChanged, options: object) -> Notice | None:
    """The priority of a ticket changed.

    ``event.before`` and ``event.after`` differ.

    :param event: the `PriorityChanged`, frozen, with the state after the act.
    :param options: the plugin's own ``Options``, resolved field by field for the department of the ticket, or globally.
    :returns: the `Notice` to send, or None to say nothing (recorded as ``plugin_declined``).
    """


@hookspec
def due_date_changed(event: DueDateChanged, options: object) -> Notice | None:
    """The due date of a ticket changed.

    A changed due date may become near and overdue again.

    :param event: the `DueDateChanged`, frozen, with the state after the act.
    :param options: the plugin's own ``Options``, resolved field by field for the department of the ticket, or globally.
    :returns: the `Notice` to send, or None to say nothing (recorded as ``plugin_declined``).
    """


@hookspec
def collaborator_added(event: CollaboratorAdded, options: object) -> Notice | None:
    """Another end user takes part in a ticket.

    Added by an agent, or by mail as the rules of new participants allow.

    :param event: the `CollaboratorAdded`, frozen, with the state after the act.
    :param options: the plugin's own ``Options``, resolved field by field for the department of the ticket, or globally.
    :returns: the `Notice` to send, or None to say nothing (recorded as ``plugin_declined``).
    """


@hookspec
def agent_mentioned(event: AgentMentioned, options: object) -> Notice | None:
    """A note names an agent with an @.

    One event per mentioned agent, in the act of the note.

    :param event: the `AgentMentioned`, frozen, with the state after the act.
    :param options: the plugin's own ``Options``, resolved field by field for the department of the ticket, or globally.
    :returns: the `Notice` to send, or None to say nothing (recorded as ``plugin_declined``).
    """


@hookspec
def delivery_failed(event: DeliveryFailed, options: object) -> Notice | None:
    """A delivery ended without success.

    Either the service refused it for good or the retry plan is exhausted; it lies among the dead letters.

    :param event: the `DeliveryFailed`, frozen, with the state after the act.
    :param options: the plugin's own ``Options``, resolved field by field for the department of the ticket, or globally.
    :returns: the `Notice` to send, or None to say nothing (recorded as ``plugin_declined``).
    """


@hookspec
def delivery_bounced(event: DeliveryBounced, options: object) -> Notice | None:
    """A delivery that had been accepted came back.

    Only bounces that match a delivery by our own token ring.

    :param event: the `DeliveryBounced`, frozen, with the state after the act.
    :param options: the plugin's own ``Options``, resolved field by field for the department of the ticket, or globally.
    :returns: the `Notice` to send, or None to say nothing (recorded as ``plugin_declined``).
    """


@hookspec
def login_failures_exceeded(event: LoginFailuresExceeded, options: object) -> Notice | None:
    """Failed logins passed the limit for an account or a network address.

    Once per window; all counters that passed are named.

    :param event: the `LoginFailuresExceeded`, frozen, with the state after the act.
    :param options: the plugin's own ``Options``, resolved field by field for the department of the ticket, or globally.
    :returns: the `Notice` to send, or None to say nothing (recorded as ``plugin_declined``).
    """


@hookspec
def system_error(event: SystemErrorReported, options: object) -> Notice | None:
    """Something failed that an administrator must look at.

    Grouped: one per fingerprint and 10 minutes, with a count. The text holds no secret.

    :param event: the `SystemErrorReported`, frozen, with the state after the act.
    :param options: the plugin's own ``Options``, resolved field by field for the department of the ticket, or globally.
    :returns: the `Notice` to send, or None to say nothing (recorded as ``plugin_declined``).
    """


@hookspec
def database_error(event: DatabaseErrorReported, options: object) -> Notice | None:
    """The database answered with an error that nobody expected.

    May be rung without being written to the journal, for the journal is in that database.

    :param event: the `DatabaseErrorReported`, frozen, with the state after the act.
    :param options: the plugin's own ``Options``, resolved field by field for the department of the ticket, or globally.
    :returns: the `Notice` to send, or None to say nothing (recorded as ``plugin_declined``).
    """


@hookspec
def plugin_quarantined(event: PluginQuarantined, options: object) -> Notice | None:
    """A plugin was set aside because it failed or hung.

    It is asked no more until an administrator retries it.

    :param event: the `PluginQuarantined`, frozen, with the state after the act.
    :param options: the plugin's own ``Options``, resolved field by field for the department of the ticket, or globally.
    :returns: the `Notice` to send, or None to say nothing (recorded as ``plugin_declined``).
    """


@hookspec
def before_ticket_created(draft: TicketDraft, options: object) -> TicketDraft | Refusal | None:
    """A ticket is about to be opened; change its routing or refuse it.

    Called before the transaction opens, plugins in name order, each seeing what the one before answered; the answer is
    validated inside the transaction. Switches and options are those of the place where the ticket would be opened if no
    plugin changed it. An item of the options that names what the desk does not have is left out, and reported.

    :param draft: the ticket as it would be opened.
    :param options: the plugin's own ``Options``, resolved field by field for the department of the draft.
    :returns: a changed draft, a `Refusal` with its reason (a refused mail is kept and listed), or None to leave it alone.
    """


@hookspec
def before_message_accepted(draft: MessageDraft, options: object) -> MessageDraft | Refusal | None:
    """A message is about to be appended to a ticket; change its text or refuse it.

    :param draft: the message as it would be appended.
    :param options: the plugin's own ``Options``, resolved field by field for the department of the ticket.
    :returns: a changed draft, a `Refusal` with its reason (a refused mail is kept and listed), or None to leave it alone.
    """


@hookspec
def before_delivery(event: Event, plugin: str, address: str, roles: tuple[str, ...]) -> Refusal | None:
    """Somebody is about to be told; say no. Asked after all rules of the core but shadow, once per surviving candidate.

    :param event: what the notice is about.
    :param plugin: the name of the plugin that answered it.
    :param address: where the notice would go.
    :param roles: every role in which the person is a candidate.
    :returns: a `Refusal`, recorded as ``<your plugin's name>:<reason>``, or None.
    """


@hookspec
def template_folders() -> Path | None:
    """Where the plugin's template folders are, for a plugin that brings its own.

    :returns: a folder that holds one hyphenated folder per template, or None.
    """


@hookspec
def register_roles() -> Mapping[str, Callable[[Ticket], tuple[str, ...]]] | None:
    """Roles that the house does not know, for use in the plugin's own audience.

    :returns: role name (``"<plugin>:<role>"``) -> a callable that takes the `Ticket` and returns the addresses of agents;
        or None.
    """

"""Events to ring, each as its act would leave the ticket; whatever a test does not name is plain and the same everywhere.

Names and texts are full of what hurts templates: markup, template syntax, letters of the whole world.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import attrs

from deskbell.core.contract.events import (
    AgentMentioned,
    DatabaseErrorReported,
    DeliveryBounced,
    DeliveryFailed,
    Incoming,
    LoginFailuresExceeded,
    MessagePosted,
    NotePosted,
    PluginQuarantined,
    ReplyPosted,
    SystemErrorReported,
    TicketAssigned,
    TicketCreated,
    TicketDueSoon,
    TicketEscalated,
    TicketLimitReached,
    TicketOverdue,
    TicketRefused,
    TicketTransferred,
)
from deskbell.core.contract.people import SYSTEM, Actor, ActorKind, Agent, EndUser, Team
from deskbell.core.contract.tickets import (
    Attachment,
    Collaborator,
    Department,
    Entry,
    EntryKind,
    HelpTopic,
    Mailbox,
    Origin,
    Priority,
    Ticket,
    TicketStatus,
)

WHEN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DUE = WHEN + timedelta(hours=8)
SUPPORT = Department(1, "Support")
SALES = Department(2, "Sales & more")
BOB = Agent(3, "Bob Ray", "bob@example.com")
CLEO = Agent(4, "Cleo <Fox>", "cleo@example.com")
PRINTERS = Team(1, "Printers")
ADA = EndUser(7, "Ada Möss", "ada@customer.example")
CY = EndUser(8, "Cy Young", "cy@customer.example")
PHOTO = Attachment("photo.jpg", "image/jpeg", 345_678, "0" * 64)
BY_ADA = Actor(ActorKind.END_USER, ADA.id, ADA.name, ADA.address)
BY_BOB = Actor(ActorKind.AGENT, BOB.id, BOB.name, BOB.address)
MESSAGE = "Hello,\n\nthe printer <script>alert(1)</script> is empty & cold.\nüäö 你好\n\nAda\n"
REPLY = "Dear Ada,\n\nplease press <b>both</b> buttons & wait for {{ one }} minute.\n\nGood luck!\nBob\n"
NOTE = "@bob the <i>fuser</i> broke again, see {{ ticket }}.\n\nCan you order one?\n"


def by_ada(*, verified: bool = True) -> Actor:
    """The owner as an actor; unverified she is only a From header."""
    return attrs.evolve(BY_ADA, verified=verified)


def message(*, verified: bool = True, **changes: Any) -> Entry:
    """What Ada wrote."""
    entry = Entry(1, EntryKind.MESSAGE, by_ada(verified=verified), MESSAGE, WHEN, verified=verified)
    return attrs.evolve(entry, **changes)


def reply(**changes: Any) -> Entry:
    """What Bob answered."""
    return attrs.evolve(Entry(2, EntryKind.REPLY, BY_BOB, REPLY, WHEN), **changes)


def note(**changes: Any) -> Entry:
    """What Cleo noted for Bob."""
    author = Actor(ActorKind.AGENT, CLEO.id, CLEO.name, CLEO.address)
    return attrs.evolve(Entry(3, EntryKind.NOTE, author, NOTE, WHEN), **changes)


def ticket(**changes: Any) -> Ticket:
    """Ada's ticket, with topic and assignee."""
    plain = Ticket(
        id=1,
        number="100001",
        subject="The printer <b>is</b> out of {{ toner }}",
        status=TicketStatus.OPEN,
        priority=Priority.HIGH,
        origin=Origin.MAIL,
        owner=ADA,
        department=SUPPORT,
        created_at=WHEN,
        topic=HelpTopic(1, "Printers"),
        agent=BOB,
        collaborators=(Collaborator(CY),),
    )
    return attrs.evolve(plain, **changes)


def bare_ticket(**changes: Any) -> Ticket:
    """A ticket that has only what every ticket has: no subject, no name, nobody assigned."""
    nothing: dict[str, Any] = {
        "subject": "",
        "priority": Priority.NORMAL,
        "owner": attrs.evolve(ADA, name=""),
        "topic": None,
        "agent": None,
        "collaborators": (),
    }
    return ticket(**{**nothing, **changes})


def by_mail(**changes: Any) -> Incoming:
    """A mail that came by the mailbox of Support."""
    return attrs.evolve(Incoming(Mailbox(1, "support", "support@example.com")), **changes)


def _common(**changes: Any) -> dict[str, Any]:
    return {"id": 1, "act": "a", "at": WHEN, "actor": BY_ADA, **changes}


def _of_ticket(**changes: Any) -> dict[str, Any]:
    return _common(**{"ticket": ticket(), **changes})


def created(**changes: Any) -> TicketCreated:
    """Ada opened a ticket."""
    return TicketCreated(**_of_ticket(**{"entry": message(), **changes}))


def created_by_agent(**changes: Any) -> TicketCreated:
    """Bob opened a ticket for Ada; without a reply unless `entry` is one."""
    return TicketCreated(**_of_ticket(**{"actor": BY_BOB, **changes}))


def message_posted(**changes: Any) -> MessagePosted:
    """Ada wrote once more."""
    return MessagePosted(**_of_ticket(**{"entry": message(), **changes}))


def reply_posted(**changes: Any) -> ReplyPosted:
    """Bob answered."""
    return ReplyPosted(**_of_ticket(**{"actor": BY_BOB, "entry": reply(), **changes}))


def note_posted(**changes: Any) -> NotePosted:
    """Cleo left a note."""
    entry = note()
    return NotePosted(**_of_ticket(**{"actor": entry.author, "entry": entry, **changes}))


def mentioned(**changes: Any) -> AgentMentioned:
    """Cleo's note calls for Bob."""
    entry = note()
    return AgentMentioned(**_of_ticket(**{"actor": entry.author, "agent": BOB, "entry": entry, **changes}))


def assigned(**changes: Any) -> TicketAssigned:
    """Cleo gave the ticket to Bob."""
    return TicketAssigned(**_of_ticket(**{"actor": note().author, "agent": BOB, **changes}))


def transferred(**changes: Any) -> TicketTransferred:
    """Bob moved the ticket from Sales to Support."""
    return TicketTransferred(**_of_ticket(**{"actor": BY_BOB, "before": SALES, "after": SUPPORT, **changes}))


def due_soon(**changes: Any) -> TicketDueSoon:
    """The ticket is due within the hour."""
    return TicketDueSoon(**_of_ticket(**{"actor": SYSTEM, "due_at": DUE, **changes}))


def overdue(**changes: Any) -> TicketOverdue:
    """The due date passed."""
    return TicketOverdue(**_of_ticket(**{"actor": SYSTEM, "due_at": DUE, **changes}))


def escalated(**changes: Any) -> TicketEscalated:
    """Step 2: for an hour and a half nobody moved."""
    said = {"actor": SYSTEM, "step": 2, "after_seconds": 5400, "roles": ("department_manager", "watcher"), **changes}
    return TicketEscalated(**_of_ticket(**said))


def limit_reached(**changes: Any) -> TicketLimitReached:
    """Ada's newest ticket is her twentieth."""
    return TicketLimitReached(**_of_ticket(**{"limit": 20, "open_tickets": 20, **changes}))


def refused(**changes: Any) -> TicketRefused:
    """Ada's twenty-first request was kept."""
    said = {
        "end_user": ADA,
        "department": SUPPORT,
        "reason": "overlimit",
        "raw_mail_id": 3,
        "subject": "One <b>more</b> {{ copier }}",
        **changes,
    }
    return TicketRefused(**_common(**said))


def _of_delivery(**changes: Any) -> dict[str, Any]:
    delivery = {
        "actor": SYSTEM,
        "delivery_id": 17,
        "plugin": "reply-to-end-user",
        "channel": "smtp",
        "address": ADA.address,
        "reason": "550 5.1.1 <ada@customer.example>: user unknown",
        "to_end_user": True,
    }
    return _of_ticket(**{**delivery, **changes})


def delivery_failed(**changes: Any) -> DeliveryFailed:
    """Bob's reply did not get through to Ada."""
    return DeliveryFailed(**_of_delivery(**changes))


def delivery_bounced(**changes: Any) -> DeliveryBounced:
    """Bob's reply came back."""
    return DeliveryBounced(**_of_delivery(**{"permanent": True, **changes}))


def logins_failed(**changes: Any) -> LoginFailuresExceeded:
    """Somebody guesses Bob's password."""
    said = {
        "actor": SYSTEM,
        "counters": ("account bob@example.com", "address 192.0.2.7"),
        "failures": 11,
        "window_seconds": 900,
        **changes,
    }
    return LoginFailuresExceeded(**_common(**said))


def system_error(**changes: Any) -> SystemErrorReported:
    """The mail server does not let us in."""
    said = {
        "actor": SYSTEM,
        "fingerprint": "fetch:support",
        "title": "Mail of 'support' cannot be fetched",
        "detail": "<imap.example.com> refused the login",
        **changes,
    }
    return SystemErrorReported(**_common(**said))


def database_error(**changes: Any) -> DatabaseErrorReported:
    """The disk of the database is full."""
    said = {
        "actor": SYSTEM,
        "fingerprint": "database:OperationalError",
        "title": "OperationalError in the worker",
        "detail": "database or disk is full",
        **changes,
    }
    return DatabaseErrorReported(**_common(**said))


def quarantined(**changes: Any) -> PluginQuarantined:
    """A plugin of a stranger is set aside."""
    said = {"actor": SYSTEM, "plugin": "vip-alert", "reason": "it failed five times in a row", **changes}
    return PluginQuarantined(**_common(**said))

"""The rows of the gate table: every message of the built-in plugins, as its act leaves the desk when nothing is special.

Every role that can be ticked is ticked, and a plugin that is off by default is on. Olga owns the ticket, Carl and Tess are its
collaborators. It lies in Support: Mia is the manager, Ann and Bob are primary members, Ed is an extended one. Sue has it, with
the team Network: Lea leads, Tom is a member. Bob answered last, Ed watches. Ada is an administrator, Gus the account manager.
Whatever an agent does, Ada does.
"""

from datetime import timedelta

import attrs

from deskbell.core.contract import events
from deskbell.core.contract.kinds import Level, Switch
from deskbell.core.contract.people import SYSTEM, Role
from deskbell.core.contract.tickets import Department, EntryKind
from deskbell.core.store.directory import SwitchRecord
from stand_ins.paper_desk import NOW, acting, agent, writing

from .scene import BY_MAIL, NETWORK_TEAM, SUPPORT, Scene

ADA = acting("Ada")
OLGA = writing()
NEW = {"agent": None, "team": False, "last_respondent": None, "watchers": ()}
NOBODYS = {"agent": None, "team": False}
AUTOMATIC = attrs.evolve(BY_MAIL, check="auto_submitted", automatic=True)
BY_AGENT_OFF = (SwitchRecord(plugin="new-ticket-by-agent-notice", level=Level.GLOBAL, position=Switch.OFF),)
DELIVERY = {"delivery_id": 1, "plugin": "reply-to-end-user", "channel": "smtp", "address": "olga@example.net",
            "reason": "550 no such user", "to_end_user": True}  # fmt: skip
BOUNCE = {**DELIVERY, "permanent": True}
STEP = (
    Role.ADMIN_ADDRESS, Role.LAST_RESPONDENT, Role.ASSIGNED_AGENT, Role.ASSIGNED_TEAM_MEMBER, Role.TEAM_LEAD,
    Role.DEPARTMENT_MANAGER, Role.WATCHER,
)  # fmt: skip


def _mail(plugin: str, subject: str, kind: type[events.Event], **more: object) -> Scene:
    """An end user wrote a mail."""
    plain: dict[str, object] = {"actor": OLGA, "words": EntryKind.MESSAGE, "incoming": BY_MAIL}
    return Scene(plugin=plugin, subject=subject, kind=kind, **{**plain, **more})  # type: ignore[arg-type]


def _agent(plugin: str, subject: str, kind: type[events.Event], **more: object) -> Scene:
    """An agent did something."""
    return Scene(plugin=plugin, subject=subject, kind=kind, **{"actor": ADA, **more})  # type: ignore[arg-type]


def _clock(plugin: str, subject: str, kind: type[events.Event], **more: object) -> Scene:
    """Nobody did anything."""
    return Scene(plugin=plugin, subject=subject, kind=kind, actor=SYSTEM, **more)  # type: ignore[arg-type]


SECTION_3: dict[str, Scene] = {
    "new-ticket-autoresponse": _mail("new-ticket-autoresponse", "Olga", events.TicketCreated, ticket=NEW),
    "new-ticket-by-agent-notice": _agent("new-ticket-by-agent-notice", "Olga", events.TicketCreated, ticket=NEW),
    "new-ticket-by-agent-notice, first reply": _agent(
        "new-ticket-by-agent-notice", "Olga", events.TicketCreated, ticket=NEW, words=EntryKind.REPLY
    ),
    "new-message-autoresponse": _mail("new-message-autoresponse", "Olga", events.MessagePosted, position=Switch.ON),
    "new-message-participant-notice": _mail("new-message-participant-notice", "Carl", events.MessagePosted),
    "overlimit-notice, reached": _mail(
        "overlimit-notice", "Olga", events.TicketLimitReached, ticket=NEW, words=None,
        facts={"limit": 20, "open_tickets": 20},
    ),
    "overlimit-notice, refused": _mail(
        "overlimit-notice", "Olga", events.TicketRefused, words=None,
        facts={"department": Department(SUPPORT, "Support"), "reason": "overlimit", "subject": "Printer"},
    ),
    "reply-to-end-user": _agent("reply-to-end-user", "Olga", events.ReplyPosted, words=EntryKind.REPLY),
    "reply-to-end-user, first reply": _agent(
        "reply-to-end-user", "Olga", events.TicketCreated, ticket=NEW, words=EntryKind.REPLY, others=BY_AGENT_OFF
    ),
}  # fmt: skip

SECTION_4: dict[str, Scene] = {
    "new-ticket-alert": _mail(
        "new-ticket-alert", "Mia", events.TicketCreated, ticket=NEW,
        ticks=(Role.ADMINISTRATOR, Role.DEPARTMENT_MEMBER, Role.ACCOUNT_MANAGER),
    ),
    "new-message-alert": _mail(
        "new-message-alert", "Sue", events.MessagePosted, ticks=(Role.DEPARTMENT_MANAGER,)
    ),
    "new-message-alert, automatic message": _mail(
        "new-message-alert", "Sue", events.MessagePosted, ticks=(Role.DEPARTMENT_MANAGER,), incoming=AUTOMATIC
    ),
    "internal-note-alert": _agent(
        "internal-note-alert", "Sue", events.NotePosted, ticks=(Role.DEPARTMENT_MANAGER,), words=EntryKind.NOTE
    ),
    "ticket-assignment-alert": _agent(
        "ticket-assignment-alert", "Sue", events.TicketAssigned, ticks=(Role.ASSIGNED_TEAM_MEMBER,),
        facts={"agent": agent("Sue"), "team": NETWORK_TEAM},
    ),
    "ticket-transfer-alert": _agent(
        "ticket-transfer-alert", "Mia", events.TicketTransferred, ticks=(Role.DEPARTMENT_MEMBER,),
        facts={"before": Department(3, "Sales"), "after": Department(SUPPORT, "Support")},
    ),
    "ticket-overdue-alert": _clock(
        "ticket-overdue-alert", "Sue", events.TicketOverdue, ticks=(Role.ADMINISTRATOR, Role.DEPARTMENT_MEMBER),
        facts={"due_at": NOW},
    ),
    "ticket-due-soon-alert": _clock(
        "ticket-due-soon-alert", "Sue", events.TicketDueSoon, ticks=(Role.DEPARTMENT_MANAGER,), position=Switch.ON,
        facts={"due_at": NOW + timedelta(hours=1)},
    ),
    "escalation-alert": _clock(
        "escalation-alert", "Sue", events.TicketEscalated, position=Switch.ON,
        facts={"step": 1, "after_seconds": 3600, "roles": STEP},
    ),
    "mention-alert": _agent(
        "mention-alert", "Ann", events.AgentMentioned, words=EntryKind.NOTE, facts={"agent": agent("Ann")}
    ),
    "delivery-failed-alert, assigned": _clock(
        "delivery-failed-alert", "Sue", events.DeliveryFailed, facts=DELIVERY
    ),
    "delivery-failed-alert, unassigned": _clock(
        "delivery-failed-alert", "Mia", events.DeliveryFailed, ticket=NOBODYS, facts=DELIVERY
    ),
    "delivery-bounced-alert, assigned": _clock(
        "delivery-bounced-alert", "Sue", events.DeliveryBounced, facts=BOUNCE
    ),
    "delivery-bounced-alert, unassigned": _clock(
        "delivery-bounced-alert", "Mia", events.DeliveryBounced, ticket=NOBODYS, facts=BOUNCE
    ),
}  # fmt: skip

FAULT = {"fingerprint": "f", "title": "Mail cannot be fetched", "detail": "The server does not answer."}
SECTION_5: dict[str, Scene] = {
    "system-error-alert": _clock("system-error-alert", "boss", events.SystemErrorReported, facts=FAULT),
    "system-error-alert, plugin set aside": _clock(
        "system-error-alert", "boss", events.PluginQuarantined, facts={"plugin": "vip-alert", "reason": "it hung"}
    ),
    "database-error-alert": _clock("database-error-alert", "boss", events.DatabaseErrorReported, facts=FAULT),
    "excessive-login-alert": _clock(
        "excessive-login-alert", "boss", events.LoginFailuresExceeded,
        facts={"counters": ("account sue@example.com",), "failures": 11, "window_seconds": 900},
    ),
}  # fmt: skip

MESSAGES: dict[str, Scene] = {**SECTION_3, **SECTION_4, **SECTION_5}

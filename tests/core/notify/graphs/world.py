"""Random desks and random acts on them, dealt from a deck."""

from datetime import timedelta
from typing import Any

import attrs

from deskbell.core.contract import events
from deskbell.core.contract.events import Event, Incoming
from deskbell.core.contract.kinds import Level, Switch
from deskbell.core.contract.people import SYSTEM, Actor, ActorKind, Agent, EndUser, Organization, Team
from deskbell.core.contract.tickets import (
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
from deskbell.core.store.directory import (
    AgentRecord,
    DepartmentRecord,
    Directory,
    ExtendedMember,
    MailboxRecord,
    OptionRecord,
    OrganizationRecord,
    Profile,
    RecipientsMode,
    SwitchRecord,
    TeamMember,
    TeamRecord,
    TopicRecord,
)
from stand_ins.paper_desk import NOW

from .contract import ALERT, AUTORESPONDER, CORRESPONDENCE, KINDS, SYSTEM_ALERT, TICKS
from .deck import Deck

AGENTS = (1, 2, 3, 4, 5, 6)
DEPARTMENTS = (1, 2, 3)
TEAMS = (1, 2)
USERS = (1, 2, 3, 4)
ACME = Organization(1, "Acme", account_manager_id=None)
MAILBOX = Mailbox(1, "support", "support@example.com")
SYSTEM_ADDRESS = "support@example.com"
CHECKS = ("", "", "auto_submitted", "mailing_list", "report")
AUTOMATIC = frozenset({"auto_submitted", "report"})
DIRECTORY_BYTES, ACT_BYTES = 280, 44


# --- a desk ---


def directory(deck: Deck, *, revision: int) -> Directory:
    """Six agents, three departments, two teams; every agent may be anything, a substitute's substitute too."""
    return Directory(
        revision=revision,
        profile=Profile(admin_address=deck.pick(("boss@example.com", "A1@EXAMPLE.com", "a2@example.com", ""))),
        agents={number: _agent_record(deck, number) for number in AGENTS},
        organizations={1: OrganizationRecord(id=1, name="Acme", account_manager_id=_maybe(deck, AGENTS))},
        departments={number: _department(deck, number) for number in DEPARTMENTS},
        teams={number: _team(deck, number) for number in TEAMS},
        topics={1: TopicRecord(id=1, name="Printers")},
        mailboxes={1: MailboxRecord(id=1, name="support", address=SYSTEM_ADDRESS, department_id=1)},
        switches=tuple(switch for plugin in KINDS for switch in _switches(deck, plugin)),
        options=tuple(option for plugin in KINDS for option in _ticks(deck, plugin)),
        quarantined={plugin: "it hung" for plugin in (deck.pick((*KINDS,)),) if deck.chance(4)},
    )


def _maybe(deck: Deck, options: tuple[int, ...]) -> int | None:
    return deck.pick((None, *options))


def _agent_record(deck: Deck, number: int) -> AgentRecord:
    usual = f"a{number}@example.com"
    start = deck.pick((None, None, NOW - timedelta(days=1), NOW + timedelta(days=1)))
    end = deck.pick((None, NOW - timedelta(hours=1), NOW + timedelta(days=2))) if start is not None else None
    return AgentRecord(
        id=number,
        name=f"A{number}",
        address=deck.pick((usual, usual, usual.upper(), "" if number == 6 else usual)),
        is_admin=deck.chance(6),
        active=not deck.chance(5),
        alert_only=deck.chance(8),
        leave_from=start,
        leave_until=end,
        substitute_id=_maybe(deck, AGENTS),
    )


def _department(deck: Deck, number: int) -> DepartmentRecord:
    return DepartmentRecord(
        id=number,
        name=f"D{number}",
        parent_id=_maybe(deck, tuple(each for each in DEPARTMENTS if each < number)),
        manager_id=_maybe(deck, AGENTS),
        recipients_mode=deck.pick(tuple(RecipientsMode)),
        members=deck.some(AGENTS, one_in=3),
        extended=tuple(
            ExtendedMember(agent_id=each, alerts=not deck.chance(3)) for each in deck.some(AGENTS, one_in=3)
        ),
    )


def _team(deck: Deck, number: int) -> TeamRecord:
    return TeamRecord(
        id=number,
        name=f"T{number}",
        lead_id=_maybe(deck, AGENTS),
        alerts=not deck.chance(4),
        members=tuple(TeamMember(agent_id=each, alerts=not deck.chance(3)) for each in deck.some(AGENTS, one_in=3)),
    )


LEVELS: dict[str, tuple[tuple[Level, int], ...]] = {
    SYSTEM_ALERT: ((Level.GLOBAL, 0),),
    CORRESPONDENCE: ((Level.GLOBAL, 0), *((Level.DEPARTMENT, each) for each in DEPARTMENTS)),
    ALERT: ((Level.GLOBAL, 0), *((Level.DEPARTMENT, each) for each in DEPARTMENTS), (Level.TOPIC, 1)),
    AUTORESPONDER: (
        (Level.GLOBAL, 0),
        *((Level.DEPARTMENT, each) for each in DEPARTMENTS),
        (Level.TOPIC, 1),
        (Level.MAILBOX, 1),
    ),
}


def _switches(deck: Deck, plugin: str) -> list[SwitchRecord]:
    """Mostly none, else one place or two at which the plugin can be switched."""
    if plugin == "system-error-alert":
        return []
    places = {deck.pick(LEVELS[KINDS[plugin]]) for _ in range(deck.pick((0, 0, 1, 2)))}
    return [
        SwitchRecord(
            plugin=plugin,
            level=level,
            scope_id=scope,
            position=_position(deck, plugin, level),
            shadow=_shadow(deck, level),
        )
        for level, scope in sorted(places)
    ]


def _position(deck: Deck, plugin: str, level: Level) -> Switch | None:
    if level is Level.GLOBAL:
        opt_in = Switch.ON if KINDS[plugin] == SYSTEM_ALERT else Switch.OPT_IN
        return deck.pick((Switch.ON, None, opt_in, Switch.OFF))
    if level is Level.DEPARTMENT:
        return deck.pick((Switch.ON, Switch.INHERIT, Switch.OFF))
    return deck.pick((Switch.INHERIT, Switch.OFF))


def _shadow(deck: Deck, level: Level) -> bool | None:
    return True if level in (Level.GLOBAL, Level.DEPARTMENT) and deck.chance(3) else None


def _ticks(deck: Deck, plugin: str) -> list[OptionRecord]:
    """The defaults or every role, and one role or two ticked or not, for the desk or a department."""
    if KINDS[plugin] == SYSTEM_ALERT:
        return []
    roles = tuple(TICKS[plugin])
    every = ((Level.GLOBAL, 0),) if deck.chance(2) else ()
    places = ((Level.GLOBAL, 0), *((Level.DEPARTMENT, each) for each in DEPARTMENTS))
    values = {(place, role): True for place in every for role in roles}
    values |= {(deck.pick(places), deck.pick(roles)): not deck.chance(3) for _ in range(deck.pick((0, 1, 2)))}
    return [
        OptionRecord(plugin=plugin, level=level, scope_id=scope, field=f"audience.{role}", value=value)
        for ((level, scope), role), value in sorted(values.items())
    ]


# --- what happens on it ---


@attrs.frozen
class Stage:
    """What all events of one act have in common."""

    deck: Deck
    directory: Directory
    act: str
    ticket: Ticket
    first_id: int

    def event(self, kind: type[Event], actor: Actor, *, place: int = 0, **facts: Any) -> Any:
        """An event of the ticket."""
        return kind(
            **{"id": self.first_id + place, "act": self.act, "at": NOW, "actor": actor, "ticket": self.ticket, **facts}
        )

    def with_ticket(self, **changes: Any) -> "Stage":
        """The stage after the ticket has changed."""
        return attrs.evolve(self, ticket=attrs.evolve(self.ticket, **changes))


def user(deck: Deck, number: int) -> EndUser:
    """One of four end users; the third has the address of an agent in capitals, the fourth that of a mailbox or of the third."""
    usual = f"u{number}@example.net"
    address = {3: "A3@EXAMPLE.COM", 4: deck.pick((usual, SYSTEM_ADDRESS.title(), "a3@example.com"))}.get(number, usual)
    return EndUser(number, f"U{number}", address, ACME if number % 2 else None)


def agent(directory: Directory, agent_id: int | None) -> Agent | None:
    """An agent as tickets name one."""
    if agent_id is None:
        return None
    record = directory.agents[agent_id]
    return Agent(agent_id, record.name, record.address)


def act(deck: Deck, directory: Directory, *, number: int, first_id: int) -> tuple[Event, ...]:
    """The events of one act, the ticket being as the act leaves it."""
    stage = Stage(deck, directory, f"act {number}", _ticket(deck, directory, number), first_id)
    happens = deck.pick(
        (_opened, _opened, _wrote, _wrote, _replied, _noted, _assigned, _moved, _clock, _delivery, _refused, _desk)
    )
    return happens(stage)


def _ticket(deck: Deck, directory: Directory, number: int) -> Ticket:
    department = directory.departments[deck.pick(DEPARTMENTS)]
    team_id = _maybe(deck, TEAMS)
    others = deck.some(USERS, one_in=3)
    return Ticket(
        id=number,
        number=f"{100000 + number}",
        subject="Printer",
        status=TicketStatus.OPEN,
        priority=Priority.NORMAL,
        origin=Origin.MAIL,
        owner=user(deck, deck.pick(USERS)),
        department=Department(department.id, department.name),
        created_at=NOW,
        topic=deck.pick((None, HelpTopic(1, "Printers"))),
        agent=agent(directory, _maybe(deck, AGENTS)),
        team=None if team_id is None else Team(team_id, f"T{team_id}"),
        last_respondent=agent(directory, _maybe(deck, AGENTS)),
        collaborators=tuple(Collaborator(user(deck, each), active=not deck.chance(4)) for each in others),
        watchers=tuple(
            watcher for each in deck.some(AGENTS, one_in=6) if (watcher := agent(directory, each)) is not None
        ),
    )


def _mail(stage: Stage) -> Incoming | None:
    deck = stage.deck
    if deck.chance(4):
        return None
    check = deck.pick(CHECKS)
    addressed = frozenset(f"u{each}@example.net" for each in deck.some((1, 2, 4), one_in=2))
    return Incoming(MAILBOX, check=check, automatic=check in AUTOMATIC, addressed=addressed)


def _as_user(stage: Stage, someone: EndUser) -> Actor:
    verified = not stage.deck.chance(4)
    return Actor(ActorKind.END_USER, someone.id, someone.name, someone.address, verified=verified)


def _as_agent(stage: Stage) -> Actor:
    someone = agent(stage.directory, stage.deck.pick(AGENTS))
    assert someone is not None
    return Actor(ActorKind.AGENT, someone.id, someone.name, someone.address)


def _entry(kind: EntryKind, author: Actor, *, automatic: bool = False, held: bool = False) -> Entry:
    return Entry(1, kind, author, "Hello", NOW, verified=author.verified, automatic=automatic, held=held)


def _opened(stage: Stage) -> tuple[Event, ...]:
    """A ticket is opened, perhaps with an assignment, perhaps one too many."""
    by_agent = stage.deck.chance(3)
    stage = stage.with_ticket(last_respondent=None, watchers=())
    if stage.deck.chance(2):
        stage = stage.with_ticket(agent=None, team=None)
    first = _opened_by_agent(stage) if by_agent else _opened_by_owner(stage)
    happened = [first]
    ticket = stage.ticket
    if ticket.agent is not None or ticket.team is not None:
        happened.append(
            stage.event(
                events.TicketAssigned, first.actor, place=1, agent=ticket.agent, team=ticket.team, at_creation=True,
                incoming=first.incoming,
            )
        )  # fmt: skip
    if stage.deck.chance(3):
        happened.append(
            stage.event(
                events.TicketLimitReached, first.actor, place=2, limit=20, open_tickets=20, incoming=first.incoming
            )
        )
    return tuple(happened)


def _opened_by_owner(stage: Stage) -> Any:
    actor, incoming = _as_user(stage, stage.ticket.owner), _mail(stage)
    entry = _entry(EntryKind.MESSAGE, actor, automatic=incoming is not None and incoming.automatic)
    return stage.event(events.TicketCreated, actor, entry=entry, incoming=incoming)


def _opened_by_agent(stage: Stage) -> Any:
    actor = _as_agent(stage)
    entry = _entry(EntryKind.REPLY, actor) if stage.deck.chance(2) else None
    return stage.event(events.TicketCreated, actor, entry=entry, send_notice=not stage.deck.chance(4))


def _wrote(stage: Stage) -> tuple[Event, ...]:
    """A participant writes, or a stranger, whose message is held; perhaps that opens the ticket again."""
    participants = [stage.ticket.owner, *(each.user for each in stage.ticket.collaborators)]
    stranger = stage.deck.chance(5)
    author = EndUser(9, "U9", "u9@example.net") if stranger else stage.deck.pick(participants)
    actor, incoming = _as_user(stage, author), _mail(stage)
    automatic = incoming is not None and incoming.automatic
    entry = _entry(EntryKind.MESSAGE, actor, automatic=automatic, held=stranger)
    happened = [stage.event(events.MessagePosted, actor, entry=entry, incoming=incoming)]
    if stage.deck.chance(4):
        happened.append(stage.event(events.TicketReopened, actor, place=1))
    return tuple(happened)


def _replied(stage: Stage) -> tuple[Event, ...]:
    actor = _as_agent(stage)
    chosen = frozenset(stage.deck.some(USERS, one_in=2)) if stage.deck.chance(2) else None
    entry = _entry(EntryKind.REPLY, actor)
    return (stage.event(events.ReplyPosted, actor, entry=entry, chosen=chosen, send_notice=not stage.deck.chance(4)),)


def _noted(stage: Stage) -> tuple[Event, ...]:
    """A note, which may name agents."""
    actor = _as_agent(stage)
    entry = _entry(EntryKind.NOTE, actor)
    mentioned = stage.deck.some(AGENTS, one_in=4)[:2]
    mentions = [
        stage.event(events.AgentMentioned, actor, place=1 + place, agent=agent(stage.directory, each), entry=entry)
        for place, each in enumerate(mentioned)
    ]
    return (stage.event(events.NotePosted, actor, entry=entry), *mentions)


def _assigned(stage: Stage) -> tuple[Event, ...]:
    """An agent, a team or both are new, by hand or by the desk."""
    actor = SYSTEM if stage.deck.chance(4) else _as_agent(stage)
    newly = stage.deck.pick(("agent", "team", "both"))
    return (
        stage.event(
            events.TicketAssigned,
            actor,
            agent=stage.ticket.agent if newly != "team" else None,
            team=stage.ticket.team if newly != "agent" else None,
        ),
    )


def _moved(stage: Stage) -> tuple[Event, ...]:
    before = stage.directory.departments[stage.deck.pick(DEPARTMENTS)]
    return (
        stage.event(
            events.TicketTransferred,
            _as_agent(stage),
            before=Department(before.id, before.name),
            after=stage.ticket.department,
        ),
    )


def _clock(stage: Stage) -> tuple[Event, ...]:
    match stage.deck.number(3):
        case 0:
            return (stage.event(events.TicketOverdue, SYSTEM, due_at=NOW),)
        case 1:
            return (stage.event(events.TicketDueSoon, SYSTEM, due_at=NOW),)
        case _:
            roles = stage.deck.some(TICKS["escalation-alert"], one_in=3)
            return (stage.event(events.TicketEscalated, SYSTEM, step=1, after_seconds=3600, roles=roles),)


def _delivery(stage: Stage) -> tuple[Event, ...]:
    facts: dict[str, Any] = {
        "delivery_id": 1,
        "plugin": "reply-to-end-user",
        "channel": "smtp",
        "address": "u1@example.net",
        "reason": "550",
        "to_end_user": not stage.deck.chance(4),
        "ticket": None if stage.deck.chance(5) else stage.ticket,
    }
    if stage.deck.chance(2):
        return (stage.event(events.DeliveryBounced, SYSTEM, permanent=True, **facts),)
    return (stage.event(events.DeliveryFailed, SYSTEM, **facts),)


def _refused(stage: Stage) -> tuple[Event, ...]:
    ticket = stage.ticket
    return (
        events.TicketRefused(
            id=stage.first_id,
            act=stage.act,
            at=NOW,
            actor=_as_user(stage, ticket.owner),
            end_user=ticket.owner,
            department=ticket.department,
            reason=stage.deck.pick(("overlimit", "spam")),
            incoming=_mail(stage),
        ),
    )


def _desk(stage: Stage) -> tuple[Event, ...]:
    """Something about the desk itself."""
    common: dict[str, Any] = {"id": stage.first_id, "act": stage.act, "at": NOW, "actor": SYSTEM}
    match stage.deck.number(4):
        case 0:
            return (events.SystemErrorReported(**common, fingerprint="f", title="Disk full", detail=""),)
        case 1:
            return (events.PluginQuarantined(**common, plugin="vip-alert", reason="it hung"),)
        case 2:
            return (events.DatabaseErrorReported(**common, fingerprint="f", title="Locked", detail=""),)
        case _:
            return (events.LoginFailuresExceeded(**common, counters=("account a",), failures=11, window_seconds=900),)

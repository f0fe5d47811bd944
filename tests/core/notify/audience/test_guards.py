"""Bans, suppressed addresses, windows, chosen collaborators and reply-all, as the audience judges them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from deskbell.core.contract.events import Event, Incoming, ReplyPosted, TicketLimitReached
from deskbell.core.contract.kinds import Autoresponder, Plugin
from deskbell.core.contract.notices import Once, Per
from deskbell.core.contract.people import EndUser, Role
from deskbell.core.contract.tickets import Collaborator, EntryKind, Mailbox
from deskbell.core.store.guards import Guard, Guards
from stand_ins.paper_desk import (
    NOW,
    OTHER,
    OWNER,
    acting,
    agent,
    alert,
    autoresponder,
    codes,
    correspondence,
    created,
    decide,
    entry,
    happened,
    message,
    speaking_to,
    system_alert,
    ticket,
    writing,
)

THIRD = EndUser(3, "Tess Third", "tess@example.net")
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
GONE = Guard("550 5.1.1 no such user", LONG_AGO)
PARTICIPANTS = (Role.OWNER, Role.COLLABORATOR)


def reply(**facts: Any) -> Event:
    return happened(ReplyPosted, actor=acting("Ann"), entry=entry(acting("Ann"), kind=EntryKind.REPLY), **facts)


@pytest.mark.parametrize("make", [autoresponder, correspondence])
@pytest.mark.parametrize("pattern", ["olga@example.net", "@example.net"])
def test_who_is_banned_hears_nothing(make: Any, pattern: str) -> None:
    guards = Guards(bans={pattern: Guard("abuse", LONG_AGO)})
    event = created() if make is autoresponder else reply()
    [candidate] = decide(make(Role.OWNER), event, guards=guards).candidates
    assert (candidate.reason, candidate.because) == ("banned", "olga@example.net is banned: abuse")


def test_a_ban_of_a_domain_spares_others_and_ends() -> None:
    over = Guards(bans={"@example.net": Guard("abuse", LONG_AGO, NOW)})
    running = Guards(bans={"@example.net": Guard("", LONG_AGO, NOW + timedelta(seconds=1))})
    assert codes(decide(autoresponder(Role.OWNER), created(), guards=over)) == [("Olga Owner", "owner", "notified")]
    assert codes(decide(autoresponder(Role.OWNER), created(), guards=running)) == [("Olga Owner", "owner", "banned")]
    sub = Guards(bans={"@ample.net": Guard("", LONG_AGO)})
    assert codes(decide(autoresponder(Role.OWNER), created(), guards=sub)) == [("Olga Owner", "owner", "notified")]


def test_a_ban_is_about_end_users_not_agents() -> None:
    guards = Guards(bans={"@example.com": Guard("", LONG_AGO)})
    assert codes(decide(alert(Role.DEPARTMENT_MANAGER), created(), guards=guards)) == [
        ("Mia", "department_manager", "notified")
    ]


@pytest.mark.parametrize(
    ("plugin", "event", "address", "name", "role"),
    [
        (autoresponder(Role.OWNER), created(), "olga@example.net", "Olga Owner", "owner"),
        (correspondence(Role.OWNER), reply(), "olga@example.net", "Olga Owner", "owner"),
        (alert(Role.DEPARTMENT_MANAGER), created(), "mia@example.com", "Mia", "department_manager"),
        (alert(Role.ADMIN_ADDRESS), created(), "boss@example.com", "boss@example.com", "admin_address"),
    ],
)
def test_a_suppressed_address_gets_no_mail(plugin: Plugin, event: Event, address: str, name: str, role: str) -> None:
    assert codes(decide(plugin, event, guards=Guards(suppressions={address: GONE}))) == [
        (name, role, "address_suppressed")
    ]


def test_system_alerts_reach_the_admin_address_though_it_is_suppressed() -> None:
    guards = Guards(suppressions={"boss@example.com": GONE})
    decision = decide(system_alert(Role.ADMIN_ADDRESS), created(), guards=guards)
    assert codes(decision) == [("boss@example.com", "admin_address", "notified")]


def test_the_duplicate_is_found_before_the_suppression() -> None:
    guards = Guards(suppressions={"ann@example.com": GONE})
    event = message(ticket=ticket(agent=agent("Ann"), last_respondent=agent("Ann")))
    assert codes(decide(alert(Role.LAST_RESPONDENT, Role.ASSIGNED_AGENT), event, guards=guards)) == [
        ("Ann", "last_respondent", "address_suppressed"),
        ("Ann", "assigned_agent", "duplicate_of"),
    ]


# --- windows ---

ONCE = Once(Per.PERSON, "reached")


def reached(said: datetime | None, *, once: Once = ONCE) -> list[tuple[str, str, str]]:
    event = happened(TicketLimitReached, limit=20, open_tickets=20)
    keys = {"reached|person|user:1": said}
    return codes(decide(autoresponder(Role.OWNER), event, once=once, last_said=keys.get))


@pytest.mark.parametrize(
    ("hours_ago", "outcome"),
    [(None, "notified"), (25, "notified"), (24.01, "notified"), (24, "once_per_window"), (0.01, "once_per_window")],
)
def test_a_person_is_told_the_same_once_in_a_day(hours_ago: float | None, outcome: str) -> None:
    said = None if hours_ago is None else NOW - timedelta(hours=hours_ago)
    assert reached(said) == [("Olga Owner", "owner", outcome)]


def test_another_key_or_a_shorter_window_is_another_matter() -> None:
    yesterday = NOW - timedelta(hours=3)
    assert reached(yesterday, once=Once(Per.PERSON, "refused")) == [("Olga Owner", "owner", "notified")]
    assert reached(yesterday, once=Once(Per.PERSON, "reached", hours=2)) == [("Olga Owner", "owner", "notified")]


def test_looking_back_the_event_does_not_see_its_own_trace() -> None:
    assert reached(NOW) == [("Olga Owner", "owner", "notified")]


# --- whom an agent chose, and whom a reply to all leaves out ---


def test_an_agent_chooses_the_collaborators_of_a_reply() -> None:
    of = ticket(
        collaborators=(Collaborator(OTHER), Collaborator(THIRD), Collaborator(EndUser(4, "Ian", "i@x.org"), False))
    )
    chosen = reply(ticket=of, chosen=frozenset({3, 4}))
    assert codes(decide(correspondence(*PARTICIPANTS), chosen)) == [
        ("Olga Owner", "owner", "notified"),
        ("Carl Copied", "collaborator", "agent_chose_no_send"),
        ("Tess Third", "collaborator", "notified"),
        ("Ian", "collaborator", "inactive_collaborator"),
    ]
    assert codes(decide(correspondence(*PARTICIPANTS), reply(ticket=of)))[1:3] == [
        ("Carl Copied", "collaborator", "notified"),
        ("Tess Third", "collaborator", "notified"),
    ]
    unticked = correspondence(Role.OWNER, unticked=(Role.COLLABORATOR,))
    assert codes(decide(unticked, chosen)) == [
        ("Olga Owner", "owner", "notified"),
        ("", "collaborator", "role_not_selected"),
    ]


def test_a_reply_that_shall_not_be_sent_reaches_nobody() -> None:
    decision = decide(correspondence(*PARTICIPANTS), reply(send_notice=False))
    assert codes(decision) == [
        ("Olga Owner", "owner", "agent_chose_no_send"),
        ("Carl Copied", "collaborator", "agent_chose_no_send"),
    ]


@pytest.mark.parametrize(
    ("author", "left"),
    [
        (OWNER, [("Carl Copied", "collaborator", "notified")]),
        (OTHER, [("Olga Owner", "owner", "notified")]),
    ],
)
def test_a_reply_to_all_leaves_its_author_out(author: EndUser, left: list[tuple[str, str, str]]) -> None:
    plugin = autoresponder(*PARTICIPANTS)
    assert codes(decide(plugin, message(actor=writing(author)), reply_all=True)) == left


def test_a_reply_to_all_skips_those_whom_the_mail_went_to() -> None:
    incoming = Incoming(mailbox=Mailbox(1, "s", "s@example.com"), addressed=frozenset({"carl@example.net"}))
    decision = decide(autoresponder(*PARTICIPANTS), message(incoming=incoming), reply_all=True)
    assert codes(decision) == [("Carl Copied", "collaborator", "already_addressed")]


def test_a_notice_can_leave_a_ticked_role_out() -> None:
    decision = decide(alert(Role.ASSIGNEE, Role.DEPARTMENT_MANAGER), message(), without=(Role.DEPARTMENT_MANAGER,))
    assert codes(decision) == [("", "department_manager", "role_not_selected")]
    assert decision.candidates[0].because == "'test' left the role 'department manager' out of this notice."


# --- an autoresponder that carries an agent's reply ---


def test_a_first_reply_is_judged_as_correspondence() -> None:
    carrier = speaking_to(Autoresponder, *PARTICIPANTS, carries_replies=True)
    incoming = Incoming(mailbox=Mailbox(1, "s", "s@example.com"), check="precedence", automatic=True)
    with_reply = created(actor=acting("Ann"), entry=entry(acting("Ann"), kind=EntryKind.REPLY), incoming=incoming)
    without = created(actor=acting("Ann"), entry=None, incoming=incoming)
    assert {code for *_, code in codes(decide(carrier, with_reply))} == {"notified"}
    assert {code for *_, code in codes(decide(carrier, without))} == {"automatic_message:precedence"}


def test_watchers_are_told_when_they_may_open_the_ticket() -> None:
    of = ticket(watchers=(agent("Ann"), agent("Sue")))
    assert codes(decide(alert(Role.WATCHER), message(ticket=of))) == [
        ("Ann", "watcher", "notified"),
        ("Sue", "watcher", "no_access"),
    ]

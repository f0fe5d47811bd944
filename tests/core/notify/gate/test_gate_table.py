"""Every message of the built-in plugins under every condition: who is told, and the reason for everybody who is not."""

import itertools
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest

from deskbell.core.app.opening import Desk
from deskbell.core.contract.decisions import Candidate, Decision, Outcome
from deskbell.core.contract.kinds import Filter
from deskbell.core.store import answers, windows
from deskbell.core.store.answers import Answer
from deskbell.core.store.guards import ban, suppress
from deskbell.core.store.rows import MailboxRow
from stand_ins.clock import FrozenClock
from stand_ins.desks import new_desk, opened, receive
from stand_ins.letters import raw_mail
from stand_ins.paper_desk import NOW, OWNER

from .cells import Line
from .conditions import CONDITIONS, checked
from .messages import MESSAGES, SECTION_3, SECTION_4, SECTION_5
from .scene import (
    BANNED,
    FULL_MAILBOX,
    GONE,
    LOOPED_TICKET,
    MAILBOXES,
    OFTEN,
    SUPPORT_MAILBOX,
    TOLD_TICKET,
    TOLD_USER,
    Scene,
)
from .table import CELLS, Pair, expected, written

AN_HOUR_AGO = NOW - timedelta(hours=1)
REVISIONS = itertools.count(1_000_000)
POSSIBLE = [pair for pair, cell in CELLS.items() if not cell.never]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk that has banned one address, holds mail to another back, and said an hour ago what it says once in a day."""
    folder = tmp_path_factory.mktemp("gate") / "desk"
    with opened(new_desk(folder, database_url=""), clock=FrozenClock()) as desk:
        with desk.db.writing() as session:
            ban(session, BANNED, reason="abuse", now=AN_HOUR_AGO)
            suppress(session, GONE, reason="550 no such user", now=AN_HOUR_AGO)
            for plugin, key in [
                ("overlimit-notice", f"reached|person|user:{TOLD_USER}"),
                ("overlimit-notice", f"refused|person|user:{TOLD_USER}"),
                ("new-message-alert", f"automatic|ticket|ticket:{TOLD_TICKET}"),
            ]:
                windows.claim(session, plugin, key, now=AN_HOUR_AGO, free_before=AN_HOUR_AGO)
        answered_before(desk)
        yield desk


def answered_before(desk: Desk) -> None:
    """Let the desk have answered one person, by one mailbox and about one ticket as often as it may."""
    for number in range(LOOPED_TICKET):
        receive(desk, raw_mail(sender="nobody@example.org", message_id=f"<{number}@example.org>"))
    with desk.db.writing() as session:
        for number, name in MAILBOXES.items():
            key = f"{name}@desk.example"
            session.add(
                MailboxRow(id=number, name=f"{name} of the table", address=key, address_key=key, department_id=1)
            )
        session.flush()
        answers.count(session, [Answer(SUPPORT_MAILBOX, OFTEN, None, NOW - timedelta(minutes=11))] * 5)
        answers.count(session, [Answer(FULL_MAILBOX, "somebody@example.org", None, NOW - timedelta(minutes=11))] * 300)
        answers.count(session, [Answer(SUPPORT_MAILBOX, OWNER.address, LOOPED_TICKET, NOW - timedelta(minutes=9))] * 3)


def decision(desk: Desk, scene: Scene) -> Decision:
    """What the plugin of the scene decides about its event, by the path that live mail takes."""
    considered = desk.rehearsal.consider(scene.events(), scene.directory(next(REVISIONS)))
    [found] = [
        each.decision
        for each in considered
        if each.admitted.name == scene.plugin and isinstance(each.event, scene.kind)
    ]
    return found


def recorded(candidate: Candidate, like: Line | None) -> Line:
    """A candidate as a line of the table; with its address where the table says one."""
    who = (candidate.name or candidate.address).partition(" ")[0].partition("@")[0] or "-"
    address = candidate.address if like is not None and like.address else ""
    later = "later:" if candidate.outcome is Outcome.DEFERRED else ""
    return Line(who, ",".join(candidate.roles), later + (candidate.reason or "+"), address)


def outcome(code: str) -> Outcome:
    if code == "+":
        return Outcome.NOTIFIED
    if code.startswith("later:"):
        return Outcome.DEFERRED
    return Outcome.SHADOWED if code.startswith("shadow:") else Outcome.REFUSED


@pytest.mark.parametrize(("message", "condition"), POSSIBLE, ids=lambda text: str(text))
def test_the_gate(desk: Desk, message: str, condition: str) -> None:
    reason, lines = expected(message, condition)
    decided = decision(desk, CONDITIONS[condition](MESSAGES[message]))
    like = [*lines, *[None] * len(decided.candidates)]
    assert decided.reason == reason
    assert [str(recorded(each, line)) for each, line in zip(decided.candidates, like, strict=False)] == list(
        map(str, lines)
    )
    assert [each.outcome for each in decided.candidates] == [outcome(each.code) for each in lines]


def test_every_pair_is_written_down_once() -> None:
    pairs: Counter[Pair] = Counter(pair for pair, _ in written())
    assert {pair: number for pair, number in pairs.items() if number > 1} == {}
    assert pairs.keys() == set(itertools.product(MESSAGES, CONDITIONS))
    impossible = {pair for pair, cell in CELLS.items() if cell.never}
    assert len(MESSAGES) * len(CONDITIONS) == len(POSSIBLE) + len(impossible)


UNCHANGED = {
    "plain": set(MESSAGES),
    # Nothing has to be switched on or ticked.
    "as shipped": {
        *(SECTION_3.keys() - {"new-message-autoresponse"}),
        *SECTION_5,
        *(message for message in SECTION_4 if message.startswith(("mention", "delivery"))),
    },
    "auto-reply": {"new-message-alert, automatic message"},
    "mode members": set(SECTION_4),
    # The end user who caused it is one of its recipients in the plain case already, or has written it.
    "actor": {message for message in SECTION_3 if "agent" not in message and "reply" not in message},
}
"""Under which conditions which messages are what they are in the plain case."""


@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_condition_changes_what_it_is_about(condition: str) -> None:
    possible = [message for message, other in POSSIBLE if other == condition]
    unchanged = {message for message in possible if same_as_plain(message, condition)}
    assert unchanged == UNCHANGED.get(condition, set())


def same_as_plain(message: str, condition: str) -> bool:
    before = MESSAGES[message]
    after = CONDITIONS[condition](before)
    return (after.events(), after.directory(0)) == (before.events(), before.directory(0))


def test_every_plugin_of_the_house_is_a_message(desk: Desk) -> None:
    speaking = {name for name, each in desk.host.plugins.items() if not isinstance(each.plugin, Filter)}
    assert {scene.plugin for scene in MESSAGES.values()} == speaking


@pytest.mark.parametrize(
    ("check", "automatic"),
    [
        ("null_sender", True),
        ("auto_submitted", True),
        ("mailing_list", False),
        ("precedence", True),
        ("auto_header", True),
        ("report", True),
        ("robot_address", True),
        ("not_addressed", False),
    ],
)
@pytest.mark.parametrize(
    "message", ["new-ticket-autoresponse", "overlimit-notice, reached", "overlimit-notice, refused"]
)
def test_every_check_of_the_gate_forbids_an_answer(desk: Desk, message: str, check: str, automatic: bool) -> None:
    decided = decision(desk, checked(check, automatic=automatic)(MESSAGES[message]))
    assert [(each.name, each.reason) for each in decided.candidates] == [("Olga Owner", f"automatic_message:{check}")]

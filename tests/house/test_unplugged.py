"""Every built-in plugin taken away, one at a time: the others decide as before, and the desk goes on working.

What two plugins have to do with each other stands in their own files, as `yields_to` and `stands_in_for`; there is nothing
else, and each of the two couplings is tested here by what changes without the one.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs
import pytest

from deskbell.core.app.opening import Desk, open_desk
from deskbell.core.contract.decisions import Decision
from deskbell.core.contract.events import (
    AgentMentioned,
    DeliveryBounced,
    DeliveryFailed,
    Event,
    NotePosted,
    ReplyPosted,
    TicketAssigned,
    TicketDueSoon,
    TicketEscalated,
    TicketLimitReached,
    TicketOverdue,
    TicketTransferred,
)
from deskbell.core.contract.kinds import Level, Switch
from deskbell.core.contract.people import SYSTEM
from deskbell.core.contract.tickets import Department, EntryKind
from deskbell.core.host.admission import Host
from deskbell.core.store.directory import SwitchRecord
from stand_ins import happenings, paper_desk
from stand_ins.desks import MAIL, new_desk, receive
from stand_ins.paper_desk import NOW, acting, agent, created, desk, entry, happened, message, ticket

BUILT_INS = tuple(
    sorted(
        file.stem.replace("_", "-")
        for file in (Path(__file__).parent.parent.parent / "plugins").glob("*.py")
        if file.stem != "__init__"
    )
)
SILENT = frozenset({"ticket-filters"})
"""They tell nobody of anything."""
OFF_AT_FIRST = ("new-message-autoresponse", "ticket-due-soon-alert", "escalation-alert")
DIRECTORY = desk(
    switches=tuple(SwitchRecord(plugin=name, level=Level.GLOBAL, position=Switch.ON) for name in OFF_AT_FIRST)
)
MIA, ANN = agent("Mia"), acting("Ann")
MIAS = ticket(agent=MIA, last_respondent=agent("Bob"), watchers=(agent("Ann"),))
FIRST_REPLY = entry(ANN, kind=EntryKind.REPLY)
NOTE = entry(ANN, kind=EntryKind.NOTE)
DELIVERY: dict[str, Any] = {
    "actor": SYSTEM,
    "delivery_id": 17,
    "plugin": "reply-to-end-user",
    "channel": "smtp",
    "address": paper_desk.OWNER.address,
    "reason": "550 user unknown",
    "to_end_user": True,
    "ticket": MIAS,
}
ACTS: tuple[tuple[Event, ...], ...] = (
    (
        created(ticket=MIAS),
        happened(TicketAssigned, agent=MIA, ticket=MIAS, at_creation=True),
        happened(TicketLimitReached, limit=1, open_tickets=1, ticket=MIAS),
    ),
    (created(actor=ANN, entry=FIRST_REPLY),),
    (created(actor=ANN, entry=None),),
    (happenings.refused(),),
    (message(ticket=MIAS),),
    (happened(ReplyPosted, actor=ANN, entry=FIRST_REPLY, ticket=MIAS),),
    (
        happened(NotePosted, actor=ANN, entry=NOTE, ticket=MIAS),
        happened(AgentMentioned, actor=ANN, entry=NOTE, agent=MIA, ticket=MIAS),
    ),
    (
        happened(
            TicketTransferred, actor=ANN, before=Department(2, "Sales"), after=Department(1, "Support"), ticket=MIAS
        ),
    ),
    (happened(TicketDueSoon, actor=SYSTEM, due_at=NOW, ticket=MIAS),),
    (happened(TicketOverdue, actor=SYSTEM, due_at=NOW, ticket=MIAS),),
    (happened(TicketEscalated, actor=SYSTEM, step=1, after_seconds=60, roles=("department_manager",), ticket=MIAS),),
    (happened(DeliveryFailed, **DELIVERY),),
    (happened(DeliveryBounced, permanent=True, **DELIVERY),),
    (happenings.logins_failed(),),
    (happenings.system_error(),),
    (happenings.database_error(),),
    (happenings.quarantined(),),
)
EVENTS = tuple(
    attrs.evolve(event, id=100 * number + place, act=f"act-{number}")
    for number, act in enumerate(ACTS, start=1)
    for place, event in enumerate(act)
)

Decided = Mapping[tuple[int, str], Decision]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return new_desk(tmp_path_factory.mktemp("unplugged") / "desk", database_url="sqlite")


@contextmanager
def opened_without(folder: Path, *names: str) -> Iterator[Desk]:
    host = Host(disabled=names)
    host.load()
    with open_desk(folder, host=host) as desk:
        yield desk


def decided(folder: Path, *without: str) -> Decided:
    """The decision of every plugin on every event, on a desk that lacks some plugins."""
    with opened_without(folder, *without) as desk:
        considered = desk.ringer.consider(EVENTS, DIRECTORY)
    return {(each.event.id, each.decision.plugin): each.decision for each in considered}


@pytest.fixture(scope="module")
def complete(folder: Path) -> Decided:
    return decided(folder)


def outcomes(decision: Decision) -> Sequence[tuple[str, str]]:
    whole = [("", decision.reason)] if decision.reason else []
    return whole + [(each.name, each.reason or each.outcome.value) for each in decision.candidates]


def test_every_plugin_tells_somebody_of_something(complete: Decided) -> None:
    """Else the comparison below would prove nothing about it."""
    assert {name for (_, name), decision in complete.items() if decision.notified} == set(BUILT_INS) - SILENT


COUPLED = ("ticket-assignment-alert", "new-ticket-by-agent-notice")


@pytest.mark.parametrize("name", [name for name in BUILT_INS if name not in COUPLED])
def test_without_a_plugin_all_others_decide_as_before(name: str, folder: Path, complete: Decided) -> None:
    others = {key: decision for key, decision in complete.items() if key[1] != name}
    assert decided(folder, name) == others


def changed(folder: Path, complete: Decided, name: str) -> dict[tuple[int, str], tuple[object, object]]:
    """What the others decide otherwise without the plugin: before and after."""
    without = decided(folder, name)
    assert set(without) == {key for key in complete if key[1] != name}
    return {
        key: (outcomes(complete[key]), outcomes(decision))
        for key, decision in without.items()
        if decision != complete[key]
    }


def test_without_the_assignment_alert_the_assigned_manager_hears_of_the_new_ticket(
    folder: Path, complete: Decided
) -> None:
    unselected = ("", "role_not_selected")
    both = [("", "notified"), unselected, ("Mia", "duplicate_of"), unselected, unselected]
    alone = [("", "notified"), unselected, ("Mia", "notified"), unselected, unselected]
    assert changed(folder, complete, "ticket-assignment-alert") == {(100, "new-ticket-alert"): (both, alone)}


def test_without_the_notice_a_first_reply_is_sent_as_a_reply(folder: Path, complete: Decided) -> None:
    sent = [("Olga Owner", "notified"), ("Carl Copied", "notified")]
    assert changed(folder, complete, "new-ticket-by-agent-notice") == {
        (200, "reply-to-end-user"): ([("", "plugin_declined")], sent)
    }


@pytest.mark.parametrize("name", BUILT_INS)
def test_without_a_plugin_a_mail_still_becomes_a_ticket(name: str, folder: Path) -> None:
    """For real: kept, processed, rung and put into the outbox, with nothing to report."""
    mail = MAIL.replace(b"<one@", f"<{name}@".encode()).replace(b"<ada@", f"<{name}@".encode())
    with opened_without(folder, name) as desk:
        [event] = receive(desk, mail)
        assert event.name == "ticket_created"
        assert name not in desk.host.plugins
        assert desk.host.set_aside == {name: "disabled in deskbell.toml"}
        assert desk.watch.flush(desk.db) == ()

"""What people do to tickets by hand is rung at once: each act leaves the decisions about it."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from deskbell.core.app import acting
from deskbell.core.app.acting import NewTicketWish, ReplyWish
from deskbell.core.app.opening import Desk, open_desk
from deskbell.core.contract.errors import InvalidValue, UnknownName
from deskbell.core.contract.people import SYSTEM
from deskbell.core.contract.tickets import Priority, TicketStatus
from deskbell.core.desk.access import MayNotOpen, NotActive
from deskbell.core.store import journal
from stand_ins.clock import FrozenClock
from stand_ins.desks import new_desk

ANN, BOB, ZOE = "ann@example.com", "bob@example.com", "zoe@example.com"
ADA, BO = "ada@customer.example", "bo@customer.example"
NUMBER = "100001"
TOML = """
[agents."ann@example.com"]
name = "Ann Lee"

[agents."bob@example.com"]
name = "Bob Ray"

[agents."zoe@example.com"]
name = "Zoe Outside"

[agents."ian@example.com"]
name = "Ian Gone"
active = false

[teams.Night]
members = ["bob@example.com"]

[departments.Support]
manager = "ann@example.com"
members = ["bob@example.com"]

[departments.Sales]
manager = "bob@example.com"
"""


@pytest.fixture
def desk(tmp_path: Path, clock: FrozenClock) -> Iterator[Desk]:
    """A desk with one ticket in Support."""
    with open_desk(new_desk(tmp_path / "desk", database_url="", toml=TOML), clock=clock) as opened:
        wish = NewTicketWish(sender=ADA, subject="Toner", text="It is empty.", department="Support")
        acting.open_ticket(opened, wish)
        yield opened


def test_everything_that_is_done_is_rung(desk: Desk) -> None:
    done = [
        acting.add_collaborator(desk, NUMBER, by=ANN, address=BO),
        acting.reply(desk, NUMBER, ReplyWish(text="Soon.", to=(BO,)), by=BOB),
        acting.note(desk, NUMBER, by=BOB, text="@ann look."),
        acting.assign(desk, NUMBER, by=ANN, agent=BOB, team="Night", comment=""),
        acting.unassign(desk, NUMBER, by=None, agent=False, team=True),
        acting.change_priority(desk, NUMBER, by=None, priority=Priority.HIGH),
        acting.acknowledge(desk, NUMBER, by=BOB),
        acting.change_status(desk, NUMBER, by=None, status=TicketStatus.CLOSED),
        acting.change_status(desk, NUMBER, by=BOB, status=TicketStatus.OPEN),
        acting.transfer(desk, NUMBER, by=ANN, department="Sales", comment=""),
    ]
    assert [event.name for events in done for event in events] == [
        "collaborator_added",
        "reply_posted",
        "note_posted",
        "agent_mentioned",
        "ticket_assigned",
        "ticket_unassigned",
        "priority_changed",
        "ticket_acknowledged",
        "ticket_closed",
        "ticket_status_changed",
        "ticket_reopened",
        "ticket_status_changed",
        "ticket_transferred",
    ]
    # Rung at once: nothing is left for the sweep.
    with desk.db.reading() as session:
        assert journal.unrung(session, before=desk.clock.now() + timedelta(days=1), limit=100) == ()
    view = acting.viewed(desk, NUMBER)
    assert [entry.kind.value for entry in view.entries] == ["message", "reply", "note"]
    assert view.ticket.department.name == "Sales"


def test_without_an_agent_it_is_the_desk_itself(desk: Desk) -> None:
    [event] = acting.change_priority(desk, NUMBER, by=None, priority=Priority.LOW)
    assert event.actor == SYSTEM
    [event] = acting.change_priority(desk, NUMBER, by="ANN@example.com", priority=Priority.HIGH)
    assert event.actor.name == "Ann Lee"


def test_what_tells_no_event(desk: Desk) -> None:
    acting.add_collaborator(desk, NUMBER, by=None, address=BO, name="Bo")
    assert acting.set_collaborator_active(desk, NUMBER, by=None, address=BO, active=False) == ((), True)
    assert acting.set_collaborator_active(desk, NUMBER, by=None, address=BO, active=False) == ((), False)
    [again], changed = acting.set_collaborator_active(desk, NUMBER, by=None, address=BO, active=True)
    assert (again.name, changed) == ("collaborator_added", True)
    acting.remove_collaborator(desk, NUMBER, by=ANN, address=BO)
    assert [acting.watch(desk, NUMBER, by=BOB, watching=watching) for watching in (True, True, False, False)] == [
        True,
        False,
        True,
        False,
    ]
    assert acting.viewed(desk, NUMBER).ticket.collaborators == ()


def test_merged_by_their_numbers(desk: Desk) -> None:
    acting.open_ticket(desk, NewTicketWish(sender=BO, subject="Also", text="Here too.", department="Support"))
    events = acting.merge(desk, "100002", by=ANN, into=NUMBER)
    assert [event.name for event in events] == ["ticket_merged", "ticket_closed", "ticket_status_changed"]
    assert acting.viewed(desk, "100002").ticket.merged_into == NUMBER
    [message] = acting.post_message(desk, "100002", sender=BO, text="And?")
    assert message.ticket.number == NUMBER  # type: ignore[attr-defined]


def test_names_that_nobody_knows(desk: Desk) -> None:
    with pytest.raises(UnknownName, match=r"no agent named 'nobody@example.com'"):
        acting.reply(desk, NUMBER, ReplyWish(text="x"), by="nobody@example.com")
    with pytest.raises(UnknownName, match=r"no department named 'Suport'. Did you mean 'Support'"):
        acting.transfer(desk, NUMBER, by=None, department="Suport", comment="")
    with pytest.raises(UnknownName, match="no ticket named '7'"):
        acting.merge(desk, NUMBER, by=None, into="7")
    with pytest.raises(UnknownName, match="collaborator of ticket 100001"):
        acting.reply(desk, NUMBER, ReplyWish(text="x", to=(BO,)), by=BOB)
    with pytest.raises(InvalidValue, match="no mail address"):
        acting.add_collaborator(desk, NUMBER, by=None, address="bo")


def test_an_agent_of_another_place_may_not(desk: Desk) -> None:
    with pytest.raises(MayNotOpen, match="Zoe Outside may not open ticket 100001"):
        acting.reply(desk, NUMBER, ReplyWish(text="x"), by=ZOE)
    with pytest.raises(MayNotOpen):
        acting.watch(desk, NUMBER, by=ZOE, watching=True)
    assert len(acting.viewed(desk, NUMBER).history) == 1


def test_who_is_switched_off_does_nothing(desk: Desk) -> None:
    ian = "ian@example.com"
    for act in (
        lambda: acting.open_ticket(desk, NewTicketWish(sender=ADA, subject="Ink", text="Here it is.", by=ian)),
        lambda: acting.watch(desk, NUMBER, by=ian, watching=True),
        lambda: acting.change_priority(desk, NUMBER, by=ian, priority=Priority.LOW),
    ):
        with pytest.raises(NotActive, match="The account of Ian Gone is not active"):
            act()
    with pytest.raises(InvalidValue, match="it cannot be assigned to Ian Gone"):
        acting.assign(desk, NUMBER, by=ANN, agent=ian, team="", comment="")
    with pytest.raises(InvalidValue, match="it cannot be assigned to Ian Gone"):
        acting.open_ticket(desk, NewTicketWish(sender=ADA, subject="Ink", text="None.", agent=ian))
    with pytest.raises(UnknownName):
        acting.viewed(desk, "100002")

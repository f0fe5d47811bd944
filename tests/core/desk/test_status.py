"""Closing, reopening and waiting: what is rung for each way, and that the same status again rings nothing."""

import pytest

from deskbell.core.contract.events import Event, TicketStatusChanged
from deskbell.core.contract.people import SYSTEM
from deskbell.core.contract.tickets import Ticket, TicketStatus
from deskbell.core.desk.assign import assign_ticket
from deskbell.core.desk.status import change_status
from stand_ins.clock import MONDAY_MORNING
from stand_ins.small_desk import SmallDesk, names_of
from stand_ins.ticket_acts import act, history_of, new_ticket, now_of

OPEN, WAITING, CLOSED = TicketStatus.OPEN, TicketStatus.WAITING, TicketStatus.CLOSED


def changed(desk: SmallDesk, ticket: Ticket, status: TicketStatus) -> tuple[Event, ...]:
    return act(desk, change_status, ticket, desk.agent("Mia"), status=status)


@pytest.mark.parametrize(
    ("before", "after", "first"),
    [
        (OPEN, CLOSED, ["ticket_closed"]),
        (WAITING, CLOSED, ["ticket_closed"]),
        (CLOSED, OPEN, ["ticket_reopened"]),
        (CLOSED, WAITING, ["ticket_reopened"]),
        (OPEN, WAITING, []),
        (WAITING, OPEN, []),
    ],
)
def test_what_is_rung(desk: SmallDesk, before: TicketStatus, after: TicketStatus, first: list[str]) -> None:
    ticket = new_ticket(desk)
    if before is not OPEN:
        changed(desk, ticket, before)
    desk.clock.advance(hours=1)
    events = changed(desk, ticket, after)
    assert names_of(events) == [*first, "ticket_status_changed"]
    last = events[-1]
    assert isinstance(last, TicketStatusChanged)
    assert (last.before, last.after) == (before, after)
    # All of the act see the state after it, and are one act of the one actor.
    assert {event.ticket for event in events} == {now_of(desk, ticket)}  # type: ignore[attr-defined]
    assert {event.act for event in events} == {last.act}
    assert {event.actor for event in events} == {desk.agent("Mia")}


def test_when_it_was_closed(desk: SmallDesk) -> None:
    ticket = new_ticket(desk)
    desk.clock.advance(hours=2)
    changed(desk, ticket, CLOSED)
    closed_at = now_of(desk, ticket).closed_at
    assert closed_at is not None
    assert (closed_at - MONDAY_MORNING).total_seconds() == 7200
    changed(desk, ticket, OPEN)
    assert now_of(desk, ticket).closed_at is None


@pytest.mark.parametrize("status", [OPEN, WAITING, CLOSED])
def test_the_same_again_rings_nothing(desk: SmallDesk, status: TicketStatus) -> None:
    ticket = new_ticket(desk)
    changed(desk, ticket, status)
    rung = history_of(desk, ticket)
    before = now_of(desk, ticket)
    desk.clock.advance(hours=1)
    assert changed(desk, ticket, status) == ()
    assert history_of(desk, ticket) == rung
    # Closed again is not closed later.
    assert now_of(desk, ticket) == before


def test_reopening_changes_no_assignment(desk: SmallDesk) -> None:
    ticket = new_ticket(desk)
    act(desk, assign_ticket, ticket, SYSTEM, agent_id=desk.ids["Pia"], team_id=desk.ids["Night"])
    changed(desk, ticket, CLOSED)
    [reopened, _] = changed(desk, ticket, OPEN)
    after = reopened.ticket  # type: ignore[attr-defined]
    assert (after.agent.name, after.team.name) == ("Pia", "Night")


def test_the_administrator_may(desk: SmallDesk) -> None:
    ticket = new_ticket(desk)
    events = act(desk, change_status, ticket, SYSTEM, status=CLOSED)
    assert names_of(events) == ["ticket_closed", "ticket_status_changed"]
    assert events[0].actor == SYSTEM

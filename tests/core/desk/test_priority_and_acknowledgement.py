"""Two small acts: another priority, and an agent who says that a ticket is taken care of."""

import pytest

from deskbell.core.contract.events import PriorityChanged, TicketAcknowledged
from deskbell.core.contract.people import SYSTEM
from deskbell.core.contract.tickets import Priority, TicketStatus
from deskbell.core.desk.acknowledge import acknowledge_ticket
from deskbell.core.desk.priority import change_priority
from deskbell.core.desk.status import change_status
from stand_ins.small_desk import SmallDesk
from stand_ins.ticket_acts import act, history_of, new_ticket, now_of, row_of


@pytest.mark.parametrize("priority", [Priority.LOW, Priority.HIGH, Priority.URGENT])
def test_another_priority(desk: SmallDesk, priority: Priority) -> None:
    ticket = new_ticket(desk)
    [event] = act(desk, change_priority, ticket, desk.agent("Eva"), priority=priority)
    assert isinstance(event, PriorityChanged)
    assert (event.before, event.after) == (Priority.NORMAL, priority)
    assert event.ticket == now_of(desk, ticket)
    assert event.ticket.priority is priority


def test_the_same_priority_rings_nothing(desk: SmallDesk) -> None:
    ticket = new_ticket(desk)
    assert act(desk, change_priority, ticket, SYSTEM, priority=Priority.NORMAL) == ()
    assert history_of(desk, ticket) == ["ticket_created"]


def test_acknowledged_once(desk: SmallDesk) -> None:
    ticket = new_ticket(desk)
    seen_at = desk.clock.advance(minutes=5)
    [event] = act(desk, acknowledge_ticket, ticket, desk.agent("Pia"))
    assert isinstance(event, TicketAcknowledged)
    assert (event.actor, event.ticket) == (desk.agent("Pia"), now_of(desk, ticket))
    desk.clock.advance(minutes=5)
    assert act(desk, acknowledge_ticket, ticket, desk.agent("Pia")) == ()
    assert act(desk, acknowledge_ticket, ticket, desk.agent("Eva")) == ()
    assert row_of(desk, ticket).acknowledged_at == seen_at
    assert history_of(desk, ticket) == ["ticket_created", "ticket_acknowledged"]


def test_a_closed_ticket_needs_no_acknowledgement(desk: SmallDesk) -> None:
    ticket = new_ticket(desk)
    act(desk, change_status, ticket, SYSTEM, status=TicketStatus.CLOSED)
    assert act(desk, acknowledge_ticket, ticket, desk.agent("Pia")) == ()
    assert row_of(desk, ticket).acknowledged_at is None


def test_after_reopening_it_can_be_acknowledged_again(desk: SmallDesk) -> None:
    ticket = new_ticket(desk)
    act(desk, acknowledge_ticket, ticket, desk.agent("Pia"))
    act(desk, change_status, ticket, SYSTEM, status=TicketStatus.WAITING)
    assert act(desk, acknowledge_ticket, ticket, desk.agent("Pia")) == ()
    act(desk, change_status, ticket, SYSTEM, status=TicketStatus.CLOSED)
    act(desk, change_status, ticket, SYSTEM, status=TicketStatus.OPEN)
    assert len(act(desk, acknowledge_ticket, ticket, desk.agent("Pia"))) == 1

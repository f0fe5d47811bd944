"""Moving a ticket to another department: what stays, what is rung, and whose access matters."""

import pytest

from deskbell.core.contract.errors import UnknownName
from deskbell.core.contract.events import TicketTransferred
from deskbell.core.contract.people import SYSTEM
from deskbell.core.desk.access import MayNotOpen
from deskbell.core.desk.assign import assign_ticket
from deskbell.core.desk.transfer import transfer_ticket
from stand_ins.small_desk import SmallDesk
from stand_ins.ticket_acts import act, history_of, new_ticket, now_of


def test_agent_team_and_collaborators_stay(desk: SmallDesk) -> None:
    ticket = new_ticket(desk)
    act(desk, assign_ticket, ticket, SYSTEM, agent_id=desk.ids["Pia"], team_id=desk.ids["Night"])
    desk.join(ticket.id, "bo@customer.example")
    before = now_of(desk, ticket)
    [event] = act(
        desk, transfer_ticket, ticket, desk.agent("Mia"), department_id=desk.ids["Sales"], comment="They buy."
    )
    assert isinstance(event, TicketTransferred)
    assert (event.before.name, event.after.name, event.comment) == ("Support", "Sales", "They buy.")
    after = now_of(desk, ticket)
    assert event.ticket == after
    assert (after.department.name, after.agent, after.team) == ("Sales", before.agent, before.team)
    assert after.collaborators == before.collaborators
    # The comment belongs to the event: no note is written and none rung.
    assert len(desk.entries(ticket.id)) == 1
    assert history_of(desk, ticket) == ["ticket_created", "ticket_assigned", "ticket_transferred"]


def test_to_where_it_is_rings_nothing(desk: SmallDesk) -> None:
    ticket = new_ticket(desk)
    assert act(desk, transfer_ticket, ticket, SYSTEM, department_id=desk.ids["Support"], comment="Stay.") == ()
    assert history_of(desk, ticket) == ["ticket_created"]


def test_access_is_judged_where_the_ticket_is(desk: SmallDesk) -> None:
    ticket = new_ticket(desk)
    with pytest.raises(MayNotOpen):
        act(desk, transfer_ticket, ticket, desk.agent("Sam"), department_id=desk.ids["Sales"])
    # Mia has no access to the target, which matters only for what she does next.
    act(desk, transfer_ticket, ticket, desk.agent("Mia"), department_id=desk.ids["Sales"])
    with pytest.raises(MayNotOpen):
        act(desk, transfer_ticket, ticket, desk.agent("Mia"), department_id=desk.ids["Support"])


def test_an_unknown_department(desk: SmallDesk) -> None:
    with pytest.raises(UnknownName, match="department"):
        act(desk, transfer_ticket, new_ticket(desk), SYSTEM, department_id=999)

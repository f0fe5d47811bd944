"""Taking a ticket away: from the agent, the team or both; what is rung names whom it was taken from."""

import pytest

from deskbell.core.contract.events import TicketUnassigned
from deskbell.core.contract.people import SYSTEM
from deskbell.core.contract.tickets import Ticket
from deskbell.core.desk.assign import assign_ticket
from deskbell.core.desk.unassign import unassign_ticket
from stand_ins.small_desk import SmallDesk
from stand_ins.ticket_acts import act, history_of, new_ticket, now_of


def assigned(desk: SmallDesk, *, agent: str = "", team: str = "") -> Ticket:
    ticket = new_ticket(desk)
    ids = {"agent_id": desk.ids.get(agent), "team_id": desk.ids.get(team)}
    act(desk, assign_ticket, ticket, SYSTEM, **ids)
    return ticket


@pytest.mark.parametrize(
    ("agent", "team", "off", "left"),
    [
        (True, True, ("Pia", "Night"), (None, None)),
        (True, False, ("Pia", None), (None, "Night")),
        (False, True, (None, "Night"), ("Pia", None)),
    ],
)
def test_what_is_taken_off(
    desk: SmallDesk, agent: bool, team: bool, off: tuple[str | None, ...], left: tuple[str | None, ...]
) -> None:
    ticket = assigned(desk, agent="Pia", team="Night")
    [event] = act(desk, unassign_ticket, ticket, desk.agent("Mia"), agent=agent, team=team)
    assert isinstance(event, TicketUnassigned)
    assert (_name(event.agent), _name(event.team)) == off
    assert (_name(event.ticket.agent), _name(event.ticket.team)) == left
    assert event.ticket == now_of(desk, ticket)
    assert event.actor == desk.agent("Mia")


def test_only_what_was_there_is_named(desk: SmallDesk) -> None:
    [event] = act(desk, unassign_ticket, assigned(desk, team="Night"), SYSTEM)
    assert (event.agent, _name(event.team)) == (None, "Night")  # type: ignore[attr-defined]


@pytest.mark.parametrize(("agent", "team"), [("Pia", ""), ("", "")])
def test_nothing_to_take_rings_nothing(desk: SmallDesk, agent: str, team: str) -> None:
    ticket = assigned(desk, agent=agent, team=team)
    rung = history_of(desk, ticket)
    assert act(desk, unassign_ticket, ticket, SYSTEM, agent=False, team=True) == ()
    assert act(desk, unassign_ticket, ticket, SYSTEM, agent=False, team=False) == ()
    assert history_of(desk, ticket) == rung


def test_the_last_to_have_access_may_give_it_away(desk: SmallDesk) -> None:
    ticket = assigned(desk, agent="Out")
    assert len(act(desk, unassign_ticket, ticket, desk.agent("Out"))) == 1
    assert now_of(desk, ticket).agent is None


def _name(value: object) -> str | None:
    return getattr(value, "name", None)

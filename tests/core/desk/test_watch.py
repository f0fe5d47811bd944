"""Agents who watch tickets; no event tells of it."""

import pytest

from deskbell.core.contract.tickets import Ticket
from deskbell.core.desk.watch import unwatch_ticket, watch_ticket
from stand_ins.small_desk import SmallDesk
from stand_ins.ticket_acts import act, history_of, new_ticket, now_of


def watchers(desk: SmallDesk, ticket: Ticket) -> list[str]:
    return [agent.name for agent in now_of(desk, ticket).watchers]


def test_on_and_off(desk: SmallDesk) -> None:
    ticket = new_ticket(desk)
    assert act(desk, watch_ticket, ticket, desk.agent("Pia"))
    desk.clock.advance(minutes=1)
    assert act(desk, watch_ticket, ticket, desk.agent("Ada"))
    assert watchers(desk, ticket) == ["Pia", "Ada"]
    assert act(desk, unwatch_ticket, ticket, desk.agent("Pia"))
    assert watchers(desk, ticket) == ["Ada"]
    assert history_of(desk, ticket) == ["ticket_created"]


@pytest.mark.parametrize("name", ["Pia", "Eva"])
def test_twice_changes_nothing(desk: SmallDesk, name: str) -> None:
    ticket = new_ticket(desk)
    assert not act(desk, unwatch_ticket, ticket, desk.agent(name))
    act(desk, watch_ticket, ticket, desk.agent(name))
    assert not act(desk, watch_ticket, ticket, desk.agent(name))
    assert watchers(desk, ticket) == [name]

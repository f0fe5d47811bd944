"""Assigning by hand: what is rung, who may, and that nothing rings when nothing changes."""

import pytest

from deskbell.core.contract.errors import UnknownName
from deskbell.core.contract.events import Event, TicketAssigned
from deskbell.core.contract.people import SYSTEM, Actor
from deskbell.core.contract.tickets import Ticket
from deskbell.core.desk.access import MayNotOpen
from deskbell.core.desk.assign import assign_ticket
from deskbell.core.desk.open import open_ticket
from deskbell.core.desk.opening import Opening
from deskbell.core.store import journal
from stand_ins.small_desk import OWNER, SmallDesk, draft


@pytest.fixture
def ticket(desk: SmallDesk) -> Ticket:
    with desk.writing() as (session, directory):
        opening = Opening(draft=draft(desk.user(OWNER)))
        [event] = open_ticket(session, directory, opening=opening, now=desk.clock.now())
    return event.ticket  # type: ignore[attr-defined, no-any-return]


def assigned(
    desk: SmallDesk, ticket: Ticket, actor: Actor, *, agent: str = "", team: str = "", comment: str = ""
) -> tuple[Event, ...]:
    with desk.writing() as (session, directory):
        return assign_ticket(
            session,
            directory,
            ticket_id=ticket.id,
            actor=actor,
            agent_id=desk.ids[agent] if agent else None,
            team_id=desk.ids[team] if team else None,
            comment=comment,
            now=desk.clock.now(),
        )


def only(events: tuple[Event, ...]) -> TicketAssigned:
    [event] = events
    assert isinstance(event, TicketAssigned)
    return event


def test_to_an_agent(desk: SmallDesk, ticket: Ticket) -> None:
    event = only(assigned(desk, ticket, desk.agent("Mia"), agent="Pia", comment="You know printers."))
    assert event.agent is not None
    assert (event.agent.name, event.team, event.agent_before) == ("Pia", None, None)
    assert (event.comment, event.at_creation, event.actor) == ("You know printers.", False, desk.agent("Mia"))
    assert event.ticket.agent == event.agent
    assert desk.tickets() == (event.ticket,)
    with desk.db.reading() as session:
        assert journal.history(session, ticket.id)[1] == event
    # The comment belongs to the event: no note is written.
    assert len(desk.entries(ticket.id)) == 1


def test_to_another_agent_names_the_one_before(desk: SmallDesk, ticket: Ticket) -> None:
    assigned(desk, ticket, SYSTEM, agent="Pia")
    event = only(assigned(desk, ticket, desk.agent("Pia"), agent="Eva"))
    assert event.agent is not None
    assert event.agent_before is not None
    assert (event.agent.name, event.agent_before.name) == ("Eva", "Pia")


def test_to_a_team_clears_nothing(desk: SmallDesk, ticket: Ticket) -> None:
    assigned(desk, ticket, SYSTEM, agent="Pia")
    event = only(assigned(desk, ticket, SYSTEM, team="Night"))
    assert event.team is not None
    assert event.ticket.agent is not None
    assert (event.agent, event.team.name, event.ticket.agent.name) == (None, "Night", "Pia")
    assert event.ticket.team == event.team


def test_only_what_is_new_is_named(desk: SmallDesk, ticket: Ticket) -> None:
    assigned(desk, ticket, SYSTEM, agent="Pia")
    event = only(assigned(desk, ticket, SYSTEM, agent="Pia", team="Night"))
    assert event.agent is None
    assert event.team is not None


def test_nothing_new_rings_nothing(desk: SmallDesk, ticket: Ticket) -> None:
    assigned(desk, ticket, SYSTEM, agent="Pia", team="Night")
    assert assigned(desk, ticket, SYSTEM, agent="Pia", team="Night") == ()
    assert assigned(desk, ticket, SYSTEM) == ()
    with desk.db.reading() as session:
        assert len(journal.history(session, ticket.id)) == 2


@pytest.mark.parametrize("name", ["Ada", "Mia", "Pia", "Eva"])
def test_those_who_may_open_the_ticket_may_assign_it(desk: SmallDesk, ticket: Ticket, name: str) -> None:
    assert only(assigned(desk, ticket, desk.agent(name), agent="Out")).agent is not None


@pytest.mark.parametrize("name", ["Sam", "Out", "Lea"])
def test_others_may_not_and_nothing_is_written(desk: SmallDesk, ticket: Ticket, name: str) -> None:
    with pytest.raises(MayNotOpen, match=f"{name} may not open ticket 100001"):
        assigned(desk, ticket, desk.agent(name), agent=name)
    assert desk.tickets() == (ticket,)


def test_access_is_judged_before_the_act(desk: SmallDesk, ticket: Ticket) -> None:
    assigned(desk, ticket, SYSTEM, agent="Out")
    assert only(assigned(desk, ticket, desk.agent("Out"), agent="Sam")).ticket.agent is not None
    with pytest.raises(MayNotOpen):
        assigned(desk, ticket, desk.agent("Out"), agent="Out")


def test_somebody_who_is_away_can_be_assigned_by_hand(desk: SmallDesk, ticket: Ticket) -> None:
    event = only(assigned(desk, ticket, desk.agent("Mia"), agent="Lea", team="Absent"))
    assert event.agent is not None
    assert event.team is not None


def test_unknown_ids_are_named(desk: SmallDesk, ticket: Ticket) -> None:
    desk.ids["Nobody"] = 999
    with pytest.raises(UnknownName, match="agent"):
        assigned(desk, ticket, SYSTEM, agent="Nobody")
    with pytest.raises(UnknownName, match="team"):
        assigned(desk, ticket, SYSTEM, team="Nobody")

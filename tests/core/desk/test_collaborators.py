"""Collaborators: who may be one, what is rung, and that what changes nothing rings nothing."""

import pytest

from deskbell.core.contract.errors import InvalidValue, UnknownName
from deskbell.core.contract.events import CollaboratorAdded, Event
from deskbell.core.contract.people import SYSTEM
from deskbell.core.contract.tickets import Ticket
from deskbell.core.desk.collaborators import (
    add_collaborator,
    chosen_ids,
    remove_collaborator,
    set_collaborator_active,
)
from deskbell.core.store import end_users, records
from deskbell.core.store.end_users import Person
from deskbell.core.store.records import EndUserRecord
from stand_ins.small_desk import OWNER, SmallDesk
from stand_ins.ticket_acts import act, history_of, new_ticket, now_of

BO = "bo@customer.example"


def added(desk: SmallDesk, ticket: Ticket, address: str, name: str = "") -> tuple[Event, ...]:
    return act(desk, add_collaborator, ticket, desk.agent("Pia"), person=Person(name, address))


def activated(desk: SmallDesk, ticket: Ticket, active: bool, address: str = BO) -> tuple[tuple[Event, ...], bool]:
    return act(desk, set_collaborator_active, ticket, desk.agent("Pia"), address=address, active=active)


def standing(desk: SmallDesk, ticket: Ticket) -> list[tuple[str, bool]]:
    return [(each.user.address, each.active) for each in now_of(desk, ticket).collaborators]


def test_somebody_new(desk: SmallDesk) -> None:
    ticket = new_ticket(desk)
    [event] = added(desk, ticket, "Bo@customer.example", "Bo Finch")
    assert isinstance(event, CollaboratorAdded)
    assert event.ticket == now_of(desk, ticket)
    assert event.ticket.collaborators == (event.collaborator,)
    user = event.collaborator.user
    assert (user.name, user.address, event.collaborator.active) == ("Bo Finch", "Bo@customer.example", True)
    assert event.actor == desk.agent("Pia")


def test_somebody_known_keeps_the_name(desk: SmallDesk) -> None:
    ticket = new_ticket(desk)
    new_ticket(desk, owner=BO, name="Bo Finch")
    [event] = added(desk, ticket, "BO@customer.example", "Somebody Else")
    assert event.collaborator.user.name == "Bo Finch"  # type: ignore[attr-defined]


def test_the_same_again_changes_nothing(desk: SmallDesk) -> None:
    ticket = new_ticket(desk)
    added(desk, ticket, BO)
    assert added(desk, ticket, "BO@customer.example") == ()
    assert standing(desk, ticket) == [(BO, True)]
    assert history_of(desk, ticket) == ["ticket_created", "collaborator_added"]


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("nowhere", "this is no mail address"),
        (OWNER, "this is the owner of ticket 100001"),
        ("OWNER@customer.example", "this is the owner of ticket 100001"),
        ("support@example.com", "this is an address of the desk itself"),
        ("Help+100001@example.com", "this is an address of the desk itself"),
        ("offers@example.com", "this is an address of the desk itself"),
    ],
)
def test_who_cannot_be_one(desk: SmallDesk, address: str, words: str) -> None:
    ticket = new_ticket(desk)
    with pytest.raises(InvalidValue, match=words):
        added(desk, ticket, address)
    assert now_of(desk, ticket) == ticket
    with desk.db.reading() as session:
        assert len(end_users.find(session, [address])) == (1 if "owner" in address.lower() else 0)


def test_the_owner_is_known_by_every_address(desk: SmallDesk) -> None:
    ticket = new_ticket(desk)
    with desk.db.writing() as session:
        both = EndUserRecord(id=ticket.owner.id, name="Olga", addresses=(OWNER, "olga@home.example"))
        records.save_end_user(session, both, now=desk.clock.now())
    with pytest.raises(InvalidValue, match="owner"):
        added(desk, ticket, "olga@home.example")


def test_inactive_and_active_again(desk: SmallDesk) -> None:
    ticket = new_ticket(desk)
    added(desk, ticket, BO)
    assert activated(desk, ticket, False) == ((), True)
    assert activated(desk, ticket, False) == ((), False)
    assert standing(desk, ticket) == [(BO, False)]
    events, changed = activated(desk, ticket, True)
    assert changed
    [event] = events
    assert isinstance(event, CollaboratorAdded)
    assert event.collaborator.active
    assert activated(desk, ticket, True) == ((), False)
    assert history_of(desk, ticket) == ["ticket_created", "collaborator_added", "collaborator_added"]


def test_adding_an_inactive_one_activates(desk: SmallDesk) -> None:
    ticket = new_ticket(desk)
    added(desk, ticket, BO)
    activated(desk, ticket, False)
    assert len(added(desk, ticket, BO)) == 1
    assert standing(desk, ticket) == [(BO, True)]


def test_removed(desk: SmallDesk) -> None:
    ticket = new_ticket(desk)
    added(desk, ticket, BO)
    added(desk, ticket, "cy@customer.example")
    act(desk, remove_collaborator, ticket, SYSTEM, address="BO@customer.example")
    assert standing(desk, ticket) == [("cy@customer.example", True)]
    with pytest.raises(UnknownName, match=r"no collaborator of ticket 100001 named 'bo@customer.example'"):
        act(desk, remove_collaborator, ticket, SYSTEM, address=BO)


def test_only_collaborators_can_be_switched(desk: SmallDesk) -> None:
    ticket = new_ticket(desk)
    added(desk, ticket, BO)
    for stranger in (OWNER, "nobody@customer.example"):
        with pytest.raises(UnknownName):
            activated(desk, ticket, False, address=stranger)
    with pytest.raises(UnknownName, match=f"Did you mean '{BO}'"):
        activated(desk, ticket, False, address="bob@customer.example")


def test_chosen_by_address(desk: SmallDesk) -> None:
    ticket = new_ticket(desk)
    [event] = added(desk, ticket, BO)
    bo = event.collaborator.user.id  # type: ignore[attr-defined]
    with desk.db.reading() as session:
        assert chosen_ids(session, ticket.id, ["BO@customer.example"]) == {bo}
        assert chosen_ids(session, ticket.id, []) == frozenset()
        with pytest.raises(UnknownName, match="collaborator of ticket 100001"):
            chosen_ids(session, ticket.id, [OWNER])

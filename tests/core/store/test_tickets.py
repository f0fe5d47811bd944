"""Tickets in the store: numbers, batches, and snapshots that say what was written."""

from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import event, text

from deskbell.core.contract.errors import UnknownName
from deskbell.core.contract.people import SYSTEM, Actor, ActorKind, Agent, EndUser, Organization, Team
from deskbell.core.contract.tickets import (
    Attachment,
    Collaborator,
    Department,
    EntryKind,
    HelpTopic,
    Origin,
    Priority,
    Ticket,
    TicketStatus,
)
from deskbell.core.store import records, ticket_changes, tickets
from deskbell.core.store.database import Database
from deskbell.core.store.directory import (
    AgentRecord,
    DepartmentRecord,
    OrganizationRecord,
    TeamRecord,
    TopicRecord,
)
from deskbell.core.store.records import EndUserRecord
from deskbell.core.store.rows import CollaboratorRow, TicketRow
from deskbell.core.store.ticket_changes import NewEntry, NewTicket
from stand_ins.clock import MONDAY_MORNING, FrozenClock

FILE = Attachment("plan.pdf", "application/pdf", 3, "d" * 64, "cid1")


@pytest.fixture
def places(db: Database) -> dict[str, int]:
    """Ids of one of each that a ticket can name."""
    with db.writing() as session:
        agent = records.save_agent(session, AgentRecord(id=0, name="Pia", address="pia@example.com"))
        organization = records.save_organization(
            session, OrganizationRecord(id=0, name="Acme", account_manager_id=agent)
        )
        owner = EndUserRecord(
            name="Olga", addresses=("olga@acme.example", "o@home.example"), organization_id=organization
        )
        return {
            "agent": agent,
            "organization": organization,
            "department": records.save_department(
                session, DepartmentRecord(id=0, name="Support"), by=SYSTEM, now=MONDAY_MORNING
            ),
            "other": records.save_department(
                session, DepartmentRecord(id=0, name="Sales"), by=SYSTEM, now=MONDAY_MORNING
            ),
            "team": records.save_team(session, TeamRecord(id=0, name="Night")),
            "topic": records.save_topic(session, TopicRecord(id=0, name="Printers"), by=SYSTEM, now=MONDAY_MORNING),
            "owner": records.save_end_user(session, owner, now=MONDAY_MORNING),
            "friend": records.save_end_user(session, EndUserRecord(addresses=("f@x.example",)), now=MONDAY_MORNING),
        }


def new_ticket(places: dict[str, int], number: str, **changes: object) -> NewTicket:
    values: dict[str, object] = {
        "number": number,
        "subject": "Smoke",
        "priority": Priority.HIGH,
        "origin": Origin.MAIL,
        "owner_id": places["owner"],
        "owner_address": "O@home.example",
        "department_id": places["department"],
        "created_at": MONDAY_MORNING,
    }
    return NewTicket(**{**values, **changes})  # type: ignore[arg-type]


def new_entry(ticket_id: int, **changes: object) -> NewEntry:
    values: dict[str, object] = {
        "ticket_id": ticket_id,
        "kind": EntryKind.MESSAGE,
        "origin": Origin.MAIL,
        "author": Actor(ActorKind.END_USER, 1, "Olga", "o@home.example", verified=False),
        "text": "Help",
        "posted_at": MONDAY_MORNING,
        "verified": False,
    }
    return NewEntry(**{**values, **changes})  # type: ignore[arg-type]


def test_numbers_begin_at_100001_and_go_on(db: Database) -> None:
    with db.writing() as session:
        assert ticket_changes.next_numbers(session, 2) == ("100001", "100002")
    with db.writing() as session:
        assert ticket_changes.next_numbers(session, 1) == ("100003",)


def test_numbers_of_a_transaction_that_failed_are_given_again(db: Database) -> None:
    with suppress(ZeroDivisionError), db.writing() as session:
        assert ticket_changes.next_numbers(session, 5)[0] == "100001"
        raise ZeroDivisionError
    with db.writing() as session:
        assert ticket_changes.next_numbers(session, 1) == ("100001",)


def test_a_snapshot_names_everything_that_the_row_points_at(db: Database, places: dict[str, int]) -> None:
    with db.writing() as session:
        [ticket_id] = ticket_changes.insert_tickets(
            session,
            [
                new_ticket(
                    places,
                    "100001",
                    topic_id=places["topic"],
                    agent_id=places["agent"],
                    team_id=places["team"],
                    last_respondent_id=places["agent"],
                )
            ],
        )
    with db.reading() as session:
        found = tickets.snapshot(session, ticket_id)
    organization = Organization(places["organization"], "Acme", places["agent"])
    assert found == Ticket(
        id=ticket_id,
        number="100001",
        subject="Smoke",
        status=TicketStatus.OPEN,
        priority=Priority.HIGH,
        origin=Origin.MAIL,
        owner=EndUser(places["owner"], "Olga", "O@home.example", organization),
        department=Department(places["department"], "Support"),
        created_at=MONDAY_MORNING,
        topic=HelpTopic(places["topic"], "Printers"),
        agent=Agent(places["agent"], "Pia", "pia@example.com"),
        team=Team(places["team"], "Night"),
        last_respondent=Agent(places["agent"], "Pia", "pia@example.com"),
    )


def test_a_bare_ticket_is_nobodys(db: Database, places: dict[str, int]) -> None:
    with db.writing() as session:
        [ticket_id] = ticket_changes.insert_tickets(session, [new_ticket(places, "100001")])
        found = tickets.snapshot(session, ticket_id)
    assert (found.topic, found.agent, found.team, found.last_respondent, found.collaborators) == (
        None,
        None,
        None,
        None,
        (),
    )


def test_collaborators_come_in_the_order_of_joining(db: Database, places: dict[str, int]) -> None:
    with db.writing() as session:
        [ticket_id] = ticket_changes.insert_tickets(session, [new_ticket(places, "100001", owner_id=places["friend"])])
        session.add_all(
            [
                CollaboratorRow(
                    ticket_id=ticket_id,
                    user_id=places["owner"],
                    address="o@home.example",
                    active=False,
                    added_at=MONDAY_MORNING + timedelta(hours=1),
                ),
            ]
        )
        session.flush()
        [collaborator] = tickets.snapshot(session, ticket_id).collaborators
    assert (collaborator.user.id, collaborator.user.address, collaborator.active) == (
        places["owner"],
        "o@home.example",
        False,
    )
    assert collaborator.user.organization is not None


def test_a_batch_keeps_its_order(db: Database, places: dict[str, int]) -> None:
    numbers = [str(100_001 + place) for place in range(300)]
    with db.writing() as session:
        ids = ticket_changes.insert_tickets(session, [new_ticket(places, number) for number in numbers])
        found = tickets.snapshots(session, ids)
        entries = ticket_changes.insert_entries(
            session, [new_entry(ticket_id, text=str(ticket_id)) for ticket_id in ids]
        )
    assert [found[ticket_id].number for ticket_id in ids] == numbers
    with db.reading() as session:
        assert [tickets.entries(session, ticket_id) for ticket_id in ids[:5]] == [(entry,) for entry in entries[:5]]


def test_an_entry_is_read_back_as_it_was_written(db: Database, places: dict[str, int]) -> None:
    with db.writing() as session:
        [ticket_id] = ticket_changes.insert_tickets(session, [new_ticket(places, "100001")])
        first, second = ticket_changes.insert_entries(
            session,
            [
                new_entry(ticket_id, automatic=True, held=True, attachments=(FILE, FILE)),
                new_entry(ticket_id, kind=EntryKind.NOTE, author=Actor(ActorKind.SYSTEM), verified=True, text="é 🖨"),
            ],
        )
    with db.reading() as session:
        assert tickets.entries(session, ticket_id) == (first, second)
    assert first.attachments == (FILE, FILE)
    assert (first.automatic, first.held, first.verified, second.verified) == (True, True, False, True)


def test_an_unknown_number_is_named(db: Database) -> None:
    with db.reading() as session, pytest.raises(UnknownName, match="no ticket named '7'"):
        tickets.find_number(session, "7")


def test_an_unknown_id_is_named(db: Database) -> None:
    with db.writing() as session, pytest.raises(UnknownName):
        ticket_changes.lock(session, [7])


def test_tickets_are_found_by_the_mails_stored_on_them(db: Database, places: dict[str, int]) -> None:
    with db.writing() as session:
        one, two = ticket_changes.insert_tickets(session, [new_ticket(places, "100001"), new_ticket(places, "100002")])
        ticket_changes.insert_entries(
            session,
            [
                new_entry(one, message_id="<a@x>"),
                new_entry(two, message_id="<b@x>"),
                new_entry(two, message_id="<a@x>"),
                new_entry(two, message_id=""),
            ],
        )
        found = tickets.ids_by_message_id(session, ["<a@x>", "<b@x>", "<c@x>", ""])
    assert found == {"<a@x>": one, "<b@x>": two}


def test_open_tickets_are_counted_by_owner_and_by_what_speaks_for_them(db: Database, places: dict[str, int]) -> None:
    owner, friend = places["owner"], places["friend"]
    wanted = [(owner, True, "open"), (owner, True, "waiting"), (owner, True, "closed"), (owner, False, "open")]
    wanted += [(friend, False, "open"), (friend, False, "open"), (friend, True, "closed")]
    with db.writing() as session:
        ids = ticket_changes.insert_tickets(
            session,
            [
                new_ticket(places, str(number), owner_id=owner_id, verified=verified)
                for number, (owner_id, verified, _) in enumerate(wanted)
            ],
        )
        for ticket_id, (_, _, status) in zip(ids, wanted, strict=True):
            session.get_one(TicketRow, ticket_id).status = status
        session.flush()
        everybody = {(owner, True): 2, (owner, False): 1, (friend, False): 2}
        assert tickets.count_open(session, [owner, friend, 4711]) == everybody
        assert tickets.count_open(session, [friend]) == {(friend, False): 2}
        assert tickets.count_open(session, []) == {}


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_persons_closed_tickets_are_not_read_to_count_the_open_ones(db: Database) -> None:
    counting = "SELECT count(*) FROM tickets WHERE owner_id = 1 AND status IN ('open', 'waiting') GROUP BY verified"
    with db.reading() as session:
        plan = [row.detail for row in session.execute(text(f"EXPLAIN QUERY PLAN {counting}"))]
    assert "ix_tickets_owner_id_tickets_status (owner_id=? AND status=?)" in plan[0]


def test_numbers_that_are_given_back_are_given_out_again(db: Database) -> None:
    with db.writing() as session:
        assert ticket_changes.next_numbers(session, 5)[-1] == "100005"
        ticket_changes.give_back_numbers(session, 3)
        assert ticket_changes.next_numbers(session, 1) == ("100003",)


def test_collaborators_are_written_with_their_tickets(db: Database, places: dict[str, int], clock: FrozenClock) -> None:
    friend = EndUser(places["friend"], "", "F@x.example")
    owner = EndUser(places["owner"], "Olga", "olga@acme.example")
    with db.writing() as session:
        one, two = ticket_changes.insert_tickets(
            session, [new_ticket(places, "1"), new_ticket(places, "2", owner_id=places["friend"])]
        )
        joined = {one: (Collaborator(friend),), two: (Collaborator(owner, active=False),)}
        ticket_changes.insert_collaborators(session, joined, now=clock.now())
        found = tickets.snapshots(session, [one, two])
        assert [(each.user.address, each.active) for each in found[one].collaborators] == [("F@x.example", True)]
        assert [(each.user.address, each.active) for each in found[two].collaborators] == [("olga@acme.example", False)]


def test_reopening_and_assigning_change_the_row(db: Database, places: dict[str, int], clock: FrozenClock) -> None:
    with db.writing() as session:
        [ticket_id] = ticket_changes.insert_tickets(session, [new_ticket(places, "1")])
        row = session.get_one(TicketRow, ticket_id)
        row.status, row.closed_at = "closed", MONDAY_MORNING
    later = clock.advance(hours=1)
    with db.writing() as session:
        ticket_changes.reopen(session, [ticket_id], now=later)
        ticket_changes.assign(session, ticket_id, agent_id=places["agent"], team_id=None, now=later)
    with db.reading() as session:
        row = session.get_one(TicketRow, ticket_id)
        assert (row.status, row.closed_at, row.updated_at, row.agent_id) == ("open", None, later, places["agent"])


def test_the_list_is_newest_first_and_filtered(db: Database, places: dict[str, int]) -> None:
    with db.writing() as session:
        ids = ticket_changes.insert_tickets(
            session,
            [
                new_ticket(places, "1"),
                new_ticket(places, "2", department_id=places["other"]),
                new_ticket(places, "3", agent_id=places["agent"]),
            ],
        )
        session.get_one(TicketRow, ids[0]).status = "closed"
    with db.reading() as session:

        def listed(**filters: object) -> list[str]:
            return [ticket.number for ticket in tickets.list_tickets(session, limit=2, **filters)]  # type: ignore[arg-type]

        assert listed() == ["3", "2"]
        assert listed(before_id=ids[1]) == ["1"]
        assert listed(status=TicketStatus.CLOSED) == ["1"]
        assert listed(department_id=places["other"]) == ["2"]
        assert listed(agent_id=places["agent"]) == ["3"]
        assert listed(agent_id=places["agent"], status=TicketStatus.CLOSED) == []


def test_any_number_of_tickets_is_read(db: Database, places: dict[str, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tickets, "IDS_AT_ONCE", 2)
    with db.writing() as session:
        ids = ticket_changes.insert_tickets(session, [new_ticket(places, str(number)) for number in range(1, 6)])
        session.add(
            CollaboratorRow(
                ticket_id=ids[-1], user_id=places["friend"], address="f@x.example", active=True, added_at=MONDAY_MORNING
            )
        )
    asked: list[int] = []
    with db.reading() as session:

        def counted(_connection: object, _clause: object, given: object, more: object, _options: object) -> None:
            if isinstance(more, dict) and "ids" in more:
                asked.append(len(more["ids"]))

        event.listen(session.get_bind(), "before_execute", counted)
        found = tickets.snapshots(session, ids)
        event.remove(session.get_bind(), "before_execute", counted)
    assert [found[each].number for each in ids] == ["1", "2", "3", "4", "5"]
    assert [len(found[each].collaborators) for each in ids] == [0, 0, 0, 0, 1]
    assert asked == [2, 2, 2, 2, 2, 2, 1, 1, 1]

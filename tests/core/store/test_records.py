"""Records written whole, looked up and removed; much of it is proven by the desk as code, which writes nothing else."""

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from deskbell.core.contract.kinds import Level, Switch
from deskbell.core.contract.people import SYSTEM
from deskbell.core.store import configuration, records
from deskbell.core.store.database import Database
from deskbell.core.store.directory import (
    AgentRecord,
    DepartmentRecord,
    Directory,
    ExtendedMember,
    MailboxRecord,
    TeamMember,
    TeamRecord,
    TopicRecord,
)
from deskbell.core.store.records import EndUserRecord, Usage
from deskbell.core.store.rows import CollaboratorRow, EntryRow, JournalRow, TicketRow
from stand_ins.clock import MONDAY_MORNING, FrozenClock


@pytest.fixture
def db(database_url: str, clock: FrozenClock) -> Iterator[Database]:
    database = Database(database_url, clock=clock)
    yield database
    database.close()


def directory(db: Database) -> Directory:
    with db.reading() as session:
        return db.directory(session)


def agent(session: Session, name: str) -> int:
    return records.save_agent(session, AgentRecord(id=0, name=name, address=f"{name}@example.com"))


def test_saving_a_new_record_answers_its_id_and_saving_it_again_changes_it(db: Database) -> None:
    with db.writing() as session:
        ann = agent(session, "ann")
        records.save_agent(session, AgentRecord(id=ann, name="Ann Lee", address="Ann@example.com", is_admin=True))
    assert directory(db).agents == {ann: AgentRecord(id=ann, name="Ann Lee", address="Ann@example.com", is_admin=True)}


def test_members_are_replaced_as_a_whole_and_keep_their_order(db: Database) -> None:
    with db.writing() as session:
        ann, bob = agent(session, "ann"), agent(session, "bob")
        department = DepartmentRecord(
            id=0, name="Support", members=(bob, ann), extended=(ExtendedMember(agent_id=ann),)
        )
        team = TeamRecord(id=0, name="Night", members=(TeamMember(agent_id=bob), TeamMember(agent_id=ann)))
        support, night = (
            records.save_department(session, department, by=SYSTEM, now=MONDAY_MORNING),
            records.save_team(session, team),
        )
    assert directory(db).departments[support].members == (bob, ann)
    with db.writing() as session:
        changed = DepartmentRecord(
            id=support, name="Support", members=(ann,), extended=(ExtendedMember(agent_id=bob, role="x", alerts=False),)
        )
        records.save_department(session, changed, by=SYSTEM, now=MONDAY_MORNING)
        records.save_team(
            session, TeamRecord(id=night, name="Night", members=(TeamMember(agent_id=ann, alerts=False),))
        )
    assert directory(db).departments[support] == changed
    assert directory(db).teams[night].members == (TeamMember(agent_id=ann, alerts=False),)


def test_addresses_of_an_end_user_keep_their_order_when_they_change_places(db: Database, clock: FrozenClock) -> None:
    with db.writing() as session:
        eve = records.save_end_user(session, EndUserRecord(addresses=("a@x.example", "b@x.example")), now=clock.now())
    with db.writing() as session:
        records.save_end_user(session, EndUserRecord(id=eve, addresses=("b@x.example", "A@x.example")), now=clock.now())
    with db.reading() as session:
        assert records.end_users(session) == (EndUserRecord(id=eve, addresses=("b@x.example", "A@x.example")),)


def test_end_users_are_found_by_any_address_in_any_spelling(db: Database, clock: FrozenClock) -> None:
    with db.writing() as session:
        for letter in "abc":
            user = EndUserRecord(name=letter, addresses=(f"{letter}@x.example", f"{letter}@home.example"))
            records.save_end_user(session, user, now=clock.now())
    with db.reading() as session:
        found = records.end_users(session, ["C@HOME.example", "a@x.example", "a@home.example", "nobody@x.example"])
        assert [user.name for user in found] == ["a", "c"]
        assert records.end_users(session, []) == ()


def test_a_removed_scope_takes_its_switches_along(db: Database) -> None:
    with db.writing() as session:
        support = records.save_department(
            session, DepartmentRecord(id=0, name="Support"), by=SYSTEM, now=MONDAY_MORNING
        )
        topic = records.save_topic(
            session, TopicRecord(id=0, name="Printing", department_id=support), by=SYSTEM, now=MONDAY_MORNING
        )
        box = MailboxRecord(id=0, name="support", address="support@example.com", department_id=support, topic_id=topic)
        mailbox = records.save_mailbox(session, box)
        for level, scope_id in ((Level.DEPARTMENT, support), (Level.TOPIC, topic), (Level.MAILBOX, mailbox)):
            configuration.set_switch(
                session, plugin="a", level=level, scope_id=scope_id, position=Switch.OFF, by=SYSTEM, now=MONDAY_MORNING
            )
            configuration.set_option(
                session,
                plugin="a",
                level=level,
                scope_id=scope_id,
                field="x",
                value=True,
                by=SYSTEM,
                now=MONDAY_MORNING,
            )
    with db.writing() as session:
        records.remove_topic(session, topic, by=SYSTEM, now=MONDAY_MORNING)
    assert directory(db).mailboxes[mailbox].topic_id is None
    assert {each.level for each in directory(db).switches} == {Level.DEPARTMENT, Level.MAILBOX}
    with db.writing() as session:
        records.remove_mailbox(session, mailbox, by=SYSTEM, now=MONDAY_MORNING)
        records.remove_department(session, support, by=SYSTEM, now=MONDAY_MORNING)
    desk = directory(db)
    assert (desk.departments, desk.topics, desk.mailboxes, desk.switches, desk.options) == ({}, {}, {}, (), ())


def test_a_removed_agent_is_named_nowhere_any_more(db: Database) -> None:
    with db.writing() as session:
        ann = agent(session, "ann")
        bob = records.save_agent(session, AgentRecord(id=0, name="bob", address="bob@example.com", substitute_id=ann))
        support = records.save_department(
            session,
            DepartmentRecord(id=0, name="Support", manager_id=ann, members=(ann, bob)),
            by=SYSTEM,
            now=MONDAY_MORNING,
        )
    with db.writing() as session:
        records.remove_agent(session, ann)
    desk = directory(db)
    assert desk.agents[bob].substitute_id is None
    assert (desk.departments[support].manager_id, desk.departments[support].members) == (None, (bob,))


def test_usage_counts_tickets_and_knows_who_acted(db: Database, clock: FrozenClock) -> None:
    now = clock.now()
    with db.writing() as session:
        ann, bob, cleo = (agent(session, name) for name in ("ann", "bob", "cleo"))
        support = records.save_department(
            session, DepartmentRecord(id=0, name="Support"), by=SYSTEM, now=MONDAY_MORNING
        )
        night = records.save_team(session, TeamRecord(id=0, name="Night"))
        eve, adam, kim = (
            records.save_end_user(session, EndUserRecord(addresses=(f"{name}@x.example",)), now=now)
            for name in ("eve", "adam", "kim")
        )
        for number, given in enumerate(({"agent_id": ann}, {"last_respondent_id": ann, "team_id": night})):
            ticket = TicketRow(
                number=str(number),
                subject="Help",
                origin="mail",
                owner_id=eve,
                owner_address="eve@x.example",
                department_id=support,
                created_at=now,
                updated_at=now,
                **given,
            )
            session.add(ticket)
        session.flush()
        session.add(CollaboratorRow(ticket_id=ticket.id, user_id=adam, address="adam@x.example", added_at=now))
        session.add(
            EntryRow(
                ticket_id=ticket.id,
                kind="note",
                origin="web",
                author_kind="agent",
                author_id=bob,
                text="Seen",
                posted_at=now,
            )
        )
        session.add(JournalRow(act="1", event="note_posted", actor_kind="end_user", actor_id=kim, at=now, data={}))
    with db.reading() as session:
        assert records.department_usage(session, support) == Usage(tickets=2)
        assert records.team_usage(session, night) == Usage(tickets=1)
        assert [records.agent_usage(session, each) for each in (ann, bob, cleo)] == [
            Usage(tickets=2),
            Usage(acted=True),
            Usage(),
        ]
        assert [records.end_user_usage(session, each) for each in (eve, adam, kim)] == [
            Usage(tickets=2),
            Usage(tickets=1),
            Usage(acted=True),
        ]

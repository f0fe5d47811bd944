"""The directory: every row in its place, and each revision kept as it was."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from deskbell.core.contract.kinds import Level, Switch
from deskbell.core.contract.tickets import Priority
from deskbell.core.store.database import Database
from deskbell.core.store.directory import (
    AgentRecord,
    ChannelRecord,
    DepartmentRecord,
    Directory,
    ExtendedMember,
    MailboxRecord,
    OptionRecord,
    OrganizationRecord,
    Profile,
    RecipientsMode,
    SwitchRecord,
    TeamMember,
    TeamRecord,
    TopicRecord,
)
from deskbell.core.store.load_directory import UnknownRevision, directory_at, load_directory, save_revision
from deskbell.core.store.rows import (
    AgentRow,
    ChannelRow,
    DepartmentMemberRow,
    DepartmentRow,
    DirectoryRevisionRow,
    MailboxRow,
    OptionRow,
    OrganizationRow,
    QuarantineRow,
    SettingRow,
    SwitchRow,
    TeamMemberRow,
    TeamRow,
    TopicRow,
)

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MAY = datetime(2026, 5, 1, tzinfo=UTC)
JUNE = datetime(2026, 6, 1, tzinfo=UTC)


def _fill(session: Session) -> None:
    ann = {"name": "Ann", "address": "Ann@Example.com", "address_key": "ann@example.com"}
    ben = {"name": "Ben", "address": "ben@example.com", "address_key": "ben@example.com"}
    session.add(AgentRow(id=2, **ben))
    session.flush()
    session.add(AgentRow(id=1, **ann, is_admin=True, leave_from=MAY, leave_until=JUNE, substitute_id=2))
    session.add(OrganizationRow(id=1, name="Acme", account_manager_id=2))
    session.add(DepartmentRow(id=1, name="Support", manager_id=1, recipients_mode="members_and_extended"))
    session.flush()
    session.add(DepartmentRow(id=2, name="Hardware", parent_id=1, address="hw@example.com", signature="-- \nHW"))
    session.flush()
    session.add_all(
        [
            DepartmentMemberRow(id=1, department_id=1, agent_id=2),
            DepartmentMemberRow(id=2, department_id=1, agent_id=1),
            DepartmentMemberRow(id=3, department_id=2, agent_id=1, extended=True, role="reader", alerts=False),
            TeamRow(id=1, name="Night", lead_id=1, alerts=False, members=[TeamMemberRow(agent_id=2, alerts=False)]),
            TopicRow(id=1, name="Printer", department_id=2, priority="high", agent_id=2),
        ]
    )
    session.flush()
    session.add_all(
        [
            MailboxRow(
                id=1,
                name="support",
                address="Support@example.com",
                address_key="support@example.com",
                aliases=["help@example.com"],
                department_id=1,
                topic_id=1,
                answer_unaddressed=True,
            ),
            SwitchRow(plugin="new-ticket-alert", level="department", scope_id=2, position="off", shadow=None),
            SwitchRow(plugin="new-ticket-alert", level="global", scope_id=0, position=None, shadow=True),
            OptionRow(
                plugin="vip-alert", level="global", scope_id=0, field="domains", value=["a.example", "b.example"]
            ),
            OptionRow(plugin="vip-alert", level="global", scope_id=0, field="audience.owner", value=True),
            SettingRow(name="desk_name", value="Example Desk"),
            SettingRow(name="admin_address", value="root@example.com"),
            SettingRow(name="of_somebody_else", value={"a": 1}),
            QuarantineRow(plugin="noisy", reason="raised 5 times", since=NOW),
            ChannelRow(name="smtp", options={"password": "sealed"}, held=True),
        ]
    )


EXPECTED = Directory(
    revision=1,
    profile=Profile(desk_name="Example Desk", admin_address="root@example.com"),
    agents={
        1: AgentRecord(
            id=1,
            name="Ann",
            address="Ann@Example.com",
            is_admin=True,
            leave_from=MAY,
            leave_until=JUNE,
            substitute_id=2,
        ),
        2: AgentRecord(id=2, name="Ben", address="ben@example.com"),
    },
    organizations={1: OrganizationRecord(id=1, name="Acme", account_manager_id=2)},
    departments={
        1: DepartmentRecord(
            id=1,
            name="Support",
            manager_id=1,
            recipients_mode=RecipientsMode.MEMBERS_AND_EXTENDED,
            members=(2, 1),
        ),
        2: DepartmentRecord(
            id=2,
            name="Hardware",
            parent_id=1,
            address="hw@example.com",
            signature="-- \nHW",
            extended=(ExtendedMember(agent_id=1, role="reader", alerts=False),),
        ),
    },
    teams={1: TeamRecord(id=1, name="Night", lead_id=1, alerts=False, members=(TeamMember(agent_id=2, alerts=False),))},
    topics={1: TopicRecord(id=1, name="Printer", department_id=2, priority=Priority.HIGH, agent_id=2)},
    mailboxes={
        1: MailboxRecord(
            id=1,
            name="support",
            address="Support@example.com",
            department_id=1,
            aliases=("help@example.com",),
            topic_id=1,
            answer_unaddressed=True,
        )
    },
    channels={"smtp": ChannelRecord(name="smtp", held=True)},
    switches=(
        SwitchRecord(plugin="new-ticket-alert", level=Level.DEPARTMENT, scope_id=2, position=Switch.OFF),
        SwitchRecord(plugin="new-ticket-alert", level=Level.GLOBAL, shadow=True),
    ),
    options=(
        OptionRecord(plugin="vip-alert", level=Level.GLOBAL, field="domains", value=["a.example", "b.example"]),
        OptionRecord(plugin="vip-alert", level=Level.GLOBAL, field="audience.owner", value=True),
    ),
    quarantined={"noisy": "raised 5 times"},
)


def test_every_row_has_its_place(db: Database) -> None:
    with db.writing() as session:
        _fill(session)
    with db.reading() as session:
        assert db.directory(session) == EXPECTED


def test_an_empty_desk_has_a_directory(db: Database) -> None:
    with db.reading() as session:
        assert db.directory(session) == Directory()


def test_what_the_session_holds_does_not_hide_what_is_stored(db: Database) -> None:
    with db.writing() as session:
        _fill(session)
        ann = session.get_one(AgentRow, 1)
        ann.name = "Anna"
        assert load_directory(session, revision=7).agents[1].name == "Anna"


def test_a_directory_costs_few_statements(db: Database, statements: list[str]) -> None:
    with db.writing() as session:
        _fill(session)
    with db.reading() as session:
        statements.clear()
        db.directory(session)
        # One for each of 15 tables, and the revision before and after.
        assert len([each for each in statements if each.startswith("SELECT")]) <= 17
        statements.clear()
        db.directory(session)
        assert len(statements) == 1


def test_a_revision_is_kept_as_it_was(db: Database) -> None:
    with db.writing() as session:
        save_revision(session, EXPECTED, NOW)
    with db.writing() as session:
        _fill(session)
        session.flush()
    with db.reading() as session:
        assert directory_at(session, 1) == EXPECTED


def test_a_revision_is_kept_once(db: Database) -> None:
    for _ in range(2):
        with db.writing() as session:
            save_revision(session, EXPECTED, NOW)
            save_revision(session, EXPECTED, NOW)
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(DirectoryRevisionRow)) == 1


def test_a_revision_that_was_not_kept_is_one_sentence(db: Database) -> None:
    with pytest.raises(UnknownRevision, match=r"^Revision 9 of the directory was not kept"), db.reading() as session:
        directory_at(session, 9)

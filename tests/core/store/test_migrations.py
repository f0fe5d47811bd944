"""Migrations: they make the tables that the rows describe, all or nothing, once, and keep what is in the tables."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect, text

from deskbell.core.store.migrations import SCRIPTS, BrokenMigration, migrate
from deskbell.core.store.rows import Row
from deskbell.core.store.schema import HEAD, SchemaOutdated
from deskbell.core.store.trouble import DatabaseUnavailable

ALTER_PARENT = """
import sqlalchemy as sa
from alembic import op

revision = "9000"
down_revision = HEAD


def upgrade():
    with op.batch_alter_table("departments") as table:
        table.add_column(sa.Column("colour", sa.String(), nullable=False, server_default="grey"))
        table.alter_column("signature", existing_type=sa.String(), nullable=True)
"""

ORPHAN = """
from alembic import op

revision = "9000"
down_revision = HEAD


def upgrade():
    op.execute("CREATE TABLE of_the_migration (id INTEGER)")
    op.execute("DELETE FROM departments")
"""

BREAK_HALF_WAY = """
from alembic import op

revision = "9000"
down_revision = HEAD


def upgrade():
    op.execute("CREATE TABLE half_way (id INTEGER)")
    op.execute("INSERT INTO half_way VALUES (1)")
    raise KeyboardInterrupt
"""

KILL_HALF_WAY = BREAK_HALF_WAY.replace("raise KeyboardInterrupt", "import os; os.kill(os.getpid(), 9)")


ROWS = """
INSERT INTO departments (id, name, recipients_mode, address, autoresponse_address, signature)
VALUES (1, 'Support', 'members', '', '', '-- ');
INSERT INTO agents (id, name, address, address_key, is_admin, active, alert_only)
VALUES (1, 'Ann', 'a@example.com', 'a@example.com', true, true, false);
INSERT INTO department_members (id, department_id, agent_id, extended, role, alerts) VALUES (1, 1, 1, false, '', true);
INSERT INTO end_users (id, name, created_at) VALUES (1, 'Eve', '2026-03-02 09:00:00');
INSERT INTO tickets (id, number, subject, status, priority, origin, owner_id, owner_address, department_id, created_at,
updated_at) VALUES (1, '100001', 'Help', 'open', 'normal', 'mail', 1, 'e@example.org', 1, '2026-03-02 09:00:00',
'2026-03-02 09:00:00')
"""

ROWS_OF_VERSION_2 = """;
INSERT INTO tickets (id, number, subject, status, priority, origin, owner_id, owner_address, department_id, created_at,
updated_at) SELECT id + 1, '100002', subject, status, priority, origin, owner_id, owner_address, department_id, created_at,
updated_at FROM tickets WHERE id = 1;
INSERT INTO tickets (id, number, subject, status, priority, origin, owner_id, owner_address, department_id, created_at,
updated_at) SELECT id + 2, '100003', subject, status, priority, origin, owner_id, owner_address, department_id, created_at,
updated_at FROM tickets WHERE id = 1;
INSERT INTO tickets (id, number, subject, status, priority, origin, owner_id, owner_address, department_id, created_at,
updated_at) SELECT id + 3, '100004', subject, status, priority, origin, owner_id, owner_address, department_id, created_at,
updated_at FROM tickets WHERE id = 1;
""" + "".join(
    f"""INSERT INTO thread_entries (id, ticket_id, kind, origin, author_kind, author_name, author_address, verified,
automatic, held, text, untrusted_html, posted_at) VALUES ({entry}, {ticket}, '{kind}', 'mail', 'end_user', '', '', {verified},
false, false, 'Help', '', '2026-03-02 09:00:00');
"""
    for entry, ticket, kind, verified in (
        (1, 1, "message", "true"),
        (2, 2, "message", "false"),
        (3, 1, "message", "false"),
        (4, 2, "message", "true"),
        (5, 3, "note", "false"),
        (6, 3, "message", "false"),
    )
)
"""Four tickets: opened by a sure message, by an unsure one, by a note, and by nothing that was kept."""

PARTIAL = (
    "ix_deliveries_due",
    "ix_journal_unrung",
    "ix_raw_mails_waiting",
    "ix_tickets_merged",
    "ix_tickets_next_look",
)


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


@pytest.fixture
def with_next(tmp_path: Path) -> "Scripts":
    return Scripts(tmp_path / "migrations")


class Scripts:
    """A copy of the migrations, to which one more can be added."""

    def __init__(self, folder: Path) -> None:
        shutil.copytree(SCRIPTS, folder, ignore=shutil.ignore_patterns("__pycache__"))
        self.folder = folder

    def add(self, source: str) -> Path:
        (self.folder / "versions" / "9000_next.py").write_text(f"HEAD = {HEAD!r}\n{source}")
        return self.folder

    def until(self, version: str) -> Path:
        """The migrations up to a version."""
        for script in (self.folder / "versions").glob("[0-9]*.py"):
            if script.name[:4] > version:
                script.unlink()
        return self.folder


def _fill(url: str) -> None:
    """A department with a child of each kind, and a child of a child."""
    _execute(url, ROWS)


def _execute(url: str, statements: str) -> None:
    with _connected(url) as connection:
        for statement in statements.split(";\n"):
            if statement.strip():
                connection.execute(text(statement))


def _counts(url: str) -> dict[str, int]:
    tables = ("departments", "department_members", "agents", "tickets")
    with _connected(url) as connection:
        return {table: connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in tables}


def test_the_migrated_tables_are_those_of_the_rows(empty_database_url: str) -> None:
    migrate(empty_database_url)
    with _connected(empty_database_url) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Row.metadata) == []


def test_partial_indexes_are_partial(empty_database_url: str) -> None:
    migrate(empty_database_url)
    with _connected(empty_database_url) as connection:
        indexes = inspect(connection).get_multi_indexes().values()
    conditions = {
        index["name"]: "sqlite_where" in index["dialect_options"] or "postgresql_where" in index["dialect_options"]
        for table in indexes
        for index in table
        if index["name"] in PARTIAL
    }
    assert conditions == dict.fromkeys(PARTIAL, True)


def test_tickets_are_found_by_their_sla_plan(empty_database_url: str) -> None:
    migrate(empty_database_url)
    with _connected(empty_database_url) as connection:
        assert ["sla_plan_id"] in [index["column_names"] for index in inspect(connection).get_indexes("tickets")]


def test_a_desk_of_the_version_before_is_brought_to_this_one(empty_database_url: str, tmp_path: Path) -> None:
    """A ticket is as sure as the message that opened it: whatever came later, and also when an agent opened it."""
    before = tmp_path / "before"
    shutil.copytree(SCRIPTS, before, ignore=shutil.ignore_patterns("__pycache__", "0003_*", "0004_*"))
    migrate(empty_database_url, scripts=before)
    _execute(empty_database_url, ROWS + ROWS_OF_VERSION_2)
    migrate(empty_database_url)
    with _connected(empty_database_url) as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == HEAD
        tickets = connection.execute(text("SELECT number, verified, sla_plan_id, due_at FROM tickets ORDER BY number"))
        assert [(number, bool(verified), *rest) for number, verified, *rest in tickets] == [
            ("100001", True, None, None),
            ("100002", False, None, None),
            ("100003", True, None, None),
            ("100004", True, None, None),
        ]
        departments = connection.execute(text("SELECT name, template_set, ticket_limit FROM departments")).all()
        assert departments == [("Support", "", None)]
        entries = connection.execute(text("SELECT alignment, quoted, warnings FROM thread_entries")).all()
        assert entries == [("none", None, None)] * 6


def test_the_program_knows_the_newest_version() -> None:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_migrating_again_changes_nothing(empty_database_url: str) -> None:
    migrate(empty_database_url)
    _fill(empty_database_url)
    migrate(empty_database_url)
    assert _counts(empty_database_url) == {"departments": 1, "department_members": 1, "agents": 1, "tickets": 1}


def test_several_threads_may_migrate_at_once(empty_database_url: str) -> None:
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(migrate, [empty_database_url] * 4))
    with _connected(empty_database_url) as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all() == [HEAD]


def test_several_processes_may_migrate_at_once(empty_database_url: str) -> None:
    script = "import sys; from deskbell.core.store.migrations import migrate; migrate(sys.argv[1])"
    processes = [_python(script, empty_database_url) for _ in range(3)]
    assert [process.wait(60) for process in processes] == [0, 0, 0]


def _python(script: str, *arguments: str) -> "subprocess.Popen[bytes]":
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    return subprocess.Popen([sys.executable, "-c", script, *arguments], env=env)


def test_a_parent_is_altered_and_keeps_its_children(database_url: str, with_next: Scripts) -> None:
    _fill(database_url)
    migrate(database_url, scripts=with_next.add(ALTER_PARENT))
    assert _counts(database_url) == {"departments": 1, "department_members": 1, "agents": 1, "tickets": 1}
    with _connected(database_url) as connection:
        assert connection.execute(text("SELECT colour, signature FROM departments")).all() == [("grey", "-- ")]
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == "9000"


def test_sqlite_parents_still_have_their_keys_after_being_rebuilt(tmp_path: Path, with_next: Scripts) -> None:
    url = f"sqlite:///{tmp_path / 'desk.sqlite3'}"
    migrate(url)
    _fill(url)
    migrate(url, scripts=with_next.add(ALTER_PARENT))
    with _connected(url) as connection:
        parents = {key["referred_table"] for key in inspect(connection).get_foreign_keys("tickets")}
        assert "departments" in parents
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_migration_that_orphans_rows_is_refused_and_undone(database_url: str, with_next: Scripts) -> None:
    _fill(database_url)
    with pytest.raises(
        BrokenMigration, match=r"^The migration would leave rows of '\w+' without their rows of 'departments'"
    ):
        migrate(database_url, scripts=with_next.add(ORPHAN))
    assert _counts(database_url)["departments"] == 1
    with _connected(database_url) as connection:
        assert "of_the_migration" not in inspect(connection).get_table_names()


def test_the_clock_of_an_old_ticket_counts_from_its_beginning(empty_database_url: str, with_next: Scripts) -> None:
    migrate(empty_database_url, scripts=with_next.until("0002"))
    _fill(empty_database_url)
    migrate(empty_database_url)
    with _connected(empty_database_url) as connection:
        clocks = "SELECT count(*) FROM tickets WHERE sla_from = created_at AND sla_used = 0 AND sla_plan_id IS NULL"
        assert connection.execute(text(clocks)).scalar_one() == 1


def test_a_migration_that_breaks_half_way_leaves_nothing(database_url: str, with_next: Scripts) -> None:
    with pytest.raises(KeyboardInterrupt):
        migrate(database_url, scripts=with_next.add(BREAK_HALF_WAY))
    _nothing_of_the_next(database_url)


def test_a_process_that_is_killed_half_way_leaves_nothing(database_url: str, with_next: Scripts) -> None:
    script = (
        "import sys; from pathlib import Path; from deskbell.core.store.migrations import migrate\n"
        "migrate(sys.argv[1], scripts=Path(sys.argv[2]))"
    )
    process = _python(script, database_url, str(with_next.add(KILL_HALF_WAY)))
    assert process.wait(60) == -9
    _nothing_of_the_next(database_url)
    migrate(database_url)


def _nothing_of_the_next(url: str) -> None:
    with _connected(url) as connection:
        assert "half_way" not in inspect(connection).get_table_names()
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == HEAD


def test_a_newer_database_is_left_alone(database_url: str) -> None:
    with _connected(database_url) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SchemaOutdated, match=r"at version 9999, newer than this deskbell"):
        migrate(database_url)


def test_a_folder_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnavailable, match="unable to open database file"):
        migrate(f"sqlite:///{tmp_path / 'nowhere' / 'desk.sqlite3'}")


def test_a_place_with_a_percent_sign_is_no_trouble(tmp_path: Path) -> None:
    folder = tmp_path / "100%(x)s"
    folder.mkdir()
    shutil.copytree(SCRIPTS, folder / "migrations", ignore=shutil.ignore_patterns("__pycache__"))
    migrate(f"sqlite:///{folder / 'desk.sqlite3'}", scripts=folder / "migrations")
    assert _counts(f"sqlite:///{folder / 'desk.sqlite3'}")["departments"] == 0

"""Transactions: all or nothing, one state for a reader, one writer on SQLite, and trouble in sentences."""

import json
import os
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.orm import Session

from deskbell.core.store import database
from deskbell.core.store.database import (
    Database,
    DatabaseFailed,
    DatabaseUnavailable,
    SchemaOutdated,
    open_database,
    touch_directory,
)
from deskbell.core.store.directory import Directory
from deskbell.core.store.load_directory import load_directory
from deskbell.core.store.rows import AgentRow, CounterRow, DepartmentMemberRow, DepartmentRow, EndUserRow, SettingRow
from deskbell.core.store.schema import HEAD
from deskbell.core.store.upsert import upserting
from stand_ins.clock import FrozenClock
from stand_ins.postgresql import PostgresqlServer

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

sqlite_only = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
postgresql_only = pytest.mark.parametrize(
    "database_kind", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True
)


class _Undone(Exception):
    pass


def _agent(name: str) -> AgentRow:
    return AgentRow(name=name, address=f"{name}@example.com", address_key=f"{name}@example.com")


def _names(session: Session) -> list[str]:
    return list(session.scalars(select(AgentRow.name).order_by(AgentRow.id)))


def _count_on(db: Database, name: str) -> None:
    with db.writing() as session:
        one = upserting(session, CounterRow).values(name=name, value=1)
        session.execute(one.on_conflict_do_update(index_elements=["name"], set_={"value": CounterRow.value + 1}))


# --- transactions ---


def test_a_block_that_ends_is_kept(db: Database) -> None:
    with db.writing() as session:
        session.add(_agent("ann"))
    with db.reading() as session:
        assert _names(session) == ["ann"]


def test_a_block_that_raises_is_undone(db: Database) -> None:
    with suppress(_Undone), db.writing() as session:
        session.add(_agent("ann"))
        session.flush()
        raise _Undone
    with db.reading() as session:
        assert _names(session) == []


def test_a_savepoint_that_raises_is_undone_alone(db: Database) -> None:
    with db.writing() as session:
        session.add(_agent("ann"))
        with suppress(_Undone), db.savepoint(session):
            session.add(_agent("ben"))
            session.flush()
            raise _Undone
        with db.savepoint(session):
            session.add(_agent("cid"))
    with db.reading() as session:
        assert _names(session) == ["ann", "cid"]


def test_a_reader_sees_one_state(db: Database) -> None:
    with db.reading() as reader:
        assert _names(reader) == []
        with db.writing() as session:
            session.add(_agent("ann"))
        assert _names(reader) == []
    with db.reading() as reader:
        assert _names(reader) == ["ann"]


def test_a_reader_cannot_write(db: Database) -> None:
    with pytest.raises((DatabaseFailed, DatabaseUnavailable), match=r"read-?only"), db.reading() as session:
        session.execute(insert(AgentRow).values(name="ann", address="a", address_key="a", is_admin=False))
    with db.writing() as session:
        assert _names(session) == []


def test_what_threads_count_at_once_adds_up(db: Database) -> None:
    def count() -> None:
        for _ in range(25):
            _count_on(db, "t")

    threads = [threading.Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    with db.reading() as session:
        assert session.scalar(select(CounterRow.value).where(CounterRow.name == "t")) == 200


def test_what_processes_count_at_once_adds_up(db: Database) -> None:
    script = (
        "import sys; from sqlalchemy import text; from deskbell.core.contract.clock import SystemClock\n"
        "from deskbell.core.store.database import Database\n"
        "db = Database(sys.argv[1], clock=SystemClock())\n"
        "for _ in range(50):\n"
        "    with db.writing() as session:\n"
        "        session.execute(text('UPDATE counters SET value = value + 1'))\n"
    )
    with db.writing() as session:
        session.add(CounterRow(name="p", value=0))
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    processes = [subprocess.Popen([sys.executable, "-c", script, db.url], env=env) for _ in range(3)]
    assert [process.wait(60) for process in processes] == [0, 0, 0]
    with db.reading() as session:
        assert session.scalar(select(CounterRow.value)) == 150


def test_times_come_back_as_they_were_in_utc(db: Database) -> None:
    in_india = datetime(2026, 3, 2, 14, 30, 0, 123456, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    with db.writing() as session:
        session.add(EndUserRow(id=1, name="Eve", created_at=in_india))
    with db.reading() as session:
        found = session.scalar(select(EndUserRow.created_at))
    assert found == datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=UTC)
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    "value", [0, -7, 2.5, True, False, "7", "", "a\u00e9\u2028", [], [1, [2]], {"a": {"b": [1.5, False]}}]
)
def test_json_comes_back_as_it_was(db: Database, value: object) -> None:
    with db.writing() as session:
        session.add(SettingRow(name="s", value=value))
    with db.reading() as session:
        found = session.scalar(select(SettingRow.value))
    assert found == value
    assert type(found) is type(value)


@postgresql_only
def test_postgresql_sessions_are_in_utc(db: Database) -> None:
    with db.reading() as session:
        assert session.scalar(text("SHOW timezone")) == "UTC"


@sqlite_only
def test_sqlite_is_durable_and_keeps_its_keys(db: Database) -> None:
    with db.writing() as session:
        found = [session.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "synchronous", "foreign_keys")]
    assert found == ["wal", 2, 1]


# --- trouble ---


def test_a_refused_statement_is_one_sentence_without_row_data(db: Database) -> None:
    with db.writing() as session:
        session.add(_agent("ann-secret"))
    with pytest.raises(DatabaseFailed) as caught, db.writing() as session:
        session.add(_agent("ann-secret"))
    words = str(caught.value)
    assert words.startswith("The database refused a statement: ")
    assert "ann-secret" not in words
    assert "\n" not in words


def test_an_error_of_the_caller_passes_as_it_is(db: Database) -> None:
    with pytest.raises(ZeroDivisionError), db.reading():
        raise ZeroDivisionError


@sqlite_only
def test_a_file_that_another_program_locks_is_unavailable_and_comes_back(database_url: str, clock: FrozenClock) -> None:
    db = Database(database_url, clock=clock, wait_seconds=0.1)
    with closing(sqlite3.connect(database_url.removeprefix("sqlite:///"), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseUnavailable, match="database is locked"):
            _count_on(db, "t")
        with db.reading() as session:
            assert _names(session) == []
        other.execute("ROLLBACK")
    _count_on(db, "t")
    db.close()


@postgresql_only
def test_a_row_that_another_program_locks_is_unavailable_and_comes_back(database_url: str, clock: FrozenClock) -> None:
    db = Database(database_url, clock=clock, wait_seconds=0.2)
    _count_on(db, "t")
    with db.writing() as session:
        session.execute(update(CounterRow).values(value=7))
        with pytest.raises(DatabaseUnavailable, match="lock timeout"):
            _count_on(db, "t")
    _count_on(db, "t")
    with db.reading() as session:
        assert session.scalar(select(CounterRow.value)) == 8
    db.close()


@postgresql_only
def test_a_connection_cut_in_mid_transaction_is_unavailable_and_the_next_works(
    db: Database, postgresql_server: PostgresqlServer
) -> None:
    def write_and_be_cut() -> None:
        with db.writing() as session:
            session.add(_agent("ann"))
            session.flush()
            number = session.scalar(text("SELECT pg_backend_pid()"))
            with postgresql_server.connect() as other:
                other.execute("SELECT pg_terminate_backend(%s)", [number])
            session.scalar(select(func.count()).select_from(AgentRow))

    with pytest.raises(DatabaseUnavailable):
        write_and_be_cut()
    with db.writing() as session:
        session.add(_agent("ben"))
    with db.reading() as session:
        assert _names(session) == ["ben"]


@contextmanager
def _counting_door() -> Iterator[tuple[int, list[int]]]:
    """A port that takes connections, counts them and hangs up."""
    knocks: list[int] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                knocks.append(1)
                connection.close()

        thread = threading.Thread(target=answer)
        thread.start()
        try:
            yield server.getsockname()[1], knocks
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join(5)


def test_a_database_that_is_away_is_not_knocked_at_in_a_loop(clock: FrozenClock) -> None:
    with _counting_door() as (port, knocks):
        db = Database(f"postgresql+psycopg://nobody@127.0.0.1:{port}/desk?sslmode=disable", clock=clock)
        tries = []
        for _ in range(6):
            before = len(knocks)
            with pytest.raises(DatabaseUnavailable, match=r"^The database cannot be used now: "), db.writing():
                pass
            tries.append(len(knocks) - before)
            clock.advance(seconds=0.2)
        db.close()
    # At 0.0, 0.6 s; between them nobody knocks.
    assert [each > 0 for each in tries] == [True, False, False, True, False, False]


FULL_DISK = """
import json, resource, sys
from deskbell.core.contract.clock import SystemClock
from deskbell.core.store.database import Database, DatabaseUnavailable
from deskbell.core.store.rows import EndUserRow
from datetime import datetime, UTC
from pathlib import Path
from sqlalchemy import func, select

db = Database(sys.argv[1], clock=SystemClock())
wal = Path(sys.argv[1].removeprefix("sqlite:///") + "-wal")
seen = []

def write(number):
    try:
        with db.writing() as session:
            session.add_all(EndUserRow(name="x" * 1000, created_at=datetime.now(UTC)) for _ in range(200))
        seen.append("kept")
    except DatabaseUnavailable:
        seen.append("unavailable")

write(1)
limit = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (wal.stat().st_size + 50_000, limit[1]))
write(2)
resource.setrlimit(resource.RLIMIT_FSIZE, limit)
write(3)
with db.reading() as session:
    rows = session.scalar(select(func.count()).select_from(EndUserRow))
print(json.dumps([seen, rows]))
"""


@sqlite_only
def test_a_full_disk_is_unavailable_and_is_over_when_there_is_room_again(database_url: str) -> None:
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, database_url], env=env, capture_output=True, text=True, timeout=60
    )
    assert done.stderr == ""
    assert json.loads(done.stdout) == [["kept", "unavailable", "kept"], 400]


# --- opening ---


def test_a_migrated_database_opens(database_url: str, clock: FrozenClock) -> None:
    with closing(open_database(database_url, clock=clock)) as db, db.reading() as session:
        assert _names(session) == []


def test_an_empty_database_asks_for_migration(empty_database_url: str, clock: FrozenClock) -> None:
    if empty_database_url.startswith("sqlite"):
        Path(empty_database_url.removeprefix("sqlite:///")).touch()
    with pytest.raises(SchemaOutdated) as caught:
        open_database(empty_database_url, clock=clock)
    assert str(caught.value) == (
        f"The database is empty, but this deskbell needs version {HEAD}: run 'deskbell migrate'."
    )


def test_opening_makes_no_file(tmp_path: Path, clock: FrozenClock) -> None:
    with pytest.raises(SchemaOutdated):
        open_database(f"sqlite:///{tmp_path / 'desk.sqlite3'}", clock=clock)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        ("0000", f"The database is at version 0000, but this deskbell needs version {HEAD}: run 'deskbell migrate'."),
        (
            "9999",
            (
                f"The database is at version 9999, newer than this deskbell, which knows {HEAD}:"
                " install the deskbell that brought it there, or restore the backup from before."
            ),
        ),
    ],
    ids=["older", "newer"],
)
def test_another_version_is_refused_in_words(db: Database, clock: FrozenClock, found: str, sentence: str) -> None:
    with db.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = :found"), {"found": found})
    with pytest.raises(SchemaOutdated) as caught:
        open_database(db.url, clock=clock)
    assert str(caught.value) == sentence


@sqlite_only
def test_opening_does_not_load_alembic(database_url: str) -> None:
    script = (
        "import sys; from deskbell.core.contract.clock import SystemClock\n"
        "from deskbell.core.store.database import open_database\n"
        "open_database(sys.argv[1], clock=SystemClock()).close()\n"
        "print([name for name in sys.modules if name.split('.')[0] in ('alembic', 'mako', 'psycopg')])"
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run(
        [sys.executable, "-c", script, database_url], env=env, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "[]\n"


# --- the directory and its revision ---


def _directory(db: Database) -> Directory:
    with db.reading() as session:
        return db.directory(session)


def test_the_directory_is_read_once_per_revision(db: Database) -> None:
    first = _directory(db)
    with db.writing() as session:
        session.add(EndUserRow(name="Eve", created_at=NOW))
    assert _directory(db) is first
    with db.writing() as session:
        session.add(_agent("ann"))
    second = _directory(db)
    assert (first.revision, second.revision) == (0, 1)
    assert [agent.name for agent in second.agents.values()] == ["ann"]


def test_a_transaction_raises_the_revision_once(db: Database) -> None:
    with db.writing() as session:
        for name in ("ann", "ben", "cid"):
            session.add(_agent(name))
            session.flush()
    assert _directory(db).revision == 1


@pytest.mark.parametrize(
    ("change", "raises"),
    [
        (lambda department: setattr(department, "name", "Sales"), True),
        (lambda department: department.members.append(DepartmentMemberRow(agent_id=1)), True),
        (lambda department: department.members.clear(), True),
        (lambda department: setattr(department, "name", "Support"), False),
    ],
    ids=["changed", "child added", "child removed", "set to what it was"],
)
def test_what_raises_the_revision(db: Database, change: object, raises: bool) -> None:
    with db.writing() as session:
        session.add(_agent("ann"))
        session.flush()
        session.add(DepartmentRow(name="Support", members=[DepartmentMemberRow(agent_id=1)]))
    before = _directory(db).revision
    with db.writing() as session:
        change(session.scalars(select(DepartmentRow)).one())  # type: ignore[operator]
    assert (_directory(db).revision > before) is raises


def test_a_deleted_row_raises_the_revision(db: Database) -> None:
    with db.writing() as session:
        session.add(_agent("ann"))
    with db.writing() as session:
        session.delete(session.scalars(select(AgentRow)).one())
    assert _directory(db).revision == 2


def test_statements_past_the_flush_touch_it_by_hand(db: Database) -> None:
    with db.writing() as session:
        session.add(_agent("ann"))
    with db.writing() as session:
        session.execute(update(AgentRow).values(name="Anna"))
        touch_directory(session)
    assert [agent.name for agent in _directory(db).agents.values()] == ["Anna"]


def test_a_change_undone_by_a_savepoint_takes_no_later_raise_along(db: Database) -> None:
    with db.writing() as session:
        with suppress(_Undone), db.savepoint(session):
            session.add(_agent("ann"))
            session.flush()
            raise _Undone
        session.add(_agent("ben"))
    assert [agent.name for agent in _directory(db).agents.values()] == ["ben"]


def test_a_transaction_sees_its_own_changes_and_they_are_not_kept_when_it_fails(db: Database) -> None:
    _directory(db)
    with suppress(_Undone), db.writing() as session:
        session.add(_agent("ann"))
        with suppress(_Undone), db.savepoint(session):
            session.add(_agent("ben"))
            session.flush()
            raise _Undone
        assert [agent.name for agent in db.directory(session).agents.values()] == ["ann"]
        raise _Undone
    with db.writing() as session:
        session.add(_agent("cid"))
    assert [agent.name for agent in _directory(db).agents.values()] == ["cid"]


def test_another_process_sees_the_change(db: Database, clock: FrozenClock) -> None:
    other = Database(db.url, clock=clock)
    assert _directory(other).revision == 0
    with db.writing() as session:
        session.add(_agent("ann"))
    assert [agent.name for agent in _directory(other).agents.values()] == ["ann"]
    other.close()


@postgresql_only
def test_a_change_in_mid_reading_is_not_mixed_in(
    db: Database, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Database(db.url, clock=clock)
    loads: list[int] = []

    def load_and_be_disturbed(session: Session, *, revision: int) -> Directory:
        loads.append(revision)
        if len(loads) == 1:
            with other.writing() as disturber:
                disturber.add(_agent("ann"))
        return load_directory(session, revision=revision)

    monkeypatch.setattr(database, "load_directory", load_and_be_disturbed)
    with db.writing() as session:
        directory = db.directory(session)
    other.close()
    assert loads == [0, 1]
    assert directory.revision == 1
    assert [agent.name for agent in directory.agents.values()] == ["ann"]

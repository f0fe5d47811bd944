"""Which errors of a database are worth an alert, how they are grouped, and that nobody's data is in their words."""

import sqlite3
from typing import Any

import pytest
import sqlalchemy
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from deskbell.core.contract.faults import Fault, FaultKind
from deskbell.core.store import trouble
from deskbell.core.store.trouble import DatabaseFailed, DatabaseUnavailable, database_fault, in_words, scrubbed


def sqlite_error(code: int, words: str, *, statement: str = "SELECT 1") -> DBAPIError:
    error = sqlite3.OperationalError(words)
    error.sqlite_errorcode = code
    return OperationalError(statement, None, error)


def postgresql_error(state: str, words: str) -> DBAPIError:
    error: Any = type("SomeError", (Exception,), {"sqlstate": state})(words)
    return DBAPIError("SELECT 1", None, error)


@pytest.mark.parametrize(
    "error",
    [
        sqlite_error(5, "database is locked"),
        sqlite_error(5 + 2 * 256, "database is locked"),
        sqlite_error(6, "database table is locked"),
        postgresql_error("40001", "could not serialize access"),
        postgresql_error("40P01", "deadlock detected"),
        postgresql_error("55P03", "canceling statement due to lock timeout"),
    ],
)
def test_waiting_in_vain_is_no_fault(error: DBAPIError) -> None:
    assert database_fault(error) is None
    heard: list[Fault] = []
    with pytest.raises(DatabaseUnavailable) as caught, in_words(heard.append):
        raise error
    assert heard == []
    assert not caught.value.reported


@pytest.mark.parametrize(
    "error",
    [
        sqlite_error(8, "attempt to write a readonly database"),
        sqlite_error(10, "disk I/O error"),
        sqlite_error(11, "database disk image is malformed"),
        sqlite_error(13, "database or disk is full"),
        sqlite_error(14, "unable to open database file"),
        sqlite_error(26, "file is not a database"),
        postgresql_error("57P01", "terminating connection due to administrator command"),
        postgresql_error("53100", "could not extend file: No space left on device"),
        postgresql_error("08006", "connection failure"),
    ],
)
def test_a_database_that_is_gone_is_one_fault_whatever_was_asked(error: DBAPIError) -> None:
    heard: list[Fault] = []
    with pytest.raises(DatabaseUnavailable) as caught, in_words(heard.append):
        raise error
    [fault] = heard
    assert (fault.kind, fault.fingerprint) == (FaultKind.DATABASE, "database:away")
    assert caught.value.reported
    assert trouble.was_reported(caught.value)


def test_a_refused_statement_is_grouped_by_its_shape() -> None:
    def fingerprint(statement: str) -> str:
        fault = database_fault(sqlite_error(1, "no such table: t", statement=statement))
        assert fault is not None
        assert fault.title == "OperationalError: no such table: t"
        return fault.fingerprint

    one = fingerprint("SELECT * FROM t WHERE id IN (?, ?) AND name = 'Ann'")
    assert one == fingerprint("SELECT *  FROM t\nWHERE id IN (?, ?, ?) AND name = 'It''s Bob'")
    assert one != fingerprint("SELECT * FROM t WHERE id IN (?, ?)")
    with pytest.raises(DatabaseFailed, match="no such table: t"), in_words():
        raise sqlite_error(1, "no such table: t")


def test_the_cause_of_an_error_is_found() -> None:
    try:
        try:
            raise sqlite_error(1, "no such table: t")
        except DBAPIError as error:
            raise RuntimeError("the plugin's own words") from error
    except RuntimeError as error:
        fault = database_fault(error)
    assert fault is not None
    assert "no such table: t" in fault.title
    assert database_fault(RuntimeError("no database")) is None


def test_parameters_are_in_no_fault() -> None:
    """Engines of plugins do not hide them, as ours do."""
    engine = sqlalchemy.create_engine("sqlite://")
    with engine.connect() as connection, pytest.raises(DBAPIError) as caught:
        connection.execute(sqlalchemy.text("SELECT * FROM t WHERE a = :a AND b = 'canary-2'"), {"a": "canary-1"})
    engine.dispose()
    fault = database_fault(caught.value)
    assert fault is not None
    assert "canary" not in f"{fault} {trouble.plain_words(caught.value)}"
    assert "canary" in str(caught.value)


def test_an_error_that_somebody_handles_reaches_nobody() -> None:
    heard: list[Fault] = []
    with in_words(heard.append):
        try:
            raise IntegrityError("INSERT", None, sqlite3.IntegrityError("UNIQUE constraint failed"))
        except IntegrityError:
            pass
    assert heard == []


@pytest.mark.parametrize(
    ("words", "left"),
    [
        (
            'duplicate key value violates unique constraint "uq_tickets_number"',
            'duplicate key value violates unique constraint "uq_tickets_number"',
        ),
        ('relation "tickets" does not exist', 'relation "tickets" does not exist'),
        ('invalid input syntax for type integer: "canary"', "invalid input syntax for type integer: '…'"),
        ('invalid input syntax for type integer: "can""ary" x', "invalid input syntax for type integer: '…' x"),
        ('unterminated quoted string at or near "canary', "unterminated quoted string at or near '…'"),
        ("value 'canary' is out of range", "value '…' is out of range"),
        ("it isn't here and wasn't", "it isn't here and wasn't"),
        ("cannot reach postgresql://desk:canary@db/x", "cannot reach postgresql://desk:***@db/x"),
        ("conninfo password=canary host=db", "conninfo password=*** host=db"),
    ],
)
def test_what_may_be_data_is_taken_out(words: str, left: str) -> None:
    assert scrubbed(words) == left

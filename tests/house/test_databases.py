"""The databases that tests are given: empty or migrated, and each test's own."""

import pytest
from sqlalchemy import create_engine, inspect, text

from stand_ins.postgresql import PostgresqlServer


def _tables(url: str) -> list[str]:
    engine = create_engine(url)
    try:
        return inspect(engine).get_table_names()
    finally:
        engine.dispose()


def _mark(url: str) -> None:
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE mark_of_a_test (id INTEGER)"))
    finally:
        engine.dispose()


@pytest.mark.parametrize("turn", [1, 2])
def test_an_empty_database_is_empty_each_time(empty_database_url: str, turn: int) -> None:
    assert _tables(empty_database_url) == []
    _mark(empty_database_url)


@pytest.mark.parametrize("turn", [1, 2])
def test_a_migrated_database_has_the_tables_and_no_trace_of_another_test(database_url: str, turn: int) -> None:
    tables = _tables(database_url)
    assert {"alembic_version", "tickets"} <= set(tables)
    assert "mark_of_a_test" not in tables
    _mark(database_url)


@pytest.mark.postgresql
def test_a_database_goes_even_with_a_connection_left_open(postgresql_server: PostgresqlServer) -> None:
    name = postgresql_server.create()
    forgotten = postgresql_server.connect(name)
    postgresql_server.drop(name)
    with postgresql_server.connect() as connection:
        rows = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchall()
    forgotten.close()
    assert rows == []

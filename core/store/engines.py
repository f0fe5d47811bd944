"""The house's settings for each database: durability, JSON by orjson, who may write, how long to wait."""

import sqlite3
import time
from collections.abc import Callable
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url

POOL_SIZE = 8
OVERFLOW = 24
"""Connections that are opened in a rush and closed after it."""
UNACKNOWLEDGED_MILLISECONDS = 30_000
CHECKPOINT_PAGES = 4000
"""Fewer and longer checkpoints than SQLite's 1,000: each costs two waits for the disk."""

LOG_WAIT_SECONDS = 0.05
"""Between two tries to give a new SQLite file its write-ahead log."""


def is_sqlite(url: str) -> bool:
    """Whether this is the address of an SQLite file."""
    return make_url(url).get_backend_name() == "sqlite"


def writing_engine(url: str, *, wait_seconds: float) -> Engine:
    """An engine for transactions that write. On SQLite these take the file's lock as they begin.

    :param wait_seconds: how long a statement waits for a lock of another process.
    """
    if is_sqlite(url):
        # One connection is enough for one writer, and keeps its statements prepared.
        return _sqlite(url, begin="BEGIN IMMEDIATE", pragmas=(), wait_seconds=wait_seconds, pool_size=1)
    return _postgresql(make_url(url), wait_seconds=wait_seconds)


def reading_engine(url: str, writer: Engine, *, wait_seconds: float) -> Engine:
    """An engine for transactions that see one state of the database and cannot write."""
    if is_sqlite(url):
        return _sqlite(url, begin="BEGIN", pragmas=("query_only=ON",), wait_seconds=wait_seconds, pool_size=POOL_SIZE)
    return writer.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def migrating_engine(url: str, *, wait_seconds: float) -> Engine:
    """An engine for one transaction that changes tables, with SQLite's foreign keys off.

    SQLite alters a table by building it anew and dropping the old one, and that deletes the rows of its children while
    foreign keys are on. The pragma does nothing inside a transaction, so it is set as the connection opens.
    """
    if is_sqlite(url):
        pragmas = ("foreign_keys=OFF",)
        return _sqlite(url, begin="BEGIN IMMEDIATE", pragmas=pragmas, wait_seconds=wait_seconds, pool_size=1)
    return _postgresql(make_url(url), wait_seconds=wait_seconds)


def _json() -> dict[str, Callable[[Any], Any]]:
    return {"json_serializer": lambda value: orjson.dumps(value).decode(), "json_deserializer": _from_json}


def _from_json(stored: Any) -> Any:
    # SQLite keeps JSON that is a bare number as a number.
    return stored if isinstance(stored, int | float) else orjson.loads(stored)


def _sqlite(url: str, *, begin: str, pragmas: tuple[str, ...], wait_seconds: float, pool_size: int) -> Engine:
    connect_args = {"timeout": wait_seconds, "check_same_thread": False}
    engine = create_engine(
        url,
        connect_args=connect_args,
        pool_size=pool_size,
        max_overflow=OVERFLOW,
        pool_timeout=wait_seconds,
        hide_parameters=True,
        **_json(),
    )
    every = ("synchronous=FULL", "foreign_keys=ON", f"wal_autocheckpoint={CHECKPOINT_PAGES}")

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: object) -> None:
        # The driver must not begin transactions by itself: it would do so late, and only for some statements.
        connection.isolation_level = None
        _keep_a_log(connection, wait_seconds=wait_seconds)
        for pragma in (*every, *pragmas):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin_transaction(connection: Connection) -> None:
        # A writer takes the lock at once: what began by reading cannot become a writer after somebody else wrote.
        connection.exec_driver_sql(begin)

    return engine


def _keep_a_log(connection: sqlite3.Connection, *, wait_seconds: float) -> None:
    """Turn on WAL. Where several do so to a new file at once, SQLite refuses some without waiting, so we wait for it."""
    tries = max(1, round(wait_seconds / LOG_WAIT_SECONDS))
    for left in reversed(range(tries)):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or not left:
                raise
            time.sleep(LOG_WAIT_SECONDS)


def _postgresql(url: URL, *, wait_seconds: float) -> Engine:
    options = f"-c timezone=UTC -c lock_timeout={round(wait_seconds * 1000)} {url.query.get('options', '')}"
    defaults: dict[str, object] = {
        "connect_timeout": max(2, round(wait_seconds)),
        "tcp_user_timeout": UNACKNOWLEDGED_MILLISECONDS,
        # After a failover an address may lead to a server that only follows; it is as good as away.
        "target_session_attrs": "read-write",
    }
    unsaid = {name: value for name, value in defaults.items() if name not in url.query}
    return create_engine(
        url,
        connect_args={"options": options.strip(), **unsaid},
        pool_size=POOL_SIZE,
        max_overflow=OVERFLOW,
        pool_timeout=wait_seconds,
        pool_pre_ping=True,
        hide_parameters=True,
        **_json(),
    )

"""What the machine can do by itself, measured beside the desk: commits, waits for the disk, mails from C to C."""

import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import psycopg

from .sink import pour, running_sink

_PAYLOAD = "x" * 200


def sqlite_commits(folder: Path, *, count: int) -> float:
    """Durable transactions per second: one row each, WAL, synchronous=FULL, as the desk has it."""
    with closing(sqlite3.connect(folder / "commits.sqlite3", isolation_level=None)) as connection:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "wal_autocheckpoint=4000"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("CREATE TABLE rows (id INTEGER PRIMARY KEY, text TEXT)")
        begun = time.perf_counter()
        for _ in range(count):
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("INSERT INTO rows (text) VALUES (?)", (_PAYLOAD,))
            connection.execute("COMMIT")
        return count / (time.perf_counter() - begun)


def postgresql_commits(connection: "psycopg.Connection", *, count: int) -> float:
    """Durable transactions per second of one connection: one row each, fsync and synchronous_commit on."""
    connection.execute("CREATE TABLE IF NOT EXISTS rows (id SERIAL PRIMARY KEY, text TEXT)")
    begun = time.perf_counter()
    for _ in range(count):
        connection.execute("INSERT INTO rows (text) VALUES (%s)", (_PAYLOAD,))
    return count / (time.perf_counter() - begun)


def disk_waits(folder: Path, *, count: int) -> float:
    """Waits for the disk per second: 4 KiB appended to a file, then fsync."""
    with (folder / "waits").open("wb", buffering=0) as file:
        block = os.urandom(4096)
        begun = time.perf_counter()
        for _ in range(count):
            file.write(block)
            os.fsync(file.fileno())
        return count / (time.perf_counter() - begun)


def mails_from_c_to_c(folder: Path, *, count: int) -> float:
    """Mails per second from smtp-source to smtp-sink over four kept connections, of the size that the desk's have."""
    with running_sink(folder) as sink:
        return count / pour(sink.port, mails=count, octets=1_500, connections=4)

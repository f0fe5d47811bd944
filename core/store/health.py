"""How the database itself is: its own time, and whether SQLite keeps what it was told to keep."""

from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

DURABILITY = {"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1"}
"""What SQLite's pragmas must say for a commit to survive a cut of the power; 2 is FULL (sqlite.org/pragma.html)."""


def database_time(session: Session) -> datetime:
    """The present moment by the database's own clock."""
    if session.connection().dialect.name == "sqlite":
        said = session.connection().scalar(text("SELECT strftime('%Y-%m-%dT%H:%M:%f', 'now')"))
        return datetime.fromisoformat(str(said)).replace(tzinfo=UTC)
    said = session.connection().scalar(text("SELECT clock_timestamp()"))
    assert isinstance(said, datetime)
    return said.astimezone(UTC)


def durability_faults(session: Session) -> Mapping[str, str]:
    """The pragmas of SQLite that say something else than `DURABILITY`, with what they say; none on PostgreSQL."""
    if session.connection().dialect.name != "sqlite":
        return {}
    found = {name: str(session.connection().scalar(text(f"PRAGMA {name}"))) for name in DURABILITY}
    return {name: value for name, value in found.items() if value.lower() != DURABILITY[name]}

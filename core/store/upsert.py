"""The one statement that SQLAlchemy words differently for each database: an INSERT that may meet a row that is there."""

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from .rows import Row


def upserting(session: Session, table: type[Row]) -> sqlite.Insert | postgresql.Insert:
    """An INSERT into `table` that takes ``on_conflict_do_nothing`` and ``on_conflict_do_update``."""
    if session.get_bind().dialect.name == "sqlite":
        return sqlite.insert(table)
    return postgresql.insert(table)

"""Ids for many rows at once, taken before the rows are written, so that one plain statement writes them all."""

from collections.abc import Sequence

from sqlalchemy import func, select, text
from sqlalchemy.orm import InstrumentedAttribute, Session

_NEXT = text("SELECT nextval(pg_get_serial_sequence(:table, :column)) FROM generate_series(1, :count)")


def take_ids(session: Session, column: InstrumentedAttribute[int], count: int) -> Sequence[int]:
    """So many unused ids, rising.

    Rows written one by one get theirs from the database; that takes a statement for each on SQLite, where the order in
    which many new ids come back is not promised. Here the only writer counts on by itself.
    """
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        newest = connection.scalar(select(func.max(column))) or 0
        return range(newest + 1, newest + 1 + count)
    names = {"table": column.class_.__tablename__, "column": column.key, "count": count}
    return sorted(connection.scalars(_NEXT, names))

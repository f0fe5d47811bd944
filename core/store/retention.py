"""How long decisions are kept: the old ones go in small transactions, and with them the directories that none of them needs."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import attrs
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from .database import Database
from .rows import CounterRow, DecisionRow, DirectoryRevisionRow
from .upsert import upserting

BATCH = 1000
"""Rows in one transaction: short enough for mail to come in between."""
SETTLED = timedelta(days=1)
"""How long after its successor a directory may still be in use by a ring that began with it."""
_UNTIL = "decisions_purged_minutes"


@attrs.frozen(kw_only=True)
class Purged:
    """How many decisions and kept directories went."""

    decisions: int = 0
    directories: int = 0


def purged_before(session: Session) -> datetime | None:
    """Decisions made before this moment are gone; None when none was ever purged."""
    minutes = session.connection().scalar(select(CounterRow.value).where(CounterRow.name == _UNTIL))
    return None if minutes is None else datetime.fromtimestamp(minutes * 60, UTC)


def purge(db: Database, *, before: datetime, now: datetime) -> Purged:
    """Delete the decisions made before `before`, then the directories that no decision needs any more.

    Events and deliveries stay. What is interrupted goes on at the next call.

    :raises DatabaseUnavailable: when the database is away.
    """
    before = before.replace(second=0, microsecond=0)  # to the minute, as it is remembered
    decisions, after, done = 0, 0, False
    while not done:
        with db.writing() as session:
            gone, after, done = _purge_batch(session, before=before, after=after)
        decisions += gone
    return Purged(decisions=decisions, directories=_purge_directories(db, now=now))


def _purge_batch(session: Session, *, before: datetime, after: int) -> tuple[int, int, bool]:
    """How many rows went, the last id looked at, and whether that was all.

    Rows were written in the order of their ids, so that no index on their time is needed: where a whole batch is young
    enough, nothing older follows.
    """
    connection = session.connection()
    rows = connection.execute(
        select(DecisionRow.id, DecisionRow.decided_at)
        .where(DecisionRow.id > after)
        .order_by(DecisionRow.id)
        .limit(BATCH)
    ).all()
    old = [number for number, decided_at in rows if decided_at < before]
    if old:
        connection.execute(delete(DecisionRow).where(DecisionRow.id.in_(old)))
        _note(session, before)
    return len(old), rows[-1].id if rows else after, not old


def _note(session: Session, before: datetime) -> None:
    """Remember up to when decisions are gone, so that explain does not take an old event for one that nobody heard."""
    minutes = int(before.timestamp()) // 60
    new = upserting(session, CounterRow).values(name=_UNTIL, value=minutes)
    session.connection().execute(
        new.on_conflict_do_update(index_elements=["name"], set_={"value": minutes}, where=CounterRow.value < minutes)
    )


def _purge_directories(db: Database, *, now: datetime) -> int:
    with db.reading() as session:
        unneeded = _unneeded(session, now)
    for first in range(0, len(unneeded), BATCH):
        with db.writing() as session:
            gone = DirectoryRevisionRow.revision.in_(unneeded[first : first + BATCH])
            session.connection().execute(delete(DirectoryRevisionRow).where(gone))
    return len(unneeded)


def _unneeded(session: Session, now: datetime) -> Sequence[int]:
    """The kept directories that were replaced long enough ago, and by which no decision that is left was made."""
    kept = session.connection().execute(
        select(DirectoryRevisionRow.revision, DirectoryRevisionRow.saved_at).order_by(DirectoryRevisionRow.revision)
    )
    rows = kept.all()
    replaced = {row.revision for row, after in pairwise(rows) if after.saved_at < now - SETTLED}
    if not replaced:
        return ()
    used = session.connection().scalars(select(DecisionRow.directory_revision).distinct())
    return sorted(replaced.difference(used))

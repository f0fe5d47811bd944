"""How long decisions are kept: the old ones go in small transactions, and with them the directories that none of them needs.

Windows and faults that nobody has met for a long time go as well, and answers that no cap counts any more. A clock that runs
far ahead deletes nothing: what is older than a moment goes only where something is younger, which a desk at work has always
written.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import attrs
from sqlalchemy import delete, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from . import answers
from .database import Database
from .rows import AnswerRow, CounterRow, DecisionRow, DirectoryRevisionRow, FaultRow, WindowRow
from .upsert import upserting

BATCH = 1000
"""Rows in one transaction: short enough for mail to come in between."""
SETTLED = timedelta(days=1)
"""How long after its successor a directory may still be in use by a ring that began with it."""
_UNTIL = "decisions_purged_minutes"
_FORGOTTEN = "forgotten_minutes"


@attrs.frozen(kw_only=True)
class Purged:
    """How many decisions and kept directories went, how many windows and faults, and how many counted answers."""

    decisions: int = 0
    directories: int = 0
    windows: int = 0
    faults: int = 0
    answers: int = 0


def purged_before(session: Session) -> datetime | None:
    """Decisions made before this moment are gone; None when none was ever purged."""
    return _noted(session, _UNTIL)


def forgotten_at(session: Session) -> datetime | None:
    """When `forget` was last done; None when it never was."""
    return _noted(session, _FORGOTTEN)


def _noted(session: Session, name: str) -> datetime | None:
    minutes = session.connection().scalar(select(CounterRow.value).where(CounterRow.name == name))
    return None if minutes is None else datetime.fromtimestamp(minutes * 60, UTC)


def purge(db: Database, *, before: datetime, now: datetime) -> Purged:
    """Delete the decisions made before `before`, then the directories that no decision needs any more.

    Events and deliveries stay. What is interrupted goes on at the next call. Nothing goes when `before` is later than the
    newest decision: then the clock is wrong, or all that is left is what the desk did last.

    :raises DatabaseUnavailable: when the database is away.
    """
    before = before.replace(second=0, microsecond=0)  # to the minute, as it is remembered
    with db.reading() as session:
        newest = select(DecisionRow.decided_at).order_by(DecisionRow.id.desc()).limit(1)
        youngest = session.connection().scalar(newest)
    if youngest is None or before > youngest:
        return Purged()
    decisions, after, done = 0, 0, False
    while not done:
        with db.writing() as session:
            gone, after, done = _purge_batch(session, before=before, after=after)
        decisions += gone
    return Purged(decisions=decisions, directories=_purge_directories(db, now=now))


def forget(db: Database, *, before: datetime, now: datetime) -> Purged:
    """Delete the windows that were last taken before `before`, and the faults that were last met then.

    :raises DatabaseUnavailable: when the database is away.
    """
    with db.reading() as session:
        young_window = _is_any_younger(session, WindowRow.at, before)
        young_fault = _is_any_younger(session, FaultRow.last_at, before)
    windows, gone = 0, BATCH if young_window else 0
    while gone == BATCH:
        gone = _forget_windows(db, before)
        windows += gone
    with db.writing() as session:
        old = delete(FaultRow).where(FaultRow.last_at < before)
        faults = session.connection().execute(old).rowcount if young_fault else 0
        _note(session, _FORGOTTEN, now, backwards=True)
    return Purged(windows=windows, faults=faults)


def forget_answers(db: Database, *, before: datetime) -> int:
    """Delete the counted answers that might go before `before`; say how many there were.

    :raises DatabaseUnavailable: when the database is away.
    """
    with db.reading() as session:
        young = _is_any_younger(session, AnswerRow.at, before)
    total, gone = 0, BATCH if young else 0
    while gone == BATCH:
        with db.writing() as session:
            gone = answers.forget(session, before=before, most=BATCH)
        total += gone
    return total


def _is_any_younger(session: Session, at: InstrumentedAttribute[datetime], before: datetime) -> bool:
    return session.connection().scalar(select(at).where(at >= before).limit(1)) is not None


def _forget_windows(db: Database, before: datetime) -> int:
    """Delete up to a batch of them; answer how many there were."""
    with db.writing() as session:
        connection = session.connection()
        old = connection.execute(
            select(WindowRow.plugin, WindowRow.key).where(WindowRow.at < before).limit(BATCH)
        ).all()
        if old:
            keys = [(row.plugin, row.key) for row in old]
            # One that was taken meanwhile is young again, and stays.
            gone = delete(WindowRow).where(tuple_(WindowRow.plugin, WindowRow.key).in_(keys), WindowRow.at < before)
            connection.execute(gone)
        return len(old)


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
        _note(session, _UNTIL, before)
    return len(old), rows[-1].id if rows else after, not old


def _note(session: Session, name: str, moment: datetime, *, backwards: bool = False) -> None:
    """Remember up to when something is gone, so that explain does not take an old event for one that nobody heard.

    :param backwards: also where a later moment is remembered, from a clock that was ahead.
    """
    minutes = int(moment.timestamp()) // 60
    new = upserting(session, CounterRow).values(name=name, value=minutes)
    earlier = CounterRow.value != minutes if backwards else CounterRow.value < minutes
    session.connection().execute(
        new.on_conflict_do_update(index_elements=["name"], set_={"value": minutes}, where=earlier)
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

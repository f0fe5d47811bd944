"""Counts failed logins, one row per failure and counter, and remembers when a counter was last told.

Every function works in the caller's transaction.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
from sqlalchemy import ColumnElement, Select, delete, func, insert, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from .rows import LoginAlertRow, LoginFailureRow
from .upsert import upserting

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""When a counter was told that never was."""
MOST = 1000
"""How many rows one call purges."""
GUESSES = "reply:"
"""How the counters of guesses at reply addresses begin."""


@attrs.frozen(kw_only=True)
class Counted:
    """A counter with its failures since some moment, the last of them, and when it was last told."""

    counter: str
    failures: int
    last_at: datetime
    told_at: datetime | None


def add(session: Session, counters: Collection[str], *, at: datetime) -> None:
    """Add one failure to each of these counters, and take their turn: another process counts them after this one.

    The turn ends with the transaction. Without it two failures at once would each see one too few.
    """
    for counter in sorted(counters):
        turn = upserting(session, LoginAlertRow).values(counter=counter, at=NEVER)
        same = turn.on_conflict_do_update(index_elements=["counter"], set_={"counter": counter})
        session.connection().execute(same)
    session.connection().execute(insert(LoginFailureRow), [{"counter": each, "at": at} for each in counters])


def counts(
    session: Session, counters: Collection[str], *, since: datetime, most: int | None = None
) -> Mapping[str, int]:
    """How many failures each of these counters has had after `since`.

    :param most: no more than so many of each are looked at, however many there are; None for all.
    """
    return {counter: _count(session, counter, since=since, most=most) for counter in counters}


def _count(session: Session, counter: str, *, since: datetime, most: int | None) -> int:
    found = select(LoginFailureRow.id).where(LoginFailureRow.counter == counter, LoginFailureRow.at > since)
    return session.connection().scalar(select(func.count()).select_from(found.limit(most).subquery())) or 0


def claim_alert(session: Session, counter: str, *, now: datetime, window: timedelta) -> bool:
    """Whether it is the caller's to tell that `counter` passed its limit: nobody did so within `window`."""
    claim = upserting(session, LoginAlertRow).values(counter=counter, at=now)
    # A clock that was set back must not silence a counter for longer than the window.
    over = or_(LoginAlertRow.at <= now - window, LoginAlertRow.at > now)
    ours = claim.on_conflict_do_update(index_elements=["counter"], set_={"at": now}, where=over)
    return session.connection().scalar(ours.returning(LoginAlertRow.counter)) is not None


def clear(session: Session, counter: str) -> None:
    """Forget the failures of one counter; when it was last told stays."""
    session.connection().execute(delete(LoginFailureRow).where(LoginFailureRow.counter == counter))


def purge(session: Session, *, before: datetime, guesses: bool = False) -> None:
    """Forget failures and tellings that no window reaches any more, as many as one call should take.

    It waits for nobody: rows whose turn another transaction has are left to the next call. Call it last, so that it holds
    nothing while the caller waits.

    :param guesses: forget guesses at reply addresses, which have a window of their own, and nothing else.
    """
    old = select(LoginFailureRow.id).where(LoginFailureRow.at <= before, _is_guess(LoginFailureRow.counter) == guesses)
    _delete(session, LoginFailureRow.id, old)
    # By their time alone: to look for failures of each would cost as much as there are failures. What was never told goes
    # with them; the next failure of that counter makes its row again.
    told = select(LoginAlertRow.counter).where(LoginAlertRow.at <= before, _is_guess(LoginAlertRow.counter) == guesses)
    _delete(session, LoginAlertRow.counter, told)


def _is_guess(counter: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    return counter.like(f"{GUESSES}%")


def _delete(session: Session, key: InstrumentedAttribute[Any], found: Select[Any]) -> None:
    keys = session.connection().scalars(found.limit(MOST).with_for_update(skip_locked=True)).all()
    if keys:
        session.connection().execute(delete(key.class_).where(key.in_(keys)))


def listed(session: Session, *, since: datetime, limit: int) -> Sequence[Counted]:
    """Counters with failures after `since`, those with the most first."""
    failures = func.count()
    statement = (
        select(LoginFailureRow.counter, failures, func.max(LoginFailureRow.at), func.max(LoginAlertRow.at))
        .outerjoin(LoginAlertRow, LoginAlertRow.counter == LoginFailureRow.counter)
        .where(LoginFailureRow.at > since)
        .group_by(LoginFailureRow.counter)
        .order_by(failures.desc(), LoginFailureRow.counter)
        .limit(limit)
    )
    return [
        Counted(counter=counter, failures=number, last_at=last, told_at=None if told == NEVER else told)
        for counter, number, last, told in session.connection().execute(statement)
    ]

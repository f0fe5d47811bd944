"""Lets go, once a day, what is not kept for ever: old decisions as the desk says, old windows, faults and counted answers."""

from datetime import datetime, timedelta

import attrs

from ..store import retention
from ..store.retention import Purged
from .opening import Desk

ONCE_IN = timedelta(days=1)
FORGOTTEN_AFTER = timedelta(days=400)
"""Longer than the longest window of a notice, which is a year."""
COUNTED_FOR = timedelta(days=2)
"""Longer than the longest window of the caps on answers, which is a day."""


def purge_old_decisions(desk: Desk) -> Purged:
    """Delete the decisions that are older than ``keep_decisions_days``, and windows and faults of more than 400 days ago.

    Answers are counted for two days.

    Nothing of what was done less than a day ago. May be called as often as one likes, by several processes too.

    :raises DatabaseUnavailable: when the database is away.
    """
    now = desk.clock.now()
    with desk.db.reading() as session:
        days = desk.db.directory(session).profile.keep_decisions_days
        purged = retention.purged_before(session)
        forgotten = retention.forgotten_at(session)
    before = now - timedelta(days=days)
    gone = Purged()
    if days > 0 and not _was_done(purged, before):
        gone = retention.purge(desk.db, before=before, now=now)
    if not _was_done(forgotten, now):
        further = retention.forget(desk.db, before=now - FORGOTTEN_AFTER, now=now)
        counted = retention.forget_answers(desk.db, before=now - COUNTED_FOR)
        gone = attrs.evolve(gone, windows=further.windows, faults=further.faults, answers=counted)
    return gone


def _was_done(last: datetime | None, now: datetime) -> bool:
    return last is not None and timedelta() <= now - last < ONCE_IN

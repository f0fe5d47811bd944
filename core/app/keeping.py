"""Lets old decisions go, once a day, as long as the desk's setting says that they are not kept for ever."""

from datetime import timedelta

from ..store import retention
from ..store.retention import Purged
from .opening import Desk

ONCE_IN = timedelta(days=1)


def purge_old_decisions(desk: Desk) -> Purged:
    """Delete the decisions that are older than ``keep_decisions_days``; nothing when that was done less than a day ago.

    May be called as often as one likes, by several processes too.

    :raises DatabaseUnavailable: when the database is away.
    """
    now = desk.clock.now()
    with desk.db.reading() as session:
        days = desk.db.directory(session).profile.keep_decisions_days
        done = retention.purged_before(session)
    if days <= 0:
        return Purged()
    before = now - timedelta(days=days)
    if done is not None and timedelta() <= before - done < ONCE_IN:
        return Purged()
    return retention.purge(desk.db, before=before, now=now)

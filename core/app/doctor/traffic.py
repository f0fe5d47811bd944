"""What waits: mails that came in, mails that are to go out, events that nobody was told of."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from ...store import delivery_log, journal, raw_mails
from ...store.raw_mails import RawState
from ..opening import Desk
from .finding import Finding, fault, fine, warning

LONG = timedelta(minutes=5)
"""A running desk takes up within seconds; what waits longer waits for a desk that does not run."""
TOO_LONG = timedelta(hours=1)
MOST = 1000
"""How many are counted; more are as bad."""


def raw_mails_waiting(desk: Desk) -> tuple[int, datetime | None]:
    """How many kept mails wait, and since when the oldest of them does."""
    with desk.db.reading() as session:
        waiting = raw_mails.waiting(session, limit=MOST)
    return len(waiting), waiting[0].received_at if waiting else None


def raw_mails_(desk: Desk) -> Iterator[Finding]:
    """Placeholder."""
    yield fine("mail", "")

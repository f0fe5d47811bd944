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

RUN = "Run 'deskbell serve', or 'deskbell work --once' from cron."


def raw(desk: Desk) -> Iterator[Finding]:
    """Mails that are kept and not taken up, and those that were set aside."""
    with desk.db.reading() as session:
        waiting = raw_mails.waiting(session, limit=MOST)
        aside = raw_mails.list_mails(session, states=[RawState.QUARANTINED], limit=MOST)
    since = waiting[0].received_at if waiting else None
    yield _waiting("mail", f"{_many(len(waiting))} received and not taken up", since=since, now=desk.clock.now())
    if aside:
        yield warning(
            "mail",
            f"{_many(len(aside))} set aside because they could not be read.",
            remedy="Look at them with 'deskbell mail list --state quarantined'; 'deskbell mail retry ID' tries one again.",
        )


def outbox(desk: Desk) -> Iterator[Finding]:
    """Mails that are to go out and do not, and those that were given up."""
    with desk.db.reading() as session:
        counts = delivery_log.counts(session)
        since = delivery_log.waiting_since(session)
    waiting = counts.get("queued", 0) + counts.get("leased", 0)
    yield _waiting("outbox", f"{_many(waiting)} to be delivered", since=since, now=desk.clock.now())
    if dead := counts.get("dead", 0):
        yield warning(
            "outbox",
            f"{_many(dead)} given up.",
            remedy="See why with 'deskbell outbox list --state dead', then run 'deskbell outbox retry --all-dead'.",
        )
    if held := counts.get("held", 0):
        yield warning(
            "outbox",
            f"{_many(held)} held back by hand.",
            remedy="Let them go with 'deskbell outbox release', or give them up with 'deskbell outbox bury'.",
        )


def unrung(desk: Desk) -> Iterator[Finding]:
    """Events of which nobody was told yet."""
    now = desk.clock.now()
    with desk.db.reading() as session:
        acts = journal.unrung(session, before=now, limit=MOST)
    since = acts[0].events[0].at if acts else None
    yield _waiting("journal", f"{len(acts)} acts of which nobody was told yet", since=since, now=now)


def _waiting(area: str, what: str, *, since: datetime | None, now: datetime) -> Finding:
    age = now - since if since is not None else timedelta(0)
    if since is not None:
        what += f", the oldest since {since:%Y-%m-%d %H:%M} UTC"
    if age > TOO_LONG:
        return fault(area, f"{what}.", remedy=RUN)
    if age > LONG:
        return warning(area, f"{what}.", remedy=RUN)
    return fine(area, f"{what}.")


def _many(count: int) -> str:
    return "1 mail" if count == 1 else f"{count} mails"

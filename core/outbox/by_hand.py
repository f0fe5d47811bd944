"""What people do with deliveries. What is being sent at this moment is left alone; each function says what it changed."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from ..contract.text import one_line
from ..store import deliveries as table


def retry(session: Session, ids: Iterable[int], *, now: datetime) -> tuple[int, ...]:
    """Try queued, held, dead and cancelled deliveries now, with a fresh plan before them.

    :returns: the ids of those that are tried; sent ones are not sent again.
    """
    fresh = {"state": "queued", "due_at": now, "planned_from": now, "attempts": 0, "losses": 0}
    return table.change(session, ids, among=("queued", "held", "dead", "cancelled"), values=fresh)


def hasten(session: Session, channel: str, *, now: datetime) -> None:
    """Make all that waits for a channel due now: it was set up anew, and the old failures say nothing of it."""
    table.hasten(session, channel, now=now)


def bury(session: Session, ids: Iterable[int], *, reason: str) -> tuple[int, ...]:
    """Give queued and held deliveries up, which makes dead letters of them.

    :returns: the ids of those given up.
    """
    return table.change(session, ids, among=("queued", "held"), values={"state": "dead", "detail": one_line(reason)})


def hold(session: Session, ids: Iterable[int]) -> tuple[int, ...]:
    """Keep queued deliveries back until they are released.

    :returns: the ids of those kept back.
    """
    return table.change(session, ids, among=("queued",), values={"state": "held"})


def release(session: Session, ids: Iterable[int], *, now: datetime) -> tuple[int, ...]:
    """Let held deliveries go, with the whole patience of the plan before them.

    :returns: the ids of those let go.
    """
    return table.change(session, ids, among=("held",), values={"state": "queued", "planned_from": now})

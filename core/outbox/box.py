"""What workers do with deliveries: put in, take under a lease, keep, and mark with what became of them.

A mark must carry the fence number of its lease: who was too slow marks nothing. All of it works inside the caller's
transaction.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import attrs
from sqlalchemy.orm import Session

from ..contract.channel import DeliveryFailure, PermanentFailure, Receipt, TemporaryFailure
from ..store import deliveries as table
from ..store.deliveries import Claimed, Mark, NewBody, NewDelivery
from .one_line import one_line
from .plan import PATIENCE, WAITS, jitter_of, next_try, tries_in

LOSSES = 5
"""With so many workers a delivery vanishes before it is taken for the cause."""


@attrs.frozen(kw_only=True)
class Buried:
    """A delivery that ended without success and lies among the dead letters."""

    delivery_id: int
    ticket_id: int | None
    plugin: str
    channel: str
    address: str
    person: str
    reason: str


@attrs.frozen(kw_only=True)
class Marked:
    """What a batch of results came to. For `late` ones nothing was marked: their leases had ended and others took over."""

    sent: int = 0
    postponed: int = 0
    buried: tuple[Buried, ...] = ()
    late: tuple[Claimed, ...] = ()


def enqueue(
    session: Session, bodies: Sequence[NewBody], deliveries: Sequence[NewDelivery], *, now: datetime
) -> tuple[int, ...]:
    """Put deliveries in; answer the ids of those that were not there yet.

    Ringing an event twice is harmless: there is one delivery per journal row, plugin, channel and address. Bodies that no
    new delivery needs are not kept.
    """
    return table.insert_new(session, bodies, deliveries, now=now)


def claim(
    session: Session, *, channels: Sequence[str], limit: int, now: datetime, lease: timedelta
) -> tuple[Claimed, ...]:
    """Take up to `limit` due deliveries of these channels, due longest first; they are the caller's while `lease` lasts.

    A delivery with which workers vanished before comes alone: should it be the cause, it takes no other along again.
    """
    return table.take_due(session, channels=channels, limit=limit, now=now, until=now + lease)


def poison(claimed: Claimed) -> PermanentFailure | None:
    """What to record instead of sending, for a delivery with which too many workers vanished; else None."""
    if claimed.losses < LOSSES:
        return None
    return PermanentFailure(f"{claimed.losses} workers vanished while they were sending it")


def renew(session: Session, claimed: Sequence[Claimed], *, now: datetime, lease: timedelta) -> None:
    """Keep what is in hand for another `lease`; what was lost meanwhile stays lost."""
    table.prolong(session, claimed, until=now + lease)


def record(session: Session, results: Sequence[tuple[Claimed, Receipt | DeliveryFailure]], *, now: datetime) -> Marked:
    """Mark each delivery with what became of it: sent, to be tried again, or buried."""
    held = table.still_held(session, [claimed for claimed, _ in results])
    kept = [(claimed, result) for claimed, result in results if claimed.delivery.id in held]
    marks = [_mark(claimed, result, now=now) for claimed, result in kept]
    table.mark(session, marks, now=now)
    for channel in sorted({claimed.channel for claimed, result in kept if _is_fault(result)}):
        # One batch has found out for all: the others need not knock at the same closed door.
        table.postpone(session, channel, now=now, until=now + WAITS[0])
    states = [each.state for each in marks]
    return Marked(
        sent=states.count("sent"),
        postponed=states.count("queued"),
        buried=tuple(
            _buried(claimed, each.detail)
            for (claimed, _), each in zip(kept, marks, strict=True)
            if each.state == "dead"
        ),
        late=tuple(claimed for claimed, _ in results if claimed.delivery.id not in held),
    )


def _mark(claimed: Claimed, result: Receipt | DeliveryFailure, *, now: datetime) -> Mark:
    if isinstance(result, Receipt):
        return _end(claimed, state="sent", outcome="sent", detail=f"{result.remote_id} {result.detail}", now=now)
    if isinstance(result, PermanentFailure):
        return _end(claimed, state="dead", outcome="permanent", code=result.code, detail=result.detail, now=now)
    due_at = _next_try(claimed, result, now=now)
    if due_at is None:
        detail = f"given up after {PATIENCE.days} days: {result.detail}"
        return _end(claimed, state="dead", outcome="temporary", code=result.code, detail=detail, now=now)
    return Mark(
        delivery_id=claimed.delivery.id,
        state="queued",
        due_at=due_at,
        attempts=claimed.attempts + (0 if _is_fault(result) else 1),
        number=claimed.delivery.attempt,
        outcome="temporary",
        code=one_line(result.code),
        detail=one_line(result.detail),
    )


def _end(claimed: Claimed, *, state: str, outcome: str, detail: str, now: datetime, code: str = "") -> Mark:
    return Mark(
        delivery_id=claimed.delivery.id,
        state=state,
        due_at=now,
        sent_at=now if state == "sent" else None,
        attempts=claimed.attempts + 1,
        number=claimed.delivery.attempt,
        outcome=outcome,
        code=one_line(code),
        detail=one_line(detail),
    )


def _next_try(claimed: Claimed, failure: DeliveryFailure, *, now: datetime) -> datetime | None:
    tries = tries_in(now - claimed.planned_from) if _is_fault(failure) else claimed.attempts + 1
    return next_try(
        tries,
        first_at=claimed.planned_from,
        now=now,
        jitter=jitter_of(claimed.delivery.id, tries),
        retry_after=failure.retry_after if isinstance(failure, TemporaryFailure) else None,
    )


def _is_fault(result: Receipt | DeliveryFailure) -> bool:
    """Whether the channel as a whole is in trouble: that says nothing about the delivery, and counts no try of it."""
    return isinstance(result, TemporaryFailure) and bool(result.fault)


def _buried(claimed: Claimed, reason: str) -> Buried:
    return Buried(
        delivery_id=claimed.delivery.id,
        ticket_id=claimed.ticket_id,
        plugin=claimed.plugin,
        channel=claimed.channel,
        address=claimed.delivery.address,
        person=claimed.person,
        reason=reason,
    )

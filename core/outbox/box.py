"""What workers do with deliveries: put in, take under a lease, keep, and mark with what became of them.

A mark must carry the fence number of its lease: who was too slow marks nothing. All of it works inside the caller's
transaction.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import attrs
from sqlalchemy.orm import Session

from ..contract.channel import DeliveryFailure, PermanentFailure, Receipt, TemporaryFailure
from ..contract.text import one_line
from ..store import deliveries as table
from ..store.deliveries import Attempt, Claimed, Failed, NewBody, NewDelivery
from .paths import signed_paths
from .plan import PATIENCE, WAITS, jitter_of, next_try, tries_in
from .signed_addresses import SignedAddresses
from .signed_links import SignedLinks

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
    session: Session,
    *,
    channels: Sequence[str],
    limit: int,
    now: datetime,
    lease: timedelta,
    signed: SignedAddresses | None = None,
    links: SignedLinks | None = None,
) -> tuple[Claimed, ...]:
    """Take up to `limit` due deliveries of these channels, due longest first; they are the caller's while `lease` lasts.

    A delivery with which workers vanished before comes alone: should it be the cause, it takes no other along again.

    :param signed: makes the addresses that each delivery has for itself; without it they share what their envelope says.
    :param links: makes the link that ends a subscription; without it there is none.
    """
    paths_of = table.shared_paths if signed is None else signed_paths(signed, links)
    return table.take_due(session, channels=channels, limit=limit, now=now, until=now + lease, paths_of=paths_of)


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
    sent = [claimed.delivery.id for claimed, result in kept if isinstance(result, Receipt)]
    failed = [
        (claimed, _failed(claimed, result, now=now)) for claimed, result in kept if not isinstance(result, Receipt)
    ]
    table.mark_sent(session, sent, now=now)
    table.mark_failed(session, [each for _, each in failed], now=now)
    table.add_attempts(session, [_attempt(claimed, result) for claimed, result in kept], now=now)
    for channel in sorted({claimed.channel for claimed, result in kept if _is_fault(result)}):
        # One batch has found out for all: the others need not knock at the same closed door.
        table.postpone(session, channel, now=now, until=now + WAITS[0])
    return Marked(
        sent=len(sent),
        postponed=sum(each.due_at is not None for _, each in failed),
        buried=tuple(_buried(claimed, each.detail) for claimed, each in failed if each.due_at is None),
        late=tuple(claimed for claimed, _ in results if claimed.delivery.id not in held),
    )


def _attempt(claimed: Claimed, result: Receipt | DeliveryFailure) -> Attempt:
    number, delivery_id = claimed.delivery.attempt, claimed.delivery.id
    if isinstance(result, Receipt):
        detail = one_line(f"{result.remote_id} {result.detail}")
        return Attempt(delivery_id=delivery_id, number=number, outcome="sent", detail=detail)
    outcome = "permanent" if isinstance(result, PermanentFailure) else "temporary"
    code, detail = one_line(result.code), one_line(result.detail)
    return Attempt(delivery_id=delivery_id, number=number, outcome=outcome, code=code, detail=detail)


def _failed(claimed: Claimed, failure: DeliveryFailure, *, now: datetime) -> Failed:
    due_at = None if isinstance(failure, PermanentFailure) else _next_try(claimed, failure, now=now)
    gave_up = due_at is None and not isinstance(failure, PermanentFailure)
    return Failed(
        delivery_id=claimed.delivery.id,
        due_at=due_at,
        attempts=claimed.attempts + (0 if _is_fault(failure) else 1),
        detail=one_line(f"given up after {PATIENCE.days} days: {failure.detail}" if gave_up else failure.detail),
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

"""The outbox's tables: bodies and deliveries go in, are taken under a lease, and are marked with what became of them.

Which try comes when is not decided here but in `core.outbox`.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import attrs
from cattrs.preconf.orjson import make_converter
from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    bindparam,
    case,
    delete,
    insert,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from ..contract.addresses import normalise
from ..contract.channel import Delivery
from .rows import AttemptRow, BodyRow, DeliveryRow

# Spelled out, not a parameter: only so the databases see that the partial index of waiting deliveries will do.
WAITING: ColumnElement[bool] = literal_column("deliveries.state IN ('queued', 'leased')")

LOST = "The worker vanished; it may have been sent."
SUSPECT_LOSSES = 2
"""After so many vanished workers a delivery is taken alone."""

_converter = make_converter()

AnyRow = Row[*tuple[Any, ...]]


@attrs.frozen(kw_only=True)
class Envelope:
    """What the header of a mail shows, shared by all deliveries of one body.

    `to` is empty where each mail shows its own addressee. `date` is the Date of RFC 5322 section 3.3. The other names are
    those of `contract.channel.Delivery`.
    """

    sender: tuple[str, str]
    envelope_sender: str
    to: tuple[tuple[str, str], ...] = ()
    cc: tuple[tuple[str, str], ...] = ()
    reply_to: tuple[str, str] | None = None
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    automatic: str = ""
    date: str


@attrs.frozen(kw_only=True)
class NewBody:
    """Rendered words with the envelope of the mail that carries them."""

    subject: str
    text: str
    html: str = ""
    chat: str = ""
    envelope: Envelope


@attrs.frozen(kw_only=True)
class NewDelivery:
    """A notice for one address; `body` is the place of its words in the sequence of bodies that it is enqueued with."""

    journal_id: int
    ticket_id: int | None
    plugin: str
    channel: str
    person: str
    name: str = ""
    address: str
    body: int
    message_id: str
    due_at: datetime


@attrs.frozen(kw_only=True)
class Claimed:
    """A delivery that is the caller's until its lease ends; `fence` is the number that a mark on it must carry.

    `attempts` tries of it have ended before and `losses` workers vanished with it; its retry plan runs from
    `planned_from`.
    """

    delivery: Delivery
    fence: int
    plugin: str
    channel: str
    person: str
    journal_id: int
    ticket_id: int | None
    attempts: int
    losses: int
    planned_from: datetime


@attrs.frozen(kw_only=True)
class Mark:
    """What a delivery becomes after a try, and that try: its `number` and its `outcome`.

    `outcome` is ``sent``, ``temporary`` or ``permanent``; `attempts` is the count of tries from now on.
    """

    delivery_id: int
    state: str
    due_at: datetime
    sent_at: datetime | None = None
    attempts: int
    number: int
    outcome: str
    code: str = ""
    detail: str = ""


# --- in ---


def insert_new(
    session: Session, bodies: Sequence[NewBody], deliveries: Sequence[NewDelivery], *, now: datetime
) -> tuple[int, ...]:
    """Write deliveries that are not there yet, and the bodies that these need; answer the new deliveries' ids.

    A delivery is there if one with its journal row, plugin, channel and address is.
    """
    if not deliveries:
        return ()
    session.flush()
    body_ids = _insert_bodies(session, bodies, used=sorted({each.body for each in deliveries}))
    new = session.connection().execute(
        _insert_or_leave(session).returning(DeliveryRow.id, DeliveryRow.body_id),
        [_values(each, body_id=body_ids[each.body], now=now) for each in deliveries],
    )
    inserted = {row.id: row.body_id for row in new}
    orphans = set(body_ids.values()).difference(inserted.values())
    if orphans:
        session.connection().execute(delete(BodyRow).where(BodyRow.id.in_(orphans)))
    return tuple(sorted(inserted))


def _insert_bodies(session: Session, bodies: Sequence[NewBody], *, used: Sequence[int]) -> Mapping[int, int]:
    """The ids of the bodies written, by their place in `bodies`."""
    statement = insert(BodyRow).returning(BodyRow.id, sort_by_parameter_order=True)
    ids = session.connection().scalars(statement, [_converter.unstructure(bodies[place]) for place in used])
    return dict(zip(used, ids, strict=True))


def _insert_or_leave(session: Session) -> sqlite.Insert | postgresql.Insert:
    if session.get_bind().dialect.name == "sqlite":
        return sqlite.insert(DeliveryRow).on_conflict_do_nothing()
    return postgresql.insert(DeliveryRow).on_conflict_do_nothing()


def _values(delivery: NewDelivery, *, body_id: int, now: datetime) -> dict[str, Any]:
    return {
        "journal_id": delivery.journal_id,
        "ticket_id": delivery.ticket_id,
        "plugin": delivery.plugin,
        "channel": delivery.channel,
        "person": delivery.person,
        "name": delivery.name,
        "address": delivery.address,
        "address_key": normalise(delivery.address),
        "body_id": body_id,
        "message_id": delivery.message_id,
        "state": "queued",
        "due_at": delivery.due_at,
        "created_at": now,
        "fence": 0,
        "attempts": 0,
        "losses": 0,
        "planned_from": now,
        "detail": "",
    }


# --- taken and held ---


def take_due(
    session: Session, *, channels: Collection[str], limit: int, now: datetime, until: datetime
) -> tuple[Claimed, ...]:
    """Lease the deliveries that are due longest until `until`: queued ones, and leased ones whose lease has ended.

    A lease that ended is recorded as a lost try: whoever had it may have sent it. Rows that another worker is just taking
    are passed over.
    """
    session.flush()
    rows = _alone_if_suspect(session.connection().execute(_due(channels, now=now, limit=limit)).all())
    if not rows:
        return ()
    session.connection().execute(
        update(DeliveryRow)
        .where(DeliveryRow.id.in_([row.id for row in rows]))
        .values(
            losses=DeliveryRow.losses + case((DeliveryRow.state == "leased", 1), else_=0),
            state="leased",
            lease_until=until,
            fence=DeliveryRow.fence + 1,
        )
    )
    lost = [_lost(row, now=now) for row in rows if row.state == "leased"]
    if lost:
        session.connection().execute(insert(AttemptRow), lost)
    bodies = _bodies(session, {row.body_id for row in rows})
    return tuple(_claimed(row, bodies[row.body_id]) for row in rows)


def _alone_if_suspect(rows: Sequence[AnyRow]) -> Sequence[AnyRow]:
    suspects = [row for row in rows if _losses(row) >= SUSPECT_LOSSES]
    return suspects[:1] or rows


def _losses(row: AnyRow) -> int:
    """The losses of a due delivery: if it is still leased, that worker is the newest of them."""
    return int(row.losses) + (1 if row.state == "leased" else 0)


def _due(channels: Collection[str], *, now: datetime, limit: int) -> Select[*tuple[Any, ...]]:
    free = or_(DeliveryRow.state == "queued", and_(DeliveryRow.state == "leased", DeliveryRow.lease_until <= now))
    return (
        select(*DeliveryRow.__table__.columns)
        .where(WAITING, DeliveryRow.due_at <= now, DeliveryRow.channel.in_(channels), free)
        .order_by(DeliveryRow.due_at, DeliveryRow.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )


def _lost(row: AnyRow, *, now: datetime) -> dict[str, Any]:
    number = row.attempts + _losses(row)
    return {"delivery_id": row.id, "number": number, "at": now, "outcome": "lost", "code": "", "detail": LOST}


def _bodies(session: Session, ids: Collection[int]) -> dict[int, NewBody]:
    rows = session.connection().execute(select(*BodyRow.__table__.columns).where(BodyRow.id.in_(ids)))
    return {row.id: _body(row) for row in rows}


def _body(row: AnyRow) -> NewBody:
    envelope = _converter.structure(row.envelope, Envelope)
    return NewBody(subject=row.subject, text=row.text, html=row.html, chat=row.chat, envelope=envelope)


def _claimed(row: AnyRow, body: NewBody) -> Claimed:
    """The claim on a row that was read just before it was leased."""
    losses = _losses(row)
    return Claimed(
        delivery=_delivery(row, body, attempt=row.attempts + losses + 1),
        fence=row.fence + 1,
        plugin=row.plugin,
        channel=row.channel,
        person=row.person,
        journal_id=row.journal_id,
        ticket_id=row.ticket_id,
        attempts=row.attempts,
        losses=losses,
        planned_from=row.planned_from,
    )


def _delivery(row: AnyRow, body: NewBody, *, attempt: int) -> Delivery:
    envelope = body.envelope
    return Delivery(
        id=row.id,
        key=f"deskbell-{row.id}",
        attempt=attempt,
        address=row.address,
        subject=body.subject,
        text=body.text,
        html=body.html,
        chat=body.chat,
        date=envelope.date,
        message_id=row.message_id,
        sender=envelope.sender,
        envelope_sender=envelope.envelope_sender,
        to=envelope.to or ((row.name, row.address),),
        cc=envelope.cc,
        reply_to=envelope.reply_to,
        in_reply_to=envelope.in_reply_to,
        references=envelope.references,
        automatic=envelope.automatic,
    )


def prolong(session: Session, claimed: Sequence[Claimed], *, until: datetime) -> None:
    """Let leases last until `until`; those that were lost meanwhile are left alone."""
    if not claimed:
        return
    session.connection().execute(
        update(DeliveryRow)
        .where(DeliveryRow.id == bindparam("held_id"), DeliveryRow.fence == bindparam("held_fence"))
        .where(DeliveryRow.state == "leased")
        .values(lease_until=until),
        [{"held_id": each.delivery.id, "held_fence": each.fence} for each in claimed],
    )


def still_held(session: Session, claimed: Iterable[Claimed]) -> frozenset[int]:
    """The ids of those deliveries that are still leased to the claimant; on PostgreSQL they stay locked till the end."""
    fences = {each.delivery.id: each.fence for each in claimed}
    rows = session.connection().execute(
        select(DeliveryRow.id, DeliveryRow.fence)
        .where(DeliveryRow.id.in_(fences), DeliveryRow.state == "leased")
        .order_by(DeliveryRow.id)
        .with_for_update()
    )
    return frozenset(row.id for row in rows if fences[row.id] == row.fence)


# --- marked ---


def mark(session: Session, marks: Sequence[Mark], *, now: datetime) -> None:
    """Write what became of deliveries that are still held, and the try that led to it."""
    if not marks:
        return
    session.connection().execute(
        update(DeliveryRow)
        .where(DeliveryRow.id == bindparam("marked_id"))
        .values(
            state=bindparam("new_state"),
            due_at=bindparam("new_due_at"),
            sent_at=bindparam("new_sent_at"),
            attempts=bindparam("new_attempts"),
            detail=bindparam("new_detail"),
            lease_until=None,
        ),
        [
            {
                "marked_id": each.delivery_id,
                "new_state": each.state,
                "new_due_at": each.due_at,
                "new_sent_at": each.sent_at,
                "new_attempts": each.attempts,
                "new_detail": each.detail,
            }
            for each in marks
        ],
    )
    session.connection().execute(insert(AttemptRow), [_attempt(each, now=now) for each in marks])


def _attempt(mark: Mark, *, now: datetime) -> dict[str, Any]:
    return {
        "delivery_id": mark.delivery_id,
        "number": mark.number,
        "at": now,
        "outcome": mark.outcome,
        "code": mark.code,
        "detail": mark.detail,
    }


def postpone(session: Session, channel: str, *, now: datetime, until: datetime) -> None:
    """Let all queued deliveries of a channel that are due wait until `until`, in the order that they have."""
    session.connection().execute(
        update(DeliveryRow)
        .where(WAITING, DeliveryRow.state == "queued", DeliveryRow.channel == channel, DeliveryRow.due_at <= now)
        .values(due_at=until)
    )


def change(
    session: Session, ids: Iterable[int], *, among: Collection[str], values: Mapping[str, Any]
) -> tuple[int, ...]:
    """Set columns of those deliveries whose state is `among` these; answer their ids."""
    changed = session.connection().scalars(
        update(DeliveryRow)
        .where(DeliveryRow.id.in_(list(ids)), DeliveryRow.state.in_(among))
        .values(**values)
        .returning(DeliveryRow.id)
    )
    return tuple(sorted(changed))

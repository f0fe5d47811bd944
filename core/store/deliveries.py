"""The outbox's tables: bodies and deliveries go in, are taken under a lease, and are marked with what became of them.

Which try comes when is not decided here but in `core.outbox`.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import attrs
from cattrs.preconf.orjson import make_converter
from sqlalchemy import (
    ColumnElement,
    Row,
    bindparam,
    case,
    delete,
    insert,
    literal_column,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.orm import Session

from ..contract.addresses import normalise
from ..contract.channel import Delivery
from ..contract.tickets import Attachment
from .ids import take_ids
from .rows import AttemptRow, BodyRow, DeliveryRow
from .upsert import upserting

LOST = "The worker vanished; it may have been sent."
SUSPECT_LOSSES = 2
"""After so many vanished workers a delivery is taken alone."""

AnyRow = Row[*tuple[Any, ...]]

_converter = make_converter()

# Spelled out, not parameters: only so the databases see that the small index of waiting deliveries will do. SQLite takes
# it for the better one only when told that the condition is no help in finding few rows.
_WAITING: Mapping[str, ColumnElement[bool]] = {
    "sqlite": literal_column("likely(deliveries.state IN ('queued', 'leased'))"),
    "postgresql": literal_column("deliveries.state IN ('queued', 'leased')"),
}


@attrs.frozen(kw_only=True)
class Envelope:
    """What the header of a mail shows, shared by all deliveries of one body.

    `to` is empty where each mail shows its own addressee. `date` is the Date of RFC 5322 section 3.3. `bounce_base` and
    `reply_base` are addresses of which each delivery makes an own one, for its bounce and for its answer ('' makes none;
    ``@example.com`` is a domain that takes every local part), and `unsubscribe_base` the link to the desk's pages, where what
    each delivery tells of can be ended. `files` go along; their contents lie in the folder of attachments. The other names
    are those of `contract.channel.Delivery`.
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
    bounce_base: str = ""
    reply_base: str = ""
    unsubscribe_base: str = ""
    list_id: tuple[str, str] | None = None
    files: tuple[Attachment, ...] = ()


@attrs.frozen
class ReturnPaths:
    """Where the bounce of one delivery comes back to, where an answer to it goes, and the link that ends a subscription.

    The names are those of `contract.channel.Delivery`.
    """

    envelope_sender: str
    reply_to: tuple[str, str] | None
    unsubscribe: str = ""


ReturnPathsOf = Callable[[Envelope, int], ReturnPaths]
"""Gives the return paths of the delivery with this id, whose body has this envelope; the same on each try."""


def shared_paths(envelope: Envelope, _delivery_id: int) -> ReturnPaths:
    """The return paths that all deliveries of a body have in common."""
    return ReturnPaths(envelope.envelope_sender, envelope.reply_to)


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
    """A notice for one address; `body` is the place of its words in the sequence of bodies that it is enqueued with.

    `private_id` is a Message-ID that this recipient alone gets to see, among the References; '' where `message_id` is that.
    """

    journal_id: int
    ticket_id: int | None
    plugin: str
    channel: str
    person: str
    name: str = ""
    address: str
    body: int
    message_id: str
    private_id: str = ""
    due_at: datetime


@attrs.frozen(kw_only=True)
class Claimed:
    """A delivery that is the caller's until its lease ends; `fence` is the number that a mark on it must carry.

    `attempts` tries of it have ended before and `losses` workers vanished with it; its retry plan runs from
    `planned_from`. `files` have still to be put into the delivery.
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
    files: tuple[Attachment, ...] = ()


@attrs.frozen(kw_only=True)
class Attempt:
    """A try that has ended; `outcome` is ``sent``, ``temporary`` or ``permanent``."""

    delivery_id: int
    number: int
    outcome: str
    code: str = ""
    detail: str = ""


@attrs.frozen(kw_only=True)
class Failed:
    """What becomes of a delivery after a failed try: due again at `due_at`, dead if that is None."""

    delivery_id: int
    due_at: datetime | None
    attempts: int
    detail: str


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
    ids = take_ids(session, DeliveryRow.id, len(deliveries))
    rows = [
        _values(each, number=number, body_id=body_ids[each.body], now=now)
        for number, each in zip(ids, deliveries, strict=True)
    ]
    done = session.connection().execute(upserting(session, DeliveryRow).values(_NEW).on_conflict_do_nothing(), rows)
    if done.rowcount == len(ids):
        return tuple(ids)
    return _keep_new(session, rows)


def _insert_bodies(session: Session, bodies: Sequence[NewBody], *, used: Sequence[int]) -> Mapping[int, int]:
    """The ids of the bodies written, by their place in `bodies`."""
    ids = take_ids(session, BodyRow.id, len(used))
    rows = [{"id": number, **_converter.unstructure(bodies[place])} for number, place in zip(ids, used, strict=True)]
    session.connection().execute(insert(BodyRow), rows)
    return dict(zip(used, ids, strict=True))


def _keep_new(session: Session, rows: Sequence[Mapping[str, Any]]) -> tuple[int, ...]:
    """The ids of those that were written; bodies of none of them are taken out again."""
    ids = [row["id"] for row in rows]
    written = session.connection().execute(
        select(DeliveryRow.id, DeliveryRow.body_id).where(DeliveryRow.id.between(ids[0], ids[-1]))
    )
    ours = frozenset(ids)
    new = {number: body_id for number, body_id in written if number in ours}
    orphans = {row["body_id"] for row in rows} - set(new.values())
    if orphans:
        session.connection().execute(
            delete(BodyRow).where(BodyRow.id == bindparam("orphan")), [{"orphan": number} for number in orphans]
        )
    return tuple(new)


# Spelled out, not parameters: those are made ready for each of the rows, of which one event may write hundreds.
_NEW: Mapping[str, ColumnElement[Any]] = {
    "state": literal_column("'queued'"),
    "fence": literal_column("0"),
    "attempts": literal_column("0"),
    "losses": literal_column("0"),
    "detail": literal_column("''"),
}


def _values(delivery: NewDelivery, *, number: int, body_id: int, now: datetime) -> dict[str, Any]:
    return {
        "id": number,
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
        "private_id": delivery.private_id or None,
        "due_at": delivery.due_at,
        "created_at": now,
        "planned_from": max(now, delivery.due_at),
    }


# --- taken and held ---

_DUE = (
    select(
        DeliveryRow.id,
        DeliveryRow.journal_id,
        DeliveryRow.ticket_id,
        DeliveryRow.plugin,
        DeliveryRow.channel,
        DeliveryRow.person,
        DeliveryRow.name,
        DeliveryRow.address,
        DeliveryRow.body_id,
        DeliveryRow.message_id,
        DeliveryRow.private_id,
        DeliveryRow.state,
        DeliveryRow.fence,
        DeliveryRow.attempts,
        DeliveryRow.losses,
        DeliveryRow.planned_from,
    )
    .where(
        DeliveryRow.due_at <= bindparam("now"),
        DeliveryRow.channel.in_(bindparam("channels", expanding=True)),
        # Leased rows alone have an end of the lease; to name states here would lead SQLite to a worse index.
        or_(DeliveryRow.lease_until.is_(None), DeliveryRow.lease_until <= bindparam("now")),
    )
    .order_by(DeliveryRow.due_at, DeliveryRow.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_DUE_ON = {name: _DUE.where(waiting) for name, waiting in _WAITING.items()}

# With old statistics PostgreSQL would collect and sort all that is due, instead of reading the first few of the index.
_READ_ON = text("SET LOCAL enable_bitmapscan = off")

_LEASE = (
    update(DeliveryRow)
    .where(DeliveryRow.id.in_(bindparam("ids", expanding=True)))
    .values(
        losses=DeliveryRow.losses + case((DeliveryRow.state == "leased", 1), else_=0),
        state="leased",
        lease_until=bindparam("until"),
        fence=DeliveryRow.fence + 1,
    )
)

_BODIES = select(BodyRow.id, BodyRow.subject, BodyRow.text, BodyRow.html, BodyRow.chat, BodyRow.envelope).where(
    BodyRow.id.in_(bindparam("ids", expanding=True))
)


def take_due(
    session: Session,
    *,
    channels: Collection[str],
    limit: int,
    now: datetime,
    until: datetime,
    paths_of: ReturnPathsOf = shared_paths,
) -> tuple[Claimed, ...]:
    """Lease the deliveries that are due longest until `until`: queued ones, and leased ones whose lease has ended.

    A lease that ended is recorded as a lost try: whoever had it may have sent it. Rows that another worker is just taking
    are passed over.
    """
    session.flush()
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(_READ_ON)
    due = {"channels": list(channels), "now": now, "most": limit}
    rows = _alone_if_suspect(connection.execute(_DUE_ON[connection.dialect.name], due).all())
    if not rows:
        return ()
    connection.execute(_LEASE, {"ids": [row.id for row in rows], "until": until})
    lost = [_lost(row, now=now) for row in rows if row.state == "leased"]
    if lost:
        connection.execute(insert(AttemptRow), lost)
    bodies = {row.id: _body(row) for row in connection.execute(_BODIES, {"ids": list({row.body_id for row in rows})})}
    return tuple(_claimed(row, bodies[row.body_id], paths_of) for row in rows)


def _alone_if_suspect(rows: Sequence[AnyRow]) -> Sequence[AnyRow]:
    suspects = [row for row in rows if _losses(row) >= SUSPECT_LOSSES]
    return suspects[:1] or rows


def _losses(row: AnyRow) -> int:
    """The losses of a due delivery: if it is still leased, that worker is the newest of them."""
    return int(row.losses) + (1 if row.state == "leased" else 0)


def _lost(row: AnyRow, *, now: datetime) -> dict[str, Any]:
    number = row.attempts + _losses(row)
    return {"delivery_id": row.id, "number": number, "at": now, "outcome": "lost", "code": "", "detail": LOST}


def _body(row: AnyRow) -> NewBody:
    envelope = _converter.structure(row.envelope, Envelope)
    return NewBody(subject=row.subject, text=row.text, html=row.html, chat=row.chat, envelope=envelope)


def _claimed(row: AnyRow, body: NewBody, paths_of: ReturnPathsOf) -> Claimed:
    """The claim on a row that was read just before it was leased."""
    losses = _losses(row)
    return Claimed(
        delivery=_delivery(row, body, attempt=row.attempts + losses + 1, paths=paths_of(body.envelope, row.id)),
        fence=row.fence + 1,
        plugin=row.plugin,
        channel=row.channel,
        person=row.person,
        journal_id=row.journal_id,
        ticket_id=row.ticket_id,
        attempts=row.attempts,
        losses=losses,
        planned_from=row.planned_from,
        files=body.envelope.files,
    )


def _delivery(row: AnyRow, body: NewBody, *, attempt: int, paths: ReturnPaths) -> Delivery:
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
        envelope_sender=paths.envelope_sender,
        to=envelope.to or ((row.name, row.address),),
        cc=envelope.cc,
        reply_to=paths.reply_to,
        in_reply_to=envelope.in_reply_to,
        references=(row.private_id, *envelope.references) if row.private_id else envelope.references,
        automatic=envelope.automatic,
        list_id=envelope.list_id,
        unsubscribe=paths.unsubscribe,
    )


_PROLONG = (
    update(DeliveryRow)
    .where(
        DeliveryRow.id == bindparam("held_id"),
        DeliveryRow.fence == bindparam("held_fence"),
        DeliveryRow.state == "leased",
    )
    .values(lease_until=bindparam("until"))
)

_HELD = (
    select(DeliveryRow.id, DeliveryRow.fence)
    .where(DeliveryRow.id.in_(bindparam("ids", expanding=True)), DeliveryRow.state == "leased")
    .order_by(DeliveryRow.id)
    .with_for_update()
)


def prolong(session: Session, claimed: Sequence[Claimed], *, until: datetime) -> None:
    """Let leases last until `until`; those that were lost meanwhile are left alone."""
    if claimed:
        leases = [{"held_id": each.delivery.id, "held_fence": each.fence, "until": until} for each in claimed]
        session.connection().execute(_PROLONG, leases)


def still_held(session: Session, claimed: Iterable[Claimed]) -> frozenset[int]:
    """The ids of those deliveries that are still leased to the claimant; on PostgreSQL they stay locked till the end."""
    fences = {each.delivery.id: each.fence for each in claimed}
    rows = session.connection().execute(_HELD, {"ids": list(fences)})
    return frozenset(number for number, fence in rows if fences[number] == fence)


# --- marked ---

_SENT = (
    update(DeliveryRow)
    .where(DeliveryRow.id.in_(bindparam("ids", expanding=True)))
    .values(state="sent", sent_at=bindparam("now"), attempts=DeliveryRow.attempts + 1, lease_until=None, detail="")
)

_FAILED = (
    update(DeliveryRow)
    .where(DeliveryRow.id == bindparam("marked_id"))
    .values(
        state=bindparam("new_state"),
        due_at=bindparam("new_due_at"),
        attempts=bindparam("new_attempts"),
        detail=bindparam("new_detail"),
        lease_until=None,
    )
)


def mark_sent(session: Session, ids: Sequence[int], *, now: datetime) -> None:
    """Write down that these deliveries, still held, were sent."""
    if ids:
        session.connection().execute(_SENT, {"ids": ids, "now": now})


def mark_failed(session: Session, marks: Sequence[Failed], *, now: datetime) -> None:
    """Write down what became of deliveries, still held, that were not sent."""
    if not marks:
        return
    session.connection().execute(
        _FAILED,
        [
            {
                "marked_id": each.delivery_id,
                "new_state": "dead" if each.due_at is None else "queued",
                "new_due_at": each.due_at or now,
                "new_attempts": each.attempts,
                "new_detail": each.detail,
            }
            for each in marks
        ],
    )


def add_attempts(session: Session, attempts: Sequence[Attempt], *, now: datetime) -> None:
    """Write down tries that have just ended."""
    if attempts:
        rows = [{"at": now, **_converter.unstructure(each)} for each in attempts]
        session.connection().execute(insert(AttemptRow), rows)


def postpone(session: Session, channel: str, *, now: datetime, until: datetime) -> None:
    """Let all queued deliveries of a channel that are due wait until `until`, in the order that they have."""
    connection = session.connection()
    connection.execute(
        update(DeliveryRow)
        .where(
            _WAITING[connection.dialect.name],
            DeliveryRow.lease_until.is_(None),
            DeliveryRow.channel == channel,
            DeliveryRow.due_at <= now,
        )
        .values(due_at=until)
    )


def hasten(session: Session, channel: str, *, now: datetime) -> None:
    """Let all queued deliveries of a channel be due at `now`, but for those that were not to go before a later time."""
    session.execute(
        update(DeliveryRow)
        .where(
            DeliveryRow.state == "queued",
            DeliveryRow.channel == channel,
            DeliveryRow.due_at > now,
            DeliveryRow.planned_from <= now,
        )
        .values(due_at=now)
        .execution_options(synchronize_session=False)
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

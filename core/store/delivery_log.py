"""What people and threading look up in the outbox: which deliveries there are, every try of one, whose mail an id was."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import attrs
from cattrs.preconf.orjson import make_converter
from sqlalchemy import BindParameter, Select, bindparam, func, or_, select
from sqlalchemy import Row as ResultRow
from sqlalchemy.orm import Session

from ..contract.errors import UnknownName
from .deliveries import Envelope, NewBody
from .rows import AttemptRow, BodyRow, DeliveryRow, TicketRow

_converter = make_converter()

# Statements on the way of every mail are made once: SQLAlchemy takes longer to make one than to run it.
_SENT = select(
    DeliveryRow.message_id,
    DeliveryRow.private_id,
    func.coalesce(TicketRow.merged_into_id, TicketRow.id).label("ticket_id"),
    DeliveryRow.person,
    DeliveryRow.address,
    DeliveryRow.id,
).join(TicketRow, TicketRow.id == DeliveryRow.ticket_id)
_NAMED: BindParameter[str] = bindparam("message_ids", expanding=True)
_BY_MESSAGE_ID = _SENT.where(or_(DeliveryRow.message_id.in_(_NAMED), DeliveryRow.private_id.in_(_NAMED))).order_by(
    DeliveryRow.id.desc()
)
_BY_ID = _SENT.where(DeliveryRow.id.in_(bindparam("ids", expanding=True)))
_GIVEN_OUT = select(DeliveryRow.message_id, DeliveryRow.private_id).where(
    or_(DeliveryRow.message_id.in_(_NAMED), DeliveryRow.private_id.in_(_NAMED))
)


@attrs.frozen(kw_only=True)
class DeliveryRecord:
    """One delivery as it stands. `ticket` is the number of its ticket, '' when it belongs to none."""

    id: int
    journal_id: int
    ticket_id: int | None
    ticket: str
    plugin: str
    channel: str
    person: str
    name: str
    address: str
    subject: str
    message_id: str
    state: str
    attempts: int
    created_at: datetime
    due_at: datetime
    sent_at: datetime | None
    detail: str


@attrs.frozen(kw_only=True)
class AttemptRecord:
    """One try; `outcome` is ``sent``, ``temporary``, ``permanent`` or ``lost``."""

    number: int
    at: datetime
    outcome: str
    code: str
    detail: str


@attrs.frozen(kw_only=True)
class Shown:
    """One delivery with its words and every try of it, oldest first."""

    delivery: DeliveryRecord
    body: NewBody
    attempts: tuple[AttemptRecord, ...]


@attrs.frozen(kw_only=True)
class Sent:
    """The mail of ours that a Message-ID or a signed address names; `person` and `address` are whom it went to.

    `private` says that nobody else got to see what names it: an answer that does comes from there.
    """

    message_id: str
    ticket_id: int
    person: str
    address: str
    delivery_id: int
    private: bool


@attrs.frozen(kw_only=True)
class Addressee:
    """Whom a delivery was for, and about which ticket."""

    person: str
    ticket_id: int | None


def addressee(session: Session, delivery_id: int) -> Addressee | None:
    """Whom a delivery was for; None when there is none with this id."""
    wanted = select(DeliveryRow.person, DeliveryRow.ticket_id).where(DeliveryRow.id == delivery_id)
    row = session.execute(wanted).one_or_none()
    return None if row is None else Addressee(person=row.person, ticket_id=row.ticket_id)


def list_deliveries(
    session: Session,
    *,
    state: str | None = None,
    ticket_id: int | None = None,
    limit: int,
    before_id: int | None = None,
) -> tuple[DeliveryRecord, ...]:
    """Deliveries, newest first.

    :param before_id: go on below this id, which was the last of the page before.
    """
    wanted = _records().order_by(DeliveryRow.id.desc()).limit(limit)
    if state is not None:
        wanted = wanted.where(DeliveryRow.state == state)
    if ticket_id is not None:
        wanted = wanted.where(DeliveryRow.ticket_id == ticket_id)
    if before_id is not None:
        wanted = wanted.where(DeliveryRow.id < before_id)
    return tuple(DeliveryRecord(**row) for row in session.execute(wanted).mappings())


def show(session: Session, delivery_id: int) -> Shown:
    """One delivery with its words and its tries.

    :raises UnknownName: when there is none with this id.
    """
    found = session.execute(_records().where(DeliveryRow.id == delivery_id)).mappings().one_or_none()
    if found is None:
        raise UnknownName("delivery", str(delivery_id))
    body = session.scalars(select(BodyRow).join(DeliveryRow).where(DeliveryRow.id == delivery_id)).one()
    return Shown(delivery=DeliveryRecord(**found), body=_body(body), attempts=_attempts(session, delivery_id))


def _records() -> Select[*tuple[Any, ...]]:
    """The columns of a `DeliveryRecord`, under its names."""
    own = [
        getattr(DeliveryRow, field.name)
        for field in attrs.fields(DeliveryRecord)
        if field.name not in ("ticket", "subject")
    ]
    return (
        select(*own, func.coalesce(TicketRow.number, "").label("ticket"), BodyRow.subject)
        .select_from(DeliveryRow)
        .join(BodyRow)
        .outerjoin(TicketRow, TicketRow.id == DeliveryRow.ticket_id)
    )


def _body(row: BodyRow) -> NewBody:
    envelope = _converter.structure(row.envelope, Envelope)
    return NewBody(subject=row.subject, text=row.text, html=row.html, chat=row.chat, envelope=envelope)


def _attempts(session: Session, delivery_id: int) -> tuple[AttemptRecord, ...]:
    rows = session.scalars(select(AttemptRow).where(AttemptRow.delivery_id == delivery_id).order_by(AttemptRow.id))
    return tuple(
        AttemptRecord(number=row.number, at=row.at, outcome=row.outcome, code=row.code, detail=row.detail)
        for row in rows
    )


def counts(session: Session) -> Mapping[str, int]:
    """How many deliveries are in each state that occurs."""
    rows = session.execute(select(DeliveryRow.state, func.count()).group_by(DeliveryRow.state))
    return dict(rows.all())


def waiting_since(session: Session) -> datetime | None:
    """Since when the longest-waiting delivery waits that is to be sent; None when none does. Held ones do not count."""
    waiting = DeliveryRow.state.in_(("queued", "leased"))
    return session.scalar(select(func.min(DeliveryRow.created_at)).where(waiting))


def find_by_message_id(session: Session, message_ids: Collection[str]) -> tuple[Sent, ...]:
    """The mails of ours on a ticket that these Message-IDs name, the newest first: what an answer threads on.

    One id may name several: a mail to several people is one delivery each. The ticket is the one that it lives on in.
    """
    rows = session.connection().execute(_BY_MESSAGE_ID, {"message_ids": list(message_ids)})
    return tuple(
        _sent(row, message_id=named_by, private=named_by == (row.private_id or row.message_id))
        for row in rows
        for named_by in (row.message_id, row.private_id)
        if named_by is not None and named_by in message_ids
    )


def given_out(session: Session, message_ids: Collection[str]) -> frozenset[str]:
    """Those of the Message-IDs that mails of ours bear, those about no ticket as well."""
    rows = session.connection().execute(_GIVEN_OUT, {"message_ids": list(message_ids)})
    return frozenset(message_ids).intersection(each for row in rows for each in row if each is not None)


def texts(session: Session, delivery_ids: Collection[int]) -> Mapping[int, str]:
    """What deliveries say, as plain text, by their ids."""
    wanted = select(DeliveryRow.id, BodyRow.text).join(BodyRow).where(DeliveryRow.id.in_(delivery_ids))
    return dict(session.connection().execute(wanted).all())


def find_by_id(session: Session, delivery_ids: Collection[int]) -> tuple[Sent, ...]:
    """The mails of ours on a ticket that signed addresses name: each was given to one recipient alone."""
    rows = session.connection().execute(_BY_ID, {"ids": list(delivery_ids)})
    return tuple(_sent(row, message_id=row.message_id, private=True) for row in rows)


def _sent(row: ResultRow[*tuple[Any, ...]], *, message_id: str, private: bool) -> Sent:
    return Sent(
        message_id=message_id,
        ticket_id=row.ticket_id,
        person=row.person,
        address=row.address,
        delivery_id=row.id,
        private=private,
    )

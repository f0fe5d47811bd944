"""What other servers and recipients reported about mails of ours: written once, looked up by delivery, ticket and address."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

import attrs
from sqlalchemy import RowMapping, Select, bindparam, func, insert, or_, select
from sqlalchemy.orm import Session

from .rows import DeliveryReportRow, DeliveryRow, TicketRow

IDS_AT_ONCE = 500


class ReportKind(StrEnum):
    """What a report tells of a mail. `DELAYED` may still arrive, `READ` is a disposition notification."""

    BOUNCE = "bounce"
    DELAYED = "delayed"
    DELIVERED = "delivered"
    COMPLAINT = "complaint"
    READ = "read"


@attrs.frozen(kw_only=True)
class OurDelivery:
    """A mail of ours that a report may be about. `ticket_id` is the ticket that it lives on in."""

    id: int
    message_id: str
    private_id: str | None
    ticket_id: int | None
    plugin: str
    channel: str
    person: str
    address: str

    @property
    def to_end_user(self) -> bool:
        """Whether an end user was to get it."""
        return self.person.startswith("user:")


@attrs.frozen(kw_only=True)
class NewReport:
    """What one report tells of one recipient, about to be kept. `confirmed` ones name their delivery."""

    kind: ReportKind
    raw_mail_id: int | None
    delivery_id: int | None
    ticket_id: int | None
    recipient: str = ""
    address_key: str = ""
    action: str = ""
    status: str = ""
    diagnostic: str = ""
    permanent: bool = False
    confirmed: bool = False


@attrs.frozen(kw_only=True)
class ReportRecord:
    """A kept report about one recipient. `ticket` is the number of its ticket, '' when it belongs to none."""

    id: int
    kind: ReportKind
    at: datetime
    raw_mail_id: int | None
    delivery_id: int | None
    ticket: str
    recipient: str
    action: str
    status: str
    diagnostic: str
    permanent: bool
    confirmed: bool


@attrs.frozen(kw_only=True)
class Unarrived:
    """A delivery that has not arrived, by our own knowledge: it was given up (`dead`), or it waits for very long."""

    id: int
    dead: bool
    address: str
    since: datetime
    detail: str


_STANDING = func.coalesce(TicketRow.merged_into_id, TicketRow.id)
_DELIVERIES = select(
    DeliveryRow.id,
    DeliveryRow.message_id,
    DeliveryRow.private_id,
    _STANDING.label("ticket_id"),
    DeliveryRow.plugin,
    DeliveryRow.channel,
    DeliveryRow.person,
    DeliveryRow.address,
).outerjoin(TicketRow, TicketRow.id == DeliveryRow.ticket_id)
_BY_ID = _DELIVERIES.where(DeliveryRow.id.in_(bindparam("ids", expanding=True)))
_BY_MESSAGE_ID = _DELIVERIES.where(
    or_(
        DeliveryRow.message_id.in_(bindparam("names", expanding=True)),
        DeliveryRow.private_id.in_(bindparam("names", expanding=True)),
    )
).order_by(DeliveryRow.id.desc())
_LASTING = (
    DeliveryReportRow.kind == ReportKind.BOUNCE.value,
    DeliveryReportRow.permanent.is_(True),
    DeliveryReportRow.confirmed.is_(True),
)
_BOUNCED = select(DeliveryReportRow.delivery_id).where(
    DeliveryReportRow.delivery_id.in_(bindparam("ids", expanding=True)), *_LASTING
)
_SOFT = (
    select(DeliveryReportRow.address_key, func.count(DeliveryReportRow.delivery_id.distinct()))
    .where(
        DeliveryReportRow.address_key.in_(bindparam("keys", expanding=True)),
        DeliveryReportRow.at >= bindparam("since"),
        DeliveryReportRow.kind.in_((ReportKind.BOUNCE.value, ReportKind.DELAYED.value)),
        DeliveryReportRow.permanent.is_(False),
        DeliveryReportRow.confirmed.is_(True),
    )
    .group_by(DeliveryReportRow.address_key)
)
_NEWEST_LASTING = select(DeliveryReportRow.at).where(*_LASTING).order_by(DeliveryReportRow.id.desc())


# --- matching ---


def deliveries_by_id(session: Session, ids: Collection[int]) -> Mapping[int, OurDelivery]:
    """Deliveries by their ids; those that are not there are left out."""
    if not ids:
        return {}
    rows = session.connection().execute(_BY_ID, {"ids": list(ids)}).mappings()
    return {row["id"]: OurDelivery(**row) for row in rows}


def deliveries_by_message_id(session: Session, message_ids: Collection[str]) -> Mapping[str, tuple[OurDelivery, ...]]:
    """The deliveries, with a ticket or without, that Message-IDs name: several where one mail went to several people."""
    found: dict[str, tuple[OurDelivery, ...]] = {}
    names = list(message_ids)
    for start in range(0, len(names), IDS_AT_ONCE):
        rows = session.connection().execute(_BY_MESSAGE_ID, {"names": names[start : start + IDS_AT_ONCE]}).mappings()
        for each in (OurDelivery(**row) for row in rows):
            for name in filter(None, (each.message_id, each.private_id)):
                found[name] = (*found.get(name, ()), each)
    return found


# --- writing ---


def insert_reports(session: Session, reports: Sequence[NewReport], *, now: datetime) -> None:
    """Keep reports."""
    if reports:
        rows = [{**attrs.asdict(each), "kind": each.kind.value, "at": now} for each in reports]
        session.connection().execute(insert(DeliveryReportRow), rows)


def bounced_before(session: Session, delivery_ids: Collection[int]) -> frozenset[int]:
    """Those of the deliveries that are known to have bounced for good."""
    if not delivery_ids:
        return frozenset()
    found = session.connection().scalars(_BOUNCED, {"ids": list(delivery_ids)})
    return frozenset(each for each in found if each is not None)


def soft_failures(session: Session, address_keys: Collection[str], *, since: datetime) -> Mapping[str, int]:
    """How many mails to each address were delayed or failed in passing since then; none is left out as 0."""
    if not address_keys:
        return {}
    rows = session.connection().execute(_SOFT, {"keys": list(address_keys), "since": since})
    return dict(rows.all())


def recent_bounces(session: Session, *, since: datetime, most: int) -> int:
    """How many bounces for good were reported since then; `most` is the most that is counted."""
    return sum(at >= since for at in session.connection().scalars(_NEWEST_LASTING.limit(most)))


# --- looking ---


def of_tickets(session: Session, ticket_ids: Collection[int]) -> tuple[ReportRecord, ...]:
    """The reports about the mails of tickets, and those that opened them, oldest first."""
    wanted = _records().where(DeliveryReportRow.ticket_id.in_(ticket_ids)).order_by(DeliveryReportRow.id)
    return tuple(map(_record, session.execute(wanted).mappings()))


def list_reports(session: Session, *, confirmed: bool | None = None, limit: int) -> tuple[ReportRecord, ...]:
    """Reports, newest first; all, or those that are confirmed or not."""
    wanted = _records().order_by(DeliveryReportRow.id.desc()).limit(limit)
    if confirmed is not None:
        wanted = wanted.where(DeliveryReportRow.confirmed.is_(confirmed))
    return tuple(map(_record, session.execute(wanted).mappings()))


def unarrived(session: Session, ticket_ids: Collection[int], *, before: datetime) -> tuple[Unarrived, ...]:
    """The mails of tickets to end users that were given up, or still wait though they were written before then."""
    waits = DeliveryRow.state.in_(("queued", "leased")) & (DeliveryRow.created_at < before)
    rows = session.execute(
        select(DeliveryRow.id, DeliveryRow.state, DeliveryRow.address, DeliveryRow.created_at, DeliveryRow.detail)
        .where(
            DeliveryRow.ticket_id.in_(ticket_ids),
            DeliveryRow.person.like("user:%"),
            or_(DeliveryRow.state == "dead", waits),
        )
        .order_by(DeliveryRow.id)
    )
    return tuple(
        Unarrived(id=number, dead=state == "dead", address=address, since=created_at, detail=detail)
        for number, state, address, created_at, detail in rows
    )


def _records() -> Select[*tuple[Any, ...]]:
    own = [getattr(DeliveryReportRow, field.name) for field in attrs.fields(ReportRecord) if field.name != "ticket"]
    return (
        select(*own, func.coalesce(TicketRow.number, "").label("ticket"))
        .select_from(DeliveryReportRow)
        .outerjoin(TicketRow, TicketRow.id == DeliveryReportRow.ticket_id)
    )


def _record(row: RowMapping) -> ReportRecord:
    return ReportRecord(**{**row, "kind": ReportKind(row["kind"])})

"""Which faults the desk has had, how often, and when each was last told."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from ..contract.events import DatabaseErrorReported, SystemErrorReported
from ..contract.faults import Fault, FaultKind
from .rows import DeliveryRow, FaultRow, JournalRow
from .upsert import upserting


def count(session: Session, fault: Fault, *, times: int, now: datetime, silence: timedelta) -> int:
    """Add `times` occurrences; answer how many are to be told now, 0 while the last telling is younger than `silence`."""
    new = {"fingerprint": fault.fingerprint, "title": "", "detail": "", "first_at": now, "last_at": now}
    statement = upserting(session, FaultRow).values(**new, untold=0, total=0).on_conflict_do_nothing()
    session.execute(statement)
    row = session.get_one(FaultRow, fault.fingerprint, with_for_update=True)
    row.title, row.detail, row.last_at = fault.title, fault.detail, now
    row.untold += times
    row.total += times
    # A clock that was set back must not silence a fault for longer than the window.
    if row.told_at is not None and timedelta(0) <= now - row.told_at < silence:
        return 0
    return _tell(session, row, now)


def untold(session: Session, *, now: datetime, silence: timedelta) -> list[tuple[Fault, int]]:
    """What happened while it was not to be told, of faults whose silence is over; each is told with this call."""
    waiting = select(FaultRow).where(_silence_over(now, silence)).order_by(FaultRow.fingerprint).with_for_update()
    rows = session.scalars(waiting).all()
    return [(_fault(row), times) for row in rows if (times := _tell(session, row, now))]


def any_untold(session: Session, *, now: datetime, silence: timedelta) -> bool:
    """Whether `untold` would find something."""
    return session.scalar(select(FaultRow.fingerprint).where(_silence_over(now, silence)).limit(1)) is not None


def _silence_over(now: datetime, silence: timedelta) -> ColumnElement[bool]:
    # A clock that was set back leaves times in the future behind.
    over = or_(FaultRow.told_at.is_(None), FaultRow.told_at <= now - silence, FaultRow.told_at > now)
    return and_(FaultRow.untold > 0, over)


def _tell(session: Session, row: FaultRow, now: datetime) -> int:
    """How many are told now: all that were not, or 0 while the alert of the last telling has not left the house.

    The mail server that is down is the usual reason for that, and often the fault itself: a second alert in the same
    queue would say nothing new. They are told after another silence.
    """
    row.told_at = now
    if _on_its_way(session, row.fingerprint):
        return 0
    told, row.untold = row.untold, 0
    return told


def _on_its_way(session: Session, fingerprint: str) -> bool:
    """Whether an alert about this fingerprint still waits in the outbox."""
    waiting = (
        select(DeliveryRow.id)
        .join(JournalRow, JournalRow.id == DeliveryRow.journal_id)
        .where(
            DeliveryRow.state.in_(("queued", "leased", "held")),
            DeliveryRow.ticket_id.is_(None),
            JournalRow.event.in_((SystemErrorReported.name, DatabaseErrorReported.name)),
            JournalRow.data["fingerprint"].as_string() == fingerprint,
        )
        .limit(1)
    )
    return session.scalar(waiting) is not None


def _fault(row: FaultRow) -> Fault:
    kind = FaultKind.DATABASE if row.fingerprint.startswith("database:") else FaultKind.SYSTEM
    return Fault(kind=kind, fingerprint=row.fingerprint, title=row.title, detail=row.detail)

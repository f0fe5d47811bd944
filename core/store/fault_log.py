"""Which faults the desk has had, how often, and when each was last told."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from ..contract.faults import Fault
from .rows import FaultRow
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
    row.told_at = now
    told, row.untold = row.untold, 0
    return told

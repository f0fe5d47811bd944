"""Which faults the desk has had, how often, and when each was last told."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from ..contract.faults import Fault
from .rows import FaultRow


def count(session: Session, fault: Fault, *, times: int, now: datetime, silence: timedelta) -> int:
    """Add `times` occurrences; answer how many are to be told now, 0 while the last telling is younger than `silence`."""
    row = session.get(FaultRow, fault.fingerprint)
    if row is None:
        row = FaultRow(fingerprint=fault.fingerprint, first_at=now, untold=0, total=0)
        session.add(row)
    row.title, row.detail, row.last_at = fault.title, fault.detail, now
    row.untold += times
    row.total += times
    # A clock that was set back must not silence a fault for longer than the window.
    if row.told_at is not None and timedelta(0) <= now - row.told_at < silence:
        return 0
    row.told_at = now
    told, row.untold = row.untold, 0
    return told

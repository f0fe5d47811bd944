"""Windows and faults of long ago go once a day, whatever a desk says about its decisions."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from deskbell.core.app import keeping
from deskbell.core.app.opening import Desk
from deskbell.core.contract.faults import Fault
from deskbell.core.store import fault_log, windows
from deskbell.core.store.retention import Purged
from deskbell.core.store.rows import FaultRow, WindowRow
from stand_ins.clock import FrozenClock
from stand_ins.desks import new_desk, opened


@pytest.fixture
def desk(tmp_path: Path, database_url: str, clock: FrozenClock) -> Iterator[Desk]:
    with opened(new_desk(tmp_path / "desk", database_url=database_url), clock=clock) as desk:
        yield desk


def happen(desk: Desk, name: str) -> None:
    now = desk.clock.now()
    with desk.db.writing() as session:
        assert windows.claim(session, "test", name, now=now, free_before=now)
        fault = Fault(fingerprint=name, title=name)
        fault_log.count(session, fault, times=1, now=now, silence=timedelta(minutes=10))


def left(desk: Desk) -> tuple[int, int]:
    with desk.db.reading() as session:
        counted = [session.scalar(select(func.count()).select_from(each)) or 0 for each in (WindowRow, FaultRow)]
    return counted[0], counted[1]


def test_what_is_older_than_four_hundred_days_goes_once_a_day(desk: Desk, clock: FrozenClock) -> None:
    happen(desk, "first")
    clock.advance(hours=1)
    happen(desk, "second")
    clock.advance(days=400, minutes=-30)
    happen(desk, "young")
    assert keeping.purge_old_decisions(desk) == Purged(windows=1, faults=1)
    assert left(desk) == (2, 2)
    clock.advance(hours=23)
    assert keeping.purge_old_decisions(desk) == Purged()
    assert left(desk) == (2, 2)
    clock.advance(hours=1)
    assert keeping.purge_old_decisions(desk) == Purged(windows=1, faults=1)
    assert left(desk) == (1, 1)

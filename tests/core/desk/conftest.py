"""What tests of the commands ask for: a small desk on either database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from deskbell.core.store.database import Database
from stand_ins.clock import FrozenClock
from stand_ins.small_desk import SmallDesk, small_desk


@pytest.fixture
def desk(database_url: str, clock: FrozenClock, tmp_path: Path) -> Iterator[SmallDesk]:
    """The small desk on a database of the test's own."""
    db = Database(database_url, clock=clock)
    yield small_desk(db, clock=clock, folder=tmp_path)
    db.close()

"""A desk whose mailboxes can be fetched, on SQLite, at a clock that stands still."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from deskbell.core.app.opening import Desk, open_desk
from stand_ins.clock import FrozenClock
from stand_ins.desks import new_desk
from stand_ins.fetching import SALES


@pytest.fixture
def fetching_desk(tmp_path: Path, clock: FrozenClock) -> Iterator[Desk]:
    with open_desk(new_desk(tmp_path / "desk", database_url="", toml=SALES), clock=clock) as desk:
        yield desk

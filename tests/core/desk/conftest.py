"""What tests of the commands ask for: a small desk on either database, or its directory alone."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from deskbell.core.store.database import Database
from deskbell.core.store.directory import Directory
from stand_ins.clock import FrozenClock
from stand_ins.small_desk import SmallDesk, small_desk


@pytest.fixture
def desk(database_url: str, clock: FrozenClock, tmp_path: Path) -> Iterator[SmallDesk]:
    """The small desk on a database of the test's own."""
    db = Database(database_url, clock=clock)
    yield small_desk(db, clock=clock, folder=tmp_path)
    db.close()


@pytest.fixture(scope="session")
def directory(migrated_sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Directory:
    """The directory of the small desk, for rules that need no database."""
    folder = tmp_path_factory.mktemp("directory")
    file = shutil.copy(migrated_sqlite_file, folder / "desk.sqlite3")
    db = Database(f"sqlite:///{file}", clock=FrozenClock())
    found = small_desk(db, clock=FrozenClock(), folder=folder).directory
    db.close()
    return found

"""What tests of the outbox ask for: a database with an event to send about, and the outbox in short words."""

from collections.abc import Callable, Iterator

import pytest

from deskbell.core.contract.events import SystemErrorReported
from deskbell.core.contract.people import SYSTEM
from deskbell.core.store import journal
from deskbell.core.store.database import Database
from stand_ins.clock import FrozenClock
from stand_ins.outbox_bench import OutboxBench

MakeBox = Callable[[], OutboxBench]


@pytest.fixture
def make_box(database_url: str, clock: FrozenClock) -> Iterator[MakeBox]:
    """Opens the same outbox anew, as another process does; an event to send about is there."""
    opened: list[Database] = []

    def make() -> OutboxBench:
        opened.append(Database(database_url, clock=clock))
        return OutboxBench(opened[-1], clock, journal_id=1)

    event = SystemErrorReported(id=0, act="a", at=clock.now(), actor=SYSTEM, fingerprint="f", title="t", detail="")
    with make().db.writing() as session:
        journal.append(session, [event, event])
    yield make
    for db in opened:
        db.close()


@pytest.fixture
def box(make_box: MakeBox) -> OutboxBench:
    """An empty outbox."""
    return make_box()

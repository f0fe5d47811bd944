"""Ticking jobs: each period runs once, whatever fails and however many schedulers there are."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from deskbell.core.contract.faults import Fault
from deskbell.core.scheduler import Job, Scheduler
from deskbell.core.store.database import Database
from deskbell.core.store.job_leases import JobLeases
from stand_ins.clock import FrozenClock


class Faults:
    def __init__(self) -> None:
        self.seen: list[Fault] = []

    def report(self, fault: Fault) -> None:
        self.seen.append(fault)


@pytest.fixture
def db(database_url: str, clock: FrozenClock) -> Iterator[Database]:
    db = Database(database_url, clock=clock)
    yield db
    db.close()


def test_a_lease_is_held_by_one_at_a_time_and_per_job(db: Database, tmp_path: Path) -> None:
    leases = JobLeases(db, folder=tmp_path)
    with ExitStack() as stack:
        assert stack.enter_context(leases.hold("sweep")) is True
        assert stack.enter_context(leases.hold("sweep")) is False
        assert stack.enter_context(leases.hold("other")) is True
    with leases.hold("sweep") as held:
        assert held is True


def test_many_schedulers_run_a_tick_once(db: Database, tmp_path: Path) -> None:
    """O12, one tick of it: of five that tick at the same moment, one runs the job."""
    ran: list[int] = []
    everybody_ticked = threading.Barrier(5)

    def job(number: int) -> None:
        ran.append(number)
        everybody_ticked.wait(10)

    def tick(number: int) -> None:
        leases = JobLeases(db, folder=tmp_path)
        scheduler = Scheduler((), lease=leases.hold, faults=Faults())
        if not scheduler.tick(Job(name="sweep", seconds=60, run=lambda: job(number))):
            everybody_ticked.wait(10)

    threads = [threading.Thread(target=tick, args=(number,)) for number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(15)
    assert len(ran) == 1


def test_a_job_that_fails_is_reported_and_the_lease_ends(db: Database, tmp_path: Path) -> None:
    faults = Faults()
    leases = JobLeases(db, folder=tmp_path)
    scheduler = Scheduler((), lease=leases.hold, faults=faults)

    def fail() -> None:
        raise ValueError("broken")

    assert scheduler.tick(Job(name="sweep", seconds=60, run=fail)) is False
    assert [(fault.fingerprint, fault.detail) for fault in faults.seen] == [("job:sweep", "ValueError: broken")]
    assert scheduler.tick(Job(name="sweep", seconds=60, run=lambda: None)) is True


def test_started_it_ticks_and_stops(tmp_path: Path) -> None:
    ticked = threading.Event()
    job = Job(name="tick", seconds=0.05, run=ticked.set, alone=False)
    scheduler = Scheduler((job,), lease=lambda _: pytest.fail("a job of every process needs no lease"), faults=Faults())
    scheduler.start()
    assert ticked.wait(5)
    scheduler.stop()

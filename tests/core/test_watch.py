"""Faults become events: grouped, counted, never lost to a database that is away."""

from collections.abc import Iterator

import pytest

from deskbell.core.contract.events import DatabaseErrorReported, PluginQuarantined, SystemErrorReported
from deskbell.core.contract.faults import Fault, FaultKind
from deskbell.core.store.database import Database, DatabaseUnavailable
from deskbell.core.watch import Noted, Watch
from stand_ins.clock import FrozenClock

FAULT = Fault(fingerprint="channel:smtp", title="The mail server refuses connections", detail="refused")


@pytest.fixture
def db(database_url: str, clock: FrozenClock) -> Iterator[Database]:
    db = Database(database_url, clock=clock)
    yield db
    db.close()


def test_a_fault_is_one_event_and_repeats_are_counted(db: Database, clock: FrozenClock) -> None:
    watch = Watch(clock=clock)
    watch.report(FAULT)
    watch.report(FAULT)
    [event] = watch.flush(db)
    assert isinstance(event, SystemErrorReported)
    assert (event.title, event.count) == ("The mail server refuses connections", 2)
    assert watch.flush(db) == ()

    clock.advance(minutes=9)
    for _ in range(1000):
        watch.report(FAULT)
    assert watch.flush(db) == ()

    clock.advance(minutes=1)
    watch.report(FAULT)
    [event] = watch.flush(db)
    assert isinstance(event, SystemErrorReported)
    assert event.count == 1001


def test_another_process_keeps_the_same_silence(db: Database, clock: FrozenClock) -> None:
    for told in (1, 0, 0):
        watch = Watch(clock=clock)
        watch.report(FAULT)
        assert len(watch.flush(db)) == told


def test_a_clock_that_was_set_back_silences_nothing(db: Database, clock: FrozenClock) -> None:
    watch = Watch(clock=clock)
    watch.report(FAULT)
    assert len(watch.flush(db)) == 1
    clock.advance(hours=-5)
    watch.report(FAULT)
    assert len(watch.flush(db)) == 1


def test_a_database_fault_is_its_own_event(db: Database, clock: FrozenClock) -> None:
    watch = Watch(clock=clock)
    watch.report(Fault(kind=FaultKind.DATABASE, fingerprint="db:x", title="A statement failed"))
    [event] = watch.flush(db)
    assert isinstance(event, DatabaseErrorReported)


def test_a_quarantine_is_written_once(db: Database, clock: FrozenClock) -> None:
    watch = Watch(clock=clock)
    watch.quarantine("bad-plugin", "it hung")
    [event] = watch.flush(db)
    assert isinstance(event, PluginQuarantined)
    watch.quarantine("bad-plugin", "it hung again")
    assert watch.flush(db) == ()
    with db.reading() as session:
        assert db.directory(session).quarantined == {"bad-plugin": "it hung"}


def test_notes_wait_for_a_database_that_is_away(
    db: Database, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = Watch(clock=clock)
    watch.report(FAULT)

    def away() -> None:
        raise DatabaseUnavailable("connection refused")

    with monkeypatch.context() as patch:
        patch.setattr(db, "writing", away)
        assert watch.flush(db) == ()
    assert watch.pending
    assert len(watch.flush(db)) == 1


@pytest.mark.parametrize("error", [ValueError("nobody expected it"), KeyboardInterrupt()], ids=repr)
def test_notes_wait_when_something_unexpected_ends_a_flush(
    db: Database, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    watch = Watch(clock=clock)
    watch.report(FAULT, times=3)
    watch.quarantine("bad-plugin", "it hung")

    def end() -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(db, "writing", end)
        with pytest.raises(type(error)):
            watch.flush(db)
    fault, quarantine = watch.flush(db)
    assert isinstance(fault, SystemErrorReported)
    assert fault.count == 3
    assert isinstance(quarantine, PluginQuarantined)


def test_what_happened_in_a_silence_is_told_when_it_is_over(db: Database, clock: FrozenClock) -> None:
    watch = Watch(clock=clock)
    watch.report(FAULT)
    watch.flush(db)
    for _ in range(3):
        watch.report(FAULT)
    assert watch.flush(db) == ()
    assert watch.remind(db) == ()

    clock.advance(minutes=10)
    [event] = Watch(clock=clock).remind(db)
    assert isinstance(event, SystemErrorReported)
    assert (event.fingerprint, event.title, event.detail, event.count) == (
        "channel:smtp",
        "The mail server refuses connections",
        "refused",
        3,
    )
    assert watch.remind(db) == ()


def test_the_last_resort_takes_over_what_cannot_be_written(
    db: Database, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[Noted] = []
    watch = Watch(clock=clock, last_resort=taken.extend)
    watch.report(FAULT)
    watch.report(FAULT)

    def away() -> None:
        raise DatabaseUnavailable("connection refused", reported=True)

    with monkeypatch.context() as patch:
        patch.setattr(db, "writing", away)
        assert watch.flush(db) == ()
    assert taken == [Noted(FAULT, 2)]
    assert not watch.pending


def test_who_meets_a_reported_error_again_reports_nothing_new(clock: FrozenClock) -> None:
    watch = Watch(clock=clock)
    try:
        raise DatabaseUnavailable("connection refused", reported=True)
    except DatabaseUnavailable:
        watch.report(FAULT)
    assert not watch.pending
    try:
        raise DatabaseUnavailable("locked")
    except DatabaseUnavailable:
        watch.report(FAULT)
    assert watch.pending


@pytest.mark.parametrize(
    "words",
    [
        "postgresql://desk:canary@db/x",
        "password=canary",
        'client_secret: "canary canary"',
        "Authorization: Bearer canary-canary",
        "AUTH PLAIN AGNhbmFyeQBjanary0canary=",
        "https://hooks.example.com/services/canary?key=canary",
    ],
)
def test_secrets_are_in_no_event(db: Database, clock: FrozenClock, words: str) -> None:
    watch = Watch(clock=clock)
    watch.report(Fault(fingerprint="x", title=f"It failed: {words}", detail=words))
    watch.quarantine("bad-plugin", words)
    events = watch.flush(db)
    assert len(events) == 2
    assert "canary" not in str(events)

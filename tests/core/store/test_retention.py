"""Old decisions go in small transactions; events, deliveries and the directories still needed stay."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from deskbell.core.contract.decisions import Decision
from deskbell.core.contract.events import SystemErrorReported
from deskbell.core.contract.faults import Fault
from deskbell.core.contract.people import SYSTEM
from deskbell.core.store import decisions, fault_log, journal, load_directory, retention, windows
from deskbell.core.store.database import Database
from deskbell.core.store.directory import Directory
from deskbell.core.store.retention import Purged
from deskbell.core.store.rows import DecisionRow, DirectoryRevisionRow, FaultRow, JournalRow, WindowRow

NOW = datetime(2026, 3, 31, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def decide(db: Database, *, at: datetime, revision: int, count: int = 1) -> None:
    """Write so many events with one decision each."""
    with db.writing() as session:
        load_directory.save_revision(session, Directory(revision=revision), at)
        events = journal.append(
            session,
            [
                SystemErrorReported(
                    id=0, act=f"{at}{number}", at=at, actor=SYSTEM, fingerprint="f", title="t", detail="d"
                )
                for number in range(count)
            ],
        )
        made = [Decision(event_id=event.id, plugin="test", reason="plugin_declined") for event in events]
        decisions.save(session, made, revision=revision, now=at)


def left(db: Database) -> tuple[int, list[int], int]:
    """Decisions, kept directories and events."""
    with db.reading() as session:
        return (
            session.scalar(select(func.count()).select_from(DecisionRow)) or 0,
            list(session.scalars(select(DirectoryRevisionRow.revision).order_by(DirectoryRevisionRow.revision))),
            session.scalar(select(func.count()).select_from(JournalRow)) or 0,
        )


def test_what_is_older_goes_and_the_rest_stays(db: Database) -> None:
    decide(db, at=NOW - 12 * DAY, revision=1)
    decide(db, at=NOW - 11 * DAY, revision=2)
    decide(db, at=NOW - 9 * DAY, revision=3)
    decide(db, at=NOW, revision=4)
    assert retention.purge(db, before=NOW - 10 * DAY, now=NOW) == Purged(decisions=2, directories=2)
    assert left(db) == (2, [3, 4], 4)
    assert retention.purge(db, before=NOW - 10 * DAY, now=NOW) == Purged()
    with db.reading() as session:
        assert retention.purged_before(session) == NOW - 10 * DAY


def test_more_than_one_batch_and_a_young_row_among_the_old(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 3)
    decide(db, at=NOW - 30 * DAY, revision=1, count=4)
    decide(db, at=NOW, revision=1)  # a clock that went back afterwards
    decide(db, at=NOW - 29 * DAY, revision=1, count=4)
    decide(db, at=NOW, revision=1, count=7)
    assert retention.purge(db, before=NOW - DAY, now=NOW) == Purged(decisions=8, directories=0)
    assert left(db) == (8, [1], 16)


def test_a_directory_that_a_ring_may_still_work_by_is_kept(db: Database) -> None:
    decide(db, at=NOW - 20 * DAY, revision=1)
    decide(db, at=NOW - timedelta(hours=1), revision=2)
    assert retention.purge(db, before=NOW - 10 * DAY, now=NOW) == Purged(decisions=1, directories=0)
    assert left(db)[1] == [1, 2]
    # A day later nobody works by the first any more; the newest stays whatever happens.
    decide(db, at=NOW + 2 * DAY, revision=2)
    assert retention.purge(db, before=NOW + DAY, now=NOW + 2 * DAY) == Purged(decisions=1, directories=1)
    assert left(db) == (1, [2], 3)


def test_a_clock_far_ahead_deletes_nothing(db: Database) -> None:
    decide(db, at=NOW - 20 * DAY, revision=1, count=3)
    decide(db, at=NOW, revision=1)
    later = NOW + 3650 * DAY
    assert retention.purge(db, before=later - 30 * DAY, now=later) == Purged()
    assert left(db) == (4, [1], 4)
    with db.reading() as session:
        assert retention.purged_before(session) is None


def happen(db: Database, *, at: datetime, name: str) -> None:
    """A window is taken, and a fault is met."""
    with db.writing() as session:
        assert windows.claim(session, "test", name, now=at, free_before=at)
        fault_log.count(session, Fault(fingerprint=name, title=name), times=1, now=at, silence=DAY)


def remembered(db: Database) -> tuple[list[str], list[str]]:
    with db.reading() as session:
        return (
            list(session.scalars(select(WindowRow.key).order_by(WindowRow.key))),
            list(session.scalars(select(FaultRow.fingerprint).order_by(FaultRow.fingerprint))),
        )


def test_windows_and_faults_of_long_ago_are_forgotten(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    for number in range(5):
        happen(db, at=NOW - 401 * DAY, name=f"old {number}")
    happen(db, at=NOW - 400 * DAY, name="at the edge")
    happen(db, at=NOW, name="young")
    gone = retention.forget(db, before=NOW - 400 * DAY, now=NOW)
    assert gone == Purged(windows=5, faults=5)
    assert remembered(db) == (["at the edge", "young"], ["at the edge", "young"])
    with db.reading() as session:
        assert retention.forgotten_at(session) == NOW


def test_a_clock_far_ahead_forgets_nothing_and_does_not_stop_it_for_ever(db: Database) -> None:
    happen(db, at=NOW, name="young")
    later = NOW + 3650 * DAY
    assert retention.forget(db, before=later - 400 * DAY, now=later) == Purged()
    assert remembered(db) == (["young"], ["young"])
    retention.forget(db, before=NOW - 400 * DAY, now=NOW)
    with db.reading() as session:
        assert retention.forgotten_at(session) == NOW


def test_the_moment_that_is_remembered_only_grows(db: Database) -> None:
    with db.reading() as session:
        assert retention.purged_before(session) is None
    decide(db, at=NOW - 20 * DAY, revision=1)
    decide(db, at=NOW, revision=1)
    retention.purge(db, before=NOW - 10 * DAY + timedelta(seconds=59), now=NOW)
    decide(db, at=NOW - 20 * DAY, revision=1)
    decide(db, at=NOW, revision=1)
    retention.purge(db, before=NOW - 15 * DAY, now=NOW)
    with db.reading() as session:
        assert retention.purged_before(session) == NOW - 10 * DAY

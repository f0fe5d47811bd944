"""The last resort loses nothing, doubles nothing, and holds nobody up; what waits without a try is shown as well."""

import errno
import fcntl
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from deskbell.core.app.doctor import State, examine
from deskbell.core.app.last_resort import Ledger, banner, private_files, resort
from deskbell.core.app.opening import Desk, open_desk
from deskbell.core.app.rounds import work_off
from deskbell.core.contract.events import Event, SystemErrorReported
from deskbell.core.contract.faults import Fault
from deskbell.core.contract.hookspecs import hookimpl
from deskbell.core.contract.kinds import SystemAlert
from deskbell.core.contract.notices import Notice
from deskbell.core.contract.people import SYSTEM
from deskbell.core.host.admission import Host
from deskbell.core.settings import DeskPaths
from deskbell.core.store import configuration
from deskbell.core.store.database import Database
from deskbell.core.watch import Noted
from stand_ins.alerts import alerts
from stand_ins.clock import FrozenClock
from stand_ins.desks import new_desk, opened
from stand_ins.smtp_sink import Point, SmtpSink

FAULT = Fault(fingerprint="disk", title="The disk of the desk is full", detail="5 MiB are free")
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def desk_folder(tmp_path: Path, smtp_sink: SmtpSink, database_url: str) -> Path:
    return new_desk(tmp_path / "desk", database_url=database_url, smtp_port=smtp_sink.port)


def without_the_plugin() -> Host:
    host = Host(disabled=["system-error-alert"])
    host.load()
    return host


def shown(desk: Desk) -> tuple[str, ...]:
    return banner(desk.paths.last_resort_ledger, now=desk.clock.now())


def errors_in_the_journal(desk: Desk) -> int:
    with desk.db.reading() as session:
        counted = "SELECT count(*) FROM journal WHERE event = 'system_error'"
        return int(session.connection().exec_driver_sql(counted).scalar_one())


# --- alerts that wait without a try ---


def no_host(desk: Desk) -> str:
    with desk.db.writing() as session:
        configuration.set_channel_options(session, "smtp", {})
    return "host"


def held(desk: Desk) -> str:
    with desk.db.writing() as session:
        configuration.hold_channel(session, "smtp", True)
    return "held back by an administrator"


def not_to_be_built(desk: Desk) -> str:
    with desk.db.writing() as session:
        configuration.set_channel_options(session, "smtp", {"hots": "127.0.0.1"})
    return "hots"


@pytest.mark.parametrize("break_it", [no_host, held, not_to_be_built], ids=lambda each: each.__name__)
def test_an_alert_whose_channel_waits_is_shown_with_the_reason(
    desk_folder: Path, smtp_sink: SmtpSink, clock: FrozenClock, break_it: Callable[[Desk], str]
) -> None:
    with opened(desk_folder, clock=clock) as desk:
        reason = break_it(desk)
        desk.watch.report(FAULT)
        desk.ring(())
        work_off(desk)
        line = next(line for line in shown(desk) if line.split(": ", 1)[1].startswith("Channel 'smtp' does not"))
        assert reason in line
        tries = [desk.paths.last_resort_ledger.stat().st_mtime_ns]
        work_off(desk)
        tries.append(desk.paths.last_resort_ledger.stat().st_mtime_ns)
        assert tries[0] == tries[1], "what is shown already is not written again with each sweep"
    assert smtp_sink.mails == ()


def test_the_doctor_sees_it_though_no_worker_ever_ran(tmp_path: Path, database_url: str, clock: FrozenClock) -> None:
    folder = new_desk(tmp_path / "desk", database_url=database_url)
    with opened(folder, clock=clock) as desk:
        desk.watch.report(FAULT)
        desk.ring(())
    [finding] = [each for each in examine(folder, clock=clock) if each.area == "alerts"]
    assert finding.state is State.FAULT
    assert finding.what.startswith("1 system alert waits for channel 'smtp' since 2026-03-02 09:00 UTC: ")
    assert "host" in finding.what


def test_what_is_shown_goes_when_the_alert_is_out(desk_folder: Path, smtp_sink: SmtpSink, clock: FrozenClock) -> None:
    with opened(desk_folder, clock=clock) as desk:
        held(desk)
        desk.watch.report(FAULT)
        desk.ring(())
        work_off(desk)
        assert len(shown(desk)) == 1
        with desk.db.writing() as session:
            configuration.hold_channel(session, "smtp", False)
        work_off(desk)
        assert len(alerts(smtp_sink, "The disk of the desk is full")) == 1
        assert shown(desk) == ()


def test_an_alert_that_nobody_takes_up_is_shown_when_the_silence_is_over(desk_folder: Path, clock: FrozenClock) -> None:
    with opened(desk_folder, clock=clock) as desk:
        desk.watch.report(FAULT)
        desk.ring(())
        desk.sweep()
        assert shown(desk) == ()
        clock.advance(minutes=11)
        desk.sweep()
        [line] = shown(desk)
        assert "no worker takes it up" in line


# --- told exactly once ---


def test_a_process_that_dies_before_it_rings_leaves_the_telling_to_the_sweep(
    desk_folder: Path, smtp_sink: SmtpSink, clock: FrozenClock
) -> None:
    with open_desk(desk_folder, clock=clock, host=without_the_plugin()) as desk:
        desk.watch.report(FAULT)
        assert len(desk.watch.flush(desk.db)) == 1
        clock.advance(seconds=10)
        desk.sweep()
        desk.sweep()
    [mail] = smtp_sink.mails
    assert str(mail.message["Subject"]) == "Helpdesk: The disk of the desk is full"


def test_a_fatal_error_whose_ring_is_given_up_is_told_all_the_same(
    desk_folder: Path, smtp_sink: SmtpSink, clock: FrozenClock
) -> None:
    with open_desk(desk_folder, clock=clock) as desk:
        desk.watch.report(FAULT)
        desk.watch.flush(desk.db)
        with desk.db.writing() as session:
            session.connection().exec_driver_sql("UPDATE journal SET rings = 5")
        clock.advance(seconds=10)
        desk.sweep()
    assert [str(mail.message["Subject"]) for mail in smtp_sink.mails] == ["Helpdesk: The disk of the desk is full"]


@pytest.mark.parametrize("host", [None, without_the_plugin()], ids=["with the plugin", "without it"])
def test_a_sweep_that_rings_first_is_no_reason_for_a_second_mail(
    desk_folder: Path, smtp_sink: SmtpSink, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch, host: Host | None
) -> None:
    with (
        open_desk(desk_folder, clock=clock, host=host) as desk,
        open_desk(desk_folder, clock=clock, host=host) as other,
    ):
        flush = desk.watch.flush

        def flush_slowly(db: Database) -> tuple[Event, ...]:
            events = flush(db)
            if events:
                clock.advance(seconds=10)
                other.sweep()
            return events

        monkeypatch.setattr(desk.watch, "flush", flush_slowly)
        desk.watch.report(FAULT)
        desk.ring(())
        work_off(desk)
    assert len(smtp_sink.mails) == 1


def test_what_cannot_be_told_comes_into_the_journal_once(desk_folder: Path, clock: FrozenClock) -> None:
    with open_desk(desk_folder, clock=clock, host=without_the_plugin()) as desk:
        with desk.db.writing() as session:
            configuration.set_setting(session, "admin_address", "", by=SYSTEM, now=clock.now())
        desk.last_resort.refresh(desk.db)
        desk.watch.report(FAULT)
        for _ in range(60):
            desk.ring(())
            desk.sweep()
            clock.advance(minutes=1)
        assert errors_in_the_journal(desk) == 1
        [line] = shown(desk)
        assert "Nobody could be told: no admin address is known." in line


# --- its files ---


@pytest.mark.skipif(os.geteuid() != 0, reason="only root writes files of others")
def test_what_root_writes_belongs_to_the_desk(desk_folder: Path, clock: FrozenClock) -> None:
    os.chown(desk_folder, 4321, 4321)
    with opened(desk_folder, clock=clock) as desk:
        desk.paths.last_resort_snapshot.unlink()
        desk.last_resort.refresh(desk.db)
        desk.last_resort.stuck("smtp", "it waits")
        files = [desk.paths.last_resort_snapshot, *desk_folder.glob("last-resort-told.json*")]
        assert len(files) == 3
        assert {(each.stat().st_uid, each.stat().st_gid, each.stat().st_mode & 0o777) for each in files} == {
            (4321, 4321, 0o600)
        }


def test_a_full_disk_leaves_the_ledger_whole_and_the_process_remembers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "told.json"
    ledger = Ledger(file)
    assert ledger.count([Noted(FAULT, 1)], now=NOW) == [Noted(FAULT, 1)]
    before = file.read_bytes()

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    other = Fault(fingerprint="files", title="Attachments cannot be written")
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        assert ledger.count([Noted(other, 1)], now=NOW) == [Noted(other, 1)]
        assert ledger.count([Noted(other, 1)], now=NOW) == []
    assert file.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir() if each.name not in ("told.json", "told.json.lock")] == []
    # There is room again: what only this process knew is written down.
    assert ledger.count([Noted(other, 1)], now=NOW) == []
    assert Ledger(file).count([Noted(other, 1)], now=NOW) == []


def test_somebody_who_keeps_the_lock_holds_nobody_up(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "told.json")
    with (tmp_path / "told.json.lock").open("w") as held_by_another:
        fcntl.flock(held_by_another, fcntl.LOCK_EX)
        began = time.monotonic()
        assert ledger.count([Noted(FAULT, 1)], now=NOW) == [Noted(FAULT, 1)]
        assert time.monotonic() - began < 3
        assert not (tmp_path / "told.json").exists()
    assert ledger.count([Noted(FAULT, 1)], now=NOW) == []
    assert (tmp_path / "told.json").exists()


def test_where_no_lock_can_be_had_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_locks(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", no_locks)
    ledger = Ledger(tmp_path / "told.json")
    assert ledger.count([Noted(FAULT, 1)], now=NOW) == [Noted(FAULT, 1)]
    assert ledger.count([Noted(FAULT, 1)], now=NOW) == []
    assert not (tmp_path / "told.json").exists()


def test_a_ledger_that_cannot_be_read_raises_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: Path) -> bytes:
        raise OSError(errno.EIO, "Input/output error")

    file = tmp_path / "told.json"
    Ledger(file).count([Noted(FAULT, 1)], now=NOW)
    monkeypatch.setattr(Path, "read_bytes", broken)
    assert Ledger(file).count([Noted(FAULT, 2)], now=NOW) == [Noted(FAULT, 2)]
    assert banner(file, now=NOW) == ()


def test_times_without_a_zone_are_damage(tmp_path: Path) -> None:
    file = tmp_path / "told.json"
    file.write_text(
        '{"x": {"kind": "system_error", "title": "t", "detail": "", "at": "2026-03-02T09:00:00", "why": "w"}}'
    )
    assert banner(file, now=NOW) == ()
    assert Ledger(file).taken_back(now=NOW) == ()


# --- its time ---


def test_several_faults_and_a_channel_that_hangs_take_one_limit(
    desk_folder: Path, smtp_sink: SmtpSink, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert resort.WORDS_SECONDS + resort.SEND_SECONDS + resort.SPARE_SECONDS + 2 * private_files.LOCK_SECONDS < 12
    monkeypatch.setattr(resort, "SEND_SECONDS", 0.5)
    monkeypatch.setattr(resort, "SPARE_SECONDS", 0.5)
    smtp_sink.hang(Point.EHLO)
    faults = [Fault(fingerprint=f"fault:{number}", title=f"Fault {number}") for number in range(8)]
    with open_desk(desk_folder, clock=clock, host=without_the_plugin()) as desk:
        before = smtp_sink.connections
        began = time.monotonic()
        desk.last_resort.take_over([Noted(each, 1) for each in faults[:4]])
        assert time.monotonic() - began < 2.5
        # They are in the journal: each is rung for itself, and told for itself.
        for each in faults[4:]:
            desk.watch.report(each)
        desk.ring(())
        assert smtp_sink.connections == before + 1
        lines = shown(desk)
    assert [f"Fault {number}" for number in range(8)] == [line.split(": ", 1)[1].partition(".")[0] for line in lines]


class Hangs(SystemAlert):
    """Stands where the plugin of the house stands."""

    always_on = True

    @hookimpl
    def system_error(self, event: SystemErrorReported) -> Notice | None:
        time.sleep(20)
        return None


def test_words_that_hang_are_replaced_by_plain_ones(
    desk_folder: Path, smtp_sink: SmtpSink, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resort, "WORDS_SECONDS", 0.3)
    host = without_the_plugin()
    host.offer("system-error-alert", Hangs(), origin="deskbell")
    with open_desk(desk_folder, clock=clock, host=host) as desk:
        began = time.monotonic()
        desk.last_resort.take_over([Noted(Fault(fingerprint=each, title=f"Fault {each}"), 1) for each in ("a", "b")])
        assert time.monotonic() - began < 5
    assert [str(mail.message["Subject"]) for mail in smtp_sink.mails] == ["Helpdesk: Fault a", "Helpdesk: Fault b"]


def test_mails_before_the_one_that_fails_are_not_told_again(
    desk_folder: Path, smtp_sink: SmtpSink, clock: FrozenClock
) -> None:
    smtp_sink.answer(Point.DATA, "451 4.3.0 not now")
    with open_desk(desk_folder, clock=clock, host=without_the_plugin()) as desk:
        smtp_sink.behave()
        desk.last_resort.take_over([Noted(FAULT, 1)])
        smtp_sink.answer(Point.DATA, "451 4.3.0 not now")
        other = Fault(fingerprint="files", title="Attachments cannot be written")
        desk.last_resort.take_over([Noted(other, 3)])
        assert len(smtp_sink.mails) == 1
        [line] = shown(desk)
        assert "Attachments cannot be written. Nobody could be told: " in line
        clock.advance(minutes=10)
        assert desk.last_resort.ledger.taken_back(now=clock.now()) == (Noted(other, 3),)
    assert DeskPaths(desk_folder).last_resort_ledger.is_file()

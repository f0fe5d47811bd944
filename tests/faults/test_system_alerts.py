"""System alerts never go silent and never go round in circles."""

from pathlib import Path

import pytest

from deskbell.core.app.last_resort import banner
from deskbell.core.app.opening import Desk, open_desk
from deskbell.core.app.rounds import work_off
from deskbell.core.contract.events import SystemErrorReported
from deskbell.core.contract.faults import Fault
from deskbell.core.contract.hookspecs import hookimpl
from deskbell.core.contract.kinds import SystemAlert
from deskbell.core.contract.notices import Notice
from deskbell.core.host.admission import Host
from deskbell.core.scheduler import Job, Scheduler
from stand_ins.alerts import alerts, body
from stand_ins.clock import FrozenClock
from stand_ins.desks import MAIL, new_desk, opened, receive
from stand_ins.smtp_sink import SmtpSink

FAULT = Fault(fingerprint="files", title="Attachments cannot be written", detail="no room; password=canary-99")


@pytest.fixture
def desk_folder(tmp_path: Path, smtp_sink: SmtpSink, database_url: str) -> Path:
    return new_desk(tmp_path / "desk", database_url=database_url, smtp_port=smtp_sink.port)


def without(name: str) -> Host:
    host = Host(disabled=[name])
    host.load()
    return host


def shown(desk: Desk) -> tuple[str, ...]:
    return banner(desk.paths.last_resort_ledger, now=desk.clock.now())


def test_an_error_is_mailed_by_the_plugin(desk_folder: Path, smtp_sink: SmtpSink, clock: FrozenClock) -> None:
    with opened(desk_folder, clock=clock) as desk:
        desk.watch.report(FAULT)
        work_off(desk)
        desk.ring(())
        work_off(desk)
    [mail] = alerts(smtp_sink, "Attachments cannot be written")
    assert "no room" in body(mail)
    assert "canary-99" not in str(mail.data)


def test_without_the_plugin_a_plain_text_is_mailed_at_once(
    desk_folder: Path, smtp_sink: SmtpSink, clock: FrozenClock
) -> None:
    with open_desk(desk_folder, clock=clock, host=without("system-error-alert")) as desk:
        for _ in range(3):
            desk.watch.report(FAULT)
            desk.ring(())
        [mail] = smtp_sink.mails
        assert str(mail.message["Subject"]) == "Helpdesk: Attachments cannot be written"
        clock.advance(minutes=10)
        work_off(desk)
    _, second = smtp_sink.mails
    assert "It happened 2 times." in body(second)


def test_without_the_plugin_a_quarantine_is_mailed_as_well(
    desk_folder: Path, smtp_sink: SmtpSink, clock: FrozenClock
) -> None:
    with open_desk(desk_folder, clock=clock, host=without("system-error-alert")) as desk:
        desk.watch.quarantine("bad-plugin", "it hung")
        desk.ring(())
    [mail] = smtp_sink.mails
    assert str(mail.message["Subject"]) == "Helpdesk: Plugin 'bad-plugin' is quarantined"
    assert "it hung" in body(mail)


def test_a_plain_text_that_cannot_be_mailed_is_shown_and_raises_nothing(
    desk_folder: Path, smtp_sink: SmtpSink, clock: FrozenClock
) -> None:
    smtp_sink.stop()
    with open_desk(desk_folder, clock=clock, host=without("system-error-alert")) as desk:
        desk.watch.report(FAULT)
        desk.ring(())
        assert not desk.watch.pending
        [line] = shown(desk)
        assert "Attachments cannot be written. Nobody could be told" in line


class Broken(SystemAlert):
    """Stands where the plugin of the house stands, and fails."""

    always_on = True

    @hookimpl
    def system_error(self, event: SystemErrorReported) -> Notice:
        raise RuntimeError("boom")


def test_an_always_on_plugin_that_fails_is_not_set_aside_and_somebody_is_told(
    desk_folder: Path, smtp_sink: SmtpSink, clock: FrozenClock
) -> None:
    host = without("system-error-alert")
    host.offer("system-error-alert", Broken(), origin="deskbell")
    with open_desk(desk_folder, clock=clock, host=host) as desk:
        for number in range(12):
            desk.watch.report(Fault(fingerprint=f"fault:{number}", title=f"Fault {number}", detail="x"))
            desk.ring(())
        with desk.db.reading() as session:
            assert desk.db.directory(session).quarantined == {}
    subjects = [str(mail.message["Subject"]) for mail in smtp_sink.mails]
    assert [f"Helpdesk: Fault {number}" for number in range(12)] == [each for each in subjects if "Fault" in each]
    # That it fails is told once, not once per fault.
    assert len([each for each in subjects if "failed in system_error" in each]) == 1


def test_a_mail_server_that_is_down_is_one_alert_however_long_it_lasts(
    desk_folder: Path, smtp_sink: SmtpSink, clock: FrozenClock
) -> None:
    """O22: the alert waits in the queue that it is about. It is shown meanwhile, and no second one joins it."""
    smtp_sink.stop()
    with opened(desk_folder, clock=clock) as desk:
        for number in range(20):
            receive(desk, MAIL.replace(b"<one@", f"<{number}@".encode()))
            work_off(desk)
            clock.advance(minutes=11)
        assert any("does not deliver system alerts" in line for line in shown(desk))
        smtp_sink.start()
        clock.advance(hours=2)
        work_off(desk)
        assert len(alerts(smtp_sink, "cannot be reached")) == 1
        assert shown(desk) == ()
        clock.advance(minutes=11)
        work_off(desk)
        first, second = (body(each) for each in alerts(smtp_sink, "cannot be reached"))
        assert "Times:    1\n" in first
        assert "Times:    1\n" not in second


def test_a_system_alert_that_is_refused_raises_no_other(
    desk_folder: Path, smtp_sink: SmtpSink, clock: FrozenClock
) -> None:
    smtp_sink.refuse("admin@example.com", "550 5.1.1 no such user")
    with opened(desk_folder, clock=clock) as desk:
        desk.watch.report(FAULT)
        for _ in range(5):
            work_off(desk)
            clock.advance(minutes=30)
        with desk.db.reading() as session:
            faults = session.connection().exec_driver_sql("SELECT fingerprint FROM faults").scalars().all()
        assert faults == ["files"]


def test_a_job_that_keeps_failing_is_told_with_a_count(
    desk_folder: Path, smtp_sink: SmtpSink, clock: FrozenClock
) -> None:
    def fail() -> None:
        raise RuntimeError("boom")

    with opened(desk_folder, clock=clock) as desk:
        job = Job(name="counting", seconds=10, run=fail)
        scheduler = Scheduler((job,), lease=desk.job_leases.hold, faults=desk.watch)
        for _ in range(61):
            scheduler.tick(job)
            work_off(desk)
            clock.advance(seconds=10)
    first, second = alerts(smtp_sink, "The periodic job 'counting' failed")
    assert "Times:    1\n" in body(first)
    assert "Times:    60\n" in body(second)


def test_a_full_disk_is_told_once(
    desk_folder: Path, smtp_sink: SmtpSink, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the disk says is pretended; all else is real."""
    usage = type("Usage", (), {"free": 5 * 1024**2})
    monkeypatch.setattr("deskbell.core.app.disk.shutil.disk_usage", lambda _: usage)
    with opened(desk_folder, clock=clock) as desk:
        for _ in range(3):
            work_off(desk)
            clock.advance(minutes=1)
    [mail] = alerts(smtp_sink, "The disk of the desk is full")
    assert "5 MiB are free" in body(mail)

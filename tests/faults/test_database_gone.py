"""The database is gone: the administrator is told by mail all the same, in the worker and in a command."""

import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from deskbell.core.app.doctor import State, examine
from deskbell.core.app.last_resort import Snapshot, banner, resort
from deskbell.core.app.opening import Desk
from deskbell.core.app.service import Service
from deskbell.core.contract.errors import DeskbellError
from deskbell.core.host.admission import Host
from deskbell.core.settings import DeskPaths
from deskbell.core.store.database import Database, DatabaseUnavailable
from stand_ins.alerts import alerts, body
from stand_ins.clock import FrozenClock
from stand_ins.desks import new_desk, opened
from stand_ins.postgresql import PostgresqlMissing, PostgresqlServer, running_server
from stand_ins.smtp_sink import Point, SmtpSink

SECRET = "canary-smtp-password-77"


def a_directory(file: Path) -> None:
    _without_log(file)
    file.rename(file.with_name("away"))
    file.mkdir()


def a_damaged_head(file: Path) -> None:
    _without_log(file)
    file.write_bytes(b"\0" * 100 + file.read_bytes()[100:])


def no_file(file: Path) -> None:
    _without_log(file)
    file.unlink()


def _without_log(file: Path) -> None:
    for ending in ("-wal", "-shm"):
        file.with_name(file.name + ending).unlink(missing_ok=True)


BREAKS: list[Callable[[Path], None]] = [a_directory, a_damaged_head, no_file]


@pytest.fixture
def sqlite_folder(tmp_path: Path, smtp_sink: SmtpSink) -> Path:
    return new_desk(tmp_path / "desk", database_url="sqlite", smtp_port=smtp_sink.port)


def run(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """A command in a process of its own, with what it says on standard error."""
    environment = {**os.environ, "DESKBELL_DIR": str(folder), "NO_COLOR": "1"}
    command = [sys.executable, "-m", "deskbell", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False, timeout=60)
    assert "Traceback" not in done.stderr
    return done


@pytest.mark.parametrize("break_it", BREAKS, ids=lambda each: each.__name__)
def test_a_command_on_a_broken_file_mails_once(
    sqlite_folder: Path, smtp_sink: SmtpSink, break_it: Callable[[Path], None]
) -> None:
    """As from cron, every minute: the second one within ten minutes is silent."""
    break_it(sqlite_folder / "desk.sqlite3")
    for _ in range(2):
        done = run(sqlite_folder, "work", "--once")
        assert done.returncode == 1
        assert "Error: The database" in done.stderr
        assert "Attention" not in done.stderr
    [mail] = smtp_sink.mails
    assert mail.recipients == ("admin@example.com",)
    assert mail.sender == ""
    assert mail.message["Auto-Submitted"] == "auto-generated"
    assert "The database cannot be used" in str(mail.message["Subject"])
    assert "Times:    1\n" in body(mail)


def test_a_desk_that_loses_its_file_at_work_mails_once_with_counts_later(
    sqlite_folder: Path, smtp_sink: SmtpSink, clock: FrozenClock
) -> None:
    with opened(sqlite_folder, clock=clock) as desk:
        desk.db.close()
        a_directory(sqlite_folder / "desk.sqlite3")
        for _ in range(5):
            tick(desk)
            clock.advance(minutes=2)
        assert len(smtp_sink.mails) == 1
        tick(desk)
        first, second = smtp_sink.wait_for(2)
        assert "Times:    1\n" in body(first)
        assert "Times:    5\n" in body(second)

        # It is back: what nobody was told of is told in the usual way when the silence is over.
        clock.advance(seconds=1)
        tick(desk)
        (sqlite_folder / "desk.sqlite3").rmdir()
        (sqlite_folder / "away").rename(sqlite_folder / "desk.sqlite3")
        desk.db.close()
        clock.advance(minutes=11)
        tick(desk)
        desk.deliver_round()
        assert len(alerts(smtp_sink, "The database cannot be used")) == 3
        assert "Times:    1\n" in body(smtp_sink.mails[-1])
        tick(desk)
        desk.deliver_round()
    assert len(smtp_sink.mails) == 3


def tick(desk: Desk) -> None:
    """What the jobs of a service do, one after the other."""
    with suppress(DeskbellError):
        desk.sweep()
    desk.ring(())


@pytest.fixture
def own_server() -> Iterator[PostgresqlServer]:
    """A server that a test may stop."""
    try:
        with running_server() as server:
            yield server
    except PostgresqlMissing as missing:
        pytest.skip(str(missing))


def stop(server: PostgresqlServer) -> None:
    """Stop it at once, as a crash would."""
    pid = int((server.folder / "data" / "postmaster.pid").read_text().splitlines()[0])
    os.kill(pid, 3)
    with suppress(OSError):
        while (server.folder / "data" / "postmaster.pid").exists():
            os.waitpid(pid, 0)


@pytest.mark.postgresql
def test_a_server_that_stops_is_told_by_worker_and_command_once(
    tmp_path: Path, smtp_sink: SmtpSink, own_server: PostgresqlServer
) -> None:
    from deskbell.core.store.migrations import migrate

    url = own_server.url(own_server.create())
    migrate(url)
    folder = new_desk(tmp_path / "desk", database_url=url, smtp_port=smtp_sink.port)
    with opened(folder) as desk:
        service = Service(desk, listen=False)
        service.start()
        try:
            stop(own_server)
            [mail] = smtp_sink.wait_for(1, timeout=40.0)
        finally:
            service.stop()
    assert "The database cannot be used" in str(mail.message["Subject"])
    done = run(folder, "ticket", "list")
    assert done.returncode == 1
    assert len(smtp_sink.mails) == 1


def gone(folder: Path, *, host: Host | None = None, clock: FrozenClock) -> None:
    """Open a desk whose file is a directory."""
    from deskbell.core.app.opening import open_desk

    with pytest.raises(DatabaseUnavailable):
        open_desk(folder, clock=clock, host=host)


def test_without_the_plugin_a_plain_text_goes_out(sqlite_folder: Path, smtp_sink: SmtpSink, clock: FrozenClock) -> None:
    a_directory(sqlite_folder / "desk.sqlite3")
    host = Host(disabled=["database-error-alert"])
    host.load()
    gone(sqlite_folder, host=host, clock=clock)
    [mail] = smtp_sink.mails
    assert str(mail.message["Subject"]) == "Helpdesk: The database cannot be used"
    assert "This text needs no plugin and no database." in body(mail)


def test_a_broken_template_does_not_stop_it(sqlite_folder: Path, smtp_sink: SmtpSink, clock: FrozenClock) -> None:
    own = sqlite_folder / "templates" / "database-error-alert"
    own.mkdir(parents=True)
    (own / "body.txt").write_text("{{ nobody }}")
    a_directory(sqlite_folder / "desk.sqlite3")
    gone(sqlite_folder, clock=clock)
    [mail] = smtp_sink.mails
    assert "The database cannot be used" in body(mail)


def test_an_alert_that_is_switched_off_is_not_mailed(tmp_path: Path, smtp_sink: SmtpSink, clock: FrozenClock) -> None:
    toml = '[switches.database-error-alert]\nposition = "off"\n'
    folder = new_desk(tmp_path / "desk", database_url="sqlite", smtp_port=smtp_sink.port, toml=toml)
    a_directory(folder / "desk.sqlite3")
    gone(folder, clock=clock)
    assert smtp_sink.mails == ()


def test_a_server_that_is_down_as_well_is_shown_and_logged(sqlite_folder: Path, smtp_sink: SmtpSink) -> None:
    """O22: neither database nor mail; no loop, no silence."""
    smtp_sink.stop()
    a_directory(sqlite_folder / "desk.sqlite3")
    for _ in range(2):
        done = run(sqlite_folder, "work", "--once")
        assert done.returncode == 1
        [line] = [line for line in done.stderr.splitlines() if line.startswith("Attention")]
        assert "The database cannot be used" in line
        assert "Nobody could be told" in line
    findings = [each for each in examine(sqlite_folder) if each.area == "alerts"]
    assert [each.state for each in findings] == [State.FAULT]


def test_a_mail_server_that_hangs_holds_a_command_for_a_bounded_time(
    sqlite_folder: Path, smtp_sink: SmtpSink, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resort, "SEND_SECONDS", 0.5)
    smtp_sink.hang(Point.EHLO)
    a_directory(sqlite_folder / "desk.sqlite3")
    gone(sqlite_folder, clock=clock)
    [line] = banner(DeskPaths(sqlite_folder).last_resort_ledger, now=clock.now())
    assert "Nobody could be told" in line
    assert smtp_sink.mails == ()
    # The next one within the silence does not even try.
    tried = smtp_sink.connections
    gone(sqlite_folder, clock=clock)
    assert smtp_sink.connections == tried


def test_what_nobody_could_be_told_is_told_when_the_database_is_back(
    sqlite_folder: Path, smtp_sink: SmtpSink, clock: FrozenClock
) -> None:
    file = sqlite_folder / "desk.sqlite3"
    with Database(f"sqlite:///{file}", clock=clock).writing():
        pass
    _without_log(file)
    kept = file.read_bytes()
    smtp_sink.stop()
    a_directory(file)
    for _ in range(3):
        gone(sqlite_folder, clock=clock)
    file.rmdir()
    file.write_bytes(kept)
    smtp_sink.start()
    clock.advance(minutes=10)
    with opened(sqlite_folder, clock=clock) as desk:
        desk.sweep()
        desk.deliver_round()
    [mail] = smtp_sink.mails
    assert "Times:    3\n" in body(mail)
    assert banner(DeskPaths(sqlite_folder).last_resort_ledger, now=clock.now()) == ()


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b'{"database:away": 7}', b"\xff\xfe"])
def test_a_damaged_ledger_is_begun_anew(
    sqlite_folder: Path, smtp_sink: SmtpSink, clock: FrozenClock, content: bytes
) -> None:
    DeskPaths(sqlite_folder).last_resort_ledger.write_bytes(content)
    a_directory(sqlite_folder / "desk.sqlite3")
    for _ in range(2):
        gone(sqlite_folder, clock=clock)
    assert len(smtp_sink.mails) == 1


def test_where_the_ledger_cannot_be_written_the_process_remembers(
    sqlite_folder: Path, smtp_sink: SmtpSink, clock: FrozenClock
) -> None:
    with opened(sqlite_folder, clock=clock) as desk:
        desk.paths.last_resort_ledger.unlink(missing_ok=True)
        desk.paths.last_resort_ledger.mkdir()
        desk.db.close()
        a_directory(sqlite_folder / "desk.sqlite3")
        for _ in range(3):
            tick(desk)
            clock.advance(minutes=1)
    assert len(smtp_sink.mails) == 1


def test_the_copy_is_its_owners_and_keeps_secrets_sealed(tmp_path: Path, smtp_sink: SmtpSink) -> None:
    toml = f'[channels.smtp]\nhost = "127.0.0.1"\nport = {smtp_sink.port}\nusername = "desk"\npassword = "{SECRET}"\n'
    folder = new_desk(tmp_path / "desk", database_url="sqlite", toml=toml)
    copy = DeskPaths(folder).last_resort_snapshot
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert SECRET not in copy.read_text()
    snapshot = Snapshot.load(copy)
    assert snapshot is not None
    assert snapshot.channel["username"] == "desk"
    assert snapshot.admin_address == "admin@example.com"


def test_a_copy_that_is_damaged_is_shown_not_raised(
    sqlite_folder: Path, smtp_sink: SmtpSink, clock: FrozenClock
) -> None:
    DeskPaths(sqlite_folder).last_resort_snapshot.write_text("{")
    a_directory(sqlite_folder / "desk.sqlite3")
    gone(sqlite_folder, clock=clock)
    assert smtp_sink.mails == ()
    [line] = banner(DeskPaths(sqlite_folder).last_resort_ledger, now=clock.now())
    assert "no admin address is known" in line


def test_the_copy_follows_the_desk(sqlite_folder: Path, clock: FrozenClock, smtp_sink: SmtpSink) -> None:
    """What one process changes, the copy has when the next sweep of another is over."""
    toml = sqlite_folder.parent / "more.toml"
    toml.write_text('[settings]\nadmin_address = "chief@example.com"\n')
    with opened(sqlite_folder, clock=clock) as desk:
        assert run(sqlite_folder, "apply", str(toml), "--yes").returncode == 0
        desk.sweep()
        desk.db.close()
        a_directory(sqlite_folder / "desk.sqlite3")
        tick(desk)
    [mail] = smtp_sink.mails
    assert mail.recipients == ("chief@example.com",)

"""The doctor: a sound desk has no fault, each ailment is found under its area, and each has a remedy."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from deskbell.core.app import configuring
from deskbell.core.app.doctor import Finding, State, examine, machine
from deskbell.core.app.opening import open_desk
from deskbell.core.store import configuration
from stand_ins.clock import FrozenClock
from stand_ins.command_line import Cli
from stand_ins.desks import MAIL, new_desk, receive
from stand_ins.smtp_sink import SmtpSink


@pytest.fixture
def folder(tmp_path: Path, smtp_sink: SmtpSink, database_url: str) -> Path:
    return new_desk(tmp_path / "desk", database_url=database_url, smtp_port=smtp_sink.port)


@pytest.fixture
def sqlite_folder(tmp_path: Path, smtp_sink: SmtpSink) -> Path:
    return new_desk(tmp_path / "desk", database_url="", smtp_port=smtp_sink.port)


def bad(found: tuple[Finding, ...]) -> Mapping[str, list[tuple[State, str]]]:
    """What is not in order, by area; each has a remedy that is a sentence."""
    ailments: dict[str, list[tuple[State, str]]] = {}
    for each in found:
        if each.state is State.OK:
            assert each.remedy == ""
            continue
        assert each.remedy.endswith((".", ")."))
        ailments.setdefault(each.area, []).append((each.state, each.what))
    return ailments


def test_a_new_desk_is_sound_on_either_database(folder: Path) -> None:
    found = examine(folder)
    assert {area for area, each in bad(found).items() if area != "disk"} == set()
    areas = {each.area for each in found}
    assert areas >= {"directory", "settings", "key", "disk", "clock", "database", "plugins", "channels", "mailboxes"}
    assert areas >= {"mail", "outbox", "journal"}


def test_no_desk_at_all(tmp_path: Path) -> None:
    assert bad(examine(tmp_path / "nowhere")) == {
        "directory": [(State.FAULT, f"There is no desk in {tmp_path / 'nowhere'}.")]
    }


def test_eyes_of_others(sqlite_folder: Path) -> None:
    sqlite_folder.chmod(0o755)
    (sqlite_folder / "secret.key").chmod(0o644)
    (sqlite_folder / "deskbell.toml").chmod(0o640)
    found = bad(examine(sqlite_folder))
    assert found["directory"][0][0] is State.WARNING
    assert found["key"][0][0] is State.FAULT
    assert "chmod 600" in found["key"][0][1]
    assert "desk" not in found, "said once is enough"
    assert found["settings"] == [(State.FAULT, "Other users of the machine can read deskbell.toml.")]


def test_a_key_that_is_gone(sqlite_folder: Path) -> None:
    (sqlite_folder / "secret.key").unlink()
    assert bad(examine(sqlite_folder))["key"][0][0] is State.FAULT


def test_settings_that_cannot_be_read(sqlite_folder: Path) -> None:
    (sqlite_folder / "deskbell.toml").write_text("[listener]\nprot = 25\n")
    assert "listener.prot" in bad(examine(sqlite_folder))["settings"][0][1]


def test_a_database_file_that_is_gone(sqlite_folder: Path) -> None:
    file = sqlite_folder / "desk.sqlite3"
    file.unlink()
    assert bad(examine(sqlite_folder))["database"] == [(State.FAULT, f"The database file {file} is not there.")]
    assert not file.exists()


@pytest.mark.parametrize(("version", "remedy"), [("0001", "deskbell migrate"), ("9999", "newer")])
def test_tables_of_another_version(sqlite_folder: Path, version: str, remedy: str) -> None:
    with closing(sqlite3.connect(sqlite_folder / "desk.sqlite3")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (version,))
    found = next(each for each in examine(sqlite_folder) if each.area == "database")
    assert found.state is State.FAULT
    assert version in found.what
    assert remedy in found.remedy


def test_a_database_server_that_is_away(sqlite_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESKBELL_DATABASE_URL", "postgresql://desk@127.0.0.1:1/desk")
    assert "cannot be used now" in bad(examine(sqlite_folder))["database"][0][1]


def test_a_clock_that_was_never_set_and_one_that_differs(sqlite_folder: Path) -> None:
    never = FrozenClock(datetime(1970, 1, 1, tzinfo=UTC))
    assert [state for state, _ in bad(examine(sqlite_folder, clock=never))["clock"]] == [State.FAULT, State.FAULT]
    slow = FrozenClock(datetime.now(UTC) - timedelta(seconds=30))
    assert bad(examine(sqlite_folder, clock=slow))["clock"][0][0] is State.WARNING


def test_a_full_disk(sqlite_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "NO_SPACE", 1 << 62)
    assert bad(examine(sqlite_folder))["disk"][0][0] is State.FAULT


def test_a_mail_server_that_does_not_answer(sqlite_folder: Path, smtp_sink: SmtpSink) -> None:
    smtp_sink.stop()
    state, what = bad(examine(sqlite_folder))["channels"][0]
    assert state is State.FAULT
    assert what.startswith("Channel 'smtp' cannot deliver: ")
    assert f"127.0.0.1:{smtp_sink.port}" in what


def test_a_mail_server_that_refuses_the_login(tmp_path: Path) -> None:
    login = '\n[channels.smtp]\nusername = "desk"\npassword = "wrong"\n'
    with SmtpSink(users={"desk": "right"}) as sink:
        folder = new_desk(tmp_path / "desk", database_url="", smtp_port=sink.port)
        (tmp_path / "login.toml").write_text(login)
        with open_desk(folder) as desk:
            configuring.apply(desk, tmp_path / "login.toml", prune=False)
        state, what = bad(examine(folder))["channels"][0]
    assert state is State.FAULT
    assert "refuses the login of 'desk'" in what


def test_a_mail_server_that_cannot_encrypt(tmp_path: Path, smtp_sink: SmtpSink) -> None:
    folder = new_desk(tmp_path / "desk", database_url="", smtp_port=smtp_sink.port)
    (tmp_path / "tls.toml").write_text('[channels.smtp]\nsecurity = "starttls"\n')
    with open_desk(folder) as desk:
        configuring.apply(desk, tmp_path / "tls.toml", prune=False)
    assert "offers no encryption (STARTTLS)" in bad(examine(folder))["channels"][0][1]


def test_a_mail_server_that_nobody_named(tmp_path: Path) -> None:
    folder = new_desk(tmp_path / "desk", database_url="")
    assert bad(examine(folder))["channels"] == [
        (State.WARNING, "Channel 'smtp' waits: no SMTP server is named; set channels.smtp.host.")
    ]


def test_a_plugin_in_quarantine(sqlite_folder: Path) -> None:
    with open_desk(sqlite_folder) as desk, desk.db.writing() as session:
        configuration.quarantine(session, "new-ticket-alert", "it failed five times", desk.clock.now())
    assert bad(examine(sqlite_folder))["plugins"] == [
        (State.WARNING, "'new-ticket-alert' is quarantined: it failed five times")
    ]


def test_what_waits_too_long(sqlite_folder: Path) -> None:
    with open_desk(sqlite_folder, clock=FrozenClock(datetime.now(UTC) - timedelta(hours=2))) as desk:
        receive(desk, MAIL)
        desk.intake.accept(MAIL + b"Second\r\n", envelope_from=None, envelope_to=(), source="test")
    found = bad(examine(sqlite_folder))
    assert found["mail"][0][0] is State.FAULT
    assert found["mail"][0][1].startswith("1 mail received and not taken up, the oldest since ")
    assert found["outbox"][0][0] is State.FAULT
    assert found["outbox"][0][1].startswith("2 mails to be delivered, the oldest since ")


def test_the_command_exits_with_1_for_a_fault_only(sqlite_folder: Path) -> None:
    cli = Cli(sqlite_folder)
    assert "The database answers" in cli("doctor")
    assert {each["state"] for each in cli.json("doctor")} <= {"ok", "warning"}
    (sqlite_folder / "secret.key").chmod(0o644)
    assert "chmod 600" in cli("doctor", code=1)

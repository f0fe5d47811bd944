"""The demo as a newcomer starts it: mails arrive, people are told, a second start goes on, --fresh begins anew."""

import email
import email.policy
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from stand_ins.command_line import Cli

LONGEST_SECONDS = 60.0

TOLD = """\
    told  100001 new-ticket-alert: ops@acme.example as admin address
not told  100001 new-ticket-alert: administrator: role_not_selected. The role 'administrator' is not selected by default.
    told  100001 new-ticket-alert: Ann Lee <ann@acme.example> as department manager
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "demo-desk"


@pytest.fixture
def cli(folder: Path) -> Cli:
    return Cli(folder)


def caught(folder: Path) -> list[tuple[str, str]]:
    """Whom the mails that were caught are for, and their subjects."""
    mails = [
        email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        for file in sorted((folder / "caught").glob("*.eml"))
    ]
    return sorted((str(mail["To"]), str(mail["Subject"])) for mail in mails)


@contextmanager
def running(folder: Path, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """A demo that runs until it is stopped, at the latest at the end of the block."""
    environment = {**os.environ, "DESKBELL_DIR": str(folder), "NO_COLOR": "1"}
    command = [sys.executable, "-m", "deskbell", "demo", *arguments]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, text=True
    ) as process:
        watchdog = threading.Timer(LONGEST_SECONDS, process.kill)
        watchdog.start()
        try:
            yield process
        finally:
            watchdog.cancel()
            process.terminate()
            process.communicate(timeout=20)


def until(process: "subprocess.Popen[str]", words: str) -> str:
    """The next line that holds `words`; the test fails when the demo ends before."""
    assert process.stdout is not None
    return next(line for line in process.stdout if words in line)


def test_five_mails_then_a_second_start_then_begun_anew(cli: Cli, folder: Path) -> None:
    said = cli("demo", "--count", "5", "--pace", "0")
    assert "A desk with 5 departments, 8 agents and 2 teams is open" in said
    assert TOLD in said
    assert (
        "not told  100003 new-ticket-autoresponse: Hank Scorpio <hank@globex.example> as owner: shadow:department."
        in said
    )
    assert "happened  message posted 100001 by Ada Moss" in said
    assert "    sent  smtp to ann@acme.example: [#100001] New ticket: I cannot sign in" in said
    # Mails 1, 2, 3 and 5 open tickets, mail 4 answers the first; 5 is an out-of-office note.
    assert [ticket["number"] for ticket in reversed(cli.json("ticket", "list"))] == [
        "100001",
        "100002",
        "100003",
        "100004",
    ]
    first = caught(folder)
    assert len(first) == 4 * 2 + 1 + 2, "the admin address and a manager for each, a team lead, and two autoresponses"
    invoice = "happened  ticket created 100003 by Hank Scorpio in Billing: Invoice 2207 is there twice"
    assert f"{invoice} [rule 'Globex': priority normal -> high]" in said
    assert "    sent  smtp to dan@acme.example: [#100002] Assigned to team Night: Paper jam on the second floor" in said
    assert ("ada@customer.example", "[#100001] We have received your request") in first

    again = cli("demo", "--count", "2", "--pace", "0")
    assert "15, one every 0 s; 5 arrived in earlier starts" in again
    assert "100001" not in again.partition("--fresh begins anew.")[2], "what was told before is not told again"
    assert "happened  ticket created 100005 by Jörg Müller in Support: Größe des Postfachs" in again
    assert len(cli.json("ticket", "list")) == 6
    assert len(caught(folder)) == len(first) + 3 + 2

    anew = cli("demo", "--fresh", "--count", "1", "--pace", "0")
    assert "15, one every 0 s; 0 arrived in earlier starts" in anew
    assert len(cli.json("ticket", "list")) == 1
    assert len(caught(folder)) == 3


def test_all_samples_arrive_and_nothing_fails(cli: Cli) -> None:
    said = cli("demo", "--count", "15", "--pace", "0")
    assert " failed  " not in said
    assert "happened  ticket created 100010 by 佐藤 in Support: パスワードを忘れました" in said
    # Fifteen mails, one of them for two mailboxes, one of them an answer.
    assert len(cli.json("mail", "list", "--state", "all")) == 16
    assert len(cli.json("ticket", "list")) == 15
    assert {each["state"] for each in cli.json("outbox", "list")} == {"sent"}
    assert "All sample mails are in" not in said, "a counted demo ends"


def test_a_mail_of_ones_own_from_another_terminal(cli: Cli, folder: Path) -> None:
    cli("demo", "--count", "15", "--pace", "0")
    with running(folder) as process:
        assert "All sample mails are in" in until(process, "All sample mails")
        mail = b"From: you@home.example\nTo: printers@acme.example\nSubject: Hello\n\nIs anybody there?\n"
        cli("mail", "receive", stdin=mail)
        assert "ticket created 100016 by you@home.example in Printers: Hello" in until(
            process, "happened  ticket created"
        )
        assert "sent  smtp to " in until(process, "    sent  ")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_cleanly(folder: Path, number: signal.Signals) -> None:
    with running(folder, "--pace", "60") as process:
        until(process, "    sent  ")
        began = time.monotonic()
        process.send_signal(number)
        rest, complaints = process.communicate(timeout=20)
        assert process.returncode == 0
        assert time.monotonic() - began < 10
        assert rest.endswith("The demo has stopped; the next start continues.\n")
        assert complaints == ""
    assert json.loads((folder / "demo.json").read_text()) == {"furnished": True, "sent": 1}


@pytest.mark.parametrize("arguments", [(), ("--fresh",)])
def test_a_directory_of_somebody_else_is_left_alone(cli: Cli, folder: Path, arguments: tuple[str, ...]) -> None:
    folder.mkdir()
    (folder / "precious").write_text("not a demo's")
    assert "is not the desk of a demo, so it is left alone" in cli("demo", *arguments, code=1)
    assert [file.name for file in folder.iterdir()] == ["precious"]


def test_a_desk_in_earnest_is_left_alone(cli: Cli, folder: Path) -> None:
    cli("init", "--no-input")
    assert "is not the desk of a demo" in cli("demo", "--fresh", code=1)
    assert cli.json("ticket", "list") == []


def test_a_database_of_the_environment_is_left_alone(cli: Cli, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESKBELL_DATABASE_URL", "postgresql://desk@127.0.0.1:1/desk")
    assert "unset that variable first" in cli("demo", "--count", "1", code=1)
    assert not folder.exists()


def test_a_start_that_was_broken_off_is_taken_up(cli: Cli, folder: Path) -> None:
    folder.mkdir()
    (folder / "demo.json").write_text('{"furnished": false, "sent": 0}')
    (folder / "desk.sqlite3").write_bytes(b"")
    assert "A desk with 5 departments" in cli("demo", "--count", "1", "--pace", "0")

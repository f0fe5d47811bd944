"""Mail out of a real Dovecot: IMAP with IDLE and POP3, killed in between, and a server that hangs beside one that does not."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import attrs
import pytest

from deskbell.core.app import mailboxes
from deskbell.core.app.opening import open_desk
from deskbell.core.app.service import Service
from deskbell.core.store.fetch_accounts import Auth, Security
from stand_ins.clock import FrozenClock
from stand_ins.command_line import Cli
from stand_ins.desks import new_desk
from stand_ins.dovecot import PASSWORD, Dovecot, DovecotMissing, running_dovecot
from stand_ins.fetching import SALES, SHORT, account, events, fetch, numbered, real_account, subjects
from stand_ins.scripted_mail_server import Conversation, ScriptedServer

WAYS = [("imap", "seen"), ("imap", "delete"), ("imap", "move:Done"), ("pop3", "seen"), ("pop3", "delete")]
LEFT = {"seen": 3, "delete": 0, "move:Done": 0}
PATIENCE = 20.0

DIE = """
import os, signal, sys
from pathlib import Path
from deskbell.core.app.opening import open_desk
from deskbell.core.contract import faults
from stand_ins.fetching import fetch
point, left = sys.argv[2], int(sys.argv[3])
def plan(passed):
    global left
    left -= passed == point
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
faults.arm(plan)
with open_desk(Path(sys.argv[1])) as desk:
    fetch(desk)
"""

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    try:
        with running_dovecot() as server:
            yield server
    except DovecotMissing as missing:
        pytest.skip(str(missing))


@pytest.fixture
def folder(tmp_path: Path, database_url: str) -> Path:
    made = new_desk(tmp_path / "desk", database_url=database_url, toml=SALES)
    settings = made / "deskbell.toml"
    settings.write_text(settings.read_text().replace("[listener]", "[listener]\nport = 0", 1))
    return made


def wait_for(what: Callable[[], bool]) -> float:
    began = time.monotonic()
    while not what():
        assert time.monotonic() - began < PATIENCE, "it did not happen in time"
        time.sleep(0.05)
    return time.monotonic() - began


def test_idle_brings_mail_within_seconds_into_the_right_department(folder: Path, dovecot: Dovecot) -> None:
    one, two = dovecot.new_user(), dovecot.new_user()
    dovecot.deliver(one, numbered(1))
    with open_desk(folder) as desk:
        mailboxes.add(desk, real_account(dovecot, one), replace=False)
        mailboxes.add(desk, real_account(dovecot, two, mailbox="sales"), replace=False)
        service = Service(desk, listen=True)
        service.start()
        try:
            wait_for(lambda: subjects(desk) == ["1"])
            # Both wait with IDLE now; nothing but the server's word brings these in: the next look is minutes away.
            wait_for(lambda: all(row.last_fetch_at for row in mailboxes.listed(desk)))
            dovecot.deliver(two, numbered(2))
            assert wait_for(lambda: subjects(desk) == ["1", "2"]) < 5
            dovecot.deliver(one, numbered(3))
            assert wait_for(lambda: subjects(desk) == ["1", "2", "3"]) < 5
        finally:
            service.stop()
    tickets = Cli(folder).json("ticket", "list")
    departments = {ticket["subject"][-1]: ticket["department"]["name"] for ticket in tickets}
    assert departments == {"1": "Support", "2": "Sales", "3": "Support"}
    assert (dovecot.flags(one), dovecot.flags(two)) == (["S", "S"], ["S"])


def test_a_mailbox_added_to_a_running_desk_is_fetched(folder: Path, dovecot: Dovecot) -> None:
    user = dovecot.new_user()
    dovecot.deliver(user, numbered(1))
    with open_desk(folder) as desk:
        service = Service(desk, listen=True)
        service.start()
        try:
            with open_desk(folder) as other:
                mailboxes.add(other, real_account(dovecot, user), replace=False)
            wait_for(lambda: subjects(desk) == ["1"])
        finally:
            service.stop()


@pytest.mark.parametrize(("protocol", "after"), WAYS)
def test_each_mail_is_one_ticket_and_gets_its_mark(folder: Path, dovecot: Dovecot, protocol: str, after: str) -> None:
    user = dovecot.new_user()
    for number in range(3):
        dovecot.deliver(user, numbered(number))
    with open_desk(folder) as desk:
        mailboxes.add(desk, real_account(dovecot, user, protocol=protocol, after=after), replace=False)
        assert fetch(desk) == {"support": 3}
        dovecot.deliver(user, numbered(3))
        assert fetch(desk) == {"support": 1}
        assert fetch(desk) == {"support": 0}
        assert subjects(desk) == ["0", "1", "2", "3"]
    assert dovecot.flags(user) == (["S"] * 4 if after == "seen" else [])
    if after == "move:Done":
        assert len(dovecot.flags(user, "Done")) == 4


@pytest.mark.parametrize("point", ["intake.raw_read", "intake.raw_committed", "intake.parsed", "desk.committed"])
@pytest.mark.parametrize(("protocol", "after"), WAYS)
def test_killed_in_between_loses_nothing_and_doubles_nothing(
    folder: Path, dovecot: Dovecot, protocol: str, after: str, point: str
) -> None:
    """M39: SIGKILL before and after the commit, and before and after the mark on the server."""
    user = dovecot.new_user()
    for number in range(3):
        dovecot.deliver(user, numbered(number))
    with open_desk(folder) as desk:
        mailboxes.add(desk, real_account(dovecot, user, protocol=protocol, after=after), replace=False)
    code = subprocess.run(
        [sys.executable, "-c", DIE, str(folder), point, "1"],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
        check=False,
    ).returncode
    assert code == -signal.SIGKILL, f"the process never passed {point}"
    with open_desk(folder) as desk:
        assert set(fetch(desk)) == {"support"}
        desk.sweep()
        assert subjects(desk) == ["0", "1", "2"]
        assert fetch(desk) == {"support": 0}
    assert len(dovecot.flags(user)) == LEFT[after]


def test_another_uidvalidity_is_no_second_ticket(folder: Path, dovecot: Dovecot) -> None:
    """M9: the server numbers anew and has forgotten what was seen."""
    user = dovecot.new_user()
    for number in range(2):
        dovecot.deliver(user, numbered(number))
    with open_desk(folder) as desk:
        mailboxes.add(desk, real_account(dovecot, user), replace=False)
        assert fetch(desk) == {"support": 2}
        dovecot.renumber(user)
        for path in (dovecot.maildir(user) / "cur").iterdir():
            path.rename(path.with_name(path.name.partition(":")[0] + ":2,"))
        dovecot.deliver(user, numbered(2))
        assert fetch(desk) == {"support": 3}
        assert subjects(desk) == ["0", "1", "2"]
    assert dovecot.flags(user) == ["S", "S", "S"]


def test_a_mail_that_somebody_read_meanwhile_comes_in_as_well(folder: Path, dovecot: Dovecot) -> None:
    user = dovecot.new_user()
    with open_desk(folder) as desk:
        mailboxes.add(desk, real_account(dovecot, user), replace=False)
        assert fetch(desk) == {"support": 0}
        dovecot.deliver(user, numbered(1))
        [path] = (dovecot.maildir(user) / "new").iterdir()
        path.rename(dovecot.maildir(user) / "cur" / f"{path.name}:2,S")
        assert fetch(desk) == {"support": 1}
        assert fetch(desk) == {"support": 0}


def test_what_was_read_before_the_first_look_stays_where_it_is(folder: Path, dovecot: Dovecot) -> None:
    user = dovecot.new_user()
    dovecot.deliver(user, numbered(1))
    [path] = (dovecot.maildir(user) / "new").iterdir()
    path.rename(dovecot.maildir(user) / "cur" / f"{path.name}:2,S")
    with open_desk(folder) as desk:
        mailboxes.add(desk, real_account(dovecot, user), replace=False)
        assert fetch(desk) == {"support": 0}


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_a_token_logs_in(folder: Path, dovecot: Dovecot, protocol: str, tmp_path: Path) -> None:
    user = dovecot.new_user()
    dovecot.deliver(user, numbered(1))
    command = tmp_path / "token"
    command.write_text(dovecot.token(user) + "\n")
    with open_desk(folder) as desk:
        new = attrs.evolve(real_account(dovecot, user, protocol=protocol), auth=Auth.XOAUTH2, secret="")
        mailboxes.add(desk, attrs.evolve(new, token_command=f"cat {command}"), replace=False)
        assert fetch(desk) == {"support": 1}
        mailboxes.add(desk, attrs.evolve(new, secret=dovecot.token(user)), replace=True)
        assert mailboxes.tried(desk, "support").startswith("It works: ")
        mailboxes.add(desk, attrs.evolve(new, secret=dovecot.token(user, lasts=-60)), replace=True)
        assert "the login of" in str(fetch(desk)["support"])


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_a_wrong_password_is_one_sentence_and_one_event(folder: Path, dovecot: Dovecot, protocol: str) -> None:
    user = dovecot.new_user()
    clock = FrozenClock()
    with open_desk(folder, clock=clock) as desk:
        new = attrs.evolve(real_account(dovecot, user, protocol=protocol), secret="wrong")
        mailboxes.add(desk, new, replace=False)
        refused = str(fetch(desk)["support"])
        assert f"the login of '{user}' was refused" in refused
        assert refused.endswith("Set user name and password anew with 'deskbell mailbox add --replace'.")
        assert "wrong" not in refused
        assert (mailboxes.listed(desk)[0].state, events(desk, "mailbox:support")) == ("retrying", [])
        fetch(desk)
        fetch(desk)
        assert mailboxes.listed(desk)[0].state == "failing"
        clock.advance(minutes=30)
        fetch(desk)
        assert events(desk, "mailbox:support") == ["Mailbox 'support' cannot be fetched"]
        mailboxes.add(desk, attrs.evolve(new, secret=PASSWORD), replace=True)
        assert fetch(desk) == {"support": 0}
        assert mailboxes.listed(desk)[0].state == "working"


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
def test_a_certificate_of_nobody_known_is_refused(
    folder: Path, dovecot: Dovecot, protocol: str, security: Security
) -> None:
    user = dovecot.new_user()
    dovecot.deliver(user, numbered(1))
    ports = dovecot.ports
    port = {
        ("imap", "tls"): ports.imaps,
        ("imap", "starttls"): ports.imap,
        ("pop3", "tls"): ports.pop3s,
        ("pop3", "starttls"): ports.pop3,
    }[protocol, security.value]
    with open_desk(folder) as desk:
        new = account(port, protocol=protocol, user=user, security=security, secret=PASSWORD)
        mailboxes.add(desk, new, replace=False)
        assert "its certificate is refused: " in str(fetch(desk)["support"])
        known = attrs.evolve(new, ca_file=str(dovecot.authority_file))
        mailboxes.add(desk, attrs.evolve(known, host="localhost.localdomain"), replace=True)
        assert fetch(desk)["support"] != 1
        mailboxes.add(desk, known, replace=True)
        assert fetch(desk) == {"support": 1}


def test_a_server_that_hangs_keeps_no_other_waiting(folder: Path, dovecot: Dovecot) -> None:
    """M37: given up in time, written down, and the other mailbox goes on meanwhile."""
    user = dovecot.new_user()
    with ScriptedServer(Conversation.hang) as hanging, open_desk(folder) as desk:
        mailboxes.add(desk, account(hanging.port), replace=False)
        mailboxes.add(desk, real_account(dovecot, user, mailbox="sales"), replace=False)
        service = Service(desk, listen=True)
        service.start()
        try:
            dovecot.deliver(user, numbered(1))
            assert wait_for(lambda: subjects(desk) == ["1"]) < 10
        finally:
            service.stop()
        refused = str(fetch(desk, "support", limits=SHORT)["support"])
        assert "it does not answer in time" in refused
        support = mailboxes.listed(desk)[0]
        assert (support.state, support.last_error) == ("retrying", refused)
        assert support.next_try_at is not None


def test_by_the_command_line(folder: Path, dovecot: Dovecot) -> None:
    user = dovecot.new_user()
    dovecot.deliver(user, numbered(1))
    cli = Cli(folder)
    server = ("--host", "localhost", "--port", str(dovecot.ports.imaps), "--ca-file", str(dovecot.authority_file))
    add = ("mailbox", "add", "support", *server, "--username", user, "--password-stdin")
    assert "Try it: deskbell mailbox test support" in cli(*add, stdin=PASSWORD.encode() + b"\n")
    assert "it is fetched already. Add --replace" in cli(*add, stdin=b"other\n", code=1)
    sentence = cli("mailbox", "test", "support")
    assert sentence == (
        "It works: folder 'INBOX' is open, and the server tells of new mail at once; to be fetched now: 1.\n"
    )
    assert cli("mailbox", "fetch") == "support: 1 new.\n"
    support, sales = cli.json("mailbox", "list")
    assert (support["state"], support["fetched"], sales["state"]) == ("working", 1, "not fetched")
    assert PASSWORD.encode() not in (folder / "desk.sqlite3").read_bytes()
    cli("mailbox", "remove", "support")
    assert "not fetched from anywhere" in cli("mailbox", "test", "support", code=1)
    assert "Did you mean 'support'?" in cli("mailbox", "test", "suport", code=1)

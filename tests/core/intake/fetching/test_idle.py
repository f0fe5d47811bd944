"""IDLE as servers really do it: told in passing, dropped while waiting, silent for long."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import attrs
import pytest

from deskbell.core.app import mailboxes
from deskbell.core.app.fetching import Fetchers
from deskbell.core.app.opening import Desk, open_desk
from deskbell.core.intake.fetching.access import Limits
from deskbell.core.intake.fetching.fetcher import Pace
from stand_ins.desks import new_desk
from stand_ins.fetching import account, numbered, subjects
from stand_ins.scripted_mail_server import Conversation, Script, ScriptedServer, imap_script

IDLE = "IMAP4rev1 IDLE"
QUICK = Pace(poll=timedelta(seconds=0.2), reconnect=timedelta(seconds=0.1))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(new_desk(tmp_path / "desk", database_url="")) as opened:
        yield opened


@contextmanager
def fetched(desk: Desk, script: Script, *, limits: Limits | None = None) -> Iterator[ScriptedServer]:
    """The desk fetches from a server with this script for as long as the block lasts."""
    with ScriptedServer(script) as server:
        mailboxes.add(desk, account(server.port), replace=False)
        fetchers = Fetchers(desk, on_mail=desk.take_in, limits=limits or Limits(timeout_seconds=2), pace=QUICK)
        fetchers.start()
        try:
            yield server
        finally:
            fetchers.stop()


def wait_for(what: Callable[[], bool]) -> None:
    until = time.monotonic() + 15
    while not what():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.02)


def start_idling(talk: Conversation) -> None:
    talk.say("+ idling")


def crlf(number: int) -> bytes:
    return numbered(number).replace(b"\n", b"\r\n")


def test_mail_that_is_told_of_in_passing_is_not_left_for_later(desk: Desk) -> None:
    """A server tells once: what it says beside the answer to STORE, it does not say again in IDLE."""
    mails = {1: crlf(1)}

    def store(talk: Conversation, _tag: str) -> None:
        if 2 not in mails:
            mails[2] = crlf(2)
            talk.say("* 2 EXISTS")

    def idle(talk: Conversation, _tag: str) -> None:
        start_idling(talk)
        talk.hear()

    with fetched(desk, imap_script(mails, capabilities=IDLE, on_command={"STORE": store, "IDLE": idle})):
        wait_for(lambda: subjects(desk) == ["1", "2"])


def test_a_connection_that_ends_while_it_waits_is_no_failure(desk: Desk) -> None:
    mails: dict[int, bytes] = {}

    def idle(talk: Conversation, _tag: str) -> None:
        start_idling(talk)
        mails[len(mails) + 1] = crlf(len(mails) + 1)
        talk.drop()

    with fetched(desk, imap_script(mails, capabilities=IDLE, on_command={"IDLE": idle})):
        wait_for(lambda: {"1", "2", "3"} <= set(subjects(desk)))
        assert mailboxes.listed(desk)[0].last_error == ""


def test_a_wait_is_renewed_and_a_server_that_is_gone_is_noticed(desk: Desk) -> None:
    """Half open connections say nothing: DONE goes unanswered, and another connection is made."""
    done = threading.Event()

    def idle(talk: Conversation, _tag: str) -> None:
        start_idling(talk)
        assert talk.hear() == "DONE"
        if not done.is_set():
            done.set()
            talk.hang()

    limits = attrs.evolve(Limits(), timeout_seconds=1, idle_seconds=1)
    with fetched(desk, imap_script({}, capabilities=IDLE, on_command={"IDLE": idle}), limits=limits) as server:
        wait_for(lambda: sum("IDLE" in line for talk in server.conversations for line in talk.heard) >= 3)
    assert len(server.conversations) >= 2


def test_without_idle_it_looks_again_and_again(desk: Desk) -> None:
    mails: dict[int, bytes] = {}
    with fetched(desk, imap_script(mails)) as server:
        wait_for(lambda: len(server.conversations) >= 2)
        mails[5] = crlf(5)
        wait_for(lambda: subjects(desk) == ["5"])


def test_a_fetcher_stops_when_its_mailbox_is_fetched_no_more(desk: Desk) -> None:
    with fetched(desk, imap_script({})) as server:
        wait_for(lambda: len(server.conversations) >= 1)
        mailboxes.remove(desk, "support")
        wait_for(lambda: not [each for each in threading.enumerate() if each.name == "fetch-support"])

"""A mail is marked or deleted on the server only once it is committed here; what is fetched twice is one ticket (M9, M39)."""

from collections.abc import Callable

import pytest

from deskbell.core.app import mailboxes
from deskbell.core.app.opening import Desk
from deskbell.core.intake.fetching.access import Limits
from deskbell.core.intake.receive import Intake
from deskbell.core.store.database import DatabaseUnavailable
from stand_ins.fetching import account, fetch, numbered, subjects
from stand_ins.scripted_mail_server import Conversation, Script, ScriptedServer, give, imap_script, pop3_script

TAKING_AWAY = frozenset({"STORE", "EXPUNGE", "COPY", "MOVE", "DELE"})


def crlf(number: int) -> bytes:
    return numbered(number).replace(b"\n", b"\r\n")


MAILS = {1: crlf(1), 2: crlf(2)}


def kept(desk: Desk) -> int:
    """How many raw mails another connection to the database sees."""
    with desk.db.reading() as session:
        return int(session.connection().exec_driver_sql("SELECT count(*) FROM raw_mails").scalar_one())


def takes_away(line: str) -> bool:
    """Whether a command changes something on the server."""
    return not TAKING_AWAY.isdisjoint(line.upper().split()[:3])


def taken_away(server: ScriptedServer) -> list[str]:
    """The commands so far that did."""
    return [line for talk in server.conversations for line in talk.heard if takes_away(line)]


def overheard(script: Script, on_line: Callable[[Conversation, str], object]) -> Script:
    """The script, and what a test does at each line that the client says."""

    def listening(talk: Conversation) -> None:
        hear = talk.hear

        def heard() -> str:
            line = hear()
            on_line(talk, line)
            return line

        talk.hear = heard  # type: ignore[method-assign]
        script(talk)

    return listening


@pytest.mark.parametrize("after", ["seen", "delete", "move:Done"])
def test_m39_imap_mail_is_committed_when_the_server_hears_of_it(fetching_desk: Desk, after: str) -> None:
    kept_then: list[int] = []

    def note(_: Conversation, line: str) -> None:
        if takes_away(line):
            kept_then.append(kept(fetching_desk))

    with ScriptedServer(overheard(imap_script(MAILS), note)) as server:
        mailboxes.add(fetching_desk, account(server.port, after=after), replace=False)
        assert fetch(fetching_desk) == {"support": 2}
    assert set(kept_then) == {2}


def test_m39_pop3_mail_is_committed_when_it_is_deleted(fetching_desk: Desk) -> None:
    kept_then: list[int] = []

    def note(_: Conversation, line: str) -> None:
        if takes_away(line):
            kept_then.append(kept(fetching_desk))

    with ScriptedServer(overheard(pop3_script(list(MAILS.values())), note)) as server:
        mailboxes.add(fetching_desk, account(server.port, protocol="pop3", after="delete"), replace=False)
        assert fetch(fetching_desk) == {"support": 2}
    assert kept_then == [2, 2]


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_m39_what_cannot_be_committed_stays_on_the_server(
    fetching_desk: Desk, protocol: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> tuple[int, ...]:
        raise DatabaseUnavailable("the database is away")

    script = imap_script(MAILS) if protocol == "imap" else pop3_script(list(MAILS.values()))
    with ScriptedServer(script) as server:
        mailboxes.add(fetching_desk, account(server.port, protocol=protocol, after="delete"), replace=False)
        with monkeypatch.context() as patch:
            patch.setattr(Intake, "accept_many", away)
            assert "database is away" in str(fetch(fetching_desk)["support"])
        assert taken_away(server) == []
        assert fetch(fetching_desk) == {"support": 2}
        assert taken_away(server) != []
    assert subjects(fetching_desk) == ["1", "2"]


@pytest.mark.parametrize("after", ["seen", "delete"])
def test_m9_and_m39_a_mark_that_is_lost_makes_no_second_ticket(fetching_desk: Desk, after: str) -> None:
    with ScriptedServer(imap_script(MAILS, on_command={"STORE": lambda talk, _tag: talk.drop()})) as server:
        mailboxes.add(fetching_desk, account(server.port, after=after), replace=False)
        assert "Mailbox 'support'" in str(fetch(fetching_desk)["support"])
        assert subjects(fetching_desk) == ["1", "2"]
        assert "Mailbox 'support'" in str(fetch(fetching_desk)["support"])
    assert subjects(fetching_desk) == ["1", "2"]
    assert kept(fetching_desk) == 2


def test_m9_a_pop3_session_that_breaks_before_its_end_makes_no_second_ticket(fetching_desk: Desk) -> None:
    """RFC 1939 section 6: without QUIT the server deletes nothing and gives the same mails again."""
    broken: list[str] = []

    def break_once(talk: Conversation, line: str) -> None:
        if line == "DELE 2" and not broken:
            broken.append(line)
            talk.drop()

    with ScriptedServer(overheard(pop3_script(list(MAILS.values()), uidl=None), break_once)) as server:
        mailboxes.add(fetching_desk, account(server.port, protocol="pop3", after="delete"), replace=False)
        assert "Mailbox 'support'" in str(fetch(fetching_desk)["support"])
        assert fetch(fetching_desk) == {"support": 0}
    assert broken
    assert subjects(fetching_desk) == ["1", "2"]
    assert kept(fetching_desk) == 2


def test_m9_a_mail_that_lies_twice_in_a_folder_is_one_ticket(fetching_desk: Desk) -> None:
    def again(talk: Conversation, _tag: str, uid: int) -> None:
        give(talk, uid, MAILS[1])

    with ScriptedServer(imap_script({1: MAILS[1], 2: MAILS[1]}, on_content=again)) as server:
        mailboxes.add(fetching_desk, account(server.port), replace=False)
        fetch(fetching_desk)
    assert subjects(fetching_desk) == ["1"]


def test_m37_no_answer_is_waited_for_longer_than_a_minute() -> None:
    assert Limits().timeout_seconds < 60


def test_m37_a_bad_server_leaves_the_other_mailbox_alone_and_is_called_less_often(fetching_desk: Desk) -> None:
    with ScriptedServer(Conversation.drop) as bad, ScriptedServer(imap_script(MAILS)) as good:
        mailboxes.add(fetching_desk, account(bad.port), replace=False)
        mailboxes.add(fetching_desk, account(good.port, mailbox="sales"), replace=False)
        done = fetch(fetching_desk)
        assert done["sales"] == 2
        assert "Mailbox 'support'" in str(done["support"])
        waits = [seconds_to_next_try(fetching_desk)]
        fetch(fetching_desk, "support")
        waits.append(seconds_to_next_try(fetching_desk))
    assert waits[0] < waits[1]


def seconds_to_next_try(desk: Desk) -> float:
    """How long the failing mailbox is left alone."""
    [failing] = [row for row in mailboxes.listed(desk) if row.name == "support"]
    assert failing.next_try_at is not None
    return (failing.next_try_at - desk.clock.now()).total_seconds()

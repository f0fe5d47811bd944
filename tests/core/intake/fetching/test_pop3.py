"""POP3 with what real maildrops lack: UIDL, unique ids that are unique, a lock of our own (M9)."""

import pytest

from deskbell.core.app import mailboxes
from deskbell.core.app.opening import Desk
from deskbell.core.store import raw_mails
from stand_ins.fetching import account, fetch, numbered, subjects
from stand_ins.scripted_mail_server import ScriptedServer, pop3_script


def crlf(number: int) -> bytes:
    return numbered(number).replace(b"\n", b"\r\n")


@pytest.mark.parametrize("uidl", [None, ["same", "same", "same"], ["a", "b", "c"]], ids=str)
@pytest.mark.parametrize("after", ["seen", "delete"])
def test_each_mail_is_one_ticket(fetching_desk: Desk, uidl: list[str] | None, after: str) -> None:
    with ScriptedServer(pop3_script([crlf(1), crlf(2), crlf(3)], uidl=uidl)) as server:
        mailboxes.add(fetching_desk, account(server.port, protocol="pop3", after=after), replace=False)
        assert fetch(fetching_desk) == {"support": 3}
        assert fetch(fetching_desk) == {"support": 0}
        deleted = [line for talk in server.conversations for line in talk.heard if line.startswith("DELE")]
    assert subjects(fetching_desk) == ["1", "2", "3"]
    assert deleted == (["DELE 1", "DELE 2", "DELE 3"] if after == "delete" else [])


def test_a_unique_id_that_is_used_again_after_a_deletion(fetching_desk: Desk) -> None:
    """RFC 1939 section 7 lets a server do that; the second mail must not be taken for the first."""
    with ScriptedServer(pop3_script([crlf(1)], uidl=["a"])) as server:
        mailboxes.add(fetching_desk, account(server.port, protocol="pop3", after="delete"), replace=False)
        assert fetch(fetching_desk) == {"support": 1}
    with ScriptedServer(pop3_script([crlf(2)], uidl=["a"])) as other:
        new = account(other.port, protocol="pop3", after="delete")
        mailboxes.add(fetching_desk, new, replace=True)
        assert fetch(fetching_desk) == {"support": 1}
    assert subjects(fetching_desk) == ["1", "2"]


def test_a_dot_at_the_beginning_of_a_line_and_a_very_long_line(fetching_desk: Desk) -> None:
    body = b"\r\n.\r\n..two\r\n" + b"x" * 50_000 + b"\r\n"
    with ScriptedServer(pop3_script([crlf(1) + body])) as server:
        mailboxes.add(fetching_desk, account(server.port, protocol="pop3"), replace=False)
        assert fetch(fetching_desk) == {"support": 1}
    with fetching_desk.db.reading() as session:
        assert raw_mails.content(session, 1) == crlf(1) + body


def test_a_maildrop_that_is_locked(fetching_desk: Desk) -> None:
    with ScriptedServer(pop3_script([], refuse="-ERR [IN-USE] Do you have another POP session?")) as server:
        mailboxes.add(fetching_desk, account(server.port, protocol="pop3"), replace=False)
        assert "another client is reading it. Close it if that goes on" in str(fetch(fetching_desk)["support"])


@pytest.mark.parametrize(
    ("uidl", "after", "words"),
    [
        (["a"], "seen", "the maildrop is open, and new mail is looked for every minute; to be fetched now: 1."),
        (None, "seen", "without UIDL each look reads every mail: choose --after delete; to be fetched now: 1."),
        (None, "delete", "the maildrop is open, and new mail is looked for every minute; to be fetched now: 1."),
    ],
)
def test_the_words_of_a_test(fetching_desk: Desk, uidl: list[str] | None, after: str, words: str) -> None:
    with ScriptedServer(pop3_script([crlf(1)], uidl=uidl)) as server:
        mailboxes.add(fetching_desk, account(server.port, protocol="pop3", after=after), replace=False)
        sentence = mailboxes.tried(fetching_desk, "support")
    assert words in sentence
    assert sentence.endswith(" The connection is not encrypted: choose --security tls.")

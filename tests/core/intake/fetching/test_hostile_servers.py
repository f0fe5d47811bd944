"""Servers that hang, drop, lie about sizes and numbers, or speak no IMAP at all (M37): one sentence, nothing lost."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import update

from deskbell.core.app import mailboxes
from deskbell.core.app.fetching import accounts, fetcher_of
from deskbell.core.app.opening import Desk
from deskbell.core.intake.fetching.access import Limits
from deskbell.core.intake.fetching.trouble import FetchFailed
from deskbell.core.store.fetch_accounts import Security
from deskbell.core.store.rows import DeliveryRow
from stand_ins.certificates import make_server_tls
from stand_ins.clock import FrozenClock
from stand_ins.desks import MAIL
from stand_ins.fetching import SHORT, account, events, fetch, numbered, subjects
from stand_ins.scripted_mail_server import Conversation, Script, ScriptedServer, give, imap_script, pop3_script

GIB = 1024**3


def crlf(number: int) -> bytes:
    return numbered(number).replace(b"\n", b"\r\n")


MAILS = {1: crlf(1), 2: crlf(2), 3: crlf(3)}


def on_second(trouble: Callable[[Conversation], object]) -> Script:
    """Gives mails 1 and 3, and trouble for the second."""

    def answer(conversation: Conversation, _tag: str, uid: int) -> None:
        if uid == 2:
            trouble(conversation)
        else:
            give(conversation, uid, MAILS[uid])

    return imap_script(MAILS, on_content=answer)


def drop_in_mid_literal(conversation: Conversation) -> None:
    conversation.say_part(b"* 1 FETCH (UID 2 BODY[] {5000}\r\nSubject: half")
    conversation.drop()


def huge_literal(conversation: Conversation) -> None:
    conversation.say_part(b"* 1 FETCH (UID 2 BODY[] {%d}\r\n" % GIB + b"x" * 100)
    conversation.hang()


TROUBLES: dict[str, tuple[Callable[[Conversation], object], str]] = {
    "drops in mid literal": (drop_in_mid_literal, "it answered: "),
    "a literal of 1 GiB": (huge_literal, f"an answer of {GIB} octets where "),
    "another mail than asked for": (lambda talk: give(talk, 9, MAILS[1]), "it lists mail 2 but does not give it"),
    "no content": (lambda talk: talk.say("* 1 FETCH (UID 2 BODY[] NIL)"), "it lists mail 2 but does not give it"),
    "nonsense": (lambda talk: talk.say("* 1 FETCH (UID two BODY[ ((("), "it answered: "),
    "hangs": (Conversation.hang, "it does not answer in time"),
}


@pytest.mark.parametrize(("trouble", "reason"), TROUBLES.values(), ids=TROUBLES.keys())
def test_trouble_with_one_mail_keeps_no_other_out(
    fetching_desk: Desk, trouble: Callable[[Conversation], object], reason: str
) -> None:
    desk = fetching_desk
    with ScriptedServer(on_second(trouble)) as server:
        mailboxes.add(desk, account(server.port), replace=False)
        began = time.monotonic()
        assert reason in str(fetch(desk, limits=SHORT)["support"])
        assert subjects(desk) == ["1"]
        fetcher_of_the_service_remembers(desk)
        assert subjects(desk) == ["1", "3"]
        assert time.monotonic() - began < 8


def fetcher_of_the_service_remembers(desk: Desk) -> None:
    """Two looks of one fetcher: in the second, what broke the first comes last."""
    [one] = accounts(desk)
    fetcher = fetcher_of(desk, one, follow_up=desk.take_in, limits=SHORT)
    for _ in range(2):
        with pytest.raises(FetchFailed):
            fetcher.look(stop=threading.Event())


def speak_smtp(conversation: Conversation) -> None:
    conversation.say("220 mail.example ESMTP")
    conversation.hang()


def never_end_a_line(conversation: Conversation) -> None:
    for _ in range(64):
        conversation.say_part(b"x" * 65536)


GREETINGS: dict[str, tuple[Script, str]] = {
    "hangs before a word": (Conversation.hang, "it does not answer in time"),
    "drops at once": (Conversation.drop, "Mailbox 'support'"),
    "speaks SMTP": (speak_smtp, "Mailbox 'support'"),
    "says goodbye": (lambda talk: talk.say("* BYE too many connections"), "Mailbox 'support'"),
    "octets of no kind": (lambda talk: talk.say(bytes(range(128, 256)) * 40), "Mailbox 'support'"),
    "a line without end": (never_end_a_line, "Mailbox 'support'"),
}


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
@pytest.mark.parametrize(("script", "reason"), GREETINGS.values(), ids=GREETINGS.keys())
def test_a_greeting_that_is_none(fetching_desk: Desk, protocol: str, script: Script, reason: str) -> None:
    with ScriptedServer(script) as server:
        mailboxes.add(fetching_desk, account(server.port, protocol=protocol), replace=False)
        sentence = str(fetch(fetching_desk, limits=SHORT)["support"])
    assert reason in sentence
    assert mailboxes.listed(fetching_desk)[0].last_error == sentence


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
@pytest.mark.parametrize("command", ["LOGIN", "SELECT", "SEARCH"])
def test_a_command_without_an_answer_ends_in_time(fetching_desk: Desk, protocol: str, command: str) -> None:
    def pop3(talk: Conversation) -> None:
        talk.say("+OK")
        while talk.hear().split()[0] != {"LOGIN": "PASS", "SELECT": "LIST", "SEARCH": "UIDL"}[command]:
            talk.say_part(b"+OK\r\n1 100\r\n.\r\n" if talk.heard[-1] == "LIST" else b"+OK\r\n")
        talk.hang()

    imap = imap_script(MAILS, on_command={command: lambda talk, _: talk.hang()})
    with ScriptedServer(imap if protocol == "imap" else pop3) as server:
        mailboxes.add(fetching_desk, account(server.port, protocol=protocol), replace=False)
        began = time.monotonic()
        assert "it does not answer in time" in str(fetch(fetching_desk, limits=SHORT)["support"])
        assert time.monotonic() - began < 4


def drip(talk: Conversation, octets: bytes) -> None:
    """Each piece comes well within the time limit, and there is no end of them."""
    for _ in range(40):
        talk.say_part(octets)
        time.sleep(0.1)


DRIPS: dict[str, Script] = {
    "a literal": imap_script(MAILS, on_content=lambda talk, _tag, uid: drip_a_literal(talk)),
    "a line": imap_script(MAILS, on_command={"SEARCH": lambda talk, _: drip(talk, b"x")}),
    "lines": imap_script(MAILS, on_command={"SELECT": lambda talk, _: drip(talk, b"* OK wait\r\n")}),
    "a greeting": lambda talk: drip(talk, b"*"),
}


def drip_a_literal(talk: Conversation) -> None:
    talk.say_part(b"* 1 FETCH (UID 1 BODY[] {5000}\r\n")
    drip(talk, b"x")


@pytest.mark.parametrize("script", DRIPS.values(), ids=DRIPS.keys())
def test_m37_an_answer_that_drips_ends_in_time(fetching_desk: Desk, script: Script) -> None:
    assert_given_up_in_time(fetching_desk, script, protocol="imap")


@pytest.mark.parametrize("octets", [b"x", b"x\r\n"], ids=["a line", "lines"])
def test_m37_a_maildrop_that_drips_is_given_up_in_time(fetching_desk: Desk, octets: bytes) -> None:
    def script(talk: Conversation) -> None:
        talk.say("+OK")
        while talk.hear() != "LIST":
            talk.say("+OK")
        talk.say("+OK")
        drip(talk, octets)

    assert_given_up_in_time(fetching_desk, script, protocol="pop3")


def assert_given_up_in_time(desk: Desk, script: Script, *, protocol: str) -> None:
    with ScriptedServer(script) as server:
        mailboxes.add(desk, account(server.port, protocol=protocol), replace=False)
        began = time.monotonic()
        assert "it does not answer in time" in str(fetch(desk, limits=SHORT)["support"])
        assert time.monotonic() - began < 8


def test_nothing_listens_and_no_such_host(fetching_desk: Desk) -> None:
    with ScriptedServer(Conversation.drop) as server:
        port = server.port
    mailboxes.add(fetching_desk, account(port), replace=False)
    assert "nothing listens there" in str(fetch(fetching_desk)["support"])
    mailboxes.add(fetching_desk, account(port, host="no-such-host.invalid"), replace=True)
    assert "the host is unknown" in str(fetch(fetching_desk)["support"])


def test_tls_with_a_server_that_has_none_and_one_with_an_expired_certificate(
    fetching_desk: Desk, tmp_path: Path
) -> None:
    with ScriptedServer(imap_script(MAILS)) as server:
        mailboxes.add(fetching_desk, account(server.port, security=Security.TLS), replace=False)
        assert "no TLS connection came about" in str(fetch(fetching_desk)["support"])
        mailboxes.add(fetching_desk, account(server.port, security=Security.STARTTLS), replace=True)
        assert "STARTTLS" in str(fetch(fetching_desk)["support"])
        assert all("LOGIN" not in " ".join(talk.heard) for talk in server.conversations)
    tls = make_server_tls(tmp_path, expired=True)
    with ScriptedServer(imap_script(MAILS), tls=tls.context) as server:
        new = account(server.port, security=Security.TLS, ca_file=tls.authority_file)
        mailboxes.add(fetching_desk, new, replace=True)
        assert "its certificate is refused: certificate has expired" in str(fetch(fetching_desk)["support"])


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_a_mail_of_1_gib_is_not_even_asked_for(fetching_desk: Desk, protocol: str) -> None:
    desk = fetching_desk
    script = (
        imap_script(MAILS, sizes={2: GIB})
        if protocol == "imap"
        else pop3_script(list(MAILS.values()), uidl=["a", "b", "c"], sizes={2: GIB})
    )
    with ScriptedServer(script) as server:
        mailboxes.add(desk, account(server.port, protocol=protocol), replace=False)
        assert fetch(desk) == {"support": 2}
        assert fetch(desk) == {"support": 0}
        heard = [line for talk in server.conversations for line in talk.heard]
    assert not [line for line in heard if ("BODY.PEEK[]" in line and " 2 " in line) or line == "RETR 2"]
    assert subjects(desk) == ["1", "3"]
    desk.ring(())
    assert events(desk, "mailbox-large:support") == ["A mail in mailbox 'support' is too large to be fetched"]


def test_pop3_sends_more_than_it_said(fetching_desk: Desk) -> None:
    big = MAIL.replace(b"\n", b"\r\n") + b"x" * 70 + b"\r\n" + b"y" * 5000 + b"\r\n"
    with ScriptedServer(pop3_script([big], sizes={1: 100})) as server:
        mailboxes.add(fetching_desk, account(server.port, protocol="pop3"), replace=False)
        refused = str(fetch(fetching_desk, limits=Limits(largest_mail=2000))["support"])
        assert "an answer of more than 2250 octets" in refused
        # The same mail is fine where it may be that large, in spite of a line longer than RFC 5322 allows.
        assert fetch(fetching_desk) == {"support": 1}


def test_one_event_for_a_mailbox_that_fails_for_long_and_one_more_after_it_had_worked(
    fetching_desk: Desk, clock: FrozenClock
) -> None:
    desk, works = fetching_desk, imap_script({})
    script: list[Script] = [Conversation.drop]
    with ScriptedServer(lambda talk: script[0](talk)) as server:
        mailboxes.add(desk, account(server.port), replace=False)
        told = []
        for minutes in (1, 2, 5, 10, 10, 10):
            fetch(desk)
            told.append(len(events(desk, "mailbox:support")))
            clock.advance(minutes=minutes)
        assert told == [0, 0, 1, 1, 1, 1]
        script[0] = works
        assert fetch(desk) == {"support": 0}
        # While the first alert waits in the outbox, a second one would say nothing new.
        with desk.db.writing() as session:
            session.execute(update(DeliveryRow).values(state="sent"))
        script[0] = Conversation.drop
        for _ in range(3):
            fetch(desk)
        assert len(events(desk, "mailbox:support")) == 2

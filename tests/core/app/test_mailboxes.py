"""Accounts by hand: what is refused, what is filled in, and that a secret is nowhere in plain text."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

from deskbell.core.app import mailboxes
from deskbell.core.app.mailboxes import NewAccount
from deskbell.core.app.opening import Desk, open_desk
from deskbell.core.contract.errors import InvalidValue, UnknownName
from deskbell.core.store.fetch_accounts import Auth, FetchProtocol, Security
from stand_ins.clock import FrozenClock
from stand_ins.desks import new_desk
from stand_ins.fetching import SALES, fetch

NEW = NewAccount(mailbox="support", host="imap.example.com", secret="a word nobody knows")


@pytest.fixture
def desk(tmp_path: Path, clock: FrozenClock) -> Iterator[Desk]:
    with open_desk(new_desk(tmp_path / "desk", database_url="", toml=SALES), clock=clock) as opened:
        yield opened


@pytest.mark.parametrize(
    ("protocol", "security", "port"),
    [
        (FetchProtocol.IMAP, Security.TLS, 993),
        (FetchProtocol.IMAP, Security.STARTTLS, 143),
        (FetchProtocol.IMAP, Security.NONE, 143),
        (FetchProtocol.POP3, Security.TLS, 995),
        (FetchProtocol.POP3, Security.STARTTLS, 110),
        (FetchProtocol.POP3, Security.NONE, 110),
    ],
)
def test_the_usual_port_and_user_name(desk: Desk, protocol: FetchProtocol, security: Security, port: int) -> None:
    account = mailboxes.add(desk, attrs.evolve(NEW, protocol=protocol, security=security), replace=False)
    assert (account.port, account.username) == (port, "support@example.com")


def test_the_secret_is_sealed(desk: Desk) -> None:
    account = mailboxes.add(desk, NEW, replace=False)
    assert account.secret.startswith("enc:")
    assert desk.secrets.open(account.secret) == "a word nobody knows"
    files = [path for path in desk.paths.directory.rglob("*") if path.is_file()]
    assert not [path for path in files if b"a word nobody knows" in path.read_bytes()]
    assert "a word nobody knows" not in repr(NEW)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"host": ""}, "host: '' is no host name. Give one such as imap.example.com."),
        ({"host": "imap example"}, "host: 'imap example' is no host name. Give one such as imap.example.com."),
        ({"port": 0}, "port: 0 is not between 1 and 65535. Leave it out for the usual one."),
        ({"port": 65536}, "port: 65536 is not between 1 and 65535. Leave it out for the usual one."),
        ({"after": "move:"}, "after: 'move:' is unknown. Choose seen, delete or move:Folder."),
        ({"after": "burn"}, "after: 'burn' is unknown. Choose seen, delete or move:Folder."),
        ({"after": "move:INBOX"}, "after: mails would be moved to where they are. Name another folder."),
        (
            {"after": "move:Done", "protocol": FetchProtocol.POP3},
            "after: POP3 has no folders to move to. Choose seen or delete, or use imap.",
        ),
        ({"secret": ""}, "password: it is empty. Give one, or a --token-command."),
        ({"secret": "a\r\nDELE 1"}, "secret: it has a character in it that cannot be printed. Leave it out."),
        ({"username": "a\nb"}, "username: it has a character in it that cannot be printed. Leave it out."),
    ],
)
def test_what_cannot_work_is_refused_in_words(desk: Desk, wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        mailboxes.add(desk, attrs.evolve(NEW, **wrong), replace=False)
    assert str(caught.value) == words
    assert mailboxes.listed(desk)[0].state == "not fetched"


def test_a_mailbox_must_be_there_and_not_fetched_already(desk: Desk) -> None:
    with pytest.raises(UnknownName, match="Did you mean 'support'"):
        mailboxes.add(desk, attrs.evolve(NEW, mailbox="suport"), replace=False)
    mailboxes.add(desk, NEW, replace=False)
    with pytest.raises(InvalidValue, match="it is fetched already"):
        mailboxes.add(desk, NEW, replace=False)
    with pytest.raises(InvalidValue, match="not fetched from anywhere"):
        mailboxes.tried(desk, "sales")
    mailboxes.remove(desk, "support@example.com")
    with pytest.raises(InvalidValue, match="not fetched from anywhere"):
        mailboxes.remove(desk, "support")


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("false", "the token command failed (exit code 1)"),
        ("no-such-program-here", "the token command cannot be run"),
        ("true", "the token command prints nothing usable"),
        ("printf 'a b\\nc'", "the token command prints nothing usable"),
        ("'", "the token command cannot be run"),
    ],
)
def test_a_token_command_that_fails(desk: Desk, command: str, words: str) -> None:
    mailboxes.add(desk, attrs.evolve(NEW, auth=Auth.XOAUTH2, secret="", token_command=command), replace=False)
    assert words in str(fetch(desk)["support"])
    assert mailboxes.listed(desk)[0].state == "retrying"

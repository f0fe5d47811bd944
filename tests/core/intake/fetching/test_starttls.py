"""STARTTLS on the way in: what stands in the clear behind the server's consent is nobody's answer (RFC 2595, RFC 9051)."""

from collections.abc import Callable

import pytest

from deskbell.core.app import mailboxes
from deskbell.core.app.opening import Desk
from deskbell.core.store.fetch_accounts import Security
from stand_ins.certificates import ServerTls, make_server_tls
from stand_ins.fetching import SHORT, account, fetch, numbered, subjects
from stand_ins.scripted_mail_server import Conversation, Script, ScriptedServer, imap_script, pop3_script

MAIL = numbered(1).replace(b"\n", b"\r\n")
ANSWERS_INJECTED = 8


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> ServerTls:
    return make_server_tls(tmp_path_factory.mktemp("tls"))


class Encrypted(Conversation):
    """The rest of a conversation, where no second greeting is said (RFC 2595 section 4)."""

    greeted = False

    def say(self, text: str | bytes) -> None:
        if self.greeted:
            super().say(text)
        self.greeted = True


def go_on_encrypted(talk: Conversation, tls: ServerTls, script: Script) -> None:
    """Give the same connection with TLS to a script."""
    connection = tls.context.wrap_socket(talk._connection, server_side=True)
    with connection, connection.makefile("rb") as lines:
        script(Encrypted(connection, lines, talk._ended))


def imap(tls: ServerTls) -> Script:
    """Consents and, in the same packet, refuses the commands that will come."""

    def script(talk: Conversation) -> None:
        talk.say("* OK [CAPABILITY IMAP4rev1 STARTTLS] ready")
        tag, _, word = talk.hear().partition(" ")
        while word.upper() != "STARTTLS":
            talk.say(f"* CAPABILITY IMAP4rev1 STARTTLS\r\n{tag} OK done")
            tag, _, word = talk.hear().partition(" ")
        letters = tag.rstrip("0123456789")
        number = int(tag.removeprefix(letters))
        refusals = [f"{letters}{number + step} NO injected" for step in range(1, ANSWERS_INJECTED)]
        talk.say("\r\n".join([f"{tag} OK begin", *refusals]))
        go_on_encrypted(talk, tls, imap_script({1: MAIL}))

    return script


def pop3(tls: ServerTls) -> Script:
    """The same for POP3."""

    def script(talk: Conversation) -> None:
        talk.say("+OK ready")
        while talk.hear().upper() != "STLS":
            talk.say("+OK\r\nSTLS\r\nUIDL\r\nUSER\r\n.")
        talk.say("\r\n".join(["+OK begin", *["-ERR injected"] * ANSWERS_INJECTED]))
        go_on_encrypted(talk, tls, pop3_script([MAIL]))

    return script


@pytest.mark.parametrize(("protocol", "server"), [("imap", imap), ("pop3", pop3)])
def test_rfc_50_plain_text_behind_starttls_is_dropped(
    fetching_desk: Desk, tls: ServerTls, protocol: str, server: Callable[[ServerTls], Script]
) -> None:
    with ScriptedServer(server(tls)) as listening:
        new = account(listening.port, protocol=protocol, security=Security.STARTTLS, ca_file=tls.authority_file)
        mailboxes.add(fetching_desk, new, replace=False)
        assert fetch(fetching_desk, limits=SHORT) == {"support": 1}
        [clear] = listening.conversations
        assert clear.heard[-1].upper().endswith(("STARTTLS", "STLS"))
    assert subjects(fetching_desk) == ["1"]

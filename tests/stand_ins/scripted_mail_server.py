"""IMAP and POP3 servers of a few lines, that misbehave exactly as a test says; for what a real server never does."""

import re
import socket
import ssl
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from types import TracebackType
from typing import BinaryIO, Self

HOST = "127.0.0.1"


class Conversation:
    """One connection, as the server's script sees it."""

    def __init__(self, connection: socket.socket, lines: BinaryIO, ended: threading.Event) -> None:
        self._connection = connection
        self._lines = lines
        self._ended = ended
        self.heard: list[str] = []

    def say(self, text: str | bytes) -> None:
        octets = text.encode() if isinstance(text, str) else text
        self._connection.sendall(octets + b"\r\n")

    def say_part(self, octets: bytes) -> None:
        self._connection.sendall(octets)

    def hear(self) -> str:
        line = self._lines.readline().decode("latin-1").rstrip("\r\n")
        if not line.split():
            raise ConnectionAbortedError
        self.heard.append(line)
        return line

    def hang(self) -> None:
        """Say nothing more until the test is over."""
        self._ended.wait(60)

    def drop(self) -> None:
        """End the connection here."""
        raise ConnectionAbortedError


Script = Callable[[Conversation], object]


class ScriptedServer:
    """Gives each connection to a script, on a port of its own."""

    def __init__(self, script: Script, *, tls: ssl.SSLContext | None = None) -> None:
        self._script = script
        self._tls = tls
        self._socket = socket.create_server((HOST, 0))
        self._ended = threading.Event()
        self.port: int = self._socket.getsockname()[1]
        self.conversations: list[Conversation] = []

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        # A close alone does not wake the thread that accepts.
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError):
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
            with connection, connection.makefile("rb") as lines:
                conversation = Conversation(connection, lines, self._ended)
                self.conversations.append(conversation)
                self._script(conversation)


ImapAnswer = Callable[[Conversation, str, int], object]
"""Answers the FETCH of a mail's content: the conversation, the tag, the UID asked for."""


def imap_script(
    mails: Mapping[int, bytes],
    *,
    capabilities: str = "IMAP4rev1 UIDPLUS",
    sizes: Mapping[int, int] | None = None,
    on_content: ImapAnswer | None = None,
    on_command: Mapping[str, Callable[[Conversation, str], object]] | None = None,
) -> Script:
    """A folder with `mails` by UID, none of them ever seen, that says OK to everything.

    :param sizes: what it says of mails in place of the truth.
    :param on_content: what it does instead of giving a mail.
    :param on_command: what it does instead, by the name of a command.
    """

    def fetch(conversation: Conversation, tag: str, words: str) -> None:
        if "BODY" not in words:
            for place, (uid, mail) in enumerate(mails.items(), start=1):
                size = (sizes or {}).get(uid, len(mail))
                conversation.say(f"* {place} FETCH (UID {uid} RFC822.SIZE {size} FLAGS ())")
            return
        uid = int(words.split()[2])
        if on_content is not None:
            on_content(conversation, tag, uid)
        else:
            give(conversation, uid, mails[uid])

    def search(conversation: Conversation, _tag: str, words: str) -> None:
        asked = re.search(r"SEARCH UID (\d+)$", words)
        found = [uid for uid in mails if asked is None or uid == int(asked[1])]
        conversation.say("* SEARCH " + " ".join(map(str, found)))

    answers: dict[str, Callable[[Conversation, str, str], object]] = {
        "CAPABILITY": lambda conversation, _tag, _words: conversation.say(f"* CAPABILITY {capabilities}"),
        "LIST": lambda conversation, _tag, _words: conversation.say('* LIST () "/" "INBOX"'),
        "SELECT": lambda conversation, _tag, _words: _select(conversation, mails),
        "SEARCH": search,
        "FETCH": fetch,
    }

    def script(conversation: Conversation) -> None:
        conversation.say(f"* OK [CAPABILITY {capabilities}] ready")
        name = ""
        while name != "LOGOUT":
            tag, _, words = conversation.hear().partition(" ")
            name = words.upper().removeprefix("UID ").partition(" ")[0]
            if on_command and name in on_command:
                on_command[name](conversation, tag)
            elif name in answers:
                answers[name](conversation, tag, words)
            conversation.say(f"{tag} OK done")

    return script


def give(conversation: Conversation, uid: int, mail: bytes) -> None:
    """The content of a mail, as IMAP answers."""
    conversation.say_part(f"* 1 FETCH (UID {uid} BODY[] {{{len(mail)}}}\r\n".encode() + mail + b")\r\n")


def _select(conversation: Conversation, mails: Mapping[int, bytes]) -> None:
    conversation.say(f"* {len(mails)} EXISTS")
    conversation.say("* OK [UIDVALIDITY 7] fine")
    conversation.say(f"* OK [UIDNEXT {max(mails, default=0) + 1}] fine")


def pop3_script(
    mails: Sequence[bytes],
    *,
    uidl: Sequence[str] | None = (),
    refuse: str = "",
    sizes: Mapping[int, int] | None = None,
) -> Script:
    """A maildrop with `mails`, which DELE empties when the client says QUIT.

    :param uidl: the unique ids of the mails; None for a server that has none.
    :param refuse: the answer to every password.
    :param sizes: what it says of mails in place of the truth, by number.
    """
    box = list(enumerate(mails, start=1))

    def script(conversation: Conversation) -> None:
        here = dict(box)
        ids = dict(zip((number for number, _ in box), uidl or map(str, here), strict=False))

        def retr(number: str) -> None:
            stuffed = here[int(number)].replace(b"\r\n.", b"\r\n..")
            conversation.say_part(b"+OK\r\n" + stuffed + b".\r\n")

        def dele(number: str) -> None:
            del here[int(number)]
            conversation.say("+OK")

        def uid_list(_: str) -> None:
            if uidl is None:
                conversation.say("-ERR what is that?")
            else:
                _lines(conversation, [f"{n} {ids[n]}" for n in here])

        answers: dict[str, Callable[[str], object]] = {
            "PASS": lambda _: conversation.say(refuse or "+OK"),
            "STAT": lambda _: conversation.say(f"+OK {len(here)} 1000"),
            "LIST": lambda _: _lines(conversation, [f"{n} {(sizes or {}).get(n, len(here[n]))}" for n in here]),
            "UIDL": uid_list,
            "RETR": retr,
            "DELE": dele,
        }
        conversation.say("+OK ready")
        while True:
            name, _, argument = conversation.hear().partition(" ")
            if name == "QUIT":
                box[:] = list(here.items())
                conversation.say("+OK bye")
                return
            if name in answers:
                answers[name](argument)
            else:
                conversation.say("+OK")

    return script


def _lines(conversation: Conversation, lines: Sequence[str]) -> None:
    conversation.say("\r\n".join(["+OK", *lines, "."]))

"""IMAP and POP3 servers of a few lines, that misbehave exactly as a test says; for what a real server never does."""

import re
import socket
import ssl
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self

HOST = "127.0.0.1"


class Conversation:
    """One connection, as the server's script sees it."""

    def __init__(self, connection: socket.socket, ended: threading.Event) -> None:
        self._connection = connection
        self._file = connection.makefile("rb")
        self._ended = ended
        self.heard: list[str] = []

    def say(self, text: str | bytes) -> None:
        octets = text.encode() if isinstance(text, str) else text
        self._connection.sendall(octets + b"\r\n")

    def say_part(self, octets: bytes) -> None:
        self._connection.sendall(octets)

    def hear(self) -> str:
        line = self._file.readline().decode().rstrip("\r\n")
        if not line:
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
        with suppress(OSError), connection:
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
            conversation = Conversation(connection, self._ended)
            self.conversations.append(conversation)
            with suppress(OSError):
                self._script(conversation)
            # makefile() keeps the connection open otherwise.
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


ImapAnswer = Callable[[Conversation, str, int], object]
"""Answers the FETCH of a mail's content: the conversation, the tag, the UID asked for."""


def imap_script(
    mails: Mapping[int, bytes],
    *,
    capabilities: str = "IMAP4rev1 UIDPLUS",
    uid_validity: int = 7,
    sizes: Mapping[int, int] | None = None,
    on_content: ImapAnswer | None = None,
    on_command: Mapping[str, Callable[[Conversation, str], object]] | None = None,
) -> Script:
    """A folder with `mails` by UID, none of them seen, that obeys everything.

    :param sizes: what it says of mails in place of the truth.
    :param on_content: what it does instead of giving a mail.
    :param on_command: what it does instead, by the name of a command or ``GREETING``.
    """
    answers = dict(on_command or {})

    def script(conversation: Conversation) -> None:
        if "GREETING" in answers:
            answers["GREETING"](conversation, "")
        else:
            conversation.say(f"* OK [CAPABILITY {capabilities}] ready")
        while True:
            tag, _, words = conversation.hear().partition(" ")
            name = words.upper().removeprefix("UID ").split()[0]
            if name in answers:
                answers[name](conversation, tag)
                continue
            if name == "CAPABILITY":
                conversation.say(f"* CAPABILITY {capabilities}")
            elif name == "LIST":
                conversation.say('* LIST () "/" "INBOX"')
            elif name == "SELECT":
                _select(conversation, mails, uid_validity)
            elif name == "SEARCH":
                asked = re.search(r"SEARCH UID (\d+)$", words)
                found = [uid for uid in mails if asked is None or uid == int(asked[1])]
                conversation.say("* SEARCH " + " ".join(map(str, found)))
            elif name == "FETCH" and "BODY" not in words:
                for place, (uid, mail) in enumerate(mails.items(), start=1):
                    size = (sizes or {}).get(uid, len(mail))
                    conversation.say(f"* {place} FETCH (UID {uid} RFC822.SIZE {size} FLAGS ())")
            elif name == "FETCH":
                uid = int(words.split()[2])
                if on_content is not None:
                    on_content(conversation, tag, uid)
                    continue
                give(conversation, uid, mails[uid])
            conversation.say(f"{tag} OK done")
            if name == "LOGOUT":
                return

    return script


def give(conversation: Conversation, uid: int, mail: bytes) -> None:
    """The content of a mail, as IMAP answers."""
    conversation.say_part(f"* 1 FETCH (UID {uid} BODY[] {{{len(mail)}}}\r\n".encode() + mail + b")\r\n")


def _select(conversation: Conversation, mails: Mapping[int, bytes], uid_validity: int) -> None:
    conversation.say(f"* {len(mails)} EXISTS")
    conversation.say(f"* OK [UIDVALIDITY {uid_validity}] fine")
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
        ids = None if uidl is None else dict(zip((number for number, _ in box), uidl or map(str, here), strict=False))
        conversation.say("+OK ready")
        while True:
            name, _, argument = conversation.hear().partition(" ")
            if name == "PASS" and refuse:
                conversation.say(refuse)
            elif name == "STAT":
                conversation.say(f"+OK {len(here)} {sum(map(len, here.values()))}")
            elif name == "LIST":
                _lines(conversation, [f"{n} {(sizes or {}).get(n, len(mail))}" for n, mail in here.items()])
            elif name == "UIDL" and ids is None:
                conversation.say("-ERR what is that?")
            elif name == "UIDL":
                _lines(conversation, [f"{n} {ids[n]}" for n in here])  # type: ignore[index]  # not None, see above
            elif name == "RETR":
                conversation.say("+OK")
                conversation.say_part(here[int(argument)].replace(b"\r\n.", b"\r\n..") + b".\r\n")
            elif name == "DELE":
                del here[int(argument)]
                conversation.say("+OK")
            elif name == "QUIT":
                box[:] = list(here.items())
                conversation.say("+OK bye")
                return
            else:
                conversation.say("+OK")

    return script


def _lines(conversation: Conversation, lines: Sequence[str]) -> None:
    conversation.say("\r\n".join(["+OK", *lines, "."]))

"""A delivery to send, a channel to send it with, and a server whose every byte a test decides."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from io import BufferedIOBase
from typing import Any

import pytest

from deskbell.channels.smtp import SmtpChannel
from deskbell.channels.smtp.options import Security, SmtpOptions
from deskbell.core.contract.channel import Delivery

HOST = "127.0.0.1"
SEND_LIMIT = 4.0

Conversation = Callable[[socket.socket], None]
Answer = str | Callable[[str], str]


@pytest.fixture
def delivery() -> Callable[..., Delivery]:
    """Makes a plain delivery, number 1 unless told, changed as told."""

    def make(number: int = 1, **changes: Any) -> Delivery:
        values: dict[str, Any] = {
            "id": number,
            "key": f"key-{number}",
            "attempt": 1,
            "address": f"ann{number}@example.com",
            "subject": f"[#{number}] Printer on fire",
            "text": f"Ticket {number} was opened.\n",
            "html": "",
            "chat": "",
            "date": "Mon, 02 Mar 2026 09:00:00 +0000",
            "message_id": f"<db.token{number}@desk.example>",
            "sender": ("Support", "support@desk.example"),
            "envelope_sender": "support@desk.example",
            "to": ((f"Ann {number}", f"ann{number}@example.com"),),
        }
        return Delivery(**(values | changes))

    return make


@pytest.fixture
def channel_to() -> Iterator[Callable[..., SmtpChannel]]:
    """Makes a channel to a port on the loopback, in the clear unless told otherwise; closed at the end."""
    channels: list[SmtpChannel] = []

    def make(port: int, *, send_limit: float = SEND_LIMIT, clock: Any = None, **changes: Any) -> SmtpChannel:
        values: dict[str, Any] = {"host": HOST, "port": port, "security": Security.NONE, "timeout_seconds": 2.0}
        channel = SmtpChannel(SmtpOptions(**(values | changes)), send_limit=send_limit, clock=clock)
        channels.append(channel)
        return channel

    yield make
    for channel in channels:
        channel.close()


@pytest.fixture
def serve() -> Iterator[Callable[[Conversation], int]]:
    """Runs a function for each connection, on a thread of its own, and returns the port; the connection is closed after."""
    with closing(_Server()) as server:
        yield server.serve


@pytest.fixture
def script() -> type["Script"]:
    """The class of a conversation for `serve` that answers each verb from a table."""
    return Script


class Script:
    """A server of the plainest kind. It keeps the lines that it reads, `mails` and how many connections there were.

    The answer to a verb is a text of one or more lines, or a function of the line that gives one; the dot of a mail is `DOT`,
    the greeting `CONNECT`. An empty answer closes the connection. DATA is refused where the recipient before it was.
    """

    def __init__(self, *features: str, **answers: Answer) -> None:
        self.answers: dict[str, Answer] = {
            "CONNECT": "220 here",
            "EHLO": "\r\n".join(["250-here", *(f"250-{feature}" for feature in features), "250 HELP"]),
            "DATA": lambda _: "354 go on" if self._here.has_recipient else "503 no recipient",
            "QUIT": "221 bye",
        }
        self.answers |= answers
        self.lines: list[str] = []
        self.mails: list[bytes] = []
        self.connections = 0
        self._here = threading.local()

    def __call__(self, connection: socket.socket) -> None:
        self.connections += 1
        with connection.makefile("rwb") as stream:
            answer = self._answer("CONNECT", "")
            while answer:
                stream.write(answer.encode() + b"\r\n")
                stream.flush()
                answer = self._read_mail(stream) if answer.startswith("354") else self._read_command(stream)

    def _read_command(self, stream: BufferedIOBase) -> str:
        line = stream.readline().decode()
        if not line.endswith("\r\n"):
            return ""
        self.lines.append(line.removesuffix("\r\n"))
        return self._answer(line[:8].split()[0].upper(), line)

    def _read_mail(self, stream: BufferedIOBase) -> str:
        content = bytearray()
        while not content.endswith(b"\r\n.\r\n") and content != b".\r\n":
            line = stream.readline()
            if not line:
                return ""
            content += line
        self.mails.append(bytes(content))
        return self._answer("DOT", "")

    def _answer(self, verb: str, line: str) -> str:
        answer = self.answers.get(verb, "250 fine")
        words = answer if isinstance(answer, str) else answer(line)
        if verb in ("MAIL", "RCPT"):
            self._here.has_recipient = verb == "RCPT" and words.startswith("25")
        return words


class _Server:
    def __init__(self) -> None:
        self._listeners: list[socket.socket] = []
        self._connections: list[socket.socket] = []
        self._threads: list[threading.Thread] = []

    def serve(self, conversation: Conversation) -> int:
        listener = socket.create_server((HOST, 0))
        self._listeners.append(listener)
        self._start(self._accept, listener, conversation)
        return int(listener.getsockname()[1])

    def close(self) -> None:
        for each in (*self._listeners, *self._connections):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)
            assert not thread.is_alive()
        for each in (*self._listeners, *self._connections):
            each.close()

    def _start(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self, listener: socket.socket, conversation: Conversation) -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._connections.append(connection)
                self._start(self._converse, connection, conversation)

    def _converse(self, connection: socket.socket, conversation: Conversation) -> None:
        with suppress(OSError), connection:
            conversation(connection)

"""Bytes from a server that lies, babbles, drips or falls silent: reliability O4."""

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from deskbell.channels.smtp.options import SmtpOptions
from deskbell.channels.smtp.replies import Broken, Reply
from deskbell.channels.smtp.wire import MAX_REPLY_BYTES, Wire, connect
from deskbell.core.contract.clock import SystemClock

Conversation = Callable[[socket.socket], None]

CLOCK = SystemClock()
OPTIONS = SmtpOptions(host="mx.example.com", port=25)


@pytest.fixture
def ends() -> Iterator[tuple[Wire, socket.socket]]:
    """A wire and the far end of it."""
    near, far = socket.socketpair()
    wire = Wire(near, options=OPTIONS, clock=CLOCK)
    with near, far:
        yield wire, far


def soon(seconds: float = 2.0) -> float:
    return CLOCK.monotonic() + seconds


@pytest.mark.parametrize(
    ("said", "code", "text"),
    [
        (b"250 fine\r\n", 250, b"fine"),
        (b"250\r\n", 250, b""),
        (b"250 \r\n", 250, b""),
        (b"250 line feed only\n", 250, b"line feed only"),
        (b"250-first\r\n250-\r\n250 last\r\n", 250, b"first\n\nlast"),
        (b"250-first\r\n250\r\n", 250, b"first\n"),
        (b"550 caf\xe9\r\n", 550, b"caf\xe9"),
    ],
)
def test_reply(ends: tuple[Wire, socket.socket], said: bytes, code: int, text: bytes) -> None:
    wire, far = ends
    far.sendall(said)
    assert wire.reply("MAIL", until=soon()) == Reply(code, text)


def test_replies_that_came_together_are_read_one_by_one(ends: tuple[Wire, socket.socket]) -> None:
    wire, far = ends
    far.sendall(b"250-a\r\n250 b\r\n550 c\r\n354 d")
    assert wire.reply("MAIL", until=soon()) == Reply(250, b"a\nb")
    assert wire.reply("RCPT", until=soon()) == Reply(550, b"c")
    far.sendall(b"\r\n")
    assert wire.reply("DATA", until=soon()) == Reply(354, b"d")


@pytest.mark.parametrize(
    "rubbish",
    [b"\r\n", b"hello\r\n", b"25\r\n", b"2500 x\r\n", b"250_x\r\n", b"\xff\xfe\xfd\r\n", b"HTTP/1.1 400 Bad Request\r\n",
     b"250-first\r\n550 last\r\n", b"250-first\r\nnothing\r\n"],
)  # fmt: skip
def test_what_is_not_smtp_ends_the_conversation(ends: tuple[Wire, socket.socket], rubbish: bytes) -> None:
    wire, far = ends
    far.sendall(rubbish)
    with pytest.raises(Broken, match="the answer to MAIL is not SMTP") as broken:
        wire.reply("MAIL", until=soon())
    assert broken.value.detail.isprintable()
    assert broken.value.fault.startswith(
        "The mail server mx.example.com:25 broke off a conversation: the answer to MAIL"
    )


@pytest.mark.parametrize(
    "piece",
    [b"220-still greeting you\r\n" * 100, b"220-\r\n" * 1000, b"220 " + b"x" * 4092, b"x" * 4096],
    ids=["lines", "empty lines", "line", "junk"],
)
def test_a_greeting_of_10_mb_is_not_read_to_its_end(serve: Callable[[Conversation], int], piece: bytes) -> None:
    sent = 0

    def babble(connection: socket.socket) -> None:
        nonlocal sent
        while sent < 10_000_000:
            sent += connection.send(piece)

    wire = connect(SmtpOptions(host="127.0.0.1", port=serve(babble)), clock=CLOCK, until=soon())
    try:
        with pytest.raises(Broken, match=r"has no end|is not SMTP"):
            wire.reply("the connection", until=soon())
        assert len(wire._received) < 3 * MAX_REPLY_BYTES
    finally:
        wire.close()
    assert sent < 10_000_000


def test_a_reply_that_drips_is_not_waited_for_longer_than_one_that_does_not_come(
    serve: Callable[[Conversation], int],
) -> None:
    def drip(connection: socket.socket) -> None:
        while True:
            connection.sendall(b"2")
            time.sleep(0.02)

    wire = connect(SmtpOptions(host="127.0.0.1", port=serve(drip)), clock=CLOCK, until=soon())
    began = time.monotonic()
    with pytest.raises(Broken, match="no answer to EHLO in time"):
        wire.reply("EHLO", until=soon(0.3))
    wire.close()
    assert 0.25 < time.monotonic() - began < 1.5


def test_a_peer_that_stops_reading_is_not_waited_for(ends: tuple[Wire, socket.socket]) -> None:
    wire, _ = ends
    data = b"x" * 10_000_000
    with pytest.raises(Broken, match="the mail server stopped reading") as broken:
        wire.send(data, until=soon(0.2))
    assert 0 < broken.value.unsent < len(data)


def test_a_peer_that_hangs_up_is_noticed(ends: tuple[Wire, socket.socket]) -> None:
    wire, far = ends
    far.close()
    assert not wire.is_quiet()
    with pytest.raises(Broken, match="the connection was closed before the answer to MAIL"):
        wire.reply("MAIL", until=soon())
    with pytest.raises(Broken, match="the connection was lost") as broken:
        wire.send(b"RSET\r\n", until=soon())
    assert broken.value.unsent == len(b"RSET\r\n")


def test_a_peer_that_resets_the_connection_is_noticed(serve: Callable[[Conversation], int]) -> None:
    connected = threading.Event()

    def reset(connection: socket.socket) -> None:
        # Sooner, and there would be no connection that could be lost.
        connected.wait(timeout=10)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    wire = connect(SmtpOptions(host="127.0.0.1", port=serve(reset)), clock=CLOCK, until=soon())
    connected.set()
    with pytest.raises(Broken, match=r"the connection was lost before the answer to MAIL \(Connection reset by peer\)"):
        wire.reply("MAIL", until=soon())
    wire.close()


def test_words_that_nobody_asked_for_are_noticed(ends: tuple[Wire, socket.socket]) -> None:
    wire, far = ends
    assert wire.is_quiet()
    far.sendall(b"250 fine\r\n421 idle for too long\r\n")
    assert wire.reply("MAIL", until=soon()).code == 250
    assert not wire.is_quiet()


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(Broken) as broken:
        connect(SmtpOptions(host="127.0.0.1", port=port), clock=CLOCK, until=soon())
    assert broken.value.detail == f"127.0.0.1:{port} cannot be reached: Connection refused"
    assert broken.value.fault == (
        f"The mail server 127.0.0.1:{port} cannot be reached: Connection refused. Check that it runs, and "
        "channels.smtp.host and channels.smtp.port."
    )


@pytest.mark.parametrize("host", ["a" * 64, "a..b"])
def test_a_host_that_cannot_be_a_name(host: str) -> None:
    with pytest.raises(Broken, match="cannot be reached"):
        connect(SmtpOptions(host=host), clock=CLOCK, until=soon())


def test_an_address_that_does_not_answer_leaves_time_for_the_next(
    serve: Callable[[Conversation], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    port = serve(lambda connection: connection.sendall(b"220 here\r\n"))
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full, socket.create_connection(full.getsockname()):
        silent = full.getsockname()
        places = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", address) for address in (silent, ("127.0.0.1", port))]
        with pytest.raises(TimeoutError):
            socket.create_connection(silent, timeout=0.05)
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: places)
        began = time.monotonic()
        wire = connect(OPTIONS, clock=CLOCK, until=soon(1.0))
        assert wire.reply("the connection", until=soon()) == Reply(220, b"here")
        assert 0.4 < time.monotonic() - began < 0.8
        wire.close()


def test_each_address_of_a_host_is_tried(serve: Callable[[Conversation], int]) -> None:
    port = serve(lambda connection: connection.sendall(b"220 here\r\n"))
    # The name usually stands for ::1 too, where nobody listens.
    wire = connect(SmtpOptions(host="localhost", port=port), clock=CLOCK, until=soon())
    assert wire.reply("the connection", until=soon()) == Reply(220, b"here")
    assert wire.own_address == "[127.0.0.1]"
    wire.close()

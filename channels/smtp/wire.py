"""Bytes to and from one mail server: no wait is longer than its limit, no reply longer than a reply may be."""

import re
import select
import socket
import ssl
from contextlib import suppress

from ...core.contract.clock import Clock
from .options import SmtpOptions
from .replies import Broken, Reply, one_line

MAX_REPLY_BYTES = 64 * 1024
"""The longest reply that is read, all its lines together; RFC 5321 asks for lines of 512."""

_CHUNK = 64 * 1024
_LINE = re.compile(rb"([0-9]{3})(?:([ -])(.*))?", re.DOTALL)
_SHORTEST_WAIT = 0.001
_PARTING_SECONDS = 1.0


class Wire:
    """One connected socket. Every `until` is a moment on the clock's monotonic scale, in seconds.

    Every method but `close` and `is_quiet` raises `Broken`, with a sentence for the administrator in it.
    """

    def __init__(self, connected: socket.socket, *, options: SmtpOptions, clock: Clock) -> None:
        self._socket = connected
        self._options = options
        self._clock = clock
        self._received = bytearray()

    @property
    def own_address(self) -> str:
        """The address of this end as an address literal (RFC 5321 section 4.1.3)."""
        host: str = self._socket.getsockname()[0]
        return f"[IPv6:{host.partition('%')[0]}]" if self._socket.family == socket.AF_INET6 else f"[{host}]"

    def send(self, data: bytes, *, until: float) -> None:
        """Hand all of `data` to the network."""
        rest = memoryview(data)
        try:
            while rest:
                self._limit_wait(until)
                rest = rest[self._socket.send(rest) :]
        except OSError as error:
            stalled = isinstance(error, TimeoutError)
            broken = self.broken(
                "the mail server stopped reading" if stalled else f"the connection was lost ({_reason(error)})"
            )
            broken.unsent = len(rest)
            raise broken from error

    def reply(self, to: str, *, until: float) -> Reply:
        """The next reply; `to` is what the error calls the thing that was to be answered."""
        lines: list[bytes] = []
        code, size = b"", 0
        while size <= MAX_REPLY_BYTES:
            line = self._line(to, until=until)
            match = _LINE.fullmatch(line)
            if match is None or (lines and match[1] != code):
                raise self.broken(f"the answer to {to} is not SMTP: {line[:80].decode('latin-1')!r}")
            code, size = match[1], size + len(line)
            lines.append(match[3] or b"")
            if match[2] != b"-":
                return Reply(int(code), b"\n".join(lines))
        raise self.broken(f"the answer to {to} has no end")

    def encrypt(self, context: ssl.SSLContext, *, until: float) -> None:
        """Turn TLS on. What came before is dropped unread: anybody could have put it there (RFC 3207 section 4.2)."""
        self._limit_wait(until)
        try:
            self._socket = context.wrap_socket(self._socket, server_hostname=self._options.host)
        except (OSError, ValueError) as error:
            raise self.broken(f"encryption failed ({_reason(error)})") from error
        self._received.clear()

    def is_quiet(self) -> bool:
        """Whether the server said nothing unasked, such as good-bye, since its last reply."""
        if self._received:
            return False
        waiting = select.poll()
        waiting.register(self._socket, select.POLLIN)
        return not waiting.poll(0)

    def say_goodbye(self) -> None:
        """Send QUIT, wait a little for the answer (a socket closed before would reset the connection), and close."""
        until = self._clock.monotonic() + _PARTING_SECONDS
        with suppress(Broken):
            self.send(b"QUIT\r\n", until=until)
            self.reply("QUIT", until=until)
        self.close()

    def close(self) -> None:
        """Close without a word."""
        self._socket.close()

    def broken(self, reason: str) -> Broken:
        """The end of this conversation, for a reason that tells nothing about any mail."""
        fault = (
            f"The mail server {self._options.server} broke off a conversation: {one_line(reason)}. Look at its log, "
            "and check channels.smtp.host, channels.smtp.port and channels.smtp.security."
        )
        return Broken(one_line(reason), fault=fault)

    def _line(self, to: str, *, until: float) -> bytes:
        while (end := self._received.find(b"\n")) < 0:
            if len(self._received) > MAX_REPLY_BYTES:
                raise self.broken(f"the answer to {to} has no end")
            self._receive(to, until=until)
        line = bytes(self._received[:end])
        del self._received[: end + 1]
        return line.removesuffix(b"\r")

    def _receive(self, to: str, *, until: float) -> None:
        self._limit_wait(until)
        try:
            data = self._socket.recv(_CHUNK)
        except TimeoutError:
            raise self.broken(f"no answer to {to} in time") from None
        except OSError as error:
            raise self.broken(f"the connection was lost before the answer to {to} ({_reason(error)})") from error
        if not data:
            raise self.broken(f"the connection was closed before the answer to {to}")
        self._received += data

    def _limit_wait(self, until: float) -> None:
        # A limit of zero would turn the socket into one that never waits.
        self._socket.settimeout(max(until - self._clock.monotonic(), _SHORTEST_WAIT))


def connect(options: SmtpOptions, *, clock: Clock, until: float) -> Wire:
    """Reach the server on the first of its addresses that answers; each has its share of the time.

    :raises Broken: when none does, or its name is not known.
    """
    last: Exception = OSError("it has no address")
    try:
        places = socket.getaddrinfo(options.host, options.effective_port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        places, last = [], error
    for number, (family, _, _, _, address) in enumerate(places):
        share = (until - clock.monotonic()) / (len(places) - number)
        try:
            connected = _connected(family, address, seconds=max(share, _SHORTEST_WAIT))
        except OSError as error:
            last = error
        else:
            return Wire(connected, options=options, clock=clock)
    raise _unreachable(options, last)


def _connected(family: int, address: tuple[object, ...], *, seconds: float) -> socket.socket:
    connecting = socket.socket(family, socket.SOCK_STREAM)
    try:
        connecting.settimeout(seconds)
        connecting.connect(address)
        # Commands are small and each waits for its answer: collecting them into larger packets only delays.
        connecting.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:
        connecting.close()
        raise
    return connecting


def _unreachable(options: SmtpOptions, error: Exception) -> Broken:
    fault = (
        f"The mail server {options.server} cannot be reached: {_reason(error)}. Check that it runs, and "
        "channels.smtp.host and channels.smtp.port."
    )
    return Broken(f"{options.server} cannot be reached: {_reason(error)}", fault=fault)


def _reason(error: Exception) -> str:
    """The error in words: without number, module and line of its source."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return one_line(f"certificate refused: {error.verify_message}")
    if isinstance(error, ssl.SSLError) and error.reason:
        return one_line(str(error.reason).lower().replace("_", " "))
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return one_line(str(getattr(error, "strerror", None) or error)) or type(error).__name__

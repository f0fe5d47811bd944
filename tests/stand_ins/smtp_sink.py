"""A mail server on the loopback that keeps what it is sent, writes a ledger, and misbehaves exactly as it is told."""

import asyncio
import email
import email.policy
import hmac
import os
import threading
from collections import Counter
from collections.abc import Mapping
from email.message import EmailMessage
from enum import StrEnum
from pathlib import Path
from typing import Any, AnyStr, Self

import attrs
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from .certificates import ServerTls

HOST = "127.0.0.1"
START_SECONDS = 10.0
ALL_EXTENSIONS = frozenset({"8BITMIME", "AUTH", "PIPELINING", "SIZE", "SMTPUTF8", "STARTTLS"})


class Point(StrEnum):
    """Where a conversation can be made to go wrong; `END` is the dot that ends a mail."""

    CONNECT = "CONNECT"
    EHLO = "EHLO"
    STARTTLS = "STARTTLS"
    AUTH = "AUTH"
    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"
    END = "END"
    RSET = "RSET"
    NOOP = "NOOP"
    QUIT = "QUIT"


@attrs.frozen(kw_only=True)
class ReceivedMail:
    """One mail as it came over the wire, dots unstuffed, ends of lines as sent."""

    sender: str
    """The envelope sender; empty for the null sender."""
    recipients: tuple[str, ...]
    options: tuple[str, ...]
    data: bytes
    connection: int
    """Which connection brought it, counted from 1."""
    tls: bool
    user: str | None
    """Who signed in, if anybody did."""

    @property
    def message(self) -> EmailMessage:
        """The mail, parsed by the standard library."""
        parsed = email.message_from_bytes(self.data, policy=email.policy.SMTP)
        assert isinstance(parsed, EmailMessage)
        return parsed


@attrs.define
class Fault:
    """What happens instead of the usual answer: a reply, silence (`hang`) or a closed connection (neither)."""

    reply: str = ""
    hang: bool = False
    times: int | None = None
    accepted: bool = False


class SmtpSink:
    """A real SMTP server in a thread of its own.

    :param ledger: a file that gets the Message-ID of every accepted mail, on disk *before* the sender hears 250.
    :param extensions: what EHLO announces; STARTTLS needs `tls`, AUTH needs `users`.
    :param tls: speak TLS with this certificate, from the first byte if `implicit_tls`, else after STARTTLS.
    :param users: name to password; with `users` every mail needs a login first, over TLS or not.
    :param size_limit: the largest mail taken, in bytes.
    """

    def __init__(
        self,
        *,
        ledger: Path | None = None,
        extensions: frozenset[str] = ALL_EXTENSIONS,
        tls: ServerTls | None = None,
        implicit_tls: bool = False,
        users: Mapping[str, str] | None = None,
        size_limit: int = 64 * 1024 * 1024,
    ) -> None:
        self.host = HOST
        self.port = 0
        self.connections = 0
        self.commands: Counter[str] = Counter()
        self.pipelined = 0
        """How many commands came with the next one, or a part of it, already behind them."""
        self._ledger = ledger
        self._extensions = extensions
        self._tls = tls
        self._implicit_tls = implicit_tls
        self._users = users
        self._size_limit = size_limit
        self._received: list[ReceivedMail] = []
        self._faults: dict[Point, Fault] = {}
        self._refused: dict[str, Fault] = {}
        self._changed = threading.Condition()
        self._conversations: set[_Conversation] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Listen: on a free port the first time, on the same port when started again after `stop`."""
        listening = threading.Event()
        self._thread = threading.Thread(target=self._serve, args=(listening,), name="smtp-sink", daemon=True)
        self._thread.start()
        if not listening.wait(START_SECONDS):
            raise RuntimeError(f"The SMTP sink did not listen on {self.host} within {START_SECONDS} s.")

    def stop(self) -> None:
        """Close the port and cut every connection; what was received stays readable."""
        if self._loop is None or self._thread is None:
            return
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(START_SECONDS)
        self._loop = self._thread = None

    # What came

    @property
    def mails(self) -> tuple[ReceivedMail, ...]:
        """All accepted mails, oldest first."""
        with self._changed:
            return tuple(self._received)

    def wait_for(self, count: int, *, timeout: float = 5.0) -> tuple[ReceivedMail, ...]:
        """Return the mails once there are at least `count`; raises `TimeoutError` after `timeout` seconds."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self._received) >= count, timeout):
                raise TimeoutError(f"{len(self._received)} of {count} mails came within {timeout} s.")
            return tuple(self._received)

    # How to misbehave

    def answer(self, point: Point, reply: str, *, times: int | None = None) -> None:
        """Say `reply` ("450 4.2.0 busy") at `point`; after a 421 the connection is closed. `times` None = always."""
        self._faults[point] = Fault(reply=reply, times=times)

    def refuse(self, recipient: str, reply: str, *, times: int | None = None) -> None:
        """Say `reply` to RCPT of this one address."""
        self._refused[recipient.casefold()] = Fault(reply=reply, times=times)

    def hang(self, point: Point, *, times: int | None = None, accepted: bool = False) -> None:
        """Say nothing more at `point`; with `accepted` (only at `END`) the mail counts as taken all the same."""
        self._faults[point] = Fault(hang=True, times=times, accepted=accepted)

    def drop(self, point: Point, *, times: int | None = None, accepted: bool = False) -> None:
        """Cut the connection at `point`; with `accepted` (only at `END`) the mail counts as taken all the same."""
        self._faults[point] = Fault(times=times, accepted=accepted)

    def behave(self) -> None:
        """Forget all misbehaviour."""
        self._faults.clear()
        self._refused.clear()

    # Used by the conversations, on the thread of the sink

    def fault_at(self, point: Point) -> Fault | None:
        """The fault due at `point` now; it is counted as used."""
        return _due(self._faults.get(point))

    def fault_for(self, recipient: str) -> Fault | None:
        """The fault due for this recipient now; it is counted as used."""
        return _due(self._refused.get(recipient.casefold()))

    def accept(self, mail: ReceivedMail) -> None:
        """Write the ledger, then count the mail as received."""
        if self._ledger is not None:
            _append(self._ledger, str(mail.message["Message-ID"] or "").strip())
        with self._changed:
            self._received.append(mail)
            self._changed.notify_all()

    def announce(self, lines: list[str]) -> list[str]:
        """The answer to EHLO, with exactly the extensions this sink was made with."""
        offered = [line for line in lines[1:-1] if self._offers(line[4:].split(" ")[0])]
        if "PIPELINING" in self._extensions:
            offered.append("250-PIPELINING")
        return [lines[0], *offered, lines[-1]]

    @property
    def needs_login(self) -> bool:
        """Whether a mail is refused before somebody has signed in."""
        return self._users is not None

    def _offers(self, extension: str) -> bool:
        return extension in self._extensions and (extension != "AUTH" or self.needs_login)

    def opened(self, conversation: "_Conversation") -> int:
        """Note a connection and return its number."""
        self._conversations.add(conversation)
        self.connections += 1
        return self.connections

    def closed(self, conversation: "_Conversation") -> None:
        """Forget a connection that has ended."""
        self._conversations.discard(conversation)

    def check_login(self, _server: SMTP, _session: Session, _envelope: Envelope, _how: str, data: Any) -> AuthResult:
        """Compare name and password with `users`."""
        assert isinstance(data, LoginPassword)
        expected = (self._users or {}).get(data.login.decode())
        success = expected is not None and hmac.compare_digest(expected.encode(), data.password)
        return AuthResult(success=success, handled=False, auth_data=data)

    def _converse(self) -> "_Conversation":
        return _Conversation(
            self,
            hostname="sink.example",
            data_size_limit=self._size_limit,
            enable_SMTPUTF8="SMTPUTF8" in self._extensions,
            tls_context=self._tls.context if self._tls and not self._implicit_tls else None,
            auth_require_tls=False,
            authenticator=self.check_login,
            loop=self._loop,
        )

    def _serve(self, listening: threading.Event) -> None:
        loop = self._loop = asyncio.new_event_loop()
        context = self._tls.context if self._tls and self._implicit_tls else None
        server = loop.run_until_complete(loop.create_server(self._converse, self.host, self.port, ssl=context))
        self.port = server.sockets[0].getsockname()[1]
        listening.set()
        loop.run_forever()
        server.close()
        loop.run_until_complete(self._cut_all())
        loop.close()

    async def _cut_all(self) -> None:
        for conversation in tuple(self._conversations):
            conversation.cut()
        talking = asyncio.all_tasks() - {asyncio.current_task()}
        if talking:
            await asyncio.wait(talking, timeout=START_SECONDS)


class _Conversation(SMTP):
    """One connection: aiosmtpd's own answers, unless a fault is due."""

    def __init__(self, sink: SmtpSink, **options: Any) -> None:
        self._sink = sink
        self._greeted = False
        self.number = 0
        super().__init__(_Keeper(sink), **options)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if not self.number:
            self.number = self._sink.opened(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._sink.closed(self)
        super().connection_lost(error)

    def cut(self) -> None:
        """Close without a word, as a crashed server does."""
        transport = self._original_transport or self.transport
        if isinstance(transport, asyncio.Transport) and not transport.is_closing():
            transport.abort()

    async def push(self, status: AnyStr) -> None:
        """Send one line; the first of all is the greeting."""
        if not self._greeted:
            self._greeted = True
            if await self.misbehaves(Point.CONNECT):
                return
        await super().push(status)

    async def misbehaves(self, point: Point) -> bool:
        """Count the command and play out the fault due here; False when there is none."""
        self._sink.commands[point] += 1
        if self._reader._buffer:  # type: ignore[attr-defined]  # the stubs show public names only
            self._sink.pipelined += 1
        fault = self._sink.fault_at(point)
        if fault is None:
            return False
        await super().push(await self.play(fault))
        return True

    async def play(self, fault: Fault) -> str:
        """Return the reply to give and go on; otherwise hang or close, and never come back."""
        if fault.reply.startswith("421"):
            await super().push(fault.reply)
            await self._hang_up()
        elif fault.reply:
            return fault.reply
        elif not fault.hang:
            self.cut()
        await asyncio.Event().wait()
        raise AssertionError("nobody sets that event")

    async def _hang_up(self) -> None:
        """Close, but first read to the end: a close with input unread is a reset that may swallow the reply."""
        transport = self.transport
        assert isinstance(transport, asyncio.Transport)
        if transport.can_write_eof():
            transport.write_eof()
            while await self._reader.read(65536):
                pass
        transport.close()

    async def smtp_EHLO(self, hostname: str) -> None:
        if not await self.misbehaves(Point.EHLO):
            await super().smtp_EHLO(hostname)

    async def smtp_STARTTLS(self, arg: str) -> None:
        if not await self.misbehaves(Point.STARTTLS):
            await super().smtp_STARTTLS(arg)

    async def smtp_AUTH(self, arg: str) -> None:
        if not await self.misbehaves(Point.AUTH):
            await super().smtp_AUTH(arg)

    async def smtp_MAIL(self, arg: str | None) -> None:
        if await self.misbehaves(Point.MAIL):
            return
        if self._sink.needs_login and not (self.session and self.session.authenticated):
            await self.push("530 5.7.0 Authentication required")
        else:
            await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg: str | None) -> None:
        if not await self.misbehaves(Point.RCPT):
            await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg: str) -> None:
        if not await self.misbehaves(Point.DATA):
            await super().smtp_DATA(arg)

    async def smtp_RSET(self, arg: str) -> None:
        if not await self.misbehaves(Point.RSET):
            await super().smtp_RSET(arg)

    async def smtp_NOOP(self, arg: str) -> None:
        if not await self.misbehaves(Point.NOOP):
            await super().smtp_NOOP(arg)

    async def smtp_QUIT(self, arg: str) -> None:
        if not await self.misbehaves(Point.QUIT):
            await super().smtp_QUIT(arg)


class _Keeper:
    """What aiosmtpd asks at EHLO, at each recipient and at the end of a mail."""

    def __init__(self, sink: SmtpSink) -> None:
        self._sink = sink

    async def handle_EHLO(
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return self._sink.announce(responses)

    async def handle_RCPT(
        self, server: _Conversation, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        fault = self._sink.fault_for(address)
        if fault is not None:
            return await server.play(fault)
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 recipient taken"

    async def handle_DATA(self, server: _Conversation, session: Session, envelope: Envelope) -> str:
        self._sink.commands[Point.END] += 1
        fault = self._sink.fault_at(Point.END)
        if fault is None or fault.accepted:
            self._sink.accept(_received(server, session, envelope))
        return "250 2.0.0 mail taken" if fault is None else await server.play(fault)


def _received(server: _Conversation, session: Session, envelope: Envelope) -> ReceivedMail:
    assert isinstance(envelope.original_content, bytes)
    assert server.transport is not None
    login: LoginPassword | None = session.auth_data
    return ReceivedMail(
        # aiosmtpd gives the null sender as it was written.
        sender="" if envelope.mail_from == "<>" else envelope.mail_from or "",
        recipients=tuple(envelope.rcpt_tos),
        options=tuple(envelope.mail_options),
        data=envelope.original_content,
        connection=server.number,
        tls=server.transport.get_extra_info("ssl_object") is not None,
        user=login.login.decode() if login else None,
    )


def _due(fault: Fault | None) -> Fault | None:
    if fault is None or fault.times == 0:
        return None
    if fault.times is not None:
        fault.times -= 1
    return fault


def _append(ledger: Path, line: str) -> None:
    with ledger.open("a", encoding="utf-8") as file:
        file.write(line + "\n")
        file.flush()
        os.fsync(file.fileno())

"""The server's side of an SMTP or LMTP conversation: what aiosmtpd does, but for how DATA is read and answered."""

import asyncio
import re
import sys
from typing import Any

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, syntax

PIECE = 64 * 1024
"""How much of a mail is read at a time, in octets; also the longest command line that is read at all."""

_TOO_LARGE = "552 5.3.4 The mail is larger than the limit that was announced"
_END = b"\r\n.\r\n"
_TAIL = len(_END) - 1
_PLAIN_PATH = re.compile(r"\s*<([A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9.-]{1,255})>\s*(.*)")


Registry = set["SmtpConversation"]


class SmtpConversation(SMTP):
    """One reply after DATA (RFC 5321)."""

    # aiosmtpd refuses longer lines; mails have them, and what is read at a time is limited below.
    line_length_limit = PIECE

    def __init__(self, handler: object, *, registry: "Registry", **settings: Any) -> None:
        """Prepare for one caller.

        :param registry: holds the conversations that go on.
        """
        super().__init__(handler, **settings)
        self._registry = registry

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._registry.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """End."""
        self._registry.discard(self)
        super().connection_lost(error)

    def say_goodbye(self) -> None:
        """Tell the peer that the service ends, and close as soon as it has been told."""
        transport = self.transport
        if isinstance(transport, asyncio.Transport) and not transport.is_closing():
            transport.write(b"421 4.3.2 The desk is stopping\r\n")
            transport.close()

    def hang_up(self) -> None:
        """Close without waiting for the peer."""
        if isinstance(self.transport, asyncio.Transport):
            self.transport.abort()

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        """The address in a path and what follows it; the plain ones without the standard library's slow parser."""
        plain = _PLAIN_PATH.fullmatch(arg)
        return (plain[1], plain[2]) if plain else super()._getaddr(arg)

    @syntax("DATA")
    async def smtp_DATA(self, arg: str) -> None:
        """Take a mail and answer what the handler says, once or for each recipient."""
        assert self.session is not None
        assert self.envelope is not None
        if arg or not self.session.host_name or not self.envelope.rcpt_tos:
            await super().smtp_DATA(arg)
            return
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        content = await self._read_mail()
        if content is None:
            status = _TOO_LARGE
        else:
            self.envelope.content = content
            status = await self.event_handler.handle_DATA(self, self.session, self.envelope)
        replies = self._replies(self.envelope)
        self.envelope = self._create_envelope()
        for _ in range(replies):
            await self.push(status)

    def _replies(self, _: Envelope) -> int:
        """How many replies end a mail."""
        return 1

    async def _read_mail(self) -> bytes | None:
        """The octets up to the final dot, dots unstuffed (RFC 5321 section 4.5.2); None when there were too many.

        Only CRLF ends a line, so that no other line end can hide a final dot. Memory stays within the limit.
        """
        # The line end before the first line, so that a dot alone in it ends the mail as well.
        data = bytearray(b"\r\n")
        most = (self.data_size_limit or sys.maxsize) + len(_END)
        too_large = False
        while True:
            data += await self._read_piece()
            too_large = too_large or len(data) > most
            if data.endswith(_END):
                break
            if too_large:
                del data[:-_TAIL]
        return None if too_large else bytes(data[:-3].replace(b"\r\n.", b"\r\n")[2:])

    async def _read_piece(self) -> bytes:
        """Octets up to a dot and a line end, or so many that it pays to look at them."""
        try:
            return await self._reader.readuntil(b".\r\n")
        except asyncio.LimitOverrunError as error:
            return await self._reader.readexactly(error.consumed)


class LmtpConversation(SmtpConversation, LMTP):
    """One reply for each recipient after DATA (RFC 2033 section 4.2)."""

    def _replies(self, envelope: Envelope) -> int:
        """As many as there are accepted recipients."""
        return len(envelope.rcpt_tos)


class Busy(asyncio.Protocol):
    """Tells a caller that too many others are talking, and hangs up."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Say so (RFC 5321 section 3.8)."""
        assert isinstance(transport, asyncio.Transport)
        transport.write(b"421 4.3.2 Too many mail servers are talking; try again later\r\n")
        transport.close()

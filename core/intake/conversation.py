"""The server's side of an SMTP or LMTP conversation: what aiosmtpd does, but for how DATA is read and answered."""

import asyncio
from typing import Any

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, syntax

PIECE = 64 * 1024
"""How much of a mail is read at a time, in octets; also the longest command line that is read at all."""

_END = b"\r\n.\r\n"
_TAIL = len(_END) - 1


class SmtpConversation(SMTP):
    """One reply after DATA (RFC 5321)."""

    # aiosmtpd refuses longer lines; mails have them, and what is read at a time is limited below.
    line_length_limit = PIECE

    @syntax("DATA")
    async def smtp_DATA(self, arg: str) -> None:
        """Take a mail and answer what the handler says, once or for each recipient."""
        if arg or not self.session.host_name or not self.envelope.rcpt_tos:
            await super().smtp_DATA(arg)
            return
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        content = await self._read_mail()
        if content is None:
            status = "552 5.3.4 The mail is larger than the limit that EHLO announced"
        else:
            self.envelope.content = self.envelope.original_content = content
            status = await self.event_handler.handle_DATA(self, self.session, self.envelope)
        replies = self.replies_after_data()
        self._set_post_data_state()
        for _ in range(replies):
            await self.push(status)

    def replies_after_data(self) -> int:
        """How many replies end the mail in hand."""
        return 1

    async def _read_mail(self) -> bytes | None:
        """The octets up to the final dot, dots unstuffed (RFC 5321 section 4.5.2); None when there were too many.

        Only CRLF ends a line, so that no other line end can hide a final dot. Memory stays within the limit.
        """
        # The line end before the first line, so that a dot alone in it ends the mail as well.
        data = bytearray(b"\r\n")
        too_large = False
        while not data.endswith(_END):
            data += await self._read_piece()
            if self.data_size_limit and len(data) > self.data_size_limit + len(_END):
                too_large = True
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

    def replies_after_data(self) -> int:
        """As many as there are accepted recipients."""
        return len(self.envelope.rcpt_tos)


def announce(responses: list[str]) -> list[str]:
    """The lines of a reply to EHLO or LHLO with what aiosmtpd can do and does not say: commands in one go (RFC 2920)."""
    return [*responses[:-1], "250-PIPELINING", responses[-1]]


def sender_of(envelope: Any) -> str:
    """The envelope's sender, '' for the null sender, which aiosmtpd writes with its brackets."""
    return "" if envelope.mail_from in (None, "<>") else str(envelope.mail_from)

"""What the server says: a reply, what it means for the mail in hand, and the end of a conversation."""

import attrs

from ...core.contract.channel import DeliveryFailure, PermanentFailure, TemporaryFailure

MAX_WORDS = 500
"""The longest text of the server that is kept."""

_LAST_WORDS = 421
# They judge how the desk is set up, not the mail: sign in first, wrong mechanism, not encrypted (RFC 4954 section 6,
# RFC 3207 section 4), and the bad sequence with which some servers say the same.
_JUDGES_THE_DESK = frozenset({503, 530, 534, 535, 538})


class Broken(TemporaryFailure):
    """The conversation is over: nothing more may go over this connection.

    `settled` is True when the mail that it struck has its answer already, `said_by_server` when the server took its
    leave in words; `unsent` counts the bytes that were to be sent and were not.
    """

    settled = False
    said_by_server = False
    unsent = 0


@attrs.frozen
class Reply:
    """One reply of RFC 5321 section 4.2, its lines joined by line feeds."""

    code: int
    text: bytes = b""

    @property
    def words(self) -> str:
        """Code and text as one printable line."""
        return one_line(f"{self.code} {self.text.decode('utf-8', 'replace')}")

    @property
    def kind(self) -> int:
        """The first digit, which alone decides what a client does (RFC 5321 section 4.3.2)."""
        return self.code // 100

    @property
    def ends_conversation(self) -> bool:
        """Whether the server closes the connection behind it."""
        return self.code == _LAST_WORDS


def refusal(reply: Reply, *, wanted: int, verb: str, server: str) -> DeliveryFailure | None:
    """What `reply` to `verb` means for the mail in hand; None when its first digit is `wanted`.

    :raises Broken: when it is no reply that the verb can have, so that the two sides no longer understand each other.
    """
    if reply.kind == wanted:
        return None
    code = str(reply.code)
    if reply.code in _JUDGES_THE_DESK:
        fault = (
            f"The mail server {server} answers {code} to {verb}: it takes no mail from this desk as it is set up. "
            "Check channels.smtp.security, channels.smtp.username and channels.smtp.password."
        )
        return TemporaryFailure(reply.words, code=code, fault=fault)
    if reply.kind == 4:
        return TemporaryFailure(reply.words, code=code)
    if reply.kind == 5:
        return PermanentFailure(reply.words, code=code)
    fault = f"The mail server {server} answers {code} to {verb}, which means nothing there. Look at its log."
    raise Broken(one_line(f"unexpected answer to {verb}: {reply.words}"), code=code, fault=fault)


def one_line(text: str) -> str:
    """The text without control, format and separator characters, blanks joined, at most `MAX_WORDS` long."""
    if not text.isprintable():
        text = "".join(character if character.isprintable() else " " for character in text)
    text = " ".join(text.split())
    return text if len(text) <= MAX_WORDS else text[: MAX_WORDS - 1] + "…"

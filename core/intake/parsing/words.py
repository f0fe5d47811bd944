"""Encoded words in header fields (RFC 2047), read in one pass and with all that senders do wrong."""

import binascii
import re

from .charsets import decode
from .transfer import decode_base64

# A question mark inside the text is forbidden and seen all the same: up to three are borne. Every repeat is bounded or
# ends at the next question mark, so the time grows with the length and nothing else.
_WORD = re.compile(r"=\?([^?\s*]{1,64})(?:\*[^?\s]{0,40})?\?([bBqQ])\?([^?]*(?:\?(?!=)[^?]*){0,3})\?=")


def decode_words(value: str) -> str:
    """The text of a field's value with its encoded words decoded, and those that come out of it, but only once.

    Some senders encode what was encoded already.
    """
    text = _decoded(value)
    return _decoded(text) if text != value and _WORD.fullmatch(text) else text


def _decoded(value: str) -> str:
    """The text with its encoded words decoded.

    Blanks between neighbouring words vanish (section 6.2). Neighbours of one charset are joined before decoding, for
    senders who split inside a character. Unknown charsets and undecodable octets give U+FFFD; nothing raises.
    """
    if "=?" not in value:
        return value
    pieces: list[str] = []
    run: list[tuple[str, bytes]] = []
    end = 0
    for match in _WORD.finditer(value):
        between = value[end : match.start()]
        if between and (not between.isspace() or not run):
            pieces += (_text_of(run), between)
            run = []
        run.append((match[1].lower(), _octets(match[2], match[3])))
        end = match.end()
    pieces += (_text_of(run), value[end:])
    return "".join(pieces)


def _octets(encoding: str, text: str) -> bytes:
    data = text.encode("utf-8", "replace")
    if encoding in "bB":
        return decode_base64(data)[0]
    return binascii.a2b_qp(data.replace(b" ", b"_"), header=True)


def _text_of(run: list[tuple[str, bytes]]) -> str:
    """The text of neighbouring words: octets of one charset together."""
    pieces: list[str] = []
    for index, (charset, octets) in enumerate(run):
        if index and run[index - 1][0] == charset:
            continue
        following = index + 1
        joined = [octets]
        while following < len(run) and run[following][0] == charset:
            joined.append(run[following][1])
            following += 1
        pieces.append(decode(b"".join(joined), label=charset)[0])
    return "".join(pieces)

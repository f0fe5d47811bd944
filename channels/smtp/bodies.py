"""The parts of a body: text made safe for the wire and encoded, once for all deliveries that share it."""

import binascii
import re
from base64 import encodebytes
from functools import lru_cache

import attrs

MAX_LINE = 998
"""The longest line in octets without its end (RFC 5322 section 2.1.1)."""

_LINE_END = re.compile(r"\r\n|\r|\n")


@attrs.frozen
class BodyPart:
    """The fields that describe a part, each with its line end, and the encoded content, which ends with one too."""

    head: str
    content: bytes


@lru_cache(maxsize=32)
def body_part(subtype: str, text: str) -> BodyPart:
    """The text as a part of type ``text/<subtype>``: lines end with CRLF, none is too long, NUL is dropped.

    ASCII stays as it is; else quoted-printable, or base64 where that would be much longer (RFC 2045 section 6). The last
    results are kept, because the deliveries of one notice share their texts.
    """
    text = _with_crlf(text.replace("\0", ""))
    encoding, content = _encoded(text)
    head = f'Content-Type: text/{subtype}; charset="utf-8"\r\nContent-Transfer-Encoding: {encoding}\r\n'
    return BodyPart(head, content)


def _with_crlf(text: str) -> str:
    lines = _LINE_END.sub("\n", text) if "\r" in text else text
    return (lines if lines.endswith("\n") else lines + "\n").replace("\n", "\r\n")


def _encoded(text: str) -> tuple[str, bytes]:
    data = text.encode("utf-8", "replace")
    if text.isascii() and max(map(len, data.split(b"\r\n"))) <= MAX_LINE:
        return "7bit", data
    quoted = binascii.b2a_qp(data)
    if 2 * len(quoted) <= 3 * len(data):
        return "quoted-printable", quoted
    return "base64", encodebytes(data).replace(b"\n", b"\r\n")

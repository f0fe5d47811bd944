"""Which charset the raw octets in header fields are meant in, where they are no UTF-8: no field says so (RFC 6532)."""

import re
from collections.abc import Iterator

from .charset_names import codec_for
from .charsets import fits
from .fields import Block
from .guessing import guess_codec

_SEARCHED = 65_536
_MOST_LABELS = 50
_IN_FIELDS = re.compile(rb"charset\s{0,9}=\s{0,9}[\"']?([A-Za-z0-9_:.-]{1,40})", re.IGNORECASE)
_IN_WORDS = re.compile(rb"=\?([A-Za-z0-9_:.-]{1,40})(?:\*[^?]{0,20})?\?[bBqQ]\?")
_LATIN = frozenset({"cp1252", "cp1250"})


def charset_of_raw_octets(raw: bytes, *, block: Block, value: bytes) -> str:
    """A label that raw octets in the fields of a mail can be read by.

    It is one that the mail names for a body or an encoded word and that fits, or what the octets look like, those of
    the other fields and of the body's beginning taken together.

    :param block: the fields at the top.
    :param value: the octets in question.
    """
    octets = b"\n".join((value, *(other for _, other in block.fields if not other.isascii())))
    for label in _labels(raw):
        codec = codec_for(label)
        if codec not in ("", "ascii", "utf-8", "utf-7") and fits(octets, codec):
            looks_like = guess_codec(octets, thorough=False) if codec in _LATIN else codec
            return codec if looks_like in _LATIN else looks_like
    return guess_codec(octets + raw[block.body : block.body + _SEARCHED // 16], thorough=True)


def _labels(raw: bytes) -> Iterator[str]:
    start = raw[:_SEARCHED]
    for pattern in (_IN_FIELDS, _IN_WORDS):
        for number, match in enumerate(pattern.finditer(start)):
            if number == _MOST_LABELS:
                break
            yield match[1].decode("ascii")

"""Header fields as they go over the wire: folded, encoded, and closed against text that would begin another field."""

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import TypeVar

from ...core.contract.addresses import ascii_domain, valid
from ...core.contract.channel import PermanentFailure

Piece = TypeVar("Piece", str, bytes)

MAX_REFERENCES = 20
"""How many Message-IDs a References field names: the first and the newest."""

# RFC 5322 section 2.1.1 asks for lines of 78, RFC 2047 section 2 for 76 where encoded words stand.
_LINE = 76
_LONGEST_WORD = 75
_LONGEST_TOKEN = 900
_LONGEST_BARE_NAME = 60
_FRAME = len("=?utf-8?q?") + len("?=")

_BREAK = re.compile(r"[\r\n\0]")
_PRINTABLE = re.compile(r"[ -~]*")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_TOKEN = re.compile(r" *[^ ]+")
_LIST_ID = re.compile(r"(?=.{1,255}$)[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)+")
_MESSAGE_ID = re.compile(rf"<[!-;=?-~]{{1,{_LONGEST_TOKEN}}}>")

# What may stand for itself in an encoded word of a display name (RFC 2047 section 5, rule 3); a blank is an underscore.
_Q = {byte: f"={byte:02X}" for byte in range(256)} | {
    ord(character): character for character in "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!*+-/"
}
_Q[ord(" ")] = "_"


@lru_cache(maxsize=512)
def text_field(name: str, value: str) -> str:
    """A field of free text, such as Subject, with its final line end.

    :raises PermanentFailure: if the text holds a line end or NUL.
    """
    _refuse_breaks(name, value)
    value = value.strip()
    if _PRINTABLE.fullmatch(value) and _may_stand_bare(value):
        return _folded(name, _TOKEN.findall(" " + value))
    room = _LINE - len(name) - len(": ")
    return _folded(name, [f" {word}" for word in _encoded_words(value, first=room)])


def word_field(name: str, value: str) -> str:
    """A field of one short ASCII value that is never folded, such as Date.

    :raises PermanentFailure: if the value holds anything else.
    """
    _refuse_breaks(name, value)
    if not _PRINTABLE.fullmatch(value) or len(value) > _LONGEST_TOKEN:
        raise PermanentFailure(f"{name} holds characters that it must not hold, or too many")
    return f"{name}: {value}\r\n"


@lru_cache(maxsize=2048)
def address_field(name: str, people: tuple[tuple[str, str], ...], *, utf8: bool) -> str:
    """A field of (display name, address) pairs, such as To.

    Where the server takes no UTF-8 in addresses, the person whose address needs it is shown by name alone, as a group
    without members (RFC 6857 section 3.1.8): everybody else can still be told.

    :raises PermanentFailure: if a name holds a line end or NUL, or an address is none.
    """
    tokens: list[str] = []
    for display, address in people:
        _refuse_breaks(name, display)
        tokens += _person(display.strip(), wire_address(address), utf8=utf8)
        tokens[-1] += ","
    tokens[-1] = tokens[-1].removesuffix(",")
    return _folded(name, tokens)


def ids_field(name: str, ids: Sequence[str]) -> str:
    """A field of Message-IDs, empty text when there are none.

    They come from mails of strangers: what is no Message-ID (RFC 5322 section 3.6.4) is left out, and of a long thread
    the first and the newest are named.

    :raises PermanentFailure: if one holds a line end or NUL.
    """
    for each in ids:
        _refuse_breaks(name, each)
    good = [f" {each}" for each in ids if _MESSAGE_ID.fullmatch(each)]
    if len(good) > MAX_REFERENCES:
        good = [good[0], *good[1 - MAX_REFERENCES :]]
    return _folded(name, good) if good else ""


@lru_cache(maxsize=512)
def list_field(name: str, listed: tuple[str, str]) -> str:
    """A field such as List-Id: a display name and an identifier (RFC 2919 section 2).

    :raises PermanentFailure: if the name holds a line end or NUL, or the identifier is none.
    """
    display, identifier = listed
    _refuse_breaks(name, display)
    if not _LIST_ID.fullmatch(identifier):
        raise PermanentFailure(f"{name} holds characters that it must not hold, or too many")
    return _folded(name, [*(_phrase(display.strip()) if display.strip() else ()), f" <{identifier}>"])


@lru_cache(maxsize=2048)
def wire_address(address: str) -> str:
    """The address with its domain in A-labels (RFC 5891); the local part stays as it is.

    :raises PermanentFailure: if it is no address that mail can be sent to.
    """
    if not valid(address):
        raise PermanentFailure(f"{address[:300]!a} is no mail address")
    local, _, domain = address.rpartition("@")
    return f"{local}@{ascii_domain(domain)}"


def _refuse_breaks(name: str, value: str) -> None:
    if _BREAK.search(value):
        raise PermanentFailure(f"{name} holds a line break or NUL and would inject a header")


def _may_stand_bare(text: str) -> bool:
    """Whether printable text cannot be taken for an encoded word and can be folded."""
    return "=?" not in text and (len(text) <= _LONGEST_TOKEN or max(map(len, text.split(" "))) <= _LONGEST_TOKEN)


def _folded(name: str, tokens: Iterable[str]) -> str:
    """Fill lines with tokens, each of which begins with the blank at which a line may be broken."""
    lines, line = [], f"{name}:"
    for number, token in enumerate(tokens):
        if number and len(line) + len(token) > _LINE:
            lines.append(line)
            line = ""
        line += token
    return "\r\n".join([*lines, line]) + "\r\n"


def _person(display: str, address: str, *, utf8: bool) -> list[str]:
    if not utf8 and not address.isascii():
        return [*_phrase(display or address), " :;"]
    return [*_phrase(display), f" <{address}>"] if display else [f" {address}"]


def _phrase(display: str) -> list[str]:
    """A display name: bare if it is plain words, else quoted (RFC 5322 section 3.2.4), else as encoded words."""
    if len(display) <= _LONGEST_BARE_NAME and "=?" not in display:
        if _ATOMS.fullmatch(display):
            return [f" {atom}" for atom in display.split(" ")]
        if _PRINTABLE.fullmatch(display):
            return [' "' + display.replace("\\", "\\\\").replace('"', '\\"') + '"']
    return [f" {word}" for word in _encoded_words(display, first=_LONGEST_WORD)]


def _encoded_words(text: str, *, first: int) -> list[str]:
    """The text as encoded words (RFC 2047) of at most 75, the first of at most `first`, split between characters."""
    characters = [character.encode("utf-8", "replace") for character in text]
    quoted = ["".join(map(_Q.__getitem__, character)) for character in characters]
    room, rooms = first - _FRAME, _LONGEST_WORD - _FRAME
    # As long as half of it can be read as it is, that is worth more than a few bytes.
    if sum(map(len, quoted)) <= 2 * sum(map(len, characters)):
        return [f"=?utf-8?q?{''.join(group)}?=" for group in _grouped(quoted, first=room, others=rooms)]
    groups = _grouped(characters, first=room // 4 * 3, others=rooms // 4 * 3)
    return [f"=?utf-8?b?{b64encode(b''.join(group)).decode('ascii')}?=" for group in groups]


def _grouped(pieces: Iterable[Piece], *, first: int, others: int) -> Iterator[list[Piece]]:
    """The pieces, of which there must be one, in groups of at most `first`, then `others` characters."""
    group: list[Piece] = []
    left = first
    for piece in pieces:
        if len(piece) > left and group:
            yield group
            group, left = [], others
        group.append(piece)
        left -= len(piece)
    yield group

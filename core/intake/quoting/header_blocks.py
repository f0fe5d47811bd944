"""Headings over a quoted mail: blocks such as "From: / Sent: / To: / Subject:", and "----- Original Message -----"."""

import re
import unicodedata
from enum import Enum

from .page import COLONS, Page, readable
from .words import CC, FORWARDED, FROM, LABELS, ORIGINAL, SENT, SUBJECT

MOST_LINES = 24
DRAWN = "-_=*~\u2013\u2014\u2500\u2501"
"""Of what lines are drawn."""
LONGEST_LABEL = 40
_WRAPPED = 4
_DASHES = DRAWN + "> \t#+"
_DECORATION = "*_>|[ \t\xa0"
_SEPARATOR = re.compile(rf"(?:[{DRAWN}]\s?){{3,}}")
_INNER_LABEL = re.compile(r"([^\W\d_]{1,20}) ?[:\uff1a](?=\s)")
_COLON = re.compile(r"[:\uff1a]")


class Heading(Enum):
    """What a line with words between dashes announces."""

    ORIGINAL = "original"
    FORWARDED = "forwarded"


def heading(page: Page, at: int) -> Heading | None:
    """Whether a line says, in any language that we know, that the original or a forwarded mail follows."""
    line = page.lines[at]
    if len(line) > (120 if line[0] in DRAWN else 60):
        return None
    words = readable(line).replace("&nbsp;", " ").strip(_DASHES + "".join(COLONS))
    words = " ".join(words.split())
    if words in FORWARDED:
        return Heading.FORWARDED
    if words in ORIGINAL and (line[0] in _DASHES or has_header_below(page, at)):
        return Heading.ORIGINAL
    if line[0] in "-—" and words.partition(" from ")[0] in FORWARDED:
        return Heading.FORWARDED
    return None


def has_header_below(page: Page, at: int) -> bool:
    """Whether the next written line is a header line."""
    below = page.next_written(at + 1)
    return below < page.end and label_of(page.lines[below]) is not None


def label_of(line: str) -> str | None:
    """Which field a line is, such as "from" for ``*Von:* Ada Byron``; None when it is none."""
    colon = _COLON.search(line, 0, LONGEST_LABEL)
    if colon is None:
        return None
    word = readable(line[: colon.start()]).strip(_DECORATION)
    if not word.isascii():
        word = unicodedata.normalize("NFC", word)
    return LABELS.get(word)


def header_end(page: Page, at: int) -> int | None:
    """The line after the header block that begins at line `at`; None when none begins there.

    Three different fields with the sender among them are a header block; two suffice behind a line of dashes or underscores.
    """
    kind = label_of(page.lines[at])
    if kind is None or kind == CC:
        return None
    kinds, last = _fields(page, at)
    if FROM not in kinds or not kinds & {SENT, SUBJECT}:
        return None
    return last + 1 if len(kinds) >= 3 or (len(kinds) == 2 and follows_separator(page, at)) else None


def follows_separator(page: Page, at: int) -> bool:
    """Whether the last written line above is a line of dashes or underscores."""
    above = page.previous_written(at)
    return above >= 0 and is_separator(page.lines[above])


def is_separator(line: str) -> bool:
    """Whether a line is drawn, not written."""
    return bool(line) and line[0] in DRAWN and bool(_SEPARATOR.fullmatch(line))


def _fields(page: Page, at: int) -> tuple[set[str], int]:
    """The fields in the block that begins at a line, and its last line; values may be wrapped, and lines a blank apart."""
    kinds: set[str] = set()
    last, wrapped = at, 0
    for place in range(at, min(at + MOST_LINES, page.end)):
        line = page.lines[place]
        if not line:
            if place > 0 and not page.lines[place - 1]:
                break
            wrapped = _WRAPPED  # a value is not wrapped over a blank line
            continue
        kind = label_of(line)
        if kind is not None:
            kinds |= {kind, *_inner_fields(line)}
            last, wrapped = place, 0
        elif wrapped >= _WRAPPED:
            break
        else:
            wrapped += 1
            last = place if kinds and wrapped == 1 and not page.lines[last] else last
    return kinds, last


def _inner_fields(line: str) -> set[str]:
    """The fields of a block that was flattened into one line."""
    if len(line) < 40 or sum(map(line.count, COLONS)) < 3:
        return set()
    found = (LABELS.get(readable(match[1])) for match in _INNER_LABEL.finditer(line, 0, 2000))
    return {kind for kind in found if kind is not None}

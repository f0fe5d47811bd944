"""Headings over a quoted mail: blocks such as "From: / Sent: / To: / Subject:", and "----- Original Message -----"."""

import re
from enum import Enum

from .moments import has_time
from .page import COLONS, Page, readable
from .words import CC, FORWARDED, FROM, LABELS, ORIGINAL, SENT, SUBJECT, TO

MOST_LINES = 24
DRAWN = "-_=*~\u2010\u2011\u2012\u2013\u2014\u2015\u2500\u2501"
"""Of what lines are drawn."""
LONGEST_LABEL = 40
_WRAPPED = 4
_MAY_BEGIN_REPLY_LINE = DRAWN + "#rR"
_DASHES = DRAWN + "> \t#+"
_LABELS = {readable(word): kind for word, kind in LABELS.items()}
_ORIGINAL = frozenset(map(readable, ORIGINAL))
_FORWARDED = frozenset(map(readable, FORWARDED))
_DECORATION = "*_>|[ \t\xa0"
_SEPARATOR = re.compile(rf"(?:[{DRAWN}]\s?){{3,}}")
_DRAWN_AROUND = re.compile(rf"[{DRAWN}]{{3,}} ?[^{DRAWN}\s][^:@]{{3,50}}[^{DRAWN}\s] ?[{DRAWN}]{{3,}}")
_INNER_LABEL = re.compile(r"([^\W\d_]{1,20}) ?[:\uff1a](?=\s)")
_COLON = re.compile(r"[:\uff1a\ufe55]")
_STAMP = re.compile(
    r"\d{1,4}[./-]\d{1,2}[./-]\d{2,4},? \d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?: [AP]M)?(?: [A-Z]{3,4})?", re.IGNORECASE
)
_ALL_FIELDS = 4
_RAW = re.compile(
    r"(?:received|return-path|delivered-to|message-id|mime-version|content-type|authentication-results"
    r"|dkim-signature|x-[a-z-]{1,30}):",
    re.IGNORECASE,
)
"""Fields that no mail program puts over a quote: somebody shows us the source of a mail."""
_ABOVE_THIS = re.compile(
    r"(?:\breply\b|\A\W*##).{0,60}"
    r"(?:above (?:this|the) (?:dotted )?line|(?:ober|über|oberhalb) (?:dieser|dieser gestrichelten) (?:zeile|linie)"
    r"|au-dessus de cette ligne|(?:encima|arriba) de esta línea|acima desta linha|sopra (?:a )?questa (?:riga|linea)"
    r"|boven deze (?:regel|lijn)|ovanför denna rad|over denne linjen?|tämän rivin yläpuolelle"
    r"|(?:powyżej|nad) (?:tej linii|tą linią)|nad tento řádek|(?:выше|над) эт(?:ой|ую) (?:строк|лини|черт)\w{1,2}"
    r"|この(?:行|線)より上|(?:在此行上方|此行之上|在此线上方))"
)
"""The line of another desk's mail, such as ``##- Please type your reply above this line -##``."""


class Heading(Enum):
    """What a line with words between dashes announces."""

    ORIGINAL = "original"
    FORWARDED = "forwarded"


def heading(page: Page, at: int) -> Heading | None:
    """Whether a line says, in any language that we know, that the original or a forwarded mail follows."""
    line = page.lines[at]
    if len(line) > (120 if line[0] in DRAWN or line.startswith("##") else 60):
        return None
    words = readable(line).replace("&nbsp;", " ").strip(_DASHES + "".join(COLONS))
    words = " ".join(words.split())
    if words in _FORWARDED:
        return Heading.FORWARDED
    if line[0] in _MAY_BEGIN_REPLY_LINE and _is_reply_line(line):
        return Heading.ORIGINAL
    if words in _ORIGINAL and (line[0] in _DASHES or has_header_below(page, at)):
        return Heading.ORIGINAL
    if line[0] in "-—" and words.partition(" from ")[0] in _FORWARDED:
        return Heading.FORWARDED
    return None


def _is_reply_line(line: str) -> bool:
    """Whether the line is the one that another desk wants answers to stand above."""
    if len(line) > 120:
        return False
    text = readable(line)
    return (text[0] != "r" or text.startswith("reply above")) and bool(_ABOVE_THIS.search(text))


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
    if " " in word and len(word) < 5 and not word.isascii() and word not in _LABELS:
        word = word.replace(" ", "")  # two characters that a program spaces as wide as three
    return _LABELS.get(word)


def header_end(page: Page, at: int) -> int | None:
    """The line after the header block that begins at line `at`; None when none begins there.

    Three different fields with the sender among them are a header block; two suffice behind a line of dashes or underscores.
    People also write such lists themselves, of a journey or a filter: so there must be an address, a time of day, a drawn
    line above, or all of the fields. Where somebody shows the source of a mail, nothing is a header block.
    """
    kind = label_of(page.lines[at])
    if kind is None or kind == CC or "a" <= page.lines[at][0] <= "z":
        return None
    kinds, last = _fields(page, at)
    if FROM not in kinds or not kinds & {SENT, SUBJECT} or _shows_source(page, at, last):
        return None
    fields = len(kinds - {CC})
    enough = fields >= _ALL_FIELDS or (len(kinds) >= 3 and _has_evidence(page, at, last, kinds)) or _is_pair(page, at)
    return last + 1 if enough or (len(kinds) >= 2 and _follows_drawn(page, at)) else None


def columns_end(page: Page, at: int) -> int | None:
    """The line after a block that was laid out in columns, with labels on lines of their own; None when none begins there.

    Lotus Notes puts the sender's name above, the date below it, and then "To", "cc" and "Subject" each above its value.
    """
    if at + 1 >= page.end or not page.lines[at + 1][:1].isdigit() or not _STAMP.fullmatch(page.lines[at + 1]):
        return None
    seen: set[str] = set()
    for place in range(at + 2, min(at + MOST_LINES, page.end)):
        kind = _LABELS.get(readable(page.lines[place]))
        if kind == SUBJECT and TO in seen:
            return place + 1
        if kind is not None:
            seen.add(kind)
    return None


def _shows_source(page: Page, at: int, last: int) -> bool:
    return any(_RAW.match(page.lines[place]) for place in range(max(at - 1, 0), last + 1))


def _has_evidence(page: Page, at: int, last: int, kinds: set[str]) -> bool:
    """Whether a block holds an address, or beside a subject a date with a time of day: a journey has no subject."""
    for place in range(at, last + 1):
        line = page.lines[place]
        if "@" in line or (SUBJECT in kinds and label_of(line) == SENT and has_time(line[:300])):
            return True
    return False


def _is_pair(page: Page, at: int) -> bool:
    """Whether two lines alone name a sender with an address, and a date with a time of day."""
    if at + 1 >= page.end:
        return False
    first, second = page.lines[at], page.lines[at + 1]
    return (
        (label_of(first), label_of(second)) == (FROM, SENT) and "@" in first and "<" in first and has_time(second[:300])
    )


def _follows_drawn(page: Page, at: int) -> bool:
    """Whether a drawn line stands above, or a heading such as "Original Message" in whatever language."""
    above = page.previous_written(at)
    return above >= 0 and (is_separator(page.lines[above]) or is_drawn_around(page.lines[above]))


def is_drawn_around(line: str) -> bool:
    """Whether a line is a few words between drawn lines."""
    return len(line) <= 100 and bool(_DRAWN_AROUND.fullmatch(line))


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
    found = (_LABELS.get(readable(match[1])) for match in _INNER_LABEL.finditer(line, 0, 2000))
    return {kind for kind in found if kind is not None}

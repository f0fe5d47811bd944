"""Lines such as "On 3 May 2024 at 10:12, Ada Byron <ada@example.org> wrote:", in the languages of mail programs.

A program that puts an address, a date and a time of day into such a line is believed in any language; one that leaves out one
of them is known by its verb.
"""

import re
from collections.abc import Iterable, Iterator

import attrs

from .page import COLONS, Page, readable
from .words import OPENERS, WROTE, WROTE_ANYWHERE

LONGEST_LINE = 320
LONGEST = 500
MOST_LINES = 4
_ENDS = (*COLONS, "\u05c3")


def _one_of(words: Iterable[str]) -> str:
    """A pattern for any of the words, the longest first."""
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))


_TIME = re.compile(r"(?<!\d)\d{1,2}\s?(?:[:.\u066b\uff1a]|h|時|时|点|點|시)\s?\d{2}(?!\d)")
_NUMERIC_DATE = re.compile(
    r"(?<!\d)(?:\d{1,2}[./-]\s?\d{1,2}[./-]\s?\d{2,4}|\d{4}\s?[./-]\s?\d{1,2}[./-]\s?\d{1,2})(?!\d)"
)
_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")
_DAY = re.compile(r"(?<!\d)\d{1,2}(?!\d)")
_ADDRESS = re.compile(r"[^\s@<>()\[\],;:\"]@[^\s@<>()\[\],;:\"]{3}")
_VERB = re.compile(rf"(?<!\w)(?:{_one_of(WROTE)})(?!\w)|{_one_of(WROTE_ANYWHERE)}")
_OPENER = re.compile(rf"(?:{_one_of(OPENERS)})(?=[\s\d,\-־])")
_OLD_GMAIL = re.compile(r"\d{4}[/-]\d{1,2}[/-]\d{1,2} [^<>]{0,200}<[^<>\s@]{1,64}@[^<>\s@]{1,255}>")
_SENTENCE_ENDS = ("!", "?", "。", "\uff01", "\uff1f", ";", *COLONS)
_FULL_STOP = re.compile(r"[^\d\s]{4,}\.\Z")  # unlike the dots of "12." and "jan."


@attrs.frozen
class _Signs:
    """What a line says of itself."""

    verb: bool
    address: bool
    time: bool
    date: bool

    @property
    def certain(self) -> bool:
        """Whether such a line introduces a quote even where nothing marks the quote itself."""
        if self.address and self.date and self.time:
            return True
        return self.verb and (self.date or (self.address and self.time))

    @property
    def likely(self) -> bool:
        """Whether such a line belongs to the quoted lines that stand below it."""
        return self.verb or (self.address and (self.date or self.time)) or (self.date and self.time)


def certain_start(page: Page, at: int) -> int | None:
    """The first line of an attribution that ends at line `at` and needs no quote signs below it; None if there is none."""
    line = page.lines[at]
    if not _may_end(line):
        return None
    for start, text in _growing(page, at):
        signs = _signs(text)
        if signs.certain or (signs.verb and signs.address and _is_alone(page, start, at)):
            return _stretched(page, start, at)
    return None


def likely_start(page: Page, at: int) -> int | None:
    """The same for an attribution with quoted lines below it: there much less is believed."""
    found = certain_start(page, at)
    if found is not None:
        return found
    line = page.lines[at]
    if _OLD_GMAIL.fullmatch(line):
        return at
    if not _may_end(line):
        return None
    for start, text in _growing(page, at):
        if _signs(text, verb_alone=True).likely:
            return _stretched(page, start, at)
    return None


def _may_end(line: str) -> bool:
    if len(line) > LONGEST_LINE:
        return False
    bare = line.rstrip(" *_\xa0\u200e\u200f\u202c")
    return bare.endswith(_ENDS) or line.endswith("---")


def _ends_sentence(line: str) -> bool:
    return line.endswith(_SENTENCE_ENDS) or bool(_FULL_STOP.search(line, max(len(line) - 12, 0)))


def _growing(page: Page, at: int) -> Iterator[tuple[int, str]]:
    """The line, then the line with the one above it, and so on: as far as a mail program may have wrapped it."""
    text = page.lines[at]
    yield at, readable(text)
    for start in range(at - 1, max(at - MOST_LINES, -1), -1):
        above = page.lines[start]
        if not above or len(text) + len(above) > LONGEST or _ends_sentence(above) or page.is_quoted(start):
            return
        text = f"{above} {text}"
        if any(sign in above for sign in "0123456789@<,") or not above.isascii():
            yield start, readable(text)


def _signs(text: str, *, verb_alone: bool = False) -> _Signs:
    """What a line says of itself; without an address or date its verb counts for nothing, unless `verb_alone` does."""
    address = "@" in text and bool(_ADDRESS.search(text))
    date = _has_date(text)
    return _Signs(
        verb=(address or date or verb_alone) and bool(_VERB.search(text)),
        address=address,
        time=bool(_TIME.search(text)),
        date=date,
    )


def _has_date(text: str) -> bool:
    """A date in figures, or a year and a day; the name of the month may be any word."""
    if _NUMERIC_DATE.search(text):
        return True
    return bool(_YEAR.search(text) and _DAY.search(_TIME.sub(" ", text)))


def _is_alone(page: Page, start: int, at: int) -> bool:
    """Whether the lines are a paragraph of their own: the verb and an address alone could be a sentence of the sender's."""
    return start == at and (at == 0 or not page.lines[at - 1])


def _stretched(page: Page, start: int, at: int) -> int:
    """The first line of a wrapped attribution of which the lines from `start` on were enough to be believed."""
    if _OPENER.match(readable(page.lines[start])):
        return start
    for above in range(start - 1, max(at - MOST_LINES, -1), -1):
        line = page.lines[above]
        if not line or len(line) > LONGEST_LINE or _ends_sentence(line):
            return start
        if _OPENER.match(readable(line)) and any(char.isdigit() for char in line):
            return above
    return start

"""Lines such as "On 3 May 2024 at 10:12, Ada Byron <ada@example.org> wrote:", in the languages of mail programs.

A program that puts an address, a date and a time of day into such a line is believed in any language; one that leaves out one
of them is known by its verb.
"""

import re
from collections.abc import Iterable, Iterator

import attrs

from .moments import has_date, has_time
from .page import COLONS, Page, readable
from .words import OPENERS, WROTE, WROTE_ANYWHERE

LONGEST_LINE = 320
LONGEST = 500
MOST_LINES = 4
_ENDS = (*COLONS, "\u05c3", "\u0589")


def _one_of(words: Iterable[str]) -> str:
    """A pattern for any of the words, the longest first."""
    return "|".join(map(re.escape, sorted(map(readable, words), key=len, reverse=True)))


_ADDRESS = re.compile(r"[^\s@<>()\[\],;:\"]@[^\s@<>()\[\],;:\"]{3}")
_VERB = re.compile(rf"(?<!\w)(?:{_one_of(WROTE)})(?!\w)|{_one_of(WROTE_ANYWHERE)}")
_OPENER = re.compile(rf"(?:{_one_of(OPENERS)})(?=[\s\d,\-־])")
_OLD_GMAIL = re.compile(r"\d{4}[/-]\d{1,2}[/-]\d{1,2} [^<>]{0,200}<[^<>\s@]{1,64}@[^<>\s@]{1,255}>")
_ADDRESS_AND_COLON = re.compile(r"[^<>]{4,200}+<[^<>\s@]{1,64}+@[^<>\s@]{1,255}+>[^:\uff1a]{1,30}[:\uff1a](?=\s)")
_FIRST_PERSON = re.compile(
    r"(?<!\w)(?:i (?:have |had )?(?:wrote|written)|we wrote|ich|wir|ik|wij|jag|jeg|yo|я|мы|minä)(?!\w)"
)
_ADDRESS_AT_AN_END = re.compile(r"\A[^\s@]{1,64}@[^\s@]|@[^\s@]{1,255}\Z")
_COLON_INSIDE = re.compile(r"[^\d\s]: ")
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
        return self.verb and self.date + self.address + self.time >= 2

    @property
    def likely(self) -> bool:
        """Whether such a line belongs to the quoted lines that stand below it."""
        return self.verb or (self.address and (self.date or self.time)) or (self.date and self.time)


def certain_start(page: Page, at: int) -> int | None:
    """The first line of an attribution that ends at line `at` and needs no quote signs below it; None if there is none."""
    line = page.lines[at]
    if not _may_end(line):
        return at if _begins_quote(line) else None
    if _drawn_around(line) and _VERB.search(readable(line)):
        return at
    for start, text in _growing(page, at):
        signs = _signs(text)
        if signs.certain or (signs.verb and signs.address and _is_alone(page, start, at)):
            return None if _is_told(page, start, text, signs) else _stretched(page, start, at)
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


def _is_told(page: Page, start: int, text: str, signs: _Signs) -> bool:
    """Whether the sender tells of a letter, or shows a log: ``On 5 May 2024 I wrote to you:`` is no program's line."""
    if not signs.address:
        in_paragraph = start > 0 and page.lines[start - 1] != "" and page.lines[start][0].islower()
        return in_paragraph or bool(_FIRST_PERSON.search(text))
    if signs.verb or any(bracket in text for bracket in "<([\uff1c\uff08"):
        return False
    return bool(_COLON_INSIDE.search(text)) or not _ADDRESS_AT_AN_END.search(text)


def _drawn_around(line: str) -> bool:
    """``---- Ada Byron wrote ----``, with neither date nor address."""
    return line.startswith("---") and line.endswith("---")


def _begins_quote(line: str) -> bool:
    """Whether the first words of the quote stand in the same line behind an attribution that lacks nothing."""
    found = _ADDRESS_AND_COLON.match(line, 0, LONGEST_LINE) if "@" in line and ">" in line else None
    if found is None:
        return False
    text = readable(found[0])
    signs = _signs(text)
    return bool(_OPENER.match(text)) and signs.verb and signs.date and signs.time


def _ends_sentence(line: str) -> bool:
    return line.endswith(_SENTENCE_ENDS) or bool(_FULL_STOP.search(line, max(len(line) - 12, 0)))


def _growing(page: Page, at: int) -> Iterator[tuple[int, str]]:
    """The line, then the line with the one above it, and so on: as far as a mail program may have wrapped it."""
    text = page.lines[at]
    yield at, readable(text)
    for start in range(at - 1, max(at - MOST_LINES, -1), -1):
        above = page.lines[start]
        if not above and "@" in text and text.count(">") > text.count("<"):
            continue  # the end of an address, and some programs put a blank line below every line
        if not above or len(text) + len(above) > LONGEST or _ends_sentence(above) or page.is_quoted(start):
            return
        text = f"{above} {text}"
        if any(sign in above for sign in "0123456789@<,") or not above.isascii():
            yield start, readable(text)


def _signs(text: str, *, verb_alone: bool = False) -> _Signs:
    """What a line says of itself; without an address or date its verb counts for nothing, unless `verb_alone` does."""
    address = "@" in text and bool(_ADDRESS.search(text))
    date = has_date(text)
    return _Signs(
        verb=(address or date or verb_alone) and bool(_VERB.search(text)),
        address=address,
        time=has_time(text),
        date=date,
    )


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
        if _OPENER.match(readable(line).lstrip("> ")) and any(char.isdigit() for char in line):
            return above
    return start

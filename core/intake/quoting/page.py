"""A mail's text as lines, each without its blanks and marks of direction, and where each begins."""

import re
import unicodedata
from collections import Counter

import attrs

MOST_LINES = 10_000
"""So many lines are looked at; what follows shares the lot of the last one."""

UNSEEN = (
    " \t\r\f\v\xa0\u2007\u202f\u3000"
    "\u00ad\u200b\u200c\u200d\u2060\ufeff"
    "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
"""Blanks, and what has no width: joiners and the marks of direction that mail programs put around names."""

COLONS = (":", "\uff1a", "\ufe55")
QUOTE_SIGNS = (">", "\uff1e")
_INITIALS = re.compile(r"([^\W\d_]{1,3}>)>* ")  # "JD> text", as The Bat and some others quote
_PROMPT = ">>> "
_IN_MESSAGE = ", in message"  # GroupWise goes on with the rest of an attribution in the next line
_COMPARISON = re.compile(r">= ?\d")
_OPEN_ADDRESS = re.compile(r"<[^<>\s@]{1,64}@[^<>\s@]{1,255}\Z")
_UNSEEN_INSIDE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff\u061c\u202a-\u202e\u2066-\u2069]+")


@attrs.frozen
class Page:
    """The lines of a text: `lines` as they read, `starts` as offsets into the text with the end of the last line behind.

    `initials` are the signs made of initials that stand before two lines or more: before one line it may be anything.
    `prompts` tells that ``>>> `` is what Python asks for input with: a quote so deep has others above it.
    """

    lines: tuple[str, ...]
    starts: tuple[int, ...]
    initials: frozenset[str] = frozenset()
    prompts: bool = False

    @property
    def end(self) -> int:
        """The number of lines."""
        return len(self.lines)

    def is_quoted(self, at: int) -> bool:
        """Whether a line stands behind a quote sign.

        A line that begins with "From " is given one on its way through some mail stores: that is none if it stands alone.
        """
        line = self.lines[at]
        if line.startswith(QUOTE_SIGNS):
            if line.startswith(_PROMPT) and line.endswith(_IN_MESSAGE):
                return False
            if (self.prompts and _is_prompt(line)) or _COMPARISON.match(line) or self._closes_address(at):
                return False
            return not line.startswith(">From ") or self._has_quoted_neighbour(at)
        found = _INITIALS.match(line) if self.initials else None
        return found is not None and found[1] in self.initials

    def _closes_address(self, at: int) -> bool:
        """Whether the sign only ends an address that was wrapped before it: ``<ada@example.org`` and ``> wrote:``."""
        above = self.lines[at - 1] if at else ""
        return self.lines[at].endswith(COLONS) and bool(_OPEN_ADDRESS.search(above, max(len(above) - 300, 0)))

    def _has_quoted_neighbour(self, at: int) -> bool:
        return self._starts(at - 1, QUOTE_SIGNS) or self._starts(at + 1, QUOTE_SIGNS)

    def _starts(self, at: int, signs: tuple[str, ...]) -> bool:
        return 0 <= at < self.end and self.lines[at].startswith(signs)

    def next_written(self, at: int) -> int:
        """The first line from `at` on that is not blank; the number of lines when there is none."""
        while at < self.end and not self.lines[at]:
            at += 1
        return at

    def previous_written(self, at: int) -> int:
        """The last line before `at` that is not blank; -1 when there is none."""
        at -= 1
        while at >= 0 and not self.lines[at]:
            at -= 1
        return at


def page_of(text: str) -> Page:
    """The lines of a text; of a very long one the first `MOST_LINES`."""
    raw = text.split("\n", MOST_LINES)
    starts = [0]
    for line in raw:
        starts.append(starts[-1] + len(line) + 1)
    if len(raw) > MOST_LINES:
        raw.pop()
        starts.pop()
    else:
        starts[-1] = len(text)
    lines = tuple(line.strip(UNSEEN) for line in raw)
    if "> " not in text:
        return Page(lines, tuple(starts))
    return Page(lines, tuple(starts), initials=_initials(lines), prompts=_has_prompts(lines))


def _has_prompts(lines: tuple[str, ...]) -> bool:
    quoted = [line for line in lines if line.startswith(">")]
    return bool(quoted) and all(map(_is_prompt, quoted))


def _is_prompt(line: str) -> bool:
    return line.startswith(_PROMPT) or line == _PROMPT.strip()


def _initials(lines: tuple[str, ...]) -> frozenset[str]:
    found = Counter(sign[1] for line in lines if ">" in line[1:4] and (sign := _INITIALS.match(line)))
    return frozenset(sign for sign, number in found.items() if number > 1)


def readable(line: str) -> str:
    """A line in lower case without marks of direction, and with ordinary blanks: what is compared with lists of words."""
    if not line.isascii():
        line = unicodedata.normalize("NFC", line)
        line = _UNSEEN_INSIDE.sub("", line).replace("\xa0", " ").replace("\u202f", " ").replace("\u3000", " ")
    return line.replace("İ", "i").casefold()

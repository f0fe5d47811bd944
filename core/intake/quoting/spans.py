"""The stretches of a mail's text that repeat an earlier mail.

Two kinds of mail are told apart. Where quoted lines stand behind quote signs, those lines are cut, wherever they are, so that
answers between and below them stay. Where nothing but a heading says that the earlier mail begins, everything below it is cut.
"""

import re
from collections.abc import Iterator
from itertools import islice

import attrs

from .attributions import certain_start, likely_start
from .header_blocks import Heading, columns_end, header_end, heading, is_drawn_around, is_separator, label_of
from .marker import marker_offset
from .page import COLONS, QUOTE_SIGNS, Page, page_of

MOST_SPANS = 100
_SIGNS = (*QUOTE_SIGNS, *COLONS, "--", "__", "==", "~~")
_OVERHANG = 60
_HEADER_LINES = 15
_REST_OF_BLOCK = re.compile(r"(?:[ \t\xa0]*+(?:>[^\n]*+)?(?:\n|\Z))*+")
_SAID = re.compile(
    r"[^\s\-_=*>|~#.,:;()\[\]\u00ad\u200b-\u200f\u2010-\u2015\u202a-\u202e\u2060\u2066-\u2069\ufeff]"
    r"|[:;=]-?[()]"
)
"""Anything that is neither drawn nor unseen, or a smile."""
_SIGNATURE = ("--", "__")
_GROUPWISE_END = ">>>"


def quoted_spans(text: str, *, marker: str = "") -> tuple[tuple[int, int], ...]:
    """The stretches of a text that repeat an earlier mail, as offsets (from, to), sorted and apart; at most 100.

    Nothing is cut when no word would be left: then the quote is what the sender wants to say.

    :param marker: the line that our own mails begin with; '' for none.
    """
    if not marker and not any(sign in text for sign in _SIGNS):
        return ()
    page = page_of(text)
    marked = marker_offset(text, marker) if marker else None
    for to_the_end in (True, False):
        # Without a word above the quote its sender writes below it: then only what is marked line by line is cut.
        spans = tuple(islice(_spans(text, page, marked=marked, to_the_end=to_the_end), MOST_SPANS))
        if spans and _leaves_words(text, spans):
            return spans
    return ()


def _leaves_words(text: str, spans: tuple[tuple[int, int], ...]) -> bool:
    at = 0
    for start, end in (*spans, (len(text), len(text))):
        if _SAID.search(text, at, start):
            return True
        at = end
    return False


@attrs.frozen
class _Cut:
    """Lines to cut, from `start` to before `end`."""

    start: int
    end: int


def _spans(text: str, page: Page, *, marked: int | None, to_the_end: bool) -> Iterator[tuple[int, int]]:
    marked_line = None if marked is None else text.count("\n", 0, marked)
    at = 0
    for cut in _cuts(page, marked_line=marked_line, to_the_end=to_the_end):
        start, end = max(page.starts[cut.start], at), page.starts[cut.end]
        if cut.end == page.end and end < len(text):
            end = len(text) if to_the_end and not page.is_quoted(page.end - 1) else _end_of_block(text, end)
        if start < end:
            yield start, end
        at = end


def _end_of_block(text: str, at: int) -> int:
    found = _REST_OF_BLOCK.match(text, at)
    return found.end() if found else at


def _cuts(page: Page, *, marked_line: int | None, to_the_end: bool) -> Iterator[_Cut]:
    """What to cut, from above to below."""
    at = fresh_from = 0
    while at < page.end:
        line = page.lines[at]
        if not line:
            at += 1
            continue
        if page.is_quoted(at) and not _is_groupwise(line):
            end = _block_end(page, at)
            if fresh_from == 0 and marked_line is None and _is_excerpt(page, at, end):
                at = fresh_from = end
                continue
            yield _Cut(_block_head(page, at, floor=fresh_from, marked=marked_line == at), end)
            at = fresh_from = end
            continue
        said = heading(page, at)
        if said is Heading.FORWARDED:
            if not _is_ours(at, marked_line):
                return
            said = Heading.ORIGINAL
        found = _quote_below(page, at, said=said, marked=marked_line == at)
        if found is not None:
            if to_the_end:
                yield _Cut(_with_separators(page, found.start, floor=fresh_from), page.end)
                return
            at = found.end
            continue
        at += 1


def _is_ours(at: int, marked_line: int | None) -> bool:
    """Whether the mail below a heading at line `at` is one of ours, which nobody needs to send us again."""
    return marked_line is not None and at < marked_line <= at + _HEADER_LINES


def _quote_below(page: Page, at: int, *, said: Heading | None, marked: bool) -> _Cut | None:
    """The lines that say that everything below them is an earlier mail."""
    if marked:
        above = page.previous_written(at)
        start = _introduction(page, above, floor=0) if above >= 0 else None
        return _Cut(at if start is None else start, at + 1)
    if said is Heading.ORIGINAL:
        below = page.next_written(at + 1)
        end = header_end(page, below) if below < page.end else None
        end = end or at + 1
        return None if _is_followed_by_quote(page, end - 1) else _Cut(at, end)
    # A block that begins in the middle of another was looked at with that one.
    end = None if at > 0 and label_of(page.lines[at - 1]) else header_end(page, at)
    if end is not None:
        # Where the lines below have signs of their own, answers may stand between them.
        return None if _is_followed_by_quote(page, end - 1) else _Cut(at, end)
    if _is_groupwise(page.lines[at]):
        return _Cut(at, at + 1)
    end = columns_end(page, at)
    if end is not None:
        return _Cut(at, end)
    start = certain_start(page, at)
    if start is None or _is_followed_by_quote(page, at):
        return None
    return _Cut(start, at + 1)


def _is_groupwise(line: str) -> bool:
    """``>>> Ada Byron 03.05.24 10:12 >>>``: a heading that looks like a quoted line, with no sign on the lines below it."""
    return line.startswith(_GROUPWISE_END) and line.endswith(_GROUPWISE_END) and len(line) > 12


def _is_followed_by_quote(page: Page, at: int) -> bool:
    below = page.next_written(at + 1)
    return below < page.end and page.is_quoted(below) and not _is_groupwise(page.lines[below])


def _block_end(page: Page, at: int) -> int:
    """The line after a block of quoted lines, with blank lines in it and below it, and with what was wrapped out of it."""
    end = at + 1
    while end < page.end:
        if page.lines[end] and not page.is_quoted(end) and not _is_overhang(page, end):
            break
        end += 1
    return end


def _is_excerpt(page: Page, at: int, end: int) -> bool:
    """Whether the only quoted lines are something that the sender shows us, with more words below.

    "It says:" stands above them, or it is but one line in the middle of a paragraph.
    """
    above, below = page.previous_written(at), page.next_written(end)
    in_paragraph = above == at - 1 and (end == at + 1 or not page.lines[at + 1])
    if above < 0 or not (in_paragraph or page.lines[above].endswith(COLONS)):
        return False
    if below == page.end or page.lines[below].startswith(_SIGNATURE):
        return False
    if likely_start(page, above) is not None or _heading_above(page, above, floor=0) is not None:
        return False
    return not any(page.is_quoted(later) for later in range(end, page.end))


def _is_overhang(page: Page, at: int) -> bool:
    """Whether a line is the end of the quoted line above it, wrapped on the way, with the block going on below."""
    line, above = page.lines[at], page.lines[at - 1]
    if len(above) < _OVERHANG or len(line) >= _OVERHANG or at + 1 >= page.end:
        return False
    return page.is_quoted(at - 1) and page.is_quoted(at + 1) and not line[0].isupper()


def _block_head(page: Page, at: int, *, floor: int, marked: bool) -> int:
    """Where a quoted block begins: with its attribution or heading, if it has one."""
    above = page.previous_written(at)
    if above < floor:
        return at
    start = likely_start(page, above)
    if start is None and marked:
        start = _introduction(page, above, floor=floor)
    if start is None:
        start = _heading_above(page, above, floor=floor)
    return _with_separators(page, at if start is None else max(start, floor), floor=floor)


def _heading_above(page: Page, above: int, *, floor: int) -> int | None:
    """The first line of a header block, or of a line with "Original Message", that ends at the line `above`."""
    for start in range(above, max(above - 10, floor - 1), -1):
        if page.lines[start] and heading(page, start) is Heading.ORIGINAL:
            return start
        end = header_end(page, start) if page.lines[start] else None
        if end is not None and end > above:
            return start
    return None


def _introduction(page: Page, above: int, *, floor: int) -> int | None:
    """The paragraph right above our own line, when it introduces a quote in whatever language."""
    start = likely_start(page, above)
    if start is not None:
        return start
    start = _heading_above(page, above, floor=floor)
    if start is not None:
        return start
    line = page.lines[above]
    if is_separator(line) or (line.endswith(COLONS) and ("@" in line or any(char.isdigit() for char in line))):
        return above
    return None


def _with_separators(page: Page, start: int, *, floor: int) -> int:
    """The start, moved up over lines that are drawn to part the earlier mail from what stands above."""
    above = page.previous_written(start)
    is_block = start < page.end and label_of(page.lines[start]) is not None
    while above >= floor and (
        is_separator(page.lines[above])
        or heading(page, above) is Heading.ORIGINAL
        or (is_block and is_drawn_around(page.lines[above]))
    ):
        start = above
        above = page.previous_written(start)
    return _above_fields(page, start, floor=floor)


def _above_fields(page: Page, start: int, *, floor: int) -> int:
    """The drawn line above, when nothing but fields such as "To:" stands between it and the start."""
    above = start - 1
    while above >= max(floor, start - 4) and page.lines[above]:
        if above < start - 1 and is_separator(page.lines[above]):
            return above
        if label_of(page.lines[above]) is None:
            return start
        above -= 1
    return start

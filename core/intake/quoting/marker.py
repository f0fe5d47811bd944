"""The line that our own mails begin with, found again whatever a mail program has done to it."""

import re
from functools import lru_cache

_FILLER = r"[\s>\uff1e|*_\xa0\u00ad\u200b-\u200f\u2060\ufeff\u202a-\u202e]{0,60}+"
_BEFORE = re.compile(rf"{_FILLER}\Z")
_DASHES = re.compile("-+")
_DASH = "[-\u2010-\u2015\u2212]"
_SHORTEST = 3


def marker_offset(text: str, marker: str) -> int | None:
    """Where the marker begins that fills a line, or two; None when the text has none.

    Quote signs, emphasis, blanks of all kinds and a line end may stand between its characters, and letters may have
    changed their case.
    """
    pattern = _pattern(marker)
    if pattern is None:
        return None
    for found in pattern.finditer(text):
        line_start = text.rfind("\n", 0, found.start()) + 1
        if _is_filler(text[line_start : found.start()]):
            return found.start()
    return None


def _is_filler(text: str) -> bool:
    return len(text) <= 60 and bool(_BEFORE.match(text))


@lru_cache(maxsize=64)
def _pattern(marker: str) -> re.Pattern[str] | None:
    letters = "".join(marker.split())
    if len(letters) < _SHORTEST:
        return None
    # Word processors make one long dash of two short ones.
    pieces = [_DASH + "{1,8}+" if letter == "-" else re.escape(letter) for letter in _DASHES.sub("-", letters)]
    return re.compile(rf"{_FILLER.join(pieces)}(?=[ \t\xa0>*_]{{0,60}}+(?:\n|\Z))", re.IGNORECASE)

"""What an agent's mail says itself, without all that it repeats of the alert that it answers."""

import re
from collections.abc import Sequence
from itertools import pairwise

from .quoting import quoted_spans

_ABOVE = "Answer\n\n"
_FEWEST_WORDS = 4
"""A shorter line may be an answer that happens to use words of the alert."""
_SIGNS = re.compile(r"[\s>|*_]+")


def fresh(text: str, *, marker: str, told: str) -> str:
    """The text without what it quotes; '' when nothing else is there.

    A mail program may wrap quoted lines and leave their ends without a sign: no reader of quotes can tell them from an answer.
    The words of the alert are known, so that below the first quote every line that repeats them goes as well.

    :param marker: the line that our own mails begin with; '' for none.
    :param told: the words of the alert, which end users must not read.
    """
    # A line of ours above it keeps the reader of quotes from taking a text that is all quote for what its sender wants to say.
    guarded = _ABOVE + text
    known = f" {_plain(told)} "
    kept, at, above = [], len(_ABOVE), ""
    for start, end in quoted_spans(guarded, marker=marker):
        kept.append(_own_lines(guarded[at:start], above, known))
        at = max(at, end)
        above = guarded[:at]
    return "".join([*kept, _own_lines(guarded[at:], above, known)]).strip()


def _own_lines(piece: str, quoted: str, known: str) -> str:
    """The lines of a piece that do not repeat what is known; above the first quote its sender's own lines all stay."""
    lines = piece.splitlines(keepends=True)
    above = _last_line(quoted)
    start = 0 if above else _unmarked_quote(lines, known)
    own = lines[:start]
    for line in lines[start:]:
        plain = _plain(line)
        if not plain or not (line.lstrip().startswith(">") or _repeats(plain, above, known)):
            own.append(line)
        above = plain or above
    return "".join(own)


def _unmarked_quote(lines: Sequence[str], known: str) -> int:
    """Where two lines of the alert follow each other as they do there: some mail programs repeat it without any sign."""
    written = [(at, plain) for at, line in enumerate(lines) if (plain := _plain(line))]
    for (at, first), (_, second) in pairwise(written):
        both = f"{first} {second}"
        if both.count(" ") >= _FEWEST_WORDS and f" {both} " in known:
            return at
    return len(lines)


def _repeats(line: str, above: str, known: str) -> bool:
    """Whether the alert has the line right behind the one above it, or at all if it is too long for that to be chance."""
    behind = f" {above} {line} " if above else f" {line} "
    return behind in known or (line.count(" ") >= _FEWEST_WORDS - 1 and f" {line} " in known)


def _last_line(text: str) -> str:
    lines = text.rstrip().rpartition("\n")
    return _plain(lines[2])


def _plain(text: str) -> str:
    """Words in one form, whatever was wrapped or marked around them."""
    return " ".join(_SIGNS.sub(" ", text).casefold().split())

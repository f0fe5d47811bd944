"""format=flowed (RFC 3676): lines that a sender broke for the way are joined again, quote by quote."""

import re

_QUOTES = re.compile(r">*")
_SIGNATURE = "-- "


def unflow(text: str, *, delete_space: bool) -> str:
    """The text with its paragraphs in one line each.

    A quoted line keeps its depth as that many `>` and one space, so that whoever looks for quotes finds them.

    :param text: the decoded body, lines ended by LF.
    :param delete_space: whether the blank before a soft line end belongs to the break (`DelSp=yes`).
    """
    paragraphs: list[str] = []
    pieces: list[str] = []
    open_depth = -1  # of the paragraph whose last line was soft
    for line in text.split("\n"):
        depth, content = _taken_apart(line)
        if open_depth not in (-1, depth) or (pieces and content == _SIGNATURE):
            paragraphs.append(_quoted(open_depth, pieces))
            pieces = []
        soft = content.endswith(" ") and content != _SIGNATURE
        pieces.append(content[:-1] if soft and delete_space else content)
        open_depth = depth if soft else -1
        if not soft:
            paragraphs.append(_quoted(depth, pieces))
            pieces = []
    if pieces:
        paragraphs.append(_quoted(open_depth, pieces))
    return "\n".join(paragraphs)


def _taken_apart(line: str) -> tuple[int, str]:
    """The quote depth of a line and its content, without the blank that was stuffed before it (section 4.4)."""
    match = _QUOTES.match(line)
    depth = match.end() if match else 0
    content = line[depth:]
    return depth, content.removeprefix(" ") if content != _SIGNATURE else content


def _quoted(depth: int, pieces: list[str]) -> str:
    text = "".join(pieces)
    if text != _SIGNATURE:
        text = text.rstrip(" ")
    return f"{'>' * depth} {text}".rstrip(" ") if depth else text

"""Reads Authentication-Results (RFC 8601 section 2.2) and its like inside ARC (RFC 8617 section 4.1.1).

A stranger may have written the field: reading is one pass over its tokens, bounded, and never raises. What does not follow
the grammar says nothing at all, rather than half of what it seems to say.
"""

import re
from collections.abc import Iterator, Sequence

import attrs

MOST_CHARACTERS = 16_384
MOST_RESULTS = 64
MOST_PROPERTIES = 32
LONGEST_VALUE = 512

_TOKEN = re.compile(r'\s++|"(?:[^"\\]|\\.)*+"|[();=]|[^\s"();=]++|"', re.DOTALL)
_IN_COMMENT = re.compile(r"\\.|[()]", re.DOTALL)
_QUOTED_PAIR = re.compile(r"\\(.)", re.DOTALL)
_METHOD = re.compile(r"([a-z0-9][a-z0-9-]{0,63})(?:/([0-9]{1,4}))?")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}\.[a-z0-9][a-z0-9_-]{0,63}")
_VERSION = "1"
_BLANK = " "


@attrs.frozen
class Result:
    """What one method came to: names in lower case, `properties` as (``header.d``, value) in their order."""

    method: str
    result: str
    properties: tuple[tuple[str, str], ...] = ()

    def values(self, name: str) -> tuple[str, ...]:
        """The values of every property of this name, such as ``smtp.mailfrom``."""
        return tuple(value for known, value in self.properties if known == name)


@attrs.frozen
class ServerResults:
    """One field: the authserv-id in lower case, and what that server says; `results` is empty when it says ``none``."""

    server: str
    results: tuple[Result, ...] = ()


def read_results(value: str) -> ServerResults | None:
    """The content of an Authentication-Results field; None when it does not follow the grammar.

    A field or a method of a version that is not 1 is passed over, as section 2.2 asks.

    :param value: the unfolded value.
    """
    statements = _statements(value)
    if not statements:
        return None
    server = _server(statements[0])
    if server is None or len(statements) > MOST_RESULTS:
        return None
    results: list[Result] = []
    for statement in statements[1:]:
        pairs = _pairs(statement)
        if pairs is None:
            return None
        found = _result(pairs)
        if found is not None:
            results.append(found)
    return ServerResults(server, tuple(results))


def _statements(value: str) -> list[list[str]]:
    """The tokens between the semicolons, comments read as a blank; nothing when quotes or comments do not end."""
    if len(value) > MOST_CHARACTERS:
        return []
    tokens = _tokens(value)
    statements: list[list[str]] = [[]]
    for piece in tokens:
        if piece == '"':
            return []
        if piece == ";":
            statements.append([])
        else:
            statements[-1].append(piece)
    # A semicolon at the end is not in the grammar, and common.
    return [each for number, each in enumerate(statements) if number == 0 or any(not part.isspace() for part in each)]


def _tokens(value: str) -> Iterator[str]:
    """The tokens of a value; a lone quotation mark stands for what does not end."""
    at = 0
    while match := _TOKEN.match(value, at):
        at = match.end()
        piece = match[0]
        if piece == "(":
            at = _after_comment(value, at)
            piece = _BLANK if at else '"'
        elif piece == ")":
            piece = '"'
        yield piece
        if piece == '"':
            return


def _after_comment(value: str, at: int) -> int:
    """Where the comment that began ends, comments in it included; 0 when it does not."""
    depth = 1
    for match in _IN_COMMENT.finditer(value, at):
        if match[0] in "()":
            depth += 1 if match[0] == "(" else -1
        if depth == 0:
            return match.end()
    return 0


def _server(tokens: Sequence[str]) -> str | None:
    """The authserv-id, unless its version is not ours to read."""
    words = [_plain(piece) for piece in tokens if not piece.isspace()]
    if not words or "=" in words or len(words) > 2 or words[1:] not in ([], [_VERSION]):
        return None
    return words[0].lower() or None


def _pairs(tokens: Sequence[str]) -> list[tuple[str, str]] | None:
    """The ``name=value`` pairs of one statement, blanks around the sign and the dot of a name allowed; None when broken."""
    pairs: list[tuple[str, str]] = []
    name = ""
    at = 0
    while at < len(tokens):
        piece = tokens[at]
        at += 1
        if piece.isspace():
            continue
        if piece != "=":
            # A word that no sign follows is passed over; only around the dot and the slash of a name may blanks stand.
            name = name + piece if name.endswith((".", "/")) or piece.startswith((".", "/")) else piece
            continue
        at, value = _value(tokens, at)
        if not name or len(pairs) > MOST_PROPERTIES:
            return None
        pairs.append((name.lower(), value))
        name = ""
    # What has no value: the word "none" of a field without results.
    return pairs if pairs or name.lower() == "none" else None


def _value(tokens: Sequence[str], at: int) -> tuple[int, str]:
    """The value that begins at or after `at`, up to the next blank, and where it ends."""
    while at < len(tokens) and tokens[at].isspace():
        at += 1
    parts: list[str] = []
    while at < len(tokens) and not tokens[at].isspace():
        parts.append(_plain(tokens[at]))
        at += 1
    return at, "".join(parts)[:LONGEST_VALUE]


def _plain(piece: str) -> str:
    """A piece without its quotes."""
    return _QUOTED_PAIR.sub(r"\1", piece[1:-1]) if len(piece) > 1 and piece.startswith('"') else piece


def _result(pairs: Sequence[tuple[str, str]]) -> Result | None:
    """The method with its result and properties; None for ``none`` and for a method of another version."""
    if not pairs:
        return None
    (named, outcome), *rest = pairs
    method = _METHOD.fullmatch(named)
    if method is None or method[2] not in (None, _VERSION):
        return None
    properties = tuple((name, value) for name, value in rest if _NAME.fullmatch(name))
    return Result(method[1], outcome.lower(), properties)

"""Fields of the form `value; name=value`: Content-Type and Content-Disposition with RFC 2231, read in one pass."""

import re
from collections.abc import Iterator
from itertools import islice
from urllib.parse import unquote_to_bytes

import attrs

from .charsets import decode
from .limits import MailLimits
from .words import decode_words

# Possessive repeats and a loop that never goes back: text without an equals sign must not be scanned from every letter.
_GAP = re.compile(r"[\s;]*+")
# Quotes end where no other quote of the same value follows; a semicolon belongs to the encoded word that it stands in.
_PARAMETER = re.compile(
    r'([^\s=;"]++)\s*+=\s*+'
    r'("(?:[^"\\]|\\.)*+"(?![^\s;=,("][^";=]*")|(?:=\?[^?\s]{1,64}\?[bBqQ]\?[^?"]*\?=\s*+)++[^;]*+|[^;]*+)',
    re.DOTALL,
)
# The form of RFC 2231 behind a plain name.
_EXTENDED = re.compile(r"[A-Za-z][A-Za-z0-9_-]{2,30}'[A-Za-z-]{0,20}'[^\s'%]*%[^\s']*")
# Only what has to be escaped: programs of Windows put whole paths into the quotes as they are.
_QUOTED_PAIR = re.compile(r"\\([\"\\])")
_NO_SEMICOLON = re.compile(r"\s*+([^\s;=]++)\s++(?=[a-z-]{1,40}\s*+=)", re.IGNORECASE)
_NO_VALUE = re.compile(r"\s*+[a-z][a-z0-9*-]{0,40}\s*+=", re.IGNORECASE)
_SECTION = re.compile(r"([^*]+)\*(?:(\d{1,5})(\*)?)?")


@attrs.frozen
class Parametered:
    """The leading value in lower case and the parameters by their lower-case names, decoded.

    `cut` tells that there were more parameters than the limit allows.
    """

    value: str = ""
    parameters: dict[str, str] = attrs.field(factory=dict)
    cut: bool = False


def read_parametered(text: str, *, limits: MailLimits) -> Parametered:
    """Read the unfolded value of a field.

    Comments at the end of a value are dropped. Pieces of RFC 2231 come in any order and may be missing: the others are
    joined. A name in RFC 2231 form wins over the same plain name. Encoded words inside a value, which RFC 2047 forbids,
    are decoded, because that is how most senders write file names.
    """
    value, _, rest = text.partition(";")
    if "=" in value and (match := _NO_SEMICOLON.match(text)):
        value, rest = match[1], text[match.end() :]
    elif "=" in value and _NO_VALUE.match(value):
        value, rest = "", text
    plain: dict[str, str] = {}
    sections: dict[str, dict[int, tuple[bool, str]]] = {}
    pairs = list(islice(_pairs(rest), limits.parameters + 1))
    for name, content in pairs[: limits.parameters]:
        section = _SECTION.fullmatch(name)
        if section is None:
            plain.setdefault(name, content)
        else:
            number = int(section[2] or 0)
            encoded = section[2] is None or section[3] is not None
            sections.setdefault(section[1], {}).setdefault(number, (encoded, content))
    parameters = {
        name: _joined({0: (True, content)}) if _EXTENDED.fullmatch(content) else decode_words(content)
        for name, content in plain.items()
    }
    parameters.update((name, _joined(pieces)) for name, pieces in sections.items())
    return Parametered(value.partition("(")[0].strip().lower(), parameters, len(pairs) > limits.parameters)


def _pairs(rest: str) -> Iterator[tuple[str, str]]:
    """The name in lower case and the unquoted content of each parameter; what is none is passed over."""
    at = 0
    while at < len(rest):
        gap = _GAP.match(rest, at)
        at = gap.end() if gap else at
        match = _PARAMETER.match(rest, at)
        if match:
            yield match[1].lower(), _unquoted(match[2])
            at = match.end()
        else:
            at = rest.find(";", at) + 1 or len(rest)


def _unquoted(content: str) -> str:
    if content.startswith('"') and content.endswith('"') and len(content) > 1:
        return _QUOTED_PAIR.sub(r"\1", content[1:-1])
    return content.strip().strip('"')


def _joined(pieces: dict[int, tuple[bool, str]]) -> str:
    """The value of an RFC 2231 parameter from its numbered pieces; the first one names the charset, if any does."""
    ordered = sorted(pieces.items())
    charset = ""
    octets: list[bytes] = []
    for position, (_, (encoded, content)) in enumerate(ordered):
        text = content
        if encoded and position == 0 and content.count("'") >= 2:
            charset, _, text = content.split("'", 2)
        data = text.encode("utf-8", "replace")
        octets.append(unquote_to_bytes(data) if encoded else data)
    # Some put the form of RFC 2047 behind the name of RFC 2231.
    if not any(encoded for _, (encoded, _) in ordered) or (not charset and octets[0].startswith(b"=?")):
        return decode_words("".join(content for _, (_, content) in ordered))
    return decode(b"".join(octets), label=charset or "utf-8")[0]

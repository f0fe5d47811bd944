"""Field blocks inside reports: lines `Name: value`, folded, in groups that blank lines part."""

import re
from collections.abc import Iterator, Mapping

from ...contract.addresses import valid
from ...contract.text import one_line

MOST_OCTETS = 64 * 1024
"""How much of one part of a report is looked at; a report about a hundred recipients is smaller."""
MOST_LINES = 3_000

Group = Mapping[str, str]

_FIELD = re.compile(r"([A-Za-z][A-Za-z0-9-]{1,60})[ \t]{0,5}:[ \t]*(.*)")
_XTEXT = re.compile(r"\+(2B|3D|40|20|[01][0-9A-F]|7F|[89A-F][0-9A-F])")
_UNITEXT = re.compile(r"\\x\{([0-9A-Fa-f]{2,6})\}")
_TYPED = re.compile(r"([A-Za-z0-9][A-Za-z0-9 _-]{0,40});\s*(.*)", re.DOTALL)
_LARGEST_CHARACTER = 0x10FFFF
_SURROGATES = range(0xD800, 0xE000)


def text_of(octets: bytes) -> str:
    """The beginning of a part as text; reports are ASCII, or UTF-8 (RFC 6533)."""
    head = octets[:MOST_OCTETS]
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError:
        text = head.decode("latin-1")
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")


def groups(text: str, *, begins: frozenset[str] = frozenset()) -> Iterator[Group]:
    """The groups of fields, names in lower case; of a field that is repeated in its group the first counts.

    :param begins: names of fields that begin a new group where one of them is there already: some forget the blank line.
    """
    group: dict[str, str] = {}
    last = ""
    for line in text.split("\n", MOST_LINES)[:MOST_LINES]:
        if not line.strip():
            if group:
                yield group
            group, last = {}, ""
        elif line[0] in " \t" and last:
            group[last] += f" {line.strip()}"
        elif found := _FIELD.match(line):
            name = found[1].lower()
            if name in begins and name in group:
                yield group
                group = {}
            last = "" if name in group else name
            group.setdefault(name, found[2].strip())
    if group:
        yield group


def address_of(value: str) -> str:
    """The address in a field such as ``rfc822; <ada@example.org>``; ``""`` when it holds none that mail can go to."""
    found = _TYPED.fullmatch(value.strip())
    bare = (found[2] if found else value).strip()
    if found and found[1].strip().lower() == "utf-8":
        bare = _UNITEXT.sub(_character, bare)
    inner = re.search(r"<([^<>]{1,320})>", bare)
    bare = (inner[1] if inner else bare).strip().strip("'").removeprefix("mailto:").removeprefix("smtp:")
    bare = bare.removeprefix("SMTP:").rstrip(".;,").strip()
    if bare.startswith("@") and ":" in bare:  # an obsolete route (RFC 5321 appendix C)
        bare = bare.partition(":")[2]
    if valid(bare):
        return bare
    # A comment or a name beside it; the first word that is an address is meant.
    words = (word.strip("<>()\"',;") for word in bare[:1_000].split())
    return next((word for word in words if "@" in word and valid(word)), "")


def original_of(value: str) -> str:
    """The address in an Original-Recipient field, which some servers leave as xtext (RFC 3461 section 4)."""
    address = address_of(value)
    decoded = _XTEXT.sub(lambda match: chr(int(match[1], 16)), address or value)
    return address_of(decoded) or address


def word_of(value: str) -> str:
    """The first word of a field in lower case, its comment and parameters cut."""
    return re.split(r"[\s;(]", value.strip(), maxsplit=1)[0].lower()


def diagnostic_of(value: str) -> str:
    """The words of a Diagnostic-Code without their type, one line."""
    found = _TYPED.fullmatch(value.strip())
    return one_line(found[2] if found and len(found[1]) < 20 else value)


def _character(match: re.Match[str]) -> str:
    number = int(match[1], 16)
    return "\ufffd" if number > _LARGEST_CHARACTER or number in _SURROGATES else chr(number)

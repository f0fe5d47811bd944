"""Address fields: our own strict reader, where whatever is ambiguous names nobody (RFC 5322 section 3.4)."""

import re
from collections.abc import Iterable, Iterator
from enum import Enum, auto

import attrs

from ...contract.addresses import valid
from .cleaning import one_line
from .mail import Mailbox, SenderFault
from .words import decode_words

MAX_NAME_CHARACTERS = 255

# An encoded word is one token, because senders leave commas and brackets in it that RFC 2047 section 5 forbids, or
# blanks, but hardly both.
_TOKEN = re.compile(
    r'"(?:[^"\\]|\\.)*+"|=\?[^?\s]{1,64}\?[bBqQ]\?(?:[^?\s]*|[^?"<>,;:()\\@]*)\?='
    r'|\\.|[<>,;:()"]|[^"<>,;:()\\=]+|=|\\',
    re.DOTALL,
)
_MAILTO = "mailto:"
_NEEDS_QUOTES = frozenset(",:")
_SPECIALS = frozenset('"()>;@\\')
_ONE_ADDRESS = re.compile(r'[^"()<>;:,\\\s]++>\s*+')
_IN_COMMENT = re.compile(r"[()\\]")
_QUOTED_PAIR = re.compile(r"\\(.)", re.DOTALL)


class _Place(Enum):
    """Where in a mailbox the reader stands."""

    BEFORE = auto()  # in the name, or in an address without brackets
    INSIDE = auto()  # between the angle brackets
    AFTER = auto()  # where only a comment may stand


@attrs.define
class _Draft:
    """One element of an address list while it is read."""

    place: _Place = _Place.BEFORE
    before: list[str] = attrs.field(factory=list)
    inside: list[str] = attrs.field(factory=list)
    comments: list[str] = attrs.field(factory=list)
    broken: bool = False

    def add(self, token: str) -> None:
        """Take a token that is part of a name or an address."""
        if self.place is _Place.INSIDE:
            self.inside.append(token)
        elif self.place is _Place.BEFORE:
            self.before.append(token)
        elif not token.isspace():
            self.broken = True

    def bracket(self, mark: str) -> None:
        """Take an angle bracket; a pair may stand once."""
        if mark == "<" and self.place is _Place.BEFORE:
            self.place = _Place.INSIDE
        elif mark == ">" and self.place is _Place.INSIDE:
            self.place = _Place.AFTER
        else:
            self.broken = True

    def is_empty(self) -> bool:
        """Whether nothing stands between two commas, which the obsolete syntax allows."""
        return self.place is _Place.BEFORE and not self.broken and not "".join(self.before).strip()

    def mailbox(self) -> Mailbox | None:
        """The mailbox, or None when the element is malformed in any way."""
        if self.broken or self.place is _Place.INSIDE:
            return None
        if self.place is _Place.BEFORE:
            address, name = "".join(self.before).strip(), " ".join(self.comments)
        else:
            address, name = _without_route("".join(self.inside).strip()), _phrase(self.before)
            if _claims_other_address(self.before, address):
                return None
        if not valid(address):
            return None
        return Mailbox(one_line(decode_words(name), characters=MAX_NAME_CHARACTERS), address)


@attrs.frozen
class AddressList:
    """What the address fields of one name hold, in their order.

    `malformed` counts the elements that name nobody, `has_group` tells of group syntax, `overfull` that reading stopped
    at the limit.
    """

    mailboxes: tuple[Mailbox, ...] = ()
    malformed: int = 0
    has_group: bool = False
    overfull: bool = False


def read_mailboxes(values: Iterable[str], *, limit: int) -> AddressList:
    """Read the unfolded values of To, Cc, Reply-To and their like.

    A malformed element is left out and counted. Members of groups count like any other.

    :param limit: the number of elements after which reading stops.
    """
    found: list[Mailbox] = []
    malformed = 0
    has_group = False
    for value in values:
        for element in _elements(value):
            if element is None:
                has_group = True
                continue
            if len(found) + malformed == limit:
                return AddressList(tuple(found), malformed, has_group, overfull=True)
            mailbox = element.mailbox()
            if mailbox is None:
                malformed += 1
            else:
                found.append(mailbox)
    return AddressList(tuple(found), malformed, has_group)


def read_sender(values: tuple[str, ...]) -> tuple[Mailbox | None, SenderFault]:
    """The one mailbox of the From field, or None and why.

    It counts only when there is one field with one well-formed mailbox and no group (RFC 5322 section 3.6.2; several
    mailboxes would need Sender, which proves as little). `a@trusted<b@evil>` and `a@b)c@d` are malformed, so that no
    two readers can take them for different people.
    """
    if not values:
        return None, SenderFault.MISSING
    if len(values) > 1:
        return None, SenderFault.SEVERAL_FIELDS
    listed = read_mailboxes((_with_quotes(values[0]),), limit=2)
    if listed.has_group:
        return None, SenderFault.GROUP
    if listed.overfull or len(listed.mailboxes) > 1:
        return None, SenderFault.SEVERAL_MAILBOXES
    if listed.malformed:
        return None, SenderFault.MALFORMED
    if not listed.mailboxes:
        return None, SenderFault.MISSING
    return listed.mailboxes[0], SenderFault.NONE


def _with_quotes(value: str) -> str:
    """The value with quotes around a name whose comma or colon needs them, where nothing but the brackets names anybody.

    `Lee, Ann <ann@example.org>` is what many programs write; without a second `@` no two readers can disagree about it.
    """
    name, _, rest = value.partition("<")
    if _NEEDS_QUOTES.isdisjoint(name) or not _SPECIALS.isdisjoint(name) or not _ONE_ADDRESS.fullmatch(rest):
        return value
    return f'"{name.strip()}" <{rest}'


def _elements(value: str) -> Iterator[_Draft | None]:
    """The elements between the commas; None stands for the name of a group."""
    draft = _Draft()
    at = 0
    while match := _TOKEN.match(value, at):
        piece, at = match[0], match.end()
        inside = draft.place is _Place.INSIDE
        if piece == "(":
            at = _read_comment(value, at, draft)
        elif piece in "<>":
            draft.bracket(piece)
        elif piece == ":" and not inside:
            yield None
            draft = _Draft()
        elif piece in ",;" and not inside:
            if not draft.is_empty():
                yield draft
            draft = _Draft()
        elif piece in ('"', ")", "\\"):
            draft.broken = True
        else:
            draft.add(piece)
    if not draft.is_empty():
        yield draft


def _read_comment(value: str, at: int, draft: _Draft) -> int:
    """Take the comment whose bracket was just read, comments inside it included; where it ends."""
    start, depth = at, 1
    for match in _IN_COMMENT.finditer(value, at):
        if match.start() < at:
            continue
        at = match.end()
        if match[0] == "\\":
            at += 1
        else:
            depth += 1 if match[0] == "(" else -1
        if depth == 0:
            draft.comments.append(_QUOTED_PAIR.sub(r"\1", value[start : at - 1]))
            return at
    draft.broken = True
    return len(value)


def _phrase(tokens: list[str]) -> str:
    """The display name: quotes taken off, the rest as it is."""
    return "".join(
        " " + _QUOTED_PAIR.sub(r"\1", token[1:-1]) + " " if token.startswith('"') else token for token in tokens
    )


def _claims_other_address(tokens: list[str], address: str) -> bool:
    """Whether an address stands unquoted before the brackets and is not the same as the one inside."""
    written = "".join(token for token in tokens if not token.startswith('"')).strip()
    return "@" in written and decode_words(written).strip("' ").casefold() != address.casefold()


def _without_route(address: str) -> str:
    """The address without an obsolete source route, `@relay,@relay:` (RFC 5322 section 4.4), or the scheme of a link."""
    if address[: len(_MAILTO)].lower() == _MAILTO:
        return address[len(_MAILTO) :].strip()
    return address.rpartition(":")[2].strip() if address.startswith("@") else address

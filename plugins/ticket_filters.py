"""Rules that route, answer or refuse tickets before they are opened; the rules are the options of this plugin.

There are no regular expressions in them: those of Python can take time without end, and nothing could stop them. A piece of
text is looked for anywhere in what it is about; with a ``*`` in it, it has to fit the whole. Case never counts. All of it
takes time in proportion to the length of what is looked at, and that is bounded.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

import attrs

from ..core.contract.addresses import normalise
from ..core.contract.drafts import Refusal, TicketDraft
from ..core.contract.hookspecs import hookimpl
from ..core.contract.kinds import Filter
from ..core.contract.structuring import described
from ..core.contract.tickets import Origin, Priority

MOST_RULES = 1_000
MOST_PIECES = 5_000
"""How many pieces of text all rules of a place may look for."""
LONGEST_PIECE = 200
LOOKED_AT = 10_000
"""How many characters of a text, of all header fields of one name, or of the names of all files are looked at."""
LONGEST_NAME = 60
LONGEST_ANSWER = 10_000
LONGEST_REASON = 300


def _check_pieces(_: object, _field: "attrs.Attribute[Any]", value: Iterable[str]) -> None:
    for piece in value:
        if not piece.strip("* "):
            if piece.strip() != "*":
                raise ValueError("must hold texts that are not blank; '*' alone fits whatever there is")
        elif len(piece) > LONGEST_PIECE:
            raise ValueError(f"must hold texts of at most {LONGEST_PIECE} characters")


def _check_headers(instance: object, _field: "attrs.Attribute[Any]", value: Mapping[str, tuple[str, ...]]) -> None:
    for name, pieces in value.items():
        if not name.strip() or len(name) > LONGEST_PIECE:
            raise ValueError("must name header fields, such as X-Spam-Flag")
        _check_pieces(instance, _field, pieces)


def _at_most(length: int) -> Callable[[object, "attrs.Attribute[str]", str], None]:
    def check(_: object, _field: "attrs.Attribute[str]", value: str) -> None:
        if len(value) > length:
            raise ValueError(f"must have at most {length} characters")

    return check


@attrs.frozen(kw_only=True)
class Conditions:
    """When a rule applies: all that is named must hold, and of each list one piece is enough."""

    sender: tuple[str, ...] = described(
        (), help="Addresses or @domains, '*' for any part: '@*.example.com'.", validator=_check_pieces
    )
    mailbox: tuple[str, ...] = described((), help="The mailboxes that it came to, by name.", names="mailboxes")
    subject: tuple[str, ...] = described((), help="Pieces of the subject.", validator=_check_pieces)
    text: tuple[str, ...] = described((), help="Pieces of the text.", validator=_check_pieces)
    headers: Mapping[str, tuple[str, ...]] = described(
        attrs.Factory(dict), help="Pieces of header fields of the mail, by the field's name.", validator=_check_headers
    )
    files: tuple[str, ...] = described((), help="Pieces of the names of attached files.", validator=_check_pieces)
    origin: tuple[Origin, ...] = described((), help="The doors that it came through.")
    automatic: bool | None = described(None, help="Whether a machine wrote it.")
    department: tuple[str, ...] = described((), help="Where it would be opened.", names="departments")
    topic: tuple[str, ...] = described((), help="The help topic that it would have.", names="topics")
    priority: tuple[Priority, ...] = described((), help="The priority that it would have.")

    def hold(self, draft: TicketDraft, facts: "Facts") -> bool:
        """Whether all of them hold for a ticket as the rules before have left it."""
        return (
            (not self.origin or draft.origin in self.origin)
            and (not self.priority or draft.priority in self.priority)
            and (self.automatic is None or draft.automatic is self.automatic)
            and _named(self.mailbox, draft.mailbox)
            and _named(self.department, draft.department)
            and _named(self.topic, draft.topic)
            and (not self.sender or any(sender.fits(facts.sender) for sender in self._senders))
            and _found(self._pieces["subject"], (facts.subject,))
            and _found(self._pieces["files"], facts.files)
            and all(_found(pieces, facts.headers.get(name, ())) for name, pieces in self._headers)
            and _found(self._pieces["text"], (facts.text,))
        )

    @cached_property
    def _senders(self) -> tuple["_Piece", ...]:
        return tuple(_Piece(_address(each), whole=True) for each in self.sender)

    @cached_property
    def _pieces(self) -> Mapping[str, tuple["_Piece", ...]]:
        named = {"subject": self.subject, "text": self.text, "files": self.files}
        return {name: tuple(map(_Piece, each)) for name, each in named.items()}

    @cached_property
    def _headers(self) -> tuple[tuple[str, tuple["_Piece", ...]], ...]:
        return tuple((name.casefold(), tuple(map(_Piece, pieces))) for name, pieces in self.headers.items())

    @property
    def size(self) -> int:
        """How many pieces of text are looked for."""
        listed = (self.sender, self.mailbox, self.subject, self.text, self.files, self.department, self.topic)
        return sum(map(len, (*listed, *self.headers.values())))


@attrs.frozen(kw_only=True)
class Actions:
    """What a rule does with a ticket; what is not named stays as it is."""

    department: str = described("", help="Open it there.", names="departments")
    topic: str = described(
        "", help="Give it this help topic and, but for what is named here, its routing.", names="topics"
    )
    priority: Priority | None = attrs.field(default=None, metadata={"help": "Give it this priority."})
    agent: str = described("", help="Assign it to this agent, by address.", names="agents")
    team: str = described("", help="Assign it to this team.", names="teams")
    answer: str = described(
        "", help="Tell the end user this; {number} is the ticket's.", validator=_at_most(LONGEST_ANSWER)
    )
    autoresponse: bool = described(True, help="False: no automatic answer to it.")
    refuse: str = described("", help="Open no ticket, for this reason.", validator=_at_most(LONGEST_REASON))
    stop: bool = described(False, help="Leave out the rules after this one.")

    @property
    def nothing(self) -> bool:
        """Whether none is named."""
        return self == Actions()

    def changes(self) -> dict[str, Any]:
        """The fields of the draft that they set."""
        wanted = {name: getattr(self, name) for name in ("department", "topic", "priority", "agent", "team", "answer")}
        found: dict[str, Any] = {name: value for name, value in wanted.items() if value}
        return found if self.autoresponse else {**found, "autoresponse": False}


@attrs.frozen(kw_only=True)
class Rule:
    """One rule; without conditions it applies to every ticket."""

    name: str = described("", help="What it is called in histories and lists.")
    when: Conditions = attrs.field(factory=Conditions)
    then: Actions = attrs.field(factory=Actions)

    def applied_to(self, draft: TicketDraft) -> TicketDraft:
        """The draft with all changes, and a line that says which."""
        after = attrs.evolve(draft, **self.then.changes())
        told = [*_told(draft, after), *(["no later rules"] if self.then.stop else [])]
        line = f"rule '{self.name}': {', '.join(told) or 'nothing to change'}"
        return attrs.evolve(after, applied=(*draft.applied, line))


def _told(before: TicketDraft, after: TicketDraft) -> Iterator[str]:
    """What a rule has changed, in words."""
    for name in ("department", "topic", "priority"):
        was, now = getattr(before, name), getattr(after, name)
        if was != now:
            yield f"{name} {was or 'none'} -> {now}"
    if after.agent != before.agent:
        yield f"assigned to {after.agent}"
    if after.team != before.team:
        yield f"assigned to team {after.team}"
    if after.answer != before.answer:
        yield "an answer of its own"
    if after.autoresponse != before.autoresponse:
        yield "no automatic answer"


def _check_rules(_: object, _field: "attrs.Attribute[Any]", rules: tuple[Rule, ...]) -> None:
    if len(rules) > MOST_RULES:
        raise ValueError(f"must be at most {MOST_RULES} rules, not {len(rules)}")
    if (pieces := sum(rule.when.size for rule in rules)) > MOST_PIECES:
        raise ValueError(f"must look for at most {MOST_PIECES} pieces of text in all, not {pieces}")
    names: set[str] = set()
    for number, rule in enumerate(rules, start=1):
        if not rule.name.strip() or "'" in rule.name or not rule.name.isprintable() or len(rule.name) > LONGEST_NAME:
            raise ValueError(
                f"must give rule {number} a name of at most {LONGEST_NAME} characters on one line, without apostrophe"
            )
        if rule.name.casefold() in names:
            raise ValueError(f"must give each rule a name of its own: '{rule.name}' is there twice")
        if rule.then.nothing:
            raise ValueError(f"must say what rule '{rule.name}' does, below 'then'")
        names.add(rule.name.casefold())


@attrs.frozen(kw_only=True)
class FilterOptions:
    """The rules, in their order. Those of a department stand in place of those of the desk."""

    rules: tuple[Rule, ...] = described((), help="What is done with which new tickets.", validator=_check_rules)


@attrs.define(eq=False)
class TicketFilters(Filter):
    """Routes, answers or refuses tickets before they are opened, by rules that are its options.

    The rules of the department in which a ticket would be opened are gone through in their order; each that applies changes
    the ticket for those after it, and leaves a line in its history.
    """

    title = "Ticket filters"
    idle_by_default = True
    Options = FilterOptions

    @hookimpl
    def before_ticket_created(self, draft: TicketDraft, options: FilterOptions) -> TicketDraft | Refusal:
        """The draft as the rules leave it, or the refusal of the first that refuses."""
        facts = Facts(draft)
        for rule in options.rules:
            if not rule.when.hold(draft, facts):
                continue
            if rule.then.refuse:
                return Refusal(f"rule '{rule.name}': {rule.then.refuse}")
            draft = rule.applied_to(draft)
            if rule.then.stop:
                break
        return draft


@attrs.define
class Facts:
    """What no rule changes about a ticket, as pieces are looked for in it: each prepared when the first rule asks."""

    draft: TicketDraft

    @cached_property
    def sender(self) -> str:
        """The sender's address in the form in which addresses are compared."""
        return normalise(self.draft.sender.address)

    @cached_property
    def subject(self) -> str:
        """The subject without its case."""
        return self.draft.subject[:LOOKED_AT].casefold()

    @cached_property
    def text(self) -> str:
        """The beginning of the text, without its case."""
        return self.draft.text[:LOOKED_AT].casefold()

    @cached_property
    def files(self) -> tuple[str, ...]:
        """The names of attached files."""
        return _bounded(self.draft.files)

    @cached_property
    def headers(self) -> Mapping[str, tuple[str, ...]]:
        """The header fields by name."""
        fields: dict[str, list[str]] = {}
        for name, value in self.draft.headers:
            fields.setdefault(name.casefold(), []).append(value)
        return {name: _bounded(values) for name, values in fields.items()}


def _bounded(texts: Iterable[str]) -> tuple[str, ...]:
    """The texts without their case, as far as they are looked at."""
    kept: list[str] = []
    room = LOOKED_AT
    for text in texts:
        if room <= 0:
            break
        kept.append(text[:room].casefold())
        room -= len(text) + 1
    return tuple(kept)


class _Piece:
    """A piece of text to look for: anywhere, or with a ``*`` in it, or `whole`, as all there is."""

    def __init__(self, text: str, *, whole: bool = False) -> None:
        self._parts = text.casefold().split("*")
        self._whole = whole or len(self._parts) > 1

    def fits(self, value: str) -> bool:
        """Whether it is in there; a part between two stars may be taken where it is found first."""
        first, *others = self._parts
        if not self._whole:
            return first in value
        if not others:
            return first == value
        *inner, last = others
        if not value.startswith(first) or not value.endswith(last) or len(first) + len(last) > len(value):
            return False
        place, end = len(first), len(value) - len(last)
        for part in inner:
            found = value.find(part, place, end)
            if found < 0:
                return False
            place = found + len(part)
        return True


def _address(pattern: str) -> str:
    """An address or @domain as senders are compared with it."""
    written = pattern.strip()
    if "*" in written:
        return f"*{written}" if written.startswith("@") else written
    return f"*{normalise(f'x{written}')[1:]}" if written.startswith("@") else normalise(written)


def _named(names: tuple[str, ...], name: str) -> bool:
    """Whether it is one of the names, or none is asked for."""
    return not names or name.casefold() in {each.casefold() for each in names}


def _found(pieces: tuple[_Piece, ...], values: Iterable[str]) -> bool:
    """Whether one of the pieces is in one of the values, or none is looked for."""
    return not pieces or any(piece.fits(value) for value in values for piece in pieces)

"""The desk in the words of its file: every object is a bag of named fields that refer to other objects by name.

File and desk are both brought into this form, so that the difference between them is a comparison of fields.
"""

from collections.abc import Iterator, Mapping

import attrs

from ...contract.addresses import normalise
from ...contract.structuring import toml_key

PEOPLE = {"agents": "agent", "end_users": "end user"}
"""The tables whose keys are addresses, with the word for one row."""
NAMED = {
    "organizations": "organization",
    "schedules": "schedule",
    "sla_plans": "SLA plan",
    "departments": "department",
    "teams": "team",
    "topics": "topic",
    "mailboxes": "mailbox",
}
"""The tables whose keys are names in which case does not count, with the word for one row."""
TABLES = (
    "settings",
    "agents",
    "organizations",
    "schedules",
    "sla_plans",
    "departments",
    "teams",
    "topics",
    "mailboxes",
    "end_users",
    "channels",
    "switches",
    "options",
)
"""Every table, in the order in which a person reads a desk; no record refers to one of a later table."""
INHERIT = "inherit"
"""The value of a number or flag that a department leaves to those above it; texts and references are empty then."""
INHERITED = ("ticket_limit", "reopen_days", "claim_on_reply", "pause_while_waiting", "agent_mail")
"""The fields of a department that may have it."""


@attrs.frozen
class Ref:
    """Another object by its name; two spellings of one name are equal."""

    table: str
    identity: str
    key: str = attrs.field(eq=False)

    @classmethod
    def to(cls, table: str, key: str) -> "Ref":
        """A reference to the object that goes by `key`."""
        return cls(table, identity(table, key), key)

    @property
    def word(self) -> str:
        """What kind of object it is."""
        return {**PEOPLE, **NAMED}[self.table]


@attrs.frozen
class Group:
    """Several references or texts whose order does not count."""

    items: tuple[object, ...] = attrs.field(eq=frozenset)


@attrs.frozen
class Sealed:
    """Plain data with secrets in it, each of them sealed; never shown."""

    value: object = attrs.field(repr=False)


Path = tuple[str | Ref, ...]
"""The place of a field inside its object: ``("manager",)``, ``("departments", Ref(...))``."""
Fields = Mapping[Path, object]
"""Text, flags, numbers, times, lists and tables, `Ref`, `Group`, `Sealed`; None is a field that says nothing."""

EXTENDED: Mapping[str, object] = {}
"""The value of ``extended``, and of each ``extended.<agent>`` in it, whose role and alerts are fields of their own."""


@attrs.frozen(kw_only=True)
class DeskObject:
    """One agent, department, switch ...: its key as it is spelled, and its fields."""

    key: str
    fields: Fields

    def refs(self) -> Iterator[tuple[Path, Ref]]:
        """Every reference to another object, with the field that holds it or, of a longer path, the part that it ends."""
        for path, value in self.fields.items():
            if value is None:
                continue
            yield from ((path[: depth + 1], part) for depth, part in enumerate(path) if isinstance(part, Ref))
            items = value.items if isinstance(value, Group) else (value,)
            yield from ((path, item) for item in items if isinstance(item, Ref))


Tables = Mapping[str, Mapping[str, DeskObject]]
"""The objects of a desk or a file by table and identity."""
Ids = Mapping[tuple[str, str], int]
"""The ids of the records behind objects, by table and identity."""


def identity(table: str, key: str) -> str:
    """The form of a key in which two spellings of one object are equal."""
    if table in PEOPLE:
        return normalise(key)
    return key.casefold() if table in NAMED else key


def spelled(path: Path) -> str:
    """The field as TOML spells it."""
    return ".".join(toml_key(part.key if isinstance(part, Ref) else part) for part in path)


def place(table: str, key: str, path: Path = ()) -> str:
    """Table, object and field as one TOML key; the table of settings has a single object, which has no key."""
    return spelled((table, *([key] if key or table != "settings" else []), *path))

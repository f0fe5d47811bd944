"""A plan: which objects of the desk are added, changed and removed, field by field, and how that is shown."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

import attrs

from .emit import value_text
from .objects import Group, Path, Ref, Sealed, place, spelled

HIDDEN = "(secret)"
"""What is shown in the place of a value that holds a secret."""


class Action(StrEnum):
    """What happens to an object."""

    ADD = "add"
    CHANGE = "change"
    REMOVE = "remove"


SIGNS: Mapping[Action, str] = {Action.ADD: "+", Action.CHANGE: "~", Action.REMOVE: "-"}
"""How a line of a plan begins."""


@attrs.frozen(kw_only=True)
class FieldChange:
    """One field of an object; None before is a field that said nothing, None after one that will say nothing."""

    path: Path
    before: object
    after: object

    @property
    def name(self) -> str:
        """The field as TOML spells it."""
        return spelled(self.path)

    def as_data(self) -> dict[str, object]:
        """The field as JSON can hold it; a secret is not shown."""
        return {"field": self.name, "before": as_data(self.before), "after": as_data(self.after)}

    def line(self) -> str:
        """The field as one line of a diff."""
        if self.before is None:
            return f"+     {self.name} = {shown(self.after)}"
        if self.after is None:
            return f"-     {self.name} = {shown(self.before)}"
        return f"~     {self.name}: {shown(self.before)} -> {shown(self.after)}"


@attrs.frozen(kw_only=True)
class Change:
    """What happens to one object: `key` names it in the file, `identity` among the objects of its table on the desk."""

    action: Action
    table: str
    key: str
    identity: str
    fields: tuple[FieldChange, ...] = ()

    def as_data(self) -> dict[str, object]:
        """The change as JSON can hold it."""
        fields = [field.as_data() for field in self.fields]
        return {"action": self.action.value, "table": self.table, "key": self.key, "fields": fields}

    def lines(self) -> list[str]:
        """The object and its fields as lines of a diff."""
        return [f"{SIGNS[self.action]} {place(self.table, self.key)}", *(field.line() for field in self.fields)]


@attrs.frozen
class Plan:
    """Every change, in the order in which a person reads a desk; false when there is none."""

    changes: tuple[Change, ...]

    def __bool__(self) -> bool:
        return bool(self.changes)

    def render(self) -> list[str]:
        """The plan as lines of a diff, each beginning with ``+``, ``~`` or ``-``; secrets are not shown."""
        return [line for change in self.changes for line in change.lines()]

    def as_data(self) -> list[dict[str, object]]:
        """The plan as JSON can hold it; secrets are not shown."""
        return [change.as_data() for change in self.changes]


def shown(value: object) -> str:
    """A value of a field for people: as TOML, but never a secret."""
    return HIDDEN if isinstance(value, Sealed) else value_text(value)


def as_data(value: object) -> object:
    """A value of a field as JSON can hold it, but never a secret."""
    if isinstance(value, Sealed):
        return HIDDEN
    if isinstance(value, Ref):
        return value.key
    if isinstance(value, Group):
        return [as_data(item) for item in value.items]
    return value.isoformat() if isinstance(value, datetime) else value

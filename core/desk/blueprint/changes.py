"""A plan: which objects of the desk are added, changed and removed, field by field, and how that is shown."""

from collections.abc import Mapping
from enum import StrEnum

import attrs

from .emit import value_text
from .objects import Path, Sealed, place, spelled

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


def shown(value: object) -> str:
    """A value of a field for people: as TOML, but never a secret."""
    return HIDDEN if isinstance(value, Sealed) else value_text(value)

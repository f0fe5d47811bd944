"""The kind of a whole attrs class: a table with a known set of keys."""

from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

import attrs

from .entries import Entry
from .kinds import Kind
from .places import Place
from .refusals import refusal

T = TypeVar("T")


@attrs.frozen
class Group(Kind, Generic[T]):
    """An attrs class; `entries` gives its entries by name only when they are needed, for a class may hold itself."""

    cls: type[T]
    entries: Callable[[], Mapping[str, Entry]]
    word: str = "table"

    def build(self, value: object, /, *, at: Place) -> T:
        """The instance that the table describes."""
        if not isinstance(value, Mapping):
            raise at.wrong(value, wanted="a table")
        entries = self.entries()
        for key in value:
            if key not in entries:
                raise at.key(key).unknown(key, known=entries)
        for name, entry in entries.items():
            if entry.required and name not in value:
                raise at.key(name).refuse("is missing")
        places = {name: at.key(name, secret=entries[name].secret) for name in value}
        return self.create({name: entries[name].kind.build(value[name], at=places[name]) for name in value}, at=at)

    def create(self, values: Mapping[str, object], *, at: Place) -> T:
        """The instance made of values that have the right types.

        :raises InvalidSetting: if the class refuses one of them or all together.
        """
        # Creation in two steps keeps the half-made value, which tells the refused field from the others.
        draft = self.cls.__new__(self.cls)
        try:
            self.cls.__init__(draft, **values)
        except (ValueError, TypeError) as error:
            raise refusal(error, draft=draft, entries=self.entries().values(), values=values, at=at) from None
        return draft

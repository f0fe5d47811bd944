"""From types to kinds: which types the fields of a setting class may have."""

from collections.abc import Mapping
from enum import Enum
from functools import cache, partial
from types import NoneType, UnionType
from typing import TypeVar, Union, get_args, get_origin, get_type_hints

import attrs

from ..errors import DeskbellError
from .entries import Entry
from .groups import Group
from .kinds import Choice, Kind, Many, Maybe, Named
from .scalars import SCALARS, Scalar

T = TypeVar("T")


class UnusableSetting(DeskbellError, TypeError):
    """An attrs class whose field cannot be a setting; the author of the class has to change it."""

    def __init__(self, cls: type, field: str, reason: str) -> None:
        remedy = "The first lines of deskbell.core.contract.structuring say what a setting may be."
        super().__init__(f"The setting '{field}' of {cls.__qualname__} {reason}. {remedy}")


def group_of(cls: type[T]) -> Group[T]:
    """The kind of the attrs class `cls`.

    Its `entries` raise UnusableSetting if one of them cannot be a setting.
    """
    hashable: type = cls  # which mypy does not believe of type[T]
    return Group(cls, partial(_entries, hashable))


@cache
def _entries(cls: type) -> Mapping[str, Entry]:
    hints = get_type_hints(cls)
    return {field.name: _entry(field, cls=cls, hint=hints[field.name]) for field in attrs.fields(cls) if field.init}


def _entry(field: "attrs.Attribute[object]", *, cls: type, hint: object) -> Entry:
    kind = _kind(hint)
    if kind is None:
        raise UnusableSetting(cls, field.name, f"has the type {getattr(hint, '__name__', hint)}")
    if field.alias != field.name:
        raise UnusableSetting(cls, field.name, f"would be written as '{field.alias}', which is not its name")
    if getattr(field.default, "takes_self", False):
        raise UnusableSetting(cls, field.name, "has a default that only a finished instance could tell")
    entry = Entry(field, kind)
    if isinstance(kind, Maybe) and entry.default() is not None:
        raise UnusableSetting(cls, field.name, "may be None, which cannot be written down, but has another default")
    return entry


def _kind(hint: object) -> Kind | None:
    """The kind for a type, or None if it cannot be a setting."""
    if hint in SCALARS:
        return SCALARS[hint]
    if isinstance(hint, type) and issubclass(hint, Enum):
        members = {member.value: member for member in hint}
        return Choice(members, tuple(members)) if all(isinstance(value, str) for value in members) else None
    if isinstance(hint, type) and attrs.has(hint):
        return group_of(hint)
    return _compound(get_origin(hint), get_args(hint))


def _compound(origin: object, arguments: tuple[object, ...]) -> Kind | None:
    """The kind for `X | None`, `tuple[X, ...]`, `frozenset[X]` or `dict[str, X]`, or None for any other."""
    match arguments:
        case (first, second) if origin in (Union, UnionType) and NoneType in arguments:
            inner = _kind(first if second is NoneType else second)
            return Maybe(inner, inner.word, inner.choices) if inner else None
        case (argument, rest) if origin is tuple and rest is Ellipsis:
            item = _item(argument)
            return Many(item, tuple, f"list of {item.word}") if item else None
        case (argument,) if origin is frozenset:
            item = _item(argument)
            # The members are written sorted.
            return Many(item, frozenset, f"list of {item.word}") if isinstance(item, Scalar | Choice) else None
        case (key, argument) if origin in (dict, Mapping) and key is str:
            item = _item(argument)
            return Named(item) if item else None
    return None


def _item(hint: object) -> Kind | None:
    """The kind for what a list or table holds; that is never optional, since absence is never written."""
    kind = _kind(hint)
    return None if isinstance(kind, Maybe) else kind

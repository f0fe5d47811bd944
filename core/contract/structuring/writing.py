"""Values as the plain data that they are read from."""

from collections.abc import Mapping
from datetime import timedelta
from enum import Enum

import attrs

from .times import duration_text
from .types import group_of


def unstructure(value: attrs.AttrsInstance) -> dict[str, object]:
    """The plain data that `structure` reads back as an equal value; None is left out, secrets are included."""
    items = {name: getattr(value, name) for name in group_of(type(value)).entries()}
    return {name: plain(item) for name, item in items.items() if item is not None}


def sparse(value: attrs.AttrsInstance) -> dict[str, object]:
    """The plain data that `structure` reads back as an equal value, without what is as by default."""
    entries = group_of(type(value)).entries()
    items = {name: getattr(value, name) for name, entry in entries.items() if getattr(value, name) != entry.default()}
    return {name: sparse(item) if attrs.has(type(item)) else plain(item) for name, item in items.items()}


def plain(value: object) -> object:
    """One value as TOML can hold it: durations as text, sets as sorted lists, attrs values as tables.

    A `datetime` stays as it is; JSON, which has no times, takes its `isoformat`.
    """
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, timedelta):
        return duration_text(value)
    if isinstance(value, frozenset):
        return sorted(plain(item) for item in value)  # type: ignore[type-var]  # only one kind of scalar or choice
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    return unstructure(value) if attrs.has(type(value)) else value  # type: ignore[arg-type]  # has() narrows the class only

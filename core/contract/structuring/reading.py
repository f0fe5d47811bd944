"""An attrs class from plain data, and one of its settings from text."""

from collections.abc import Mapping
from typing import TypeVar

import attrs

from .entries import Entry
from .fields import field_named
from .groups import Group
from .places import InvalidSetting, Place
from .types import group_of

T = TypeVar("T")


def structure(data: Mapping[str, object], cls: type[T], *, file: str, path: str = "") -> T:
    """An instance of the attrs class `cls` from plain data.

    :param file: the name that errors begin with; may be empty.
    :param path: the key path of `data` inside that file.
    :raises InvalidSetting: for an unknown or missing key, a wrong type, or a value that the class itself refuses.
    :raises UnusableSetting: if a field of `cls` has a type that cannot be a setting.
    """
    return group_of(cls).build(data, at=Place(file=file, path=path))


def parse_text(cls: type, field: str, text: str) -> object:
    """The value of one setting written as text on a command line, judged as `structure` would judge it.

    Lists are separated by commas; an empty text unsets an optional setting. Rules that look at several settings
    together are left to `structure`.

    :raises InvalidSetting: if there is no such setting or the text does not fit it.
    """
    at = Place(file="", path=field, secret=field_named(field, cls=cls).secret)
    owner, entry = _owner_of(field, group=group_of(cls))
    value = entry.kind.read(text, at=at)
    _judge_alone(owner, {entry.name: value}, at=at)
    return value


def _owner_of(name: str, *, group: Group[object]) -> tuple[Group[object], Entry]:
    """The class, this one or one nested in it, that has the dotted setting, and its entry there."""
    first, _, rest = name.partition(".")
    entry = group.entries()[first]
    return _owner_of(rest, group=entry.kind) if isinstance(entry.kind, Group) else (group, entry)


def _judge_alone(group: Group[object], values: Mapping[str, object], *, at: Place) -> None:
    """Let converter and validator of the one field in `values` judge it while all other fields keep their defaults."""
    if any(entry.required and name not in values for name, entry in group.entries().items()):
        return
    try:
        group.create(values, at=attrs.evolve(at, path=at.path.rpartition(".")[0]))
    except InvalidSetting as refusal:
        if refusal.path == at.path:
            raise

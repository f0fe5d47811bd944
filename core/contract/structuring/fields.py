"""Fields of an attrs class as settings that a person sees: how they are declared and what is told about them."""

from collections.abc import Callable, Iterable
from typing import TypeVar

import attrs

from .groups import Group
from .naming import NAMES
from .places import Place
from .types import group_of

T = TypeVar("T")
Validator = Callable[[object, "attrs.Attribute[T]", T], object]
"""What attrs calls with the instance, the field and its value; it raises ValueError or TypeError to refuse."""


def described(
    default: T,
    *,
    help: str,  # noqa: A002
    validator: "Validator[T] | None" = None,
    names: str = "",
) -> T:
    """A field with the help that command line, form and settings file show.

    :param names: the table of the desk's file whose objects it names, as ``departments``; apply refuses a name of nothing.
    """
    metadata = {"help": help, NAMES: names} if names else {"help": help}
    return attrs.field(default=default, validator=validator, metadata=metadata)


def secret(default: str = "", *, help: str = "", validator: "Validator[str] | None" = None) -> str:  # noqa: A002
    """A field for a password or key: left out of `repr` and never quoted in an error."""
    return attrs.field(default=default, validator=validator, repr=False, metadata={"secret": True, "help": help})


@attrs.frozen(kw_only=True)
class Field:
    """One setting as a person sees it; a setting of a nested class has a dotted name.

    `kind` is a noun (`whole number`), `choices` the only texts allowed, if it has such; `default` is None where
    `required`.
    """

    name: str
    kind: str
    default: object
    required: bool
    help: str
    secret: bool
    choices: tuple[str, ...]


def schema(cls: type) -> tuple[Field, ...]:
    """Every setting of the attrs class `cls` in order, nested classes flattened to dotted names.

    :raises UnusableSetting: if a field has a type that cannot be a setting.
    """
    return tuple(_flattened(group_of(cls), holder=None, prefix="", secret=False))


def field_named(name: str, *, cls: type) -> Field:
    """The setting of that name, dotted if nested.

    :raises InvalidSetting: if `cls` has no such setting.
    """
    fields = {field.name: field for field in schema(cls)}
    if name not in fields:
        raise Place(file="", path=name).unknown(name, known=fields)
    return fields[name]


def field_is_secret(cls: type, field: str) -> bool:
    """Whether the setting, dotted if nested, must never be shown.

    :raises InvalidSetting: if `cls` has no such setting.
    """
    return field_named(field, cls=cls).secret


def _flattened(group: Group[object], *, holder: object | None, prefix: str, secret: bool) -> Iterable[Field]:
    """The fields of a class, their defaults taken from the instance `holder` or, if there is none, from the class."""
    for entry in group.entries().values():
        default = entry.default() if holder is None else getattr(holder, entry.name)
        name, hidden = prefix + entry.name, secret or entry.secret
        if isinstance(entry.kind, Group):
            yield from _flattened(entry.kind, holder=default, prefix=f"{name}.", secret=hidden)
        else:
            yield Field(
                name=name,
                kind=entry.kind.word,
                default=default,
                required=holder is None and entry.required,
                help=str(entry.attribute.metadata.get("help", "")),
                secret=hidden,
                choices=entry.kind.choices,
            )

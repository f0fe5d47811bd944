"""What the values of an attrs class name on the desk: departments, agents and the like, found wherever they stand in it."""

from collections.abc import Iterator, Mapping

import attrs

NAMES = "names"
"""The metadata of a field that names objects of a table."""


@attrs.frozen
class Naming:
    """One name, the table of the desk's file that it is looked up in, and the key path of the value that holds it."""

    table: str
    name: str
    path: str


def namings(value: object, *, path: str = "") -> Iterator[Naming]:
    """Every name in an attrs value and in those that it holds; an empty text names nothing.

    :param path: the key path of `value`.
    """
    for field in attrs.fields(type(value)):  # type: ignore[arg-type]  # callers have an attrs value
        inner = getattr(value, field.name)
        yield from _inside(
            inner, table=field.metadata.get(NAMES, ""), path=f"{path}.{field.name}" if path else field.name
        )


def _inside(value: object, *, table: str, path: str) -> Iterator[Naming]:
    if attrs.has(type(value)):
        yield from namings(value, path=path)
    elif isinstance(value, tuple):
        for number, item in enumerate(value):
            yield from _inside(item, table=table, path=f"{path}[{number}]")
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _inside(item, table=table, path=f"{path}.{key}")
    elif table and isinstance(value, str) and value:
        yield Naming(table, value, path)

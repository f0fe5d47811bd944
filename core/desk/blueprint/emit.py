"""Writes values and tables as TOML 1.0."""

from collections.abc import Mapping
from datetime import UTC, datetime

from ...contract.structuring import toml_key, toml_value
from .objects import Group, Ref, Sealed


def value_text(value: object) -> str:
    """A value of a field on one line; None, a reference to nobody, is an empty text."""
    if value is None:
        return '""'
    if isinstance(value, Ref):
        return toml_value(value.key)
    if isinstance(value, Sealed):
        return value_text(value.value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, Group | list | tuple):
        items = value.items if isinstance(value, Group) else value
        return "[" + ", ".join(map(value_text, items)) + "]"
    if isinstance(value, Mapping):
        inner = ", ".join(f"{toml_key(name)} = {value_text(item)}" for name, item in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    return toml_value(value)


def table_lines(header: tuple[str, ...], table: Mapping[str, object]) -> list[str]:
    """A table with its lines and below it the tables inside; a header that holds nothing but tables is left out."""
    own = [f"{toml_key(name)} = {value_text(value)}" for name, value in table.items() if not isinstance(value, Mapping)]
    inner = {name: value for name, value in table.items() if isinstance(value, Mapping)}
    lines = ["", f"[{'.'.join(map(toml_key, header))}]", *own] if own or not inner else []
    for name, value in inner.items():
        lines += table_lines((*header, name), value)
    return lines

"""The tables of a file as fields that can be compared with those of a desk."""

from collections.abc import Mapping

import attrs

from ...contract.kinds import Switch
from ...contract.structuring import plain
from ...contract.structuring.places import Place
from ...contract.structuring.times import moment_of
from .objects import EXTENDED, Fields, Group, Path, Ref
from .table_fields import MOMENT, REFERS, WHOLE


def fields_of(table: attrs.AttrsInstance, *, at: Place) -> Fields:
    """The fields that a table of the file names.

    :param at: where the table stands in the file.
    :raises InvalidSetting: if a table or list inside names one object twice.
    """
    fields: dict[Path, object] = {}
    for attribute in attrs.fields(type(table)):
        value = getattr(table, attribute.name)
        kept = attribute.metadata.get(WHOLE)
        if value is not None and kept is not None:
            fields[attribute.name,] = kept(value)
        elif isinstance(value, Mapping):
            inner = _by_name(value, table=attribute.metadata[REFERS], at=at.key(attribute.name))
            fields |= {(attribute.name, *path): item for path, item in inner.items()}
            if attribute.name == "extended" and not value:
                fields["extended",] = EXTENDED
        elif value is not None:
            fields[attribute.name,] = _value(value, metadata=attribute.metadata, at=at.key(attribute.name))
    return fields


def _by_name(values: Mapping[str, object], *, table: str, at: Place) -> Fields:
    """The fields of a table whose keys are names of other objects."""
    refs = [Ref.to(table, key) for key in values]
    _check_once(refs, at=at)
    fields: dict[Path, object] = {}
    for ref, value in zip(refs, values.values(), strict=True):
        if attrs.has(type(value)):
            inner = fields_of(value, at=at.key(ref.key))  # type: ignore[arg-type]  # has() narrows the class only
            fields |= {(ref,): EXTENDED} | {(ref, *path): item for path, item in inner.items()}
        else:
            # To inherit is to say nothing.
            fields[ref,] = None if value is Switch.INHERIT else plain(value)
    return fields


def _value(value: object, *, metadata: Mapping[str, object], at: Place) -> object:
    table = metadata.get(REFERS)
    if isinstance(value, tuple):
        items = tuple(Ref.to(str(table), item) for item in value) if table else value
        _check_once(items, at=at)
        return Group(items)
    if table is not None:
        return Ref.to(str(table), str(value)) if value else None
    if MOMENT in metadata:
        return moment_of(str(value)) if value else None
    return plain(value)


def _check_once(items: "list[Ref] | tuple[object, ...]", *, at: Place) -> None:
    seen: list[object] = []
    for item in items:
        if item in seen:
            name = item.key if isinstance(item, Ref) else item
            raise at.refuse(f"names '{name}' twice")
        seen.append(item)

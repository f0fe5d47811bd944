"""A file's plain data becomes a blueprint: known keys only, right types, names of installed plugins and channels."""

from collections.abc import Callable, Mapping
from datetime import date

import attrs

from ...contract.structuring import structure
from ...contract.structuring.places import Place
from .catalogue import Catalogue
from .fields import fields_of
from .installed_tables import check_switches, read_channels, read_options
from .model import FixedTables
from .objects import INHERIT, INHERITED, PEOPLE, TABLES, DeskObject, Fields, identity
from .parsed import Blueprint, OpenObject
from .table_fields import check_address, check_name


def read_blueprint(data: Mapping[str, object], *, file: str, catalogue: Catalogue) -> Blueprint:
    """What the parsed TOML of `file` says.

    :param catalogue: the plugins and channels that it may name.
    :raises InvalidSetting: one sentence with file, key path, reason and, for a misspelt name, the nearest one.
    """
    at = Place(file=file, path="")
    for key in data:
        if key not in TABLES:
            raise at.key(key).unknown(key, known=TABLES)
    _check_storable(data, at=at)
    open_tables = _open_tables(data, catalogue=catalogue, at=at)
    fixed = {name: value for name, value in data.items() if name not in open_tables}
    tables = structure(_readable(fixed), FixedTables, file=file)
    check_switches(tables.switches or {}, catalogue=catalogue, at=at.key("switches"))
    objects = {name: _objects(name, getattr(tables, name), at=at.key(name)) for name in fixed}
    if "departments" in fixed:
        objects["departments"] = _with_inherited(objects["departments"], fixed["departments"])
    return Blueprint(file=file, tables=objects, open_tables=open_tables)


def _open_tables(
    data: Mapping[str, object], *, catalogue: Catalogue, at: Place
) -> Mapping[str, Mapping[str, OpenObject]]:
    tables = {}
    if "channels" in data:
        tables["channels"] = read_channels(data["channels"], catalogue=catalogue, at=at.key("channels"))
    if "options" in data:
        tables["options"] = read_options(data["options"], catalogue=catalogue, at=at.key("options"))
    return tables


def _check_storable(value: object, *, at: Place) -> None:
    """Refuse what not every database can keep: the character NUL, and whole numbers of more than 64 bits."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            _check_storable(name, at=at)
            _check_storable(item, at=at.key(name))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            _check_storable(item, at=at.item(number))
    elif isinstance(value, str) and "\0" in value:
        raise at.refuse("must not hold the character NUL")
    elif isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise at.refuse("is a number too large to be kept")


def _readable(tables: Mapping[str, object]) -> Mapping[str, object]:
    """The tables with every field of one type."""
    readers = {"agents": _leave_as_text, "schedules": _days_off_as_text, "departments": _without_inherited}
    return {name: _each(value, readers[name]) if name in readers else value for name, value in tables.items()}


def _each(table: object, reader: Callable[[Mapping[str, object]], Mapping[str, object]]) -> object:
    if not isinstance(table, Mapping):
        return table
    return {key: reader(row) if isinstance(row, Mapping) else row for key, row in table.items()}


def _leave_as_text(agent: Mapping[str, object]) -> Mapping[str, object]:
    """TOML's own dates and times of leaves as text, so that an empty text can stand beside them for none."""
    return {name: _date_as_text(value) if name.startswith("leave_") else value for name, value in agent.items()}


def _days_off_as_text(schedule: Mapping[str, object]) -> Mapping[str, object]:
    """TOML's own dates as text, which may stand there as well."""
    days = schedule.get("days_off")
    return {**schedule, "days_off": list(map(_date_as_text, days))} if isinstance(days, list) else schedule


def _date_as_text(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _without_inherited(department: Mapping[str, object]) -> Mapping[str, object]:
    """The department without the word that may stand in the place of a number or flag."""
    return {name: value for name, value in department.items() if not _inherits(name, value)}


def _with_inherited(objects: Mapping[str, DeskObject], departments: object) -> Mapping[str, DeskObject]:
    """The departments with the word back, which is a value like others from here on."""
    found = dict(objects)
    for key, row in departments.items() if isinstance(departments, Mapping) else ():
        known = found[identity("departments", key)]
        said: Fields = {(name,): INHERIT for name, value in row.items() if _inherits(name, value)}
        found[identity("departments", key)] = attrs.evolve(known, fields={**known.fields, **said})
    return found


def _inherits(name: str, value: object) -> bool:
    return name in INHERITED and value == INHERIT


def _objects(table: str, value: object, *, at: Place) -> Mapping[str, DeskObject]:
    """The objects of one table by identity; that of the settings is its only one."""
    if not isinstance(value, Mapping):
        return {"": DeskObject(key="", fields=fields_of(value, at=at))}  # type: ignore[arg-type]  # FixedTables says so
    objects: dict[str, DeskObject] = {}
    for key, item in value.items():
        _check_key(table, key, at=at.key(key))
        known = objects.setdefault(identity(table, key), DeskObject(key=key, fields=fields_of(item, at=at.key(key))))
        if known.key != key:
            raise at.key(key).refuse(f"is the same as '{known.key}' above it")
    return objects


def _check_key(table: str, key: str, *, at: Place) -> None:
    check: Callable[[str], None] = check_address if table in PEOPLE else check_name
    try:
        check(key)
    except ValueError as error:
        raise at.refuse(str(error)) from None

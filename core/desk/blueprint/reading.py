"""A file's plain data becomes a blueprint: known keys only, right types, names of installed plugins and channels."""

from collections.abc import Callable, Mapping
from datetime import date

from ...contract.structuring import structure
from ...contract.structuring.places import Place
from .catalogue import Catalogue
from .fields import fields_of
from .installed_tables import check_switches, read_channels, read_options
from .model import FixedTables
from .objects import PEOPLE, TABLES, DeskObject, identity
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
    if "agents" in fixed:
        fixed["agents"] = _leaves_as_text(fixed["agents"])
    tables = structure(fixed, FixedTables, file=file)
    check_switches(tables.switches or {}, catalogue=catalogue, at=at.key("switches"))
    objects = {name: _objects(name, getattr(tables, name), at=at.key(name)) for name in fixed}
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


def _leaves_as_text(agents: object) -> object:
    """TOML's own dates and times of leaves as text, so that an empty text can stand beside them for none."""
    if not isinstance(agents, Mapping):
        return agents
    return {key: _leave_as_text(agent) if isinstance(agent, Mapping) else agent for key, agent in agents.items()}


def _leave_as_text(agent: Mapping[str, object]) -> Mapping[str, object]:
    return {
        name: value.isoformat() if name.startswith("leave_") and isinstance(value, date) else value
        for name, value in agent.items()
    }


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

"""Reads the tables that depend on what is installed: switches, options and channels."""

from collections.abc import Mapping
from typing import TypeVar

import attrs

from ...contract.errors import InvalidValue
from ...contract.kinds import Level, Plugin, Switch
from ...contract.people import Role
from ...contract.structuring import structure
from ...contract.structuring.places import Place
from ...notify.switches import check_shadow, check_switch, is_always_on
from .catalogue import Catalogue
from .model import SwitchTable
from .objects import Fields, Path, Ref, identity
from .parsed import OpenObject, OptionBlock

T = TypeVar("T")
Kind = Plugin | type[Plugin]


@attrs.frozen
class _ChannelPart:
    """What every channel has beside options of its own."""

    held: bool | None = None


@attrs.frozen
class _PluginPart:
    """What every plugin has beside options of its own."""

    audience: Mapping[str, bool] = attrs.field(factory=dict)


def check_switches(switches: Mapping[str, SwitchTable], *, catalogue: Catalogue, at: Place) -> None:
    """Refuse plugins that are not installed, and positions and shadows that they cannot have."""
    for name, table in switches.items():
        kind = _installed(name, catalogue.plugins, at=at)
        here = at.key(name)
        if table.position is not None:
            _check_position(kind, Level.GLOBAL, table.position, at=here.key("position"))
        for key, level in (("departments", Level.DEPARTMENT), ("topics", Level.TOPIC), ("mailboxes", Level.MAILBOX)):
            positions: Mapping[str, Switch] = getattr(table, key) or {}
            for scope, position in positions.items():
                _check_position(kind, level, position, at=here.key(key).key(scope))
        if table.shadow is not None:
            _check_shadow(kind, at=here.key("shadow"))
        if table.shadow_departments and Level.DEPARTMENT not in kind.levels:
            raise here.key("shadow_departments").refuse("cannot be set: a plugin of this kind has no department switch")


def _check_position(kind: Kind, level: Level, position: Switch, *, at: Place) -> None:
    try:
        check_switch(kind, level=level, position=position)
    except InvalidValue as error:
        remedy = str(error).partition(f"{error.reason}.")[2]
        raise at.refuse(f"cannot be '{position.value}': {error.reason}", remedy=remedy) from None


def _check_shadow(kind: Kind, *, at: Place) -> None:
    try:
        check_shadow(kind, level=Level.GLOBAL)
    except InvalidValue as error:
        raise at.refuse(f"cannot be set: {error.reason}") from None


def read_channels(data: object, *, catalogue: Catalogue, at: Place) -> Mapping[str, OpenObject]:
    """The table ``channels``."""
    objects = {}
    for name, value in _table(data, at=at).items():
        cls = _installed(name, catalogue.channels, at=at).Options
        part, block = _parted(value, cls=cls, common=_ChannelPart, prefix=(), at=at.key(name))
        fields: Fields = {} if part.held is None else {("held",): part.held}
        objects[name] = OpenObject(fields=fields, blocks=(block,))
    return objects


def read_options(data: object, *, catalogue: Catalogue, at: Place) -> Mapping[str, OpenObject]:
    """The table ``options``."""
    return {
        name: _plugin(value, kind=_installed(name, catalogue.plugins, at=at), at=at.key(name))
        for name, value in _table(data, at=at).items()
    }


def _plugin(data: object, *, kind: Kind, at: Place) -> OpenObject:
    table = _table(data, at=at)
    own = {key: value for key, value in table.items() if key != "departments"}
    fields, block = _scope(own, kind=kind, prefix=(), at=at, beside=("departments",))
    blocks = [block]
    inner = at.key("departments")
    for ref, value in _by_department(table.get("departments", {}), kind=kind, at=inner).items():
        more, block = _scope(value, kind=kind, prefix=("departments", ref), at=inner.key(ref.key))
        fields = {**fields, **more}
        blocks.append(block)
    return OpenObject(fields=fields, blocks=tuple(blocks))


def _by_department(data: object, *, kind: Kind, at: Place) -> Mapping[Ref, object]:
    table = _table(data, at=at)
    if table and Level.DEPARTMENT not in kind.levels:
        raise at.refuse("cannot be set: this plugin has no options per department")
    found: dict[Ref, object] = {}
    spellings: dict[str, str] = {}
    for key, value in table.items():
        known = spellings.setdefault(identity("departments", key), key)
        if known != key:
            raise at.key(key).refuse(f"is the same as '{known}' above it")
        found[Ref.to("departments", key)] = value
    return found


def _scope(
    data: object, *, kind: Kind, prefix: Path, at: Place, beside: tuple[str, ...] = ()
) -> tuple[Fields, OptionBlock]:
    """The ticks of the audience and the options at one level; `beside` are other keys that may stand there."""
    part, block = _parted(data, cls=kind.Options, common=_PluginPart, prefix=prefix, at=at, beside=beside)
    roles = [str(role) for role in kind.audience]
    for role in part.audience:
        if role not in roles:
            raise at.key("audience").key(role).unknown(role, known=roles)
    # What never falls silent must reach somebody.
    if _is_always_on(kind) and part.audience.get(Role.ADMIN_ADDRESS) is False:
        reason = "must stay true: what is always on is always told to the admin address"
        raise at.key("audience").key(Role.ADMIN_ADDRESS).refuse(reason)
    return {(*prefix, "audience", role): tick for role, tick in part.audience.items()}, block


def _is_always_on(kind: Kind) -> bool:
    return is_always_on(kind if isinstance(kind, type) else type(kind))


def _parted(
    data: object, *, cls: type, common: type[T], prefix: Path, at: Place, beside: tuple[str, ...] = ()
) -> tuple[T, OptionBlock]:
    """The part that all have, and the own options, whose names are checked."""
    table = _table(data, at=at)
    shared = {field.name for field in attrs.fields(common)}  # type: ignore[arg-type]  # one of the two parts above
    known = {field.name for field in attrs.fields(cls)} | shared | set(beside)
    for key in table:
        if key not in known:
            raise at.key(key).unknown(key, known=known)
    part = structure({key: table[key] for key in table if key in shared}, common, file=at.file, path=at.path)
    own = {key: value for key, value in table.items() if key not in shared}
    return part, OptionBlock(cls=cls, prefix=prefix, place=at.path, values=own)


def _installed(name: str, installed: Mapping[str, T], *, at: Place) -> T:
    if name not in installed:
        raise at.key(name).unknown(name, known=installed)
    return installed[name]


def _table(data: object, *, at: Place) -> Mapping[str, object]:
    if not isinstance(data, Mapping):
        raise at.wrong(data, wanted="a table")
    return data

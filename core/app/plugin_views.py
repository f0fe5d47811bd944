"""Plugins as administrators see them: in use or not and why, and where each of their values was set."""

import inspect
from collections.abc import Iterator, Mapping, Sequence

import attrs

from ..contract.errors import UnknownName
from ..contract.kinds import Level, Plugin, Switch
from ..contract.structuring import plain, sparse
from ..desk.blueprint.changes import HIDDEN
from ..desk.blueprint.objects import Sealed
from ..desk.blueprint.record_fields import kept
from ..host.admission import Admitted, PluginRefused
from ..notify import switches
from ..notify.switches.positions import DEFAULT
from ..store.directory import DepartmentRecord, Directory, Named, SwitchRecord
from .opening import Desk

SHADOW = "shadow"


@attrs.frozen(kw_only=True)
class PluginLine:
    """A plugin in a list; `state` is ``on``, ``off``, ``opt-in``, ``shadow``, ``quarantined`` or ``set aside``."""

    name: str
    kind: str
    state: str
    because: str
    origin: str


@attrs.frozen(kw_only=True)
class ValueLine:
    """One effective value and where it was set."""

    name: str
    value: object
    origin: str


@attrs.frozen(kw_only=True)
class PathLine:
    """What one place on the way to the effective switch says; `decides` marks the one that counts.

    `position` is ``inherit`` where a place says nothing; `shadow` is ``yes``, ``no`` or ``''`` where it says nothing.
    """

    level: str
    where: str
    position: str
    shadow: str = ""
    decides: bool = False


@attrs.frozen(kw_only=True)
class SwitchLine:
    """What was set somewhere for this plugin."""

    level: str
    where: str
    switch: str
    shadow: bool


@attrs.frozen(kw_only=True)
class PluginView:
    """One plugin at one place."""

    name: str
    kind: str
    title: str
    description: str
    on: bool
    because: str
    shadow_because: str
    path: tuple[PathLine, ...]
    values: tuple[ValueLine, ...]
    set_elsewhere: tuple[SwitchLine, ...]


def listed(desk: Desk) -> tuple[PluginLine, ...]:
    """Every plugin, in use or set aside, by name."""
    with desk.db.reading() as session:
        directory = desk.db.directory(session)
    used = [_line(each, directory) for each in desk.host.plugins.values()]
    aside = [
        PluginLine(name=name, kind="", state="set aside", because=reason, origin="")
        for name, reason in desk.host.set_aside.items()
    ]
    return tuple(sorted([*used, *aside], key=lambda line: line.name))


def _line(plugin: Admitted, directory: Directory) -> PluginLine:
    state, because = _state(plugin, directory)
    return PluginLine(name=plugin.name, kind=kind_of(plugin.plugin), state=state, because=because, origin=plugin.origin)


def _state(plugin: Admitted, directory: Directory) -> tuple[str, str]:
    if plugin.name in directory.quarantined:
        return "quarantined", directory.quarantined[plugin.name]
    record = directory.switch_index.get((plugin.name, Level.GLOBAL, 0))
    position = record.position if record is not None and record.position is not None else plugin.plugin.default
    effective = switches.resolve(directory, plugin=plugin.name, kind=plugin.plugin)
    if effective.shadow:
        return SHADOW, effective.shadow_because
    return position.value, effective.because


def kind_of(plugin: Plugin) -> str:
    """The kind's name: Autoresponder, Correspondence, AgentAlert or SystemAlert."""
    return next(base.__name__ for base in type(plugin).__mro__ if Plugin in base.__bases__)


def viewed(desk: Desk, name: str, *, department: str | None, topic: str | None, mailbox: str | None) -> PluginView:
    """One plugin as it is at a place.

    :raises UnknownName: when the plugin or the place does not exist.
    """
    found = admitted(desk, name)
    with desk.db.reading() as session:
        directory = desk.db.directory(session)
    department_id = None if department is None else directory.department(department).id
    topic_id = None if topic is None else directory.topic(topic).id
    mailbox_id = None if mailbox is None else directory.mailbox(mailbox).id
    effective = switches.resolve(
        directory,
        plugin=name,
        kind=found.plugin,
        department_id=department_id,
        topic_id=topic_id,
        mailbox_id=mailbox_id,
    )
    return PluginView(
        name=name,
        kind=kind_of(found.plugin),
        title=found.plugin.title or name,
        description=" ".join((inspect.getdoc(found.plugin) or "").split()),
        on=effective.on and name not in directory.quarantined,
        because=f"It is quarantined: {directory.quarantined[name]}"
        if name in directory.quarantined
        else effective.because,
        shadow_because=effective.shadow_because,
        path=switch_path(
            directory,
            plugin=name,
            kind=found.plugin,
            department_id=department_id,
            topic_id=topic_id,
            mailbox_id=mailbox_id,
        ),
        values=tuple(_values(found, directory, department_id)),
        set_elsewhere=tuple(_switch_lines(name, directory)),
    )


def _values(plugin: Admitted, directory: Directory, department_id: int | None) -> Iterator[ValueLine]:
    ticks = switches.resolve_audience(directory, plugin=plugin.name, kind=plugin.plugin, department_id=department_id)
    for role, tick in ticks.items():
        yield ValueLine(
            name=f"audience.{role}", value=tick.on, origin=_origin(tick.provenance, directory, department_id)
        )
    resolved = switches.resolve_options(
        directory, plugin=plugin.name, cls=plugin.plugin.Options, department_id=department_id
    )
    for field, origin in resolved.origin.items():
        yield ValueLine(
            name=field, value=_shown(_dotted(resolved.options, field)), origin=_origin(origin, directory, department_id)
        )


def _origin(provenance: switches.Provenance, directory: Directory, department_id: int | None) -> str:
    where = provenance.where
    own = None if department_id is None else directory.departments.get(department_id)
    if provenance.level == Level.DEPARTMENT and own is not None and provenance.scope != own.name:
        where = f"{where}, {_relation(own, directory.department(provenance.scope))} '{own.name}'"
    return f"{where}; {provenance.problem}" if provenance.problem else where


def _relation(own: DepartmentRecord, other: DepartmentRecord) -> str:
    return "parent of" if own.parent_id == other.id else "above"


def switch_path(
    directory: Directory,
    *,
    plugin: str,
    kind: Plugin,
    department_id: int | None = None,
    topic_id: int | None = None,
    mailbox_id: int | None = None,
) -> tuple[PathLine, ...]:
    """Every place that has a say in the switch here, widest first, the default of the plugin before them.

    A plugin that is always on has none.
    """
    if switches.is_always_on(type(kind)):
        return ()
    places = _places(directory, kind, department_id=department_id, topic_id=topic_id, mailbox_id=mailbox_id)
    said = [(level, where, directory.switch_index.get((plugin, level, scope_id))) for level, scope_id, where in places]
    lines = [PathLine(level=DEFAULT, where="by default", position=kind.default.value)]
    lines += [_path_line(level, where, record) for level, where, record in said]
    decisive = _decisive(lines)
    return tuple(attrs.evolve(line, decides=line is decisive) for line in lines)


def _places(
    directory: Directory, kind: Plugin, *, department_id: int | None, topic_id: int | None, mailbox_id: int | None
) -> list[tuple[Level, int, str]]:
    path = [] if department_id is None else list(directory.department_path(department_id))
    places = [(Level.GLOBAL, 0, "for the whole desk")]
    for each in reversed(path):
        relation = f", {_relation(path[0], each)} '{path[0].name}'" if each is not path[0] else ""
        places.append((Level.DEPARTMENT, each.id, f"in department '{each.name}'{relation}"))
    if topic_id is not None:
        places.append((Level.TOPIC, topic_id, f"for help topic '{directory.topics[topic_id].name}'"))
    if mailbox_id is not None:
        places.append((Level.MAILBOX, mailbox_id, f"for mailbox '{directory.mailboxes[mailbox_id].name}'"))
    return [place for place in places if place[0] in kind.levels]


def _path_line(level: Level, where: str, record: SwitchRecord | None) -> PathLine:
    position = record.position if record is not None else None
    shadow = record.shadow if record is not None else None
    return PathLine(
        level=level.value,
        where=where,
        position=(position or Switch.INHERIT).value,
        shadow="" if shadow is None else "yes" if shadow else "no",
    )


def _decisive(lines: Sequence[PathLine]) -> PathLine:
    """The line that counts: off for the whole desk, else the nearest department, unless topic or mailbox says off."""
    said = [line for line in lines if line.position != Switch.INHERIT.value]
    desk = next(line for line in reversed(said) if line.level in (DEFAULT, Level.GLOBAL))
    if desk.position == Switch.OFF:
        return desk
    nearest = next((line for line in reversed(said) if line.level == Level.DEPARTMENT), desk)
    if nearest.position != Switch.ON:
        return nearest
    return next((line for line in said if line.level in (Level.TOPIC, Level.MAILBOX)), nearest)


def _shown(value: object) -> object:
    """A value as plain data, unless it holds a secret."""
    if isinstance(value, tuple) and value and attrs.has(type(value[0])):
        shown: object = [sparse(each) for each in value]
    else:
        shown = plain(value)
    return HIDDEN if isinstance(kept(shown), Sealed) else shown


def _dotted(options: object, field: str) -> object:
    for part in field.split("."):
        options = getattr(options, part)
    return options


def _switch_lines(name: str, directory: Directory) -> Iterator[SwitchLine]:
    for switch in directory.switches:
        if switch.plugin == name:
            yield SwitchLine(
                level=switch.level.value,
                where=_scope_name(directory, switch.level, switch.scope_id),
                switch=switch.position.value if switch.position is not None else "",
                shadow=bool(switch.shadow),
            )


def _scope_name(directory: Directory, level: Level, scope_id: int) -> str:
    named: Mapping[Level, Mapping[int, Named]] = {
        Level.DEPARTMENT: directory.departments,
        Level.TOPIC: directory.topics,
        Level.MAILBOX: directory.mailboxes,
    }
    record = named.get(level, {}).get(scope_id)
    return record.name if record is not None else ""


def admitted(desk: Desk, name: str) -> Admitted:
    """The plugin that goes by this name and is in use.

    :raises UnknownName: when there is none.
    :raises PluginRefused: when it was set aside.
    """
    found = desk.host.plugins.get(name)
    if found is None and name in desk.host.set_aside:
        raise PluginRefused(name, desk.host.set_aside[name])
    if found is None:
        raise UnknownName("plugin", name, desk.host.plugins)
    return found

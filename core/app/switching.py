"""Plugins as administrators see them: in use or not and why, and the setting of their switches."""

import inspect
from collections.abc import Iterator, Mapping

import attrs

from ..contract.errors import InvalidValue, UnknownName
from ..contract.kinds import Level, Plugin, Switch
from ..contract.structuring import plain
from ..host.admission import Admitted, PluginRefused
from ..notify import switches
from ..store import configuration
from ..store.directory import Directory, Named
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
    values: tuple[ValueLine, ...]
    set_elsewhere: tuple[SwitchLine, ...]


def listed(desk: Desk) -> tuple[PluginLine, ...]:
    """Every plugin, in use or set aside, by name."""
    with desk.db.reading() as session:
        directory = desk.db.directory(session)
    used = [_line(admitted, directory) for admitted in desk.host.plugins.values()]
    aside = [
        PluginLine(name=name, kind="", state="set aside", because=reason, origin="")
        for name, reason in desk.host.set_aside.items()
    ]
    return tuple(sorted([*used, *aside], key=lambda line: line.name))


def _line(admitted: Admitted, directory: Directory) -> PluginLine:
    state, because = _state(admitted, directory)
    return PluginLine(
        name=admitted.name, kind=kind_of(admitted.plugin), state=state, because=because, origin=admitted.origin
    )


def _state(admitted: Admitted, directory: Directory) -> tuple[str, str]:
    if admitted.name in directory.quarantined:
        return "quarantined", directory.quarantined[admitted.name]
    record = directory.switch_index.get((admitted.name, Level.GLOBAL, 0))
    position = record.position if record is not None and record.position is not None else admitted.plugin.default
    effective = switches.resolve(directory, plugin=admitted.name, kind=admitted.plugin)
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
    admitted = _admitted(desk, name)
    with desk.db.reading() as session:
        directory = desk.db.directory(session)
    department_id = None if department is None else directory.department(department).id
    effective = switches.resolve(
        directory,
        plugin=name,
        kind=admitted.plugin,
        department_id=department_id,
        topic_id=None if topic is None else directory.topic(topic).id,
        mailbox_id=None if mailbox is None else directory.mailbox(mailbox).id,
    )
    return PluginView(
        name=name,
        kind=kind_of(admitted.plugin),
        title=admitted.plugin.title or name,
        description=" ".join((inspect.getdoc(admitted.plugin) or "").split()),
        on=effective.on and name not in directory.quarantined,
        because=f"It is quarantined: {directory.quarantined[name]}"
        if name in directory.quarantined
        else effective.because,
        shadow_because=effective.shadow_because,
        values=tuple(_values(admitted, directory, department_id)),
        set_elsewhere=tuple(_switch_lines(name, directory)),
    )


def _values(admitted: Admitted, directory: Directory, department_id: int | None) -> Iterator[ValueLine]:
    ticks = switches.resolve_audience(
        directory, plugin=admitted.name, kind=admitted.plugin, department_id=department_id
    )
    for role, tick in ticks.items():
        yield ValueLine(name=f"audience.{role}", value=tick.on, origin=_origin(tick.provenance))
    resolved = switches.resolve_options(
        directory, plugin=admitted.name, cls=admitted.plugin.Options, department_id=department_id
    )
    for field, origin in resolved.origin.items():
        yield ValueLine(name=field, value=plain(_dotted(resolved.options, field)), origin=_origin(origin))


def _origin(provenance: switches.Provenance) -> str:
    return f"{provenance.where}; {provenance.problem}" if provenance.problem else provenance.where


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


def switch(
    desk: Desk, name: str, position: str, *, department: str | None, topic: str | None, mailbox: str | None
) -> str:
    """Set a switch, or the shadow flag; answer in one sentence what holds now.

    :raises UnknownName: when the plugin or the place does not exist.
    :raises InvalidValue: when the position is not possible there.
    """
    kind = type(_admitted(desk, name).plugin)
    with desk.db.writing() as session:
        directory = desk.db.directory(session)
        level, scope_id, where = _scope(directory, department, topic, mailbox)
        if position == SHADOW:
            switches.check_shadow(kind, level=level)
            configuration.set_shadow(session, plugin=name, level=level, scope_id=scope_id, shadow=True)
        else:
            _check(name, kind, level, Switch(position))
            kept = None if position == Switch.INHERIT.value else Switch(position)
            configuration.set_switch(session, plugin=name, level=level, scope_id=scope_id, position=kept)
            if level in (Level.GLOBAL, Level.DEPARTMENT):
                configuration.set_shadow(session, plugin=name, level=level, scope_id=scope_id, shadow=None)
    return f"'{name}' is now set to '{position}' {where}."


def _check(name: str, kind: type[Plugin], level: Level, position: Switch) -> None:
    if level is Level.GLOBAL and position is Switch.INHERIT:
        raise InvalidValue(f"'{name}'", "the whole desk inherits from nowhere", "Use on, off or opt-in.")
    switches.check_switch(kind, level=level, position=position)


def _scope(
    directory: Directory, department: str | None, topic: str | None, mailbox: str | None
) -> tuple[Level, int, str]:
    if department is not None:
        found = directory.department(department)
        return Level.DEPARTMENT, found.id, f"in department '{found.name}'"
    if topic is not None:
        help_topic = directory.topic(topic)
        return Level.TOPIC, help_topic.id, f"for help topic '{help_topic.name}'"
    if mailbox is not None:
        box = directory.mailbox(mailbox)
        return Level.MAILBOX, box.id, f"for mailbox '{box.name}'"
    return Level.GLOBAL, 0, "for the whole desk"


def release(desk: Desk, name: str) -> None:
    """Take a quarantined plugin back into use.

    :raises UnknownName: when it is not quarantined.
    """
    with desk.db.writing() as session:
        quarantined = desk.db.directory(session).quarantined
        if not configuration.release_plugin(session, name):
            raise UnknownName("quarantined plugin", name, quarantined)


def _admitted(desk: Desk, name: str) -> Admitted:
    admitted = desk.host.plugins.get(name)
    if admitted is None and name in desk.host.set_aside:
        raise PluginRefused(name, desk.host.set_aside[name])
    if admitted is None:
        raise UnknownName("plugin", name, desk.host.plugins)
    return admitted

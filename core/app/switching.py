"""Plugins as administrators see them: in use or not and why, and the setting of their switches."""

import inspect
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial

import attrs

from ..contract.errors import DeskbellError, InvalidValue, UnknownName
from ..contract.kinds import Level, Plugin, Switch
from ..contract.structuring import field_is_secret, parse_text, plain
from ..contract.structuring.places import Place
from ..contract.structuring.scalars import SCALARS
from ..desk import blueprint
from ..desk.blueprint.changes import HIDDEN
from ..desk.blueprint.objects import Sealed
from ..desk.blueprint.record_fields import kept
from ..host.admission import Admitted, PluginRefused
from ..notify import switches
from ..notify.switches.options import AUDIENCE
from ..notify.switches.positions import DEFAULT
from ..store import configuration
from ..store.changes import Kind, Spot
from ..store.directory import DepartmentRecord, Directory, Named, SwitchRecord
from .changing import acting_person
from .configuring import apply_blueprint, catalogue
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


class NotSet(DeskbellError, LookupError):
    """An option or tick that is not set at a place, so that it cannot be taken away there."""

    def __init__(self, plugin: str, field: str, where: str, known: Iterable[str]) -> None:
        names = sorted(known)
        remedy = f"Set there: {', '.join(names)}." if names else "Nothing is set there."
        super().__init__(f"'{field}' of '{plugin}' is not set {where}. {remedy}")


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
    topic_id = None if topic is None else directory.topic(topic).id
    mailbox_id = None if mailbox is None else directory.mailbox(mailbox).id
    effective = switches.resolve(
        directory,
        plugin=name,
        kind=admitted.plugin,
        department_id=department_id,
        topic_id=topic_id,
        mailbox_id=mailbox_id,
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
        path=switch_path(
            directory,
            plugin=name,
            kind=admitted.plugin,
            department_id=department_id,
            topic_id=topic_id,
            mailbox_id=mailbox_id,
        ),
        values=tuple(_values(admitted, directory, department_id)),
        set_elsewhere=tuple(_switch_lines(name, directory)),
    )


def _values(admitted: Admitted, directory: Directory, department_id: int | None) -> Iterator[ValueLine]:
    ticks = switches.resolve_audience(
        directory, plugin=admitted.name, kind=admitted.plugin, department_id=department_id
    )
    for role, tick in ticks.items():
        yield ValueLine(
            name=f"audience.{role}", value=tick.on, origin=_origin(tick.provenance, directory, department_id)
        )
    resolved = switches.resolve_options(
        directory, plugin=admitted.name, cls=admitted.plugin.Options, department_id=department_id
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


def switch(
    desk: Desk,
    name: str,
    position: str,
    *,
    department: str | None,
    topic: str | None,
    mailbox: str | None,
    by: str | None = None,
) -> str:
    """Set a switch, or the shadow flag; answer in one sentence what holds now.

    :param by: the address of the agent who does it; None for the administrator at this machine.
    :raises UnknownName: when the plugin, the place or the agent does not exist.
    :raises InvalidValue: when the position is not possible there.
    """
    kind = type(_admitted(desk, name).plugin)
    with desk.db.writing() as session:
        directory = desk.db.directory(session)
        level, scope_id, where = _scope(directory, department, topic, mailbox)
        put = partial(configuration.put, session, by=acting_person(directory, by), now=desk.clock.now())
        spot = Spot(kind=Kind.SHADOW, plugin=name, level=level, scope_id=scope_id)
        if position == SHADOW:
            switches.check_shadow(kind, level=level)
            put(spot, True)
        else:
            _check(name, kind, level, Switch(position))
            put(attrs.evolve(spot, kind=Kind.SWITCH), None if position == Switch.INHERIT.value else position)
            if level in (Level.GLOBAL, Level.DEPARTMENT):
                put(spot, None)
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


def set_value(desk: Desk, name: str, field: str, text: str, *, department: str | None, by: str | None) -> str:
    """Set an option or the tick of a role, ``audience.<role>``; answer in one sentence what holds now.

    It is judged as `configuring.apply` judges a file, and a secret is sealed.

    :param text: the value as text; a list is separated by commas.
    :raises DeskbellError: when plugin, department, field, role or agent is unknown, or the value does not fit.
    """
    admitted = _admitted(desk, name)
    with desk.db.reading() as session:
        where = _scope(desk.db.directory(session), department, None, None)[2]
    values = _nested(
        field.split(".", 1) if field.startswith(AUDIENCE) else field.split("."), _read(admitted, field, text)
    )
    options = values if department is None else {"departments": {department: values}}
    wanted = blueprint.read_blueprint({"options": {name: options}}, file="", catalogue=catalogue(desk))
    apply_blueprint(desk, wanted, prune=False, by=by)
    hidden = not field.startswith(AUDIENCE) and field_is_secret(admitted.plugin.Options, field)
    return f"'{field}' of '{name}' is now {HIDDEN if hidden else text} {where}."


def _read(admitted: Admitted, field: str, text: str) -> object:
    """The text as plain data of the field's type."""
    if field.startswith(AUDIENCE):
        return SCALARS[bool].read(text, at=Place(file="", path=field))
    return plain(parse_text(admitted.plugin.Options, field, text))


def _nested(parts: Sequence[str], value: object) -> dict[str, object]:
    first, *rest = parts
    return {first: _nested(rest, value) if rest else value}


def unset_value(desk: Desk, name: str, field: str, *, department: str | None, by: str | None) -> str:
    """Take away what is set for an option or a role at one place, so that the places above it decide.

    :raises UnknownName: when the plugin or the department does not exist, or nothing is set there under this name.
    """
    _admitted(desk, name)
    with desk.db.writing() as session:
        directory = desk.db.directory(session)
        level, scope_id, where = _scope(directory, department, None, None)
        if field not in (known := directory.option_index.get((name, level, scope_id), {})):
            raise NotSet(name, field, where, known)
        spot = Spot(kind=Kind.OPTION, plugin=name, level=level, scope_id=scope_id, field=field)
        configuration.put(session, spot, None, by=acting_person(directory, by), now=desk.clock.now())
    return f"'{field}' of '{name}' is not set {where} any more."


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

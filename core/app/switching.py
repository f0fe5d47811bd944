"""The hand on the switches of plugins: positions, shadow, options and ticks, and a quarantined plugin taken back."""

from collections.abc import Iterable, Sequence
from functools import partial

import attrs

from ..contract.errors import DeskbellError, InvalidValue, UnknownName
from ..contract.kinds import Level, Plugin, Switch
from ..contract.structuring import field_is_secret, parse_text, plain
from ..contract.structuring.places import Place
from ..contract.structuring.scalars import SCALARS
from ..desk import blueprint
from ..desk.blueprint.changes import HIDDEN
from ..host.admission import Admitted
from ..notify import switches
from ..notify.switches.options import AUDIENCE
from ..store import changes, configuration
from ..store.changes import Kind, Spot
from ..store.directory import Directory
from .changing import acting_person
from .configuring import apply_blueprint, catalogue
from .opening import Desk
from .plugin_views import SHADOW, admitted


class NotSet(DeskbellError, LookupError):
    """An option or tick that is not set at a place, so that it cannot be taken away there."""

    def __init__(self, plugin: str, field: str, where: str, known: Iterable[str]) -> None:
        names = sorted(known)
        remedy = f"Set there: {', '.join(names)}." if names else "Nothing is set there."
        super().__init__(f"'{field}' of '{plugin}' is not set {where}. {remedy}")


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
    kind = type(admitted(desk, name).plugin)
    with desk.db.configuring() as session:
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
    plugin = admitted(desk, name)
    with desk.db.reading() as session:
        where = _scope(desk.db.directory(session), department, None, None)[2]
    values = _nested(
        field.split(".", 1) if field.startswith(AUDIENCE) else field.split("."), _read(plugin, field, text)
    )
    options = values if department is None else {"departments": {department: values}}
    wanted = blueprint.read_blueprint({"options": {name: options}}, file="", catalogue=catalogue(desk))
    apply_blueprint(desk, wanted, prune=False, by=by)
    hidden = not field.startswith(AUDIENCE) and field_is_secret(plugin.plugin.Options, field)
    return f"'{field}' of '{name}' is now {HIDDEN if hidden else text} {where}."


def _read(plugin: Admitted, field: str, text: str) -> object:
    """The text as plain data of the field's type."""
    if field.startswith(AUDIENCE):
        return SCALARS[bool].read(text, at=Place(file="", path=field))
    return plain(parse_text(plugin.plugin.Options, field, text))


def _nested(parts: Sequence[str], value: object) -> dict[str, object]:
    first, *rest = parts
    return {first: _nested(rest, value) if rest else value}


def unset_value(desk: Desk, name: str, field: str, *, department: str | None, by: str | None) -> str:
    """Take away what is set for an option or a role at one place, so that the places above it decide.

    :raises UnknownName: when the plugin or the department does not exist, or nothing is set there under this name.
    """
    admitted(desk, name)
    with desk.db.configuring() as session:
        directory = desk.db.directory(session)
        level, scope_id, where = _scope(directory, department, None, None)
        if field not in (known := directory.option_index.get((name, level, scope_id), {})):
            raise NotSet(name, field, where, known)
        spot = Spot(kind=Kind.OPTION, plugin=name, level=level, scope_id=scope_id, field=field)
        configuration.put(session, spot, None, by=acting_person(directory, by), now=desk.clock.now())
    return f"'{field}' of '{name}' is not set {where} any more."


def release(desk: Desk, name: str, *, by: str | None = None) -> None:
    """Take a quarantined plugin back into use.

    :param by: as for `switch`.
    :raises UnknownName: when it is not quarantined, or there is no such agent.
    """
    with desk.db.configuring() as session:
        directory = desk.db.directory(session)
        actor = acting_person(directory, by)
        if not configuration.release_plugin(session, name):
            raise UnknownName("quarantined plugin", name, directory.quarantined)
        spot = Spot(kind=Kind.QUARANTINE, plugin=name)
        reason = directory.quarantined[name]
        changes.note(session, spot, before=reason, after=None, by=actor, now=desk.clock.now())

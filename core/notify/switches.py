"""Who may speak where: positions and shadow, options and ticks, each with the very place where it was set."""

from collections.abc import Mapping
from typing import TypeVar

import attrs

from ..contract.errors import InvalidValue
from ..contract.kinds import Level, Plugin, Switch
from ..contract.people import Role
from ..contract.structuring import InvalidSetting, structure
from ..store.directory import DepartmentRecord, Directory, SwitchRecord
from .remembered import PerDirectory

DEFAULT = "default"
"""The level of what nobody set."""
AUDIENCE = "audience."
"""How the name of an option begins that is the tick of a role."""

Kind = Plugin | type[Plugin]
_Key = tuple[str, type, int | None]
V = TypeVar("V")


@attrs.frozen(kw_only=True)
class Effective:
    """Whether a plugin may speak at a place, and what decided it.

    `level` is the `Level` that decided; it is ``default`` when the plugin is on and nothing is set. `shadow` is ``''``,
    ``global`` or ``department``. Both sentences name the very switch.
    """

    on: bool
    level: str
    because: str
    shadow: str = ""
    shadow_because: str = ""


@attrs.frozen(kw_only=True)
class Provenance:
    """Where a value comes from: `level` is ``default``, ``global`` or ``department``, `scope` the department's name.

    `problem` says why a stored value does not count; then `value` is the default.
    """

    level: str
    scope: str = ""
    value: object = attrs.field(repr=False)
    problem: str = ""

    @property
    def where(self) -> str:
        """The place in words, to follow a verb."""
        if self.level == Level.DEPARTMENT:
            return f"in department '{self.scope}'"
        return "for the whole desk" if self.level == Level.GLOBAL else "by default"


@attrs.frozen(kw_only=True)
class Resolved:
    """The options of a plugin at a place, and where each field's value comes from; a field that the class lacks too."""

    options: object
    origin: Mapping[str, Provenance]


@attrs.frozen(kw_only=True)
class Tick:
    """Whether a role is selected, and where that was said."""

    on: bool
    provenance: Provenance


def resolve(
    directory: Directory,
    *,
    plugin: str,
    kind: Kind,
    department_id: int | None = None,
    topic_id: int | None = None,
    mailbox_id: int | None = None,
) -> Effective:
    """Whether `plugin` may speak at a place (behaviour section 2); only levels that its kind can be switched at count.

    Off wins over everything at the global level; then the nearest department that does not inherit; then an off of the
    topic, then of the mailbox. A plugin without a global switch stands at its own default.
    """
    cls = kind if isinstance(kind, type) else type(kind)
    known = _effective.of(directory)
    key = (plugin, cls, department_id)
    wide = known.get(key)
    if wide is None:
        wide = known[key] = _Scope(directory, plugin, cls, department_id).effective()
    if not wide.on or (topic_id is None and mailbox_id is None):
        return wide
    return _narrowed(wide, _Scope(directory, plugin, cls, department_id), topic_id=topic_id, mailbox_id=mailbox_id)


def _narrowed(wide: Effective, scope: "_Scope", *, topic_id: int | None, mailbox_id: int | None) -> Effective:
    for level, scope_id in ((Level.TOPIC, topic_id), (Level.MAILBOX, mailbox_id)):
        row = None if scope_id is None else scope.row(level, scope_id)
        if row is not None and row.position is Switch.OFF:
            because = f"'{scope.plugin}' is switched off {_named_scope(scope.directory, row)}."
            return attrs.evolve(wide, on=False, level=level.value, because=because)
    return wide


def _named_scope(directory: Directory, row: SwitchRecord) -> str:
    if row.level is Level.TOPIC:
        topic = directory.topics.get(row.scope_id)
        return f"for help topic '{topic.name if topic else row.scope_id}'"
    mailbox = directory.mailboxes.get(row.scope_id)
    return f"for mailbox '{mailbox.name if mailbox else row.scope_id}'"


@attrs.frozen
class _Scope:
    """One plugin, of one kind, in one department, in one directory."""

    directory: Directory
    plugin: str
    kind: type[Plugin]
    department_id: int | None

    def row(self, level: Level, scope_id: int) -> SwitchRecord | None:
        """What a level says, if the plugin can be switched there at all."""
        if level not in self.kind.levels:
            return None
        return self.directory.switch_index.get((self.plugin, level, scope_id))

    def departments(self) -> list[tuple[DepartmentRecord, SwitchRecord]]:
        """The departments that say something, nearest first."""
        if self.department_id is None:
            return []
        rows = (
            (each, self.row(Level.DEPARTMENT, each.id)) for each in self.directory.department_path(self.department_id)
        )
        return [(department, row) for department, row in rows if row is not None]

    def effective(self) -> Effective:
        """The verdict of the global level and the departments."""
        on, level, because = self._position()
        shadow, shadow_because = self._shadow()
        return Effective(on=on, level=level, because=because, shadow=shadow, shadow_because=shadow_because)

    def _position(self) -> tuple[bool, str, str]:
        row = self.row(Level.GLOBAL, 0)
        stored = row.position if row is not None and row.position is not Switch.INHERIT else None
        position = stored or self.kind.default
        by_default = " by default" if stored is None else ""
        if position is Switch.OFF:
            because = "off by default, and nobody switched it on" if by_default else "switched off for the whole desk"
            return False, Level.GLOBAL.value, f"'{self.plugin}' is {because}."
        for department, switch in self.departments():
            if switch.position in (Switch.ON, Switch.OFF):
                because = f"'{self.plugin}' is switched {switch.position} in {self._called(department)}."
                return switch.position is Switch.ON, Level.DEPARTMENT.value, because
        if position is Switch.ON:
            because = "on by default" if by_default else "switched on for the whole desk"
            return True, DEFAULT if by_default else Level.GLOBAL.value, f"'{self.plugin}' is {because}."
        because = f"'{self.plugin}' is opt-in{by_default}, and {self._nobody_opted_in()}."
        return False, Level.GLOBAL.value, because

    def _nobody_opted_in(self) -> str:
        department = self._own_department()
        if department is None:
            return "no department is concerned that could switch it on"
        return f"neither department '{department.name}' nor one above it switched it on"

    def _shadow(self) -> tuple[str, str]:
        row = self.row(Level.GLOBAL, 0)
        if row is not None and row.shadow:
            return Level.GLOBAL.value, f"'{self.plugin}' is in shadow for the whole desk: nothing is sent."
        for department, switch in self.departments():
            if switch.shadow:
                because = f"'{self.plugin}' is in shadow in {self._called(department)}: nothing is sent."
                return Level.DEPARTMENT.value, because
        return "", ""

    def _own_department(self) -> DepartmentRecord | None:
        return None if self.department_id is None else self.directory.departments.get(self.department_id)

    def _called(self, department: DepartmentRecord) -> str:
        own = self._own_department()
        if own is None or own.id == department.id:
            return f"department '{department.name}'"
        relation = "parent of" if own.parent_id == department.id else "above"
        return f"department '{department.name}' ({relation} '{own.name}')"


def resolve_options(directory: Directory, *, plugin: str, cls: type, department_id: int | None = None) -> Resolved:
    """The options of a plugin, field by field: the nearest department that sets it, else the desk, else the class.

    A stored value that the class does not take (a plugin was replaced by a newer one) falls back to the default, and its
    provenance says so.

    :param cls: the plugin's ``Options``.
    """
    known = _options.of(directory)
    key = (plugin, cls, department_id)
    resolved = known.get(key)
    if resolved is None:
        stored = _stored(directory, plugin, department_id)
        own = {field: each for field, each in stored.items() if not field.startswith(AUDIENCE)}
        resolved = known[key] = _resolved(cls, own)
    return resolved


def resolve_audience(
    directory: Directory, *, plugin: str, kind: Kind, department_id: int | None = None
) -> Mapping[Role | str, Tick]:
    """The ticks of a plugin's audience in the order of its table, resolved like options."""
    cls = kind if isinstance(kind, type) else type(kind)
    known = _ticks.of(directory)
    key = (plugin, cls, department_id)
    ticks = known.get(key)
    if ticks is None:
        stored = _stored(directory, plugin, department_id if Level.DEPARTMENT in cls.levels else None)
        ticks = known[key] = {
            role: _tick(default, stored.get(AUDIENCE + role)) for role, default in cls.audience.items()
        }
    return ticks


def _tick(default: bool, stored: Provenance | None) -> Tick:
    if stored is None:
        return Tick(on=default, provenance=Provenance(level=DEFAULT, value=default))
    if isinstance(stored.value, bool):
        return Tick(on=stored.value, provenance=stored)
    problem = f"What is stored {stored.where} is neither yes nor no."
    return Tick(on=default, provenance=Provenance(level=DEFAULT, value=default, problem=problem))


def _stored(directory: Directory, plugin: str, department_id: int | None) -> dict[str, Provenance]:
    """Every field that is set, by the nearest that sets it."""
    index = directory.option_index
    desk = index.get((plugin, Level.GLOBAL, 0), {})
    found = {field: Provenance(level=Level.GLOBAL.value, value=value) for field, value in desk.items()}
    path = () if department_id is None else tuple(directory.department_path(department_id))
    for department in reversed(path):
        for field, value in index.get((plugin, Level.DEPARTMENT, department.id), {}).items():
            found[field] = Provenance(level=Level.DEPARTMENT.value, scope=department.name, value=value)
    return found


def _resolved(cls: type, stored: Mapping[str, Provenance]) -> Resolved:
    names = [field.name for field in attrs.fields(cls) if field.init]
    problems = {field: f"'{field}' is no option of this plugin any more." for field in stored if field not in names}
    fitting = {field: each.value for field, each in stored.items() if field in names}
    options, misfits = _made(cls, fitting)
    problems |= {field: f"What is stored {stored[field].where} does not count: {why}" for field, why in misfits.items()}
    origin = {
        name: attrs.evolve(stored[name], value=getattr(options, name))
        if name in stored and name not in problems
        else Provenance(level=DEFAULT, value=getattr(options, name, None), problem=problems.get(name, ""))
        for name in dict.fromkeys((*names, *stored))
    }
    return Resolved(options=options, origin=origin)


def _made(cls: type, values: Mapping[str, object]) -> tuple[object, dict[str, str]]:
    """An instance of the values that fit, and why the others do not."""
    kept = dict(values)
    misfits: dict[str, str] = {}
    while kept:
        try:
            return structure(kept, cls, file=""), misfits
        except InvalidSetting as error:
            field = error.path.partition(".")[0].partition("[")[0]
            # The class as a whole may refuse what each field alone would take: then none of them counts.
            for culprit in [field] if field in kept else list(kept):
                del kept[culprit]
                misfits[culprit] = str(error)
    return cls(), misfits


def check_switch(kind: Kind, *, level: Level, position: Switch) -> None:
    """Refuse a position that a plugin of this kind cannot be switched to at this level.

    :raises InvalidValue: with the positions that exist there.
    """
    where = f"The position '{position.value}' at the {level.value} level"
    allowed = _positions(kind, level)
    if not allowed:
        raise InvalidValue(where, f"a plugin of this kind has no {level.value} switch")
    if position not in allowed:
        choice = " or ".join(f"'{each.value}'" for each in allowed)
        raise InvalidValue(where, "there is no such position", f"Say {choice}.")


def check_shadow(kind: Kind, *, level: Level) -> None:
    """Refuse a shadow where there is none: it is a flag of the desk and of departments.

    :raises InvalidValue: with the levels at which it can be set.
    """
    if level not in (Level.GLOBAL, Level.DEPARTMENT) or level not in kind.levels:
        both = Level.DEPARTMENT in kind.levels
        remedy = "Set it for the whole desk or for a department." if both else "Set it for the whole desk."
        raise InvalidValue(f"A shadow at the {level.value} level", "there is no such switch", remedy)


def _positions(kind: Kind, level: Level) -> tuple[Switch, ...]:
    if level not in kind.levels:
        return ()
    if level is Level.DEPARTMENT:
        return (Switch.INHERIT, Switch.ON, Switch.OFF)
    if level is not Level.GLOBAL:
        return (Switch.INHERIT, Switch.OFF)
    # Opt-in waits for a department: without that level nobody could ever switch the plugin on.
    opt_in = (Switch.OPT_IN,) if Level.DEPARTMENT in kind.levels else ()
    return (Switch.ON, Switch.OFF, *opt_in)


def _empty(_: Directory) -> dict[_Key, V]:
    return {}


_effective: PerDirectory[dict[_Key, Effective]] = PerDirectory(_empty)
_options: PerDirectory[dict[_Key, Resolved]] = PerDirectory(_empty)
_ticks: PerDirectory[dict[_Key, Mapping[Role | str, Tick]]] = PerDirectory(_empty)

"""What a plugin's options and ticks are at a place, field by field, each with where it was set."""

from collections.abc import Mapping

import attrs

from ...contract.kinds import Level, Plugin
from ...contract.people import Role
from ...contract.structuring import InvalidSetting, structure
from ...store.directory import Directory
from ..remembered import PerDirectory
from .positions import DEFAULT, Kind

AUDIENCE = "audience."
"""How the name of an option begins that is the tick of a role."""


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


class _Known:
    """What was resolved from one directory, by (plugin, its class, department)."""

    def __init__(self, _: Directory) -> None:
        self.options: dict[tuple[str, type, int | None], Resolved] = {}
        self.ticks: dict[tuple[str, type[Plugin], int | None], Mapping[Role | str, Tick]] = {}


_known = PerDirectory(_Known)


def resolve_options(directory: Directory, *, plugin: str, cls: type, department_id: int | None = None) -> Resolved:
    """The options of a plugin, field by field: the nearest department that sets it, else the desk, else the class.

    A stored value that the class does not take (a plugin was replaced by a newer one) falls back to the default, and its
    provenance says so.

    :param cls: the plugin's ``Options``.
    """
    known = _known.of(directory).options
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
    known = _known.of(directory).ticks
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

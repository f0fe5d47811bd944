"""Whether a plugin may speak at a place, and whether it is in shadow there."""

import attrs

from ...contract.kinds import Level, Plugin, Switch, SystemAlert
from ...store.directory import DepartmentRecord, Directory, SwitchRecord
from ..remembered import PerDirectory

Kind = Plugin | type[Plugin]
_Key = tuple[str, type, int | None, frozenset[Level]]

DEFAULT = "default"
"""The level of what nobody set."""


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


def resolve(
    directory: Directory,
    *,
    plugin: str,
    kind: Kind,
    department_id: int | None = None,
    topic_id: int | None = None,
    mailbox_id: int | None = None,
    levels: frozenset[Level] | None = None,
) -> Effective:
    """Whether `plugin` may speak at a place; only levels that its kind can be switched at count.

    Off wins over everything at the global level; then the nearest department that does not inherit; then an off of the
    topic, then of the mailbox. A plugin without a global switch stands at its own default.

    :param levels: the levels that count instead of those of the kind, for a notice that is sent in another manner.
    """
    cls = kind if isinstance(kind, type) else type(kind)
    known = _effective.of(directory)
    scope = _Scope(directory, plugin, cls, department_id, cls.levels if levels is None else levels)
    key = (plugin, cls, department_id, scope.levels)
    wide = known.get(key)
    if wide is None:
        wide = known[key] = scope.effective()
    if not wide.on or (topic_id is None and mailbox_id is None):
        return wide
    return _narrowed(wide, scope, topic_id=topic_id, mailbox_id=mailbox_id)


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
    levels: frozenset[Level]

    def row(self, level: Level, scope_id: int) -> SwitchRecord | None:
        """What a level says, if the plugin can be switched there at all."""
        if level not in self.levels:
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
        if is_always_on(self.kind):
            return Effective(on=True, level=DEFAULT, because=f"'{self.plugin}' is always on: it has no switch.")
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


def is_always_on(kind: type[Plugin]) -> bool:
    """Whether no switch, no shadow and no quarantine silences plugins of this kind."""
    return issubclass(kind, SystemAlert) and kind.always_on


def _nothing_yet(_: Directory) -> dict[_Key, Effective]:
    return {}


_effective = PerDirectory(_nothing_yet)

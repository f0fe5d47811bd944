"""Which switch positions exist for which kind of plugin at which level."""

from ...contract.errors import InvalidValue
from ...contract.kinds import Filter, Level, Switch
from .positions import Kind, is_always_on


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
    cls = kind if isinstance(kind, type) else type(kind)
    if is_always_on(cls):
        raise InvalidValue("A shadow", "a plugin that is always on has none")
    if issubclass(cls, Filter):
        # What it does is no mail that could be held back: to do it and to say that it was not done would be a lie.
        raise InvalidValue(
            "A shadow", "a filter sends nothing and has none", "Switch it off, or see 'deskbell filters try'."
        )
    if level not in (Level.GLOBAL, Level.DEPARTMENT) or level not in kind.levels:
        both = Level.DEPARTMENT in kind.levels
        remedy = "Set it for the whole desk or for a department." if both else "Set it for the whole desk."
        raise InvalidValue(f"A shadow at the {level.value} level", "there is no such switch", remedy)


def _positions(kind: Kind, level: Level) -> tuple[Switch, ...]:
    if level not in kind.levels or is_always_on(kind if isinstance(kind, type) else type(kind)):
        return ()
    if level is Level.DEPARTMENT:
        return (Switch.INHERIT, Switch.ON, Switch.OFF)
    if level is not Level.GLOBAL:
        return (Switch.INHERIT, Switch.OFF)
    # Opt-in waits for a department: without that level nobody could ever switch the plugin on.
    opt_in = (Switch.OPT_IN,) if Level.DEPARTMENT in kind.levels else ()
    return (Switch.ON, Switch.OFF, *opt_in)

"""Changes what administrators set on a running desk: switches, options, settings, channels, and plugins set aside.

Every function works in the caller's transaction. Names are taken as they come: whether a plugin, option or setting
exists is judged by those who know the installed plugins. Switches, shadows, options and settings have one door, `put`,
which writes down who changed what; nothing else in the house writes their rows. `put` waits for whoever changes the
directory at the moment; what a change depends on is read in a transaction of `Database.configuring`.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

import attrs
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from ..contract.kinds import Level, Switch
from ..contract.people import Actor
from . import changes
from .changes import Kind, Spot
from .database import take_directory, touch_directory
from .rows import (
    ChangeRow,
    ChannelRow,
    DepartmentRow,
    MailboxRow,
    OptionRow,
    QuarantineRow,
    SettingRow,
    SlaPlanRow,
    SwitchRow,
    TopicRow,
)
from .upsert import upserting

SCOPES: Mapping[Level, type[DepartmentRow] | type[TopicRow] | type[MailboxRow]] = {
    Level.DEPARTMENT: DepartmentRow,
    Level.TOPIC: TopicRow,
    Level.MAILBOX: MailboxRow,
}
"""The table that the scopes of a level are rows of."""

SCOPE_SETTINGS: Mapping[Level, tuple[str, ...]] = {
    Level.DEPARTMENT: (
        "template_set",
        "sla_plan",
        "ticket_limit",
        "reopen_days",
        "claim_on_reply",
        "pause_while_waiting",
        "agent_mail",
    ),
    Level.TOPIC: ("sla_plan",),
}
"""The settings of the desk as a whole that a department or topic may set otherwise; an SLA plan goes by its name."""


def put(session: Session, spot: Spot, value: object, *, by: Actor, now: datetime, undoes_id: int | None = None) -> bool:
    """Set one value and write down the change; False, and nothing written, when it is so already.

    :param value: plain data as JSON holds it, secrets sealed; None takes it away, so that the levels above decide.
    :param by: who changes it.
    :param undoes_id: the change that this one takes back.
    :raises LookupError: for a setting of a department or topic, when that or the SLA plan does not exist.
    """
    take_directory(session)
    before = stored(session, spot)
    if same(before, value):
        return False
    _WRITERS[spot.kind](session, spot, value)
    session.flush()
    changes.note(session, spot, before=before, after=value, by=by, now=now, undoes_id=undoes_id)
    return True


def stored(session: Session, spot: Spot) -> object:
    """What is set at this very place; None when nothing is."""
    return _READERS[spot.kind](session, spot)


def same(one: object, other: object) -> bool:
    """Whether two values say the same; True equals 1, and says something else."""
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def set_switch(
    session: Session,
    *,
    plugin: str,
    level: Level,
    scope_id: int = 0,
    position: Switch | None,
    by: Actor,
    now: datetime,
) -> None:
    """Put a plugin's switch at one level into `position`; None and ``inherit`` leave it to the levels above.

    :param scope_id: the department, topic or mailbox; 0 at the global level.
    """
    value = None if position in (None, Switch.INHERIT) else position.value
    put(session, Spot(kind=Kind.SWITCH, plugin=plugin, level=level, scope_id=scope_id), value, by=by, now=now)


def set_shadow(
    session: Session, *, plugin: str, level: Level, scope_id: int = 0, shadow: bool | None, by: Actor, now: datetime
) -> None:
    """Let a plugin decide and record without sending, or send again; None leaves it to the levels above."""
    put(session, Spot(kind=Kind.SHADOW, plugin=plugin, level=level, scope_id=scope_id), shadow, by=by, now=now)


def set_option(
    session: Session,
    *,
    plugin: str,
    level: Level,
    scope_id: int = 0,
    field: str,
    value: object,
    by: Actor,
    now: datetime,
) -> None:
    """Set one option field of a plugin at one level; None takes it away, so that the levels above decide.

    :param field: the name of the field, or ``audience.<role>`` for the tick of a role.
    :param value: plain data as JSON holds it, secrets sealed.
    """
    spot = Spot(kind=Kind.OPTION, plugin=plugin, level=level, scope_id=scope_id, field=field)
    put(session, spot, value, by=by, now=now)


def set_setting(session: Session, name: str, value: object, *, by: Actor, now: datetime) -> None:
    """Set one setting of the desk as a whole, to plain data; None goes back to the default."""
    put(session, Spot(kind=Kind.SETTING, field=name), value, by=by, now=now)


def set_scope_settings(
    session: Session, level: Level, scope_id: int, values: Mapping[str, object], *, by: Actor, now: datetime
) -> None:
    """Set what a department or topic says otherwise than the desk; a value of None is as the desk says.

    :param values: by the names of `SCOPE_SETTINGS`.
    """
    for name, value in values.items():
        put(session, Spot(kind=Kind.SETTING, level=level, scope_id=scope_id, field=name), value, by=by, now=now)


def forget_scope(session: Session, level: Level, scope_id: int, *, by: Actor, now: datetime) -> None:
    """Take away all that is set for a department, topic or mailbox that is about to go."""
    for spot in _spots_of(session, level, scope_id):
        put(session, spot, None, by=by, now=now)


def fresh_scope_id(session: Session, level: Level) -> int | None:
    """An id that no scope of this level had before; None where the database sees to that by itself.

    SQLite gives the id of the newest row that was removed out again, and what was changed for that one would then count
    for another.
    """
    connection = session.connection()
    if connection.dialect.name != "sqlite":
        return None
    newest = connection.scalar(select(func.max(SCOPES[level].id))) or 0
    known = connection.scalar(select(func.max(ChangeRow.scope_id)).where(ChangeRow.level == level.value)) or 0
    return max(newest, known) + 1


def _spots_of(session: Session, level: Level, scope_id: int) -> list[Spot]:
    """Every place of this scope at which something may be set."""
    here = {"level": level.value, "scope_id": scope_id}
    spot = Spot(kind=Kind.SETTING, level=level, scope_id=scope_id)
    switched = [each.plugin for each in session.scalars(select(SwitchRow).filter_by(**here).order_by(SwitchRow.id))]
    options = [
        attrs.evolve(spot, kind=Kind.OPTION, plugin=each.plugin, field=each.field)
        for each in session.scalars(select(OptionRow).filter_by(**here).order_by(OptionRow.id))
    ]
    settings = [attrs.evolve(spot, field=name) for name in SCOPE_SETTINGS.get(level, ())]
    switches = [attrs.evolve(spot, kind=kind, plugin=each) for each in switched for kind in (Kind.SWITCH, Kind.SHADOW)]
    return [*switches, *options, *settings]


# --- the rows behind a spot ---


def _switch(session: Session, spot: Spot) -> SwitchRow | None:
    wanted = select(SwitchRow).filter_by(plugin=spot.plugin, level=spot.level.value, scope_id=spot.scope_id)
    return session.scalars(wanted).one_or_none()


def _position(session: Session, spot: Spot) -> object:
    row = _switch(session, spot)
    return None if row is None else row.position


def _shadow(session: Session, spot: Spot) -> object:
    row = _switch(session, spot)
    return None if row is None else row.shadow


def _put_position(session: Session, spot: Spot, value: object) -> None:
    row = _switch(session, spot) or _new_switch(spot)
    row.position = None if value is None else str(value)
    _keep_if_set(session, row)


def _put_shadow(session: Session, spot: Spot, value: object) -> None:
    row = _switch(session, spot) or _new_switch(spot)
    row.shadow = None if value is None else bool(value)
    _keep_if_set(session, row)


def _new_switch(spot: Spot) -> SwitchRow:
    return SwitchRow(plugin=spot.plugin, level=spot.level.value, scope_id=spot.scope_id, position=None, shadow=None)


def _keep_if_set(session: Session, row: SwitchRow) -> None:
    if row.position is not None or row.shadow is not None:
        session.add(row)
    else:
        session.delete(row)


def _option(session: Session, spot: Spot) -> OptionRow | None:
    wanted = select(OptionRow).filter_by(
        plugin=spot.plugin, level=spot.level.value, scope_id=spot.scope_id, field=spot.field
    )
    return session.scalars(wanted).one_or_none()


def _option_value(session: Session, spot: Spot) -> object:
    row = _option(session, spot)
    return None if row is None else row.value


def _put_option(session: Session, spot: Spot, value: object) -> None:
    row = _option(session, spot)
    if value is not None:
        row = row or OptionRow(plugin=spot.plugin, level=spot.level.value, scope_id=spot.scope_id, field=spot.field)
        _keep_value(session, row, value)
    elif row is not None:
        session.delete(row)


def _keep_value(session: Session, row: OptionRow | SettingRow, value: object) -> None:
    row.value = value
    session.add(row)
    # 1 in the place of True is no change to the session by itself.
    flag_modified(row, "value")


def _setting_value(session: Session, spot: Spot) -> object:
    if spot.level is Level.GLOBAL:
        row = session.get(SettingRow, spot.field)
        return None if row is None else row.value
    scope = session.get(SCOPES[spot.level], spot.scope_id)
    if isinstance(scope, DepartmentRow | TopicRow) and spot.field == "sla_plan":
        return None if scope.sla_plan_id is None else session.get_one(SlaPlanRow, scope.sla_plan_id).name
    value: object = getattr(scope, spot.field, None)
    # The empty name of a template set says as little as None does elsewhere.
    return None if value == "" else value


def _put_setting(session: Session, spot: Spot, value: object) -> None:
    if spot.level is not Level.GLOBAL:
        _put_scope_setting(session, spot, value)
        return
    row = session.get(SettingRow, spot.field)
    if value is not None:
        row = row or SettingRow(name=spot.field)
        _keep_value(session, row, value)
    elif row is not None:
        session.delete(row)


def _put_scope_setting(session: Session, spot: Spot, value: object) -> None:
    scope = session.get_one(SCOPES[spot.level], spot.scope_id)
    if spot.field not in SCOPE_SETTINGS.get(spot.level, ()):
        raise LookupError(spot)
    if isinstance(scope, DepartmentRow | TopicRow) and spot.field == "sla_plan":
        named = select(SlaPlanRow.id).where(SlaPlanRow.name == value)
        scope.sla_plan_id = None if value is None else session.scalars(named).one()
    else:
        setattr(scope, spot.field, "" if value is None and spot.field == "template_set" else value)


_READERS: Mapping[Kind, Callable[[Session, Spot], object]] = {
    Kind.SWITCH: _position,
    Kind.SHADOW: _shadow,
    Kind.OPTION: _option_value,
    Kind.SETTING: _setting_value,
}
_WRITERS: Mapping[Kind, Callable[[Session, Spot, object], None]] = {
    Kind.SWITCH: _put_position,
    Kind.SHADOW: _put_shadow,
    Kind.OPTION: _put_option,
    Kind.SETTING: _put_setting,
}


# --- channels ---


def channel_options(session: Session, name: str) -> dict[str, object]:
    """The options that are set for a channel, secrets still sealed; empty when none are."""
    row = session.get(ChannelRow, name)
    return {} if row is None else dict(row.options)


def set_channel_options(session: Session, name: str, options: Mapping[str, object]) -> None:
    """Replace all options of a channel by plain data, in which secrets are sealed already."""
    _channel(session, name).options = dict(options)


def hold_channel(session: Session, name: str, held: bool) -> bool:
    """Keep a channel's deliveries back, or let them go; False when it is so already."""
    row = _channel(session, name)
    if row.held == held:
        return False
    row.held = held
    return True


def _channel(session: Session, name: str) -> ChannelRow:
    row = session.get(ChannelRow, name)
    if row is None:
        row = ChannelRow(name=name, options={}, held=False)
        session.add(row)
    return row


def forget_channel(session: Session, name: str) -> None:
    """Take away all that is set for a channel, its hold too."""
    row = session.get(ChannelRow, name)
    if row is not None:
        session.delete(row)
        session.flush()


def quarantine(session: Session, plugin: str, reason: str, now: datetime) -> bool:
    """Set a plugin aside until it is released; False if it is aside already, and the first reason stays."""
    take_directory(session)
    # Another process may set it aside at this moment.
    new = upserting(session, QuarantineRow).values(plugin=plugin, reason=reason, since=now)
    added = session.scalar(new.on_conflict_do_nothing().returning(QuarantineRow.plugin))
    if added is None:
        return False
    touch_directory(session)
    return True


def release_plugin(session: Session, plugin: str) -> bool:
    """Ask a plugin again that was set aside; False if it was not."""
    row = session.get(QuarantineRow, plugin)
    if row is None:
        return False
    session.delete(row)
    session.flush()
    return True

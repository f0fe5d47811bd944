"""Changes what administrators set on a running desk: switches, options, settings, channels, and plugins set aside.

Every function works in the caller's transaction. Names are taken as they come: whether a plugin, option or setting
exists is judged by those who know the installed plugins.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..contract.kinds import Level, Switch
from .database import touch_directory
from .rows import ChannelRow, OptionRow, QuarantineRow, SettingRow, SwitchRow
from .upsert import upserting


def set_switch(session: Session, *, plugin: str, level: Level, scope_id: int = 0, position: Switch | None) -> None:
    """Put a plugin's switch at one level into `position`; None and ``inherit`` leave it to the levels above.

    :param scope_id: the department, topic or mailbox; 0 at the global level.
    """
    row = _switch(session, plugin=plugin, level=level, scope_id=scope_id)
    row.position = None if position in (None, Switch.INHERIT) else position.value
    _keep_if_set(session, row)


def set_shadow(session: Session, *, plugin: str, level: Level, scope_id: int = 0, shadow: bool | None) -> None:
    """Let a plugin decide and record without sending, or send again; None leaves it to the levels above."""
    row = _switch(session, plugin=plugin, level=level, scope_id=scope_id)
    row.shadow = shadow
    _keep_if_set(session, row)


def _switch(session: Session, *, plugin: str, level: Level, scope_id: int) -> SwitchRow:
    """The row of this switch; a new one is not yet in the session."""
    wanted = select(SwitchRow).filter_by(plugin=plugin, level=level.value, scope_id=scope_id)
    found = session.scalars(wanted).one_or_none()
    return found or SwitchRow(plugin=plugin, level=level.value, scope_id=scope_id, position=None, shadow=None)


def _keep_if_set(session: Session, row: SwitchRow) -> None:
    if row.position is not None or row.shadow is not None:
        session.add(row)
    elif row.id is not None:
        session.delete(row)


def set_option(session: Session, *, plugin: str, level: Level, scope_id: int = 0, field: str, value: object) -> None:
    """Set one option field of a plugin at one level; None takes it away, so that the levels above decide.

    :param field: the name of the field, or ``audience.<role>`` for the tick of a role.
    :param value: plain data as JSON holds it, secrets sealed.
    """
    wanted = select(OptionRow).filter_by(plugin=plugin, level=level.value, scope_id=scope_id, field=field)
    row = session.scalars(wanted).one_or_none()
    if value is not None:
        row = row or OptionRow(plugin=plugin, level=level.value, scope_id=scope_id, field=field)
        row.value = value
        session.add(row)
    elif row is not None:
        session.delete(row)


def forget_scope(session: Session, level: Level, scope_id: int) -> None:
    """Take away all switches and options of a department, topic or mailbox that is about to go."""
    for table in (SwitchRow, OptionRow):
        for row in session.scalars(select(table).filter_by(level=level.value, scope_id=scope_id)):
            session.delete(row)


def set_setting(session: Session, name: str, value: object) -> None:
    """Set one setting of the desk as a whole, to plain data."""
    row = session.get(SettingRow, name)
    if row is None:
        session.add(SettingRow(name=name, value=value))
    else:
        row.value = value


def channel_options(session: Session, name: str) -> dict[str, object]:
    """The options that are set for a channel, secrets still sealed; empty when none are."""
    row = session.get(ChannelRow, name)
    return {} if row is None else dict(row.options)


def set_channel_options(session: Session, name: str, options: Mapping[str, object]) -> None:
    """Replace all options of a channel by plain data, in which secrets are sealed already."""
    _channel(session, name).options = dict(options)


def hold_channel(session: Session, name: str, held: bool) -> None:
    """Keep a channel's deliveries back, or let them go."""
    _channel(session, name).held = held


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

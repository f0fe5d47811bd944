"""Switches, options and settings of the desk, and the state of plugins and channels."""

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from .base import DirectoryRow, Json, Row


class SwitchRow(DirectoryRow, Row):
    """The position of one plugin at one level. `scope_id` is 0 at the global level; None leaves that half unset."""

    __tablename__ = "switches"
    __table_args__ = (UniqueConstraint("plugin", "level", "scope_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plugin: Mapped[str]
    level: Mapped[str]
    scope_id: Mapped[int] = mapped_column(default=0)
    position: Mapped[str | None]
    shadow: Mapped[bool | None]


class OptionRow(DirectoryRow, Row):
    """One option field of one plugin at one level; ``audience.<role>`` is the tick of a role."""

    __tablename__ = "options"
    __table_args__ = (UniqueConstraint("plugin", "level", "scope_id", "field"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plugin: Mapped[str]
    level: Mapped[str]
    scope_id: Mapped[int] = mapped_column(default=0)
    field: Mapped[str]
    value: Mapped[Any] = mapped_column(Json)


class SettingRow(DirectoryRow, Row):
    """One setting of the desk as a whole."""

    __tablename__ = "settings"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[Any] = mapped_column(Json)


class QuarantineRow(DirectoryRow, Row):
    """A plugin that is asked no more until somebody retries it."""

    __tablename__ = "quarantines"

    plugin: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str]
    since: Mapped[datetime]


class ChannelRow(DirectoryRow, Row):
    """The options of a channel (secrets encrypted) and whether its deliveries are held back."""

    __tablename__ = "channels"

    name: Mapped[str] = mapped_column(primary_key=True)
    options: Mapped[dict[str, Any]] = mapped_column(default=dict)
    held: Mapped[bool] = mapped_column(default=False)


class CounterRow(Row):
    """A named number that only grows, taken inside the transaction that uses it."""

    __tablename__ = "counters"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int] = mapped_column(default=0)

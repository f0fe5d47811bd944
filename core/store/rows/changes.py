"""Who changed what the desk is set to, from what to what."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from .base import Json, Row


class ChangeRow(Row):
    """One change of one value: a switch, a shadow flag, an option, a setting, a field of a record or channel.

    `kind` is ``switch``, ``shadow``, ``option`` or ``setting``, and `plugin`, `level`, `scope_id` and `field` say which one,
    as in their own tables; or ``record`` or ``channel``, and `field` is its place in the file of the desk; or ``quarantine``.
    `before` and `after` are None where nothing was set. `undoes_id` is the change that this one took back.
    """

    __tablename__ = "changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor_kind: Mapped[str]
    actor_id: Mapped[int | None]
    actor_name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str]
    plugin: Mapped[str] = mapped_column(default="", index=True)
    level: Mapped[str] = mapped_column(default="global")
    scope_id: Mapped[int] = mapped_column(default=0)
    field: Mapped[str] = mapped_column(default="")
    before: Mapped[Any] = mapped_column(Json, nullable=True)
    after: Mapped[Any] = mapped_column(Json, nullable=True)
    undoes_id: Mapped[int | None] = mapped_column(ForeignKey("changes.id", ondelete="SET NULL"))

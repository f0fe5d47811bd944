"""Faults of the desk itself, one row per fingerprint, so that repeats are counted instead of told."""

from datetime import datetime

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from .base import Row


class FaultRow(Row):
    """A kind of fault: when it was last told and how often it happened since then."""

    __tablename__ = "faults"

    fingerprint: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    detail: Mapped[str] = mapped_column(Text, default="")
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    told_at: Mapped[datetime | None]
    untold: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)

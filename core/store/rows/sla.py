"""Business hours, SLA plans, and the milestones that were rung."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from .base import DirectoryRow, Row


class ScheduleRow(DirectoryRow, Row):
    """Business hours in a time zone. `week` maps ``mon`` to ``sun`` to lists of ``[from, to]`` in local wall-clock time.

    `country` (ISO 3166) and `subdivision` name whose public holidays are no business days; `days_off` are further dates.
    """

    __tablename__ = "schedules"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    time_zone: Mapped[str] = mapped_column(default="UTC")
    week: Mapped[dict[str, Any]]
    country: Mapped[str] = mapped_column(default="")
    subdivision: Mapped[str] = mapped_column(default="")
    days_off: Mapped[list[Any]] = mapped_column(default=list)


class SlaPlanRow(DirectoryRow, Row):
    """How long an answer may take. All durations are seconds of business time; without a schedule every hour counts.

    `steps` are the escalation: a list of ``{"after_seconds": ..., "roles": [...]}``. `repeat_seconds` 0 repeats nothing.
    """

    __tablename__ = "sla_plans"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    schedule_id: Mapped[int | None] = mapped_column(ForeignKey("schedules.id", ondelete="SET NULL"))
    grace_seconds: Mapped[int]
    due_soon_seconds: Mapped[int]
    repeat_seconds: Mapped[int]
    repeat_cap: Mapped[int]
    steps: Mapped[list[Any]]


class MilestoneRow(Row):
    """A milestone of a ticket that was rung, so that it is rung once, whatever restarts or turns the clock back.

    `basis` is the due date, or for a step of the escalation when it began. `milestone` is ``due_soon``, ``overdue``,
    ``overdue:2`` for the second repeat, or for a step its plan and time, such as ``step:3:7200``.
    """

    __tablename__ = "milestones"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"), primary_key=True)
    basis: Mapped[datetime] = mapped_column(primary_key=True)
    milestone: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]

"""The small desk with SLA plans: Support answers within a business day, Sales has no plan, Quotes within four hours."""

from collections.abc import Sequence
from datetime import datetime

import attrs

from deskbell.core.contract.events import Event, TicketDueSoon, TicketEscalated, TicketOverdue
from deskbell.core.contract.tickets import TicketStatus
from deskbell.core.desk.due_date import set_due_date
from deskbell.core.desk.open import open_ticket
from deskbell.core.desk.opening import Opening
from deskbell.core.desk.sla.sweep import DueSweep
from deskbell.core.desk.status import change_status
from deskbell.core.store import records
from deskbell.core.store.directory import EscalationStep, ScheduleRecord, SlaPlanRecord
from deskbell.core.store.rows import DepartmentRow, TicketRow, TopicRow

from .small_desk import OWNER, SmallDesk, draft

HOUR = 3600


@attrs.define(eq=False)
class PlannedDesk:
    """A small desk under plans, and what happens to its tickets in short words. Its clock begins on Monday at 9:00 UTC."""

    desk: SmallDesk
    heard: list[str] = attrs.field(factory=list)

    @property
    def now(self) -> datetime:
        return self.desk.clock.now()

    def pass_time(self, **time: float) -> None:
        self.desk.clock.advance(**time)

    def open(self, department: str = "Support", owner: str = OWNER, **changes: object) -> int:
        wanted = draft(self.desk.user(owner), department=department, **changes)
        with self.desk.writing() as (session, directory):
            events = open_ticket(session, directory, opening=Opening(draft=wanted), now=self.now)
        return events[0].ticket.id  # type: ignore[attr-defined, no-any-return]

    def status(self, ticket_id: int, status: str) -> None:
        with self.desk.writing() as (session, directory):
            change_status(
                session,
                directory,
                ticket_id=ticket_id,
                actor=self.desk.agent("Ada"),
                status=TicketStatus(status),
                now=self.now,
            )

    def due(self, ticket_id: int, at: datetime | None) -> tuple[Event, ...]:
        with self.desk.writing() as (session, directory):
            return set_due_date(
                session, directory, ticket_id=ticket_id, at=at, actor=self.desk.agent("Ada"), now=self.now
            )

    def row(self, ticket_id: int) -> TicketRow:
        with self.desk.db.reading() as session:
            return session.get_one(TicketRow, ticket_id)

    def due_at(self, ticket_id: int) -> str:
        due_at = self.row(ticket_id).due_at
        return "never" if due_at is None else f"{due_at:%a %H:%M}"

    def sweep(self) -> list[str]:
        """What the sweep rings now, as words."""
        self.heard = []
        DueSweep(self.desk.db, clock=self.desk.clock, faults=self.desk.faults).run(on_events=self._hear)
        return self.heard

    def _hear(self, events: Sequence[Event]) -> None:
        self.heard += [word(event) for event in events]


def word(event: Event) -> str:
    if isinstance(event, TicketDueSoon):
        return "soon"
    if isinstance(event, TicketOverdue):
        return f"overdue {event.repeat}"
    assert isinstance(event, TicketEscalated)
    return f"step {event.step}"


def planned_desk(desk: SmallDesk) -> PlannedDesk:
    """Write the plans into a small desk."""
    office = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), (("09:00", "17:00"),))
    with desk.db.writing() as session:
        schedule_id = records.save_schedule(session, ScheduleRecord(id=0, name="Office", week=office))
        standard = SlaPlanRecord(
            id=0,
            name="Standard",
            schedule_id=schedule_id,
            grace_seconds=8 * HOUR,
            repeat_seconds=2 * HOUR,
            repeat_cap=3,
            steps=(
                EscalationStep(after_seconds=2 * HOUR, roles=("department_manager",)),
                EscalationStep(after_seconds=4 * HOUR, roles=("administrator",)),
            ),
        )
        quick = SlaPlanRecord(id=0, name="Quick", grace_seconds=4 * HOUR)
        desk.ids["Standard"] = records.save_sla_plan(session, standard)
        desk.ids["Quick"] = records.save_sla_plan(session, quick)
        support = session.get_one(DepartmentRow, desk.ids["Support"])
        support.sla_plan_id, support.pause_while_waiting = desk.ids["Standard"], True
        session.get_one(TopicRow, desk.ids["Quotes"]).sla_plan_id = desk.ids["Quick"]
    return PlannedDesk(desk)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of March 2026, whose second is a Monday."""
    return datetime.fromisoformat(f"2026-03-{day:02}T{hour:02}:{minute:02}:00+00:00")

"""Rings what tickets come to as time passes, in batches, each in a short transaction of its own."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from uuid import uuid4

from sqlalchemy.orm import Session

from ...contract.clock import Clock
from ...contract.errors import InvalidValue
from ...contract.events import Event, TicketDueSoon, TicketEscalated, TicketOverdue
from ...contract.faults import Fault, FaultReporter
from ...contract.people import SYSTEM
from ...contract.tickets import Ticket, TicketStatus
from ...store import journal, sla, tickets
from ...store.database import Database
from ...store.directory import Directory
from ...store.sla import TimedTicket
from .calendar import calendar_of
from .milestones import Passed, next_look, passed
from .plans import Measure, measure_of

BATCH = 100
"""So many tickets are looked at in one transaction, so that mail has not to wait for more."""


class DueSweep:
    """Looks at the tickets whose time has come. Several processes may sweep at once: each milestone is rung once."""

    def __init__(self, db: Database, *, clock: Clock, faults: FaultReporter) -> None:
        self._db = db
        self._clock = clock
        self._faults = faults

    def run(self, *, on_events: Callable[[Sequence[Event]], None]) -> int:
        """Look at all tickets that are to be looked at by now; answer how many events there were.

        :param on_events: rings the events of a batch, which are committed.
        """
        now, count = self._clock.now(), 0
        waiting = self._any_due(now)
        while waiting:
            looked, events = self._batch(now)
            if events:
                on_events(events)
            count += len(events)
            waiting = looked == BATCH
        return count

    def _any_due(self, now: datetime) -> bool:
        with self._db.reading() as session:
            self._report_unusable(self._db.directory(session))
            return sla.any_due_to_look(session, now=now)

    def _batch(self, now: datetime) -> tuple[int, tuple[Event, ...]]:
        with self._db.writing() as session:
            directory = self._db.directory(session)
            due = sla.due_to_look(session, now=now, limit=BATCH)
            return len(due), look_at(session, directory, due, now=now)

    def _report_unusable(self, directory: Directory) -> None:
        for schedule in directory.schedules.values():
            try:
                calendar_of(schedule)
            except InvalidValue as error:
                title = f"The schedule '{schedule.name}' cannot be used: every hour counts instead"
                self._faults.report(Fault(fingerprint=f"schedule:{schedule.id}", title=title, detail=str(error)))


def look_at(session: Session, directory: Directory, due: Sequence[TimedTicket], *, now: datetime) -> tuple[Event, ...]:
    """Write down what tickets have come to, and when to look at them again; answer the events, to be rung.

    The next look lies after `now`, so that looking comes to an end.
    """
    if not due:
        return ()
    measures = {ticket.id: measure_of(directory, ticket.timing.sla_plan_id) for ticket in due}
    rung = sla.rung(session, measures)
    come_to = [
        each
        for ticket in due
        if ticket.status is not TicketStatus.CLOSED
        for each in passed(ticket, measures[ticket.id], rung[ticket.id], now=now)
    ]
    ours = sla.mark_rung(session, [each.milestone for each in come_to], now=now)
    sla.write_next_looks(session, {ticket.id: _next_look(ticket, measures[ticket.id], now=now) for ticket in due})
    to_ring = [each for each in come_to if not each.silent and each.milestone in ours]
    return journal.append(session, tuple(_events(session, to_ring, measures, now=now)))


def _next_look(ticket: TimedTicket, measure: Measure, *, now: datetime) -> datetime | None:
    if ticket.status is TicketStatus.CLOSED:
        return None
    return next_look(ticket.timing, measure, after=now)


def _events(
    session: Session, to_ring: Sequence[Passed], measures: dict[int, Measure], *, now: datetime
) -> Iterator[Event]:
    """The events of each ticket are one act."""
    standing = tickets.snapshots(session, {each.milestone.ticket_id for each in to_ring})
    acts = {ticket_id: uuid4().hex for ticket_id in standing}
    for each in to_ring:
        ticket_id = each.milestone.ticket_id
        yield _event(each, standing[ticket_id], measures[ticket_id], act=acts[ticket_id], now=now)


def _event(come_to: Passed, ticket: Ticket, measure: Measure, *, act: str, now: datetime) -> Event:
    basis = come_to.milestone.basis
    if come_to.step is not None and measure.plan is not None:
        step = measure.plan.steps[come_to.step - 1]
        return TicketEscalated(
            id=0,
            act=act,
            at=now,
            actor=SYSTEM,
            ticket=ticket,
            step=come_to.step,
            after_seconds=step.after_seconds,
            roles=step.roles,
        )
    if come_to.repeat is not None:
        return TicketOverdue(id=0, act=act, at=now, actor=SYSTEM, ticket=ticket, due_at=basis, repeat=come_to.repeat)
    return TicketDueSoon(id=0, act=act, at=now, actor=SYSTEM, ticket=ticket, due_at=basis)

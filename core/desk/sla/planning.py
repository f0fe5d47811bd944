"""Plans the due date of tickets: when they begin, change place or state, and when they are reopened.

The plan of a ticket is that of its help topic, else that of its department. Its clock counts what is used of the grace, in
the business time of the plan, and stands still while the ticket waits for its end user, where the department wants that. A
clock that ran out is not stopped any more: the due date that has passed stays where it is.

Where a ticket gets another plan, the time that it has used counts: business time of the former plan, and where it had
none, of the new one. A changed plan or schedule, and another plan of a department, holds for the tickets that begin, get a
due date by hand or change their status or place from then on. Pausing does not hold up the escalation, which only counts
from opening or reopening.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

import attrs
from sqlalchemy.orm import Session

from ...contract.tickets import TicketStatus
from ...store import sla
from ...store.directory import Directory
from ...store.sla import TimedTicket, Timing
from .milestones import next_look
from .plans import Measure, measure_of, plan_of_place

SECOND = timedelta(seconds=1)


def begin(directory: Directory, *, department_id: int, topic_id: int | None, now: datetime) -> Timing:
    """The timing of a ticket that is opened now; what to write into its row. Reads and writes nothing."""
    if not directory.sla_plans:
        return Timing(sla_from=now)
    plan = plan_of_place(directory, department_id=department_id, topic_id=topic_id)
    measure = measure_of(directory, plan.id if plan else None)
    return _settled(_begun(measure, now), measure, manual_due_at=None)


def replan(session: Session, directory: Directory, ticket_ids: Collection[int], *, now: datetime) -> None:
    """Plan tickets again whose status, department or topic has just been changed (and written).

    A closed ticket keeps its due date, but comes to nothing any more.
    """
    planned = [(each, _replanned(each, directory, now=now)) for each in sla.timed(session, ticket_ids)]
    sla.write(session, [after for before, after in planned if after != before])


def restart(session: Session, directory: Directory, ticket_ids: Collection[int], *, now: datetime) -> None:
    """Plan tickets anew that were just reopened (and written): the whole grace and the escalation begin now.

    A manual due date that has passed is dropped, and so is an acknowledgement.
    """
    sla.forget_acknowledgements(session, ticket_ids)
    sla.write(session, [_restarted(ticket, directory, now=now) for ticket in sla.timed(session, ticket_ids)])


def set_due_date(
    session: Session, directory: Directory, ticket_id: int, *, at: datetime | None
) -> tuple[datetime | None, datetime | None]:
    """Write the manual due date of a ticket, None for none.

    :returns: the due date before and after; they are the same where that of the plan is earlier.
    """
    [ticket] = sla.timed(session, [ticket_id])
    measure = measure_of(directory, ticket.timing.sla_plan_id)
    after = attrs.evolve(ticket, manual_due_at=at, timing=_settled(ticket.timing, measure, manual_due_at=at))
    sla.write(session, [after])
    return ticket.timing.due_at, after.timing.due_at


def _restarted(ticket: TimedTicket, directory: Directory, *, now: datetime) -> TimedTicket:
    measure = _measure(ticket, directory)
    manual = ticket.manual_due_at if ticket.manual_due_at is not None and ticket.manual_due_at > now else None
    timing = _paused(_begun(measure, now), measure, waits=_waits(ticket, directory), now=now)
    return attrs.evolve(ticket, manual_due_at=manual, timing=_settled(timing, measure, manual_due_at=manual))


def _replanned(ticket: TimedTicket, directory: Directory, *, now: datetime) -> TimedTicket:
    if ticket.status is TicketStatus.CLOSED:
        return attrs.evolve(ticket, timing=attrs.evolve(ticket.timing, escalates_from=None, next_look_at=None))
    former, measure = measure_of(directory, ticket.timing.sla_plan_id), _measure(ticket, directory)
    timing = ticket.timing if former.plan == measure.plan else _moved(ticket.timing, former, measure, now=now)
    timing = _paused(timing, measure, waits=_waits(ticket, directory), now=now)
    return attrs.evolve(ticket, timing=_settled(timing, measure, manual_due_at=ticket.manual_due_at))


def _begun(measure: Measure, now: datetime) -> Timing:
    """A clock that starts now with nothing used."""
    return Timing(sla_plan_id=measure.plan.id if measure.plan else None, sla_from=now, escalates_from=now)


def _moved(timing: Timing, former: Measure, measure: Measure, *, now: datetime) -> Timing:
    """The clock under another plan, with what is used by now; a stopped one stays stopped."""
    return attrs.evolve(
        timing,
        sla_plan_id=measure.plan.id if measure.plan else None,
        sla_used=_used(timing, measure if former.plan is None else former, now=now),
        sla_from=None if timing.sla_from is None else now,
    )


def _paused(timing: Timing, measure: Measure, *, waits: bool, now: datetime) -> Timing:
    """The clock stopped or going on; it stands only under a plan whose grace is not used up."""
    used = _used(timing, measure, now=now)
    stands = waits and measure.plan is not None and used < measure.plan.grace_seconds
    if stands == (timing.sla_from is None):
        return timing
    return attrs.evolve(timing, sla_used=used, sla_from=None if stands else now)


def _settled(timing: Timing, measure: Measure, *, manual_due_at: datetime | None) -> Timing:
    """What the clock, the escalation and the manual due date come to."""
    planned = None
    if timing.sla_from is not None and measure.plan is not None:
        left = max(measure.plan.grace_seconds - timing.sla_used, 0)
        planned = measure.calendar.add(timing.sla_from, left * SECOND)
    due_at = min((moment for moment in (planned, manual_due_at) if moment is not None), default=None)
    settled = attrs.evolve(timing, due_at=due_at)
    # What lies behind and was rung already costs the sweep one look more.
    return attrs.evolve(settled, next_look_at=next_look(settled, measure))


def _measure(ticket: TimedTicket, directory: Directory) -> Measure:
    plan = plan_of_place(directory, department_id=ticket.department_id, topic_id=ticket.topic_id)
    return measure_of(directory, plan.id if plan else None)


def _waits(ticket: TimedTicket, directory: Directory) -> bool:
    """Whether the ticket waits for its end user in a department that pauses meanwhile."""
    return ticket.status is TicketStatus.WAITING and directory.policy(ticket.department_id).pause_while_waiting


def _used(timing: Timing, measure: Measure, *, now: datetime) -> int:
    """Seconds of business time that are used by now."""
    if timing.sla_from is None:
        return timing.sla_used
    return timing.sla_used + measure.calendar.between(timing.sla_from, now) // SECOND

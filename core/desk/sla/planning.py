"""Plans the due date of tickets: when they begin, change place or state, and when they are reopened.

The plan of a ticket is that of its help topic, else that of its department. Its clock runs in the business time of the
plan and stands still while the ticket waits for its end user, where the department wants that. A clock that ran out
before it was stopped has nothing left: the ticket is overdue at the moment it goes on.

Where a ticket gets another plan, the time that it has used counts: business time of the former plan, or where it had
none, business time of the new plan since it was opened or reopened. A changed plan or schedule, and another plan of a
department, holds for the tickets that begin, go on or change their status or place from then on. Pausing does not hold up
the escalation, which only counts from opening or reopening.
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

UNPLANNED = Timing()
SECOND = timedelta(seconds=1)


def begin(directory: Directory, *, department_id: int, topic_id: int | None, now: datetime) -> Timing:
    """The timing of a ticket that is opened now; what to write into its row. Reads and writes nothing."""
    if not directory.sla_plans:
        return UNPLANNED
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


def stop_escalation(session: Session, ticket_ids: Collection[int]) -> None:
    """End the escalation of tickets: somebody acknowledged them or replied."""
    sla.stop_escalation(session, ticket_ids)


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


def _begun(measure: Measure, now: datetime) -> Timing:
    """A clock that starts now with the whole grace."""
    return Timing(
        sla_plan_id=measure.plan.id if measure.plan else None,
        sla_from=now,
        sla_left=measure.plan.grace_seconds if measure.plan else None,
        escalates_from=now,
    )


def _settled(timing: Timing, measure: Measure, *, manual_due_at: datetime | None) -> Timing:
    """What the clock, the escalation and the manual due date come to."""
    planned = None
    if timing.sla_from is not None and timing.sla_left is not None:
        planned = measure.calendar.add(timing.sla_from, max(timing.sla_left, 0) * SECOND)
    due_at = min((moment for moment in (planned, manual_due_at) if moment is not None), default=None)
    settled = attrs.evolve(timing, due_at=due_at)
    # What lies behind and was rung already costs the sweep one look more.
    return attrs.evolve(settled, next_look_at=next_look(settled, measure))


def _restarted(ticket: TimedTicket, directory: Directory, *, now: datetime) -> TimedTicket:
    measure = _measure(ticket, directory)
    manual = ticket.manual_due_at if ticket.manual_due_at is not None and ticket.manual_due_at > now else None
    return attrs.evolve(
        ticket, manual_due_at=manual, timing=_settled(_begun(measure, now), measure, manual_due_at=manual)
    )


def _replanned(ticket: TimedTicket, directory: Directory, *, now: datetime) -> TimedTicket:
    if ticket.status is TicketStatus.CLOSED:
        return attrs.evolve(ticket, timing=attrs.evolve(ticket.timing, escalates_from=None, next_look_at=None))
    former, measure = measure_of(directory, ticket.timing.sla_plan_id), _measure(ticket, directory)
    paused = ticket.status is TicketStatus.WAITING and directory.policy(ticket.department_id).pause_while_waiting
    timing = ticket.timing
    if former.plan != measure.plan or (measure.plan is None and timing.sla_left is not None):
        timing = _moved(ticket, former, measure, now=now)
    timing = _paused(timing, measure, paused=paused, now=now)
    return attrs.evolve(ticket, timing=_settled(timing, measure, manual_due_at=ticket.manual_due_at))


def _paused(timing: Timing, measure: Measure, *, paused: bool, now: datetime) -> Timing:
    """The clock stopped, or going on; without a plan there is none."""
    if timing.sla_left is None or paused == (timing.sla_from is None):
        return timing
    if paused:
        return attrs.evolve(timing, sla_from=None, sla_left=_left(timing.sla_left, timing, measure, now=now))
    return attrs.evolve(timing, sla_from=now)


def _measure(ticket: TimedTicket, directory: Directory) -> Measure:
    plan = plan_of_place(directory, department_id=ticket.department_id, topic_id=ticket.topic_id)
    return measure_of(directory, plan.id if plan else None)


def _moved(ticket: TimedTicket, former: Measure, measure: Measure, *, now: datetime) -> Timing:
    """The clock under a new plan, with what the ticket has used taken off; a stopped one stays stopped."""
    timing = ticket.timing
    used = _used(timing, former, now=now)
    if measure.plan is None:
        since = timing.sla_from if used is None else former.calendar.subtract(now, used * SECOND)
        return attrs.evolve(timing, sla_plan_id=None, sla_left=None, sla_from=since)
    if used is None:
        used = measure.calendar.between(timing.sla_from or ticket.created_at, now) // SECOND
    left = measure.plan.grace_seconds - used
    going = timing.sla_from is not None or former.plan is None
    return attrs.evolve(timing, sla_plan_id=measure.plan.id, sla_from=now if going else None, sla_left=left)


def _used(timing: Timing, measure: Measure, *, now: datetime) -> int | None:
    """Seconds of the grace that are used by now; None where there was no plan that counted them."""
    if measure.plan is None or timing.sla_left is None:
        return None
    return max(0, measure.plan.grace_seconds - _left(timing.sla_left, timing, measure, now=now))


def _left(left: int, timing: Timing, measure: Measure, *, now: datetime) -> int:
    """What is left of the grace by now, in seconds; below 0 for what it was exceeded by."""
    return left if timing.sla_from is None else left - measure.calendar.between(timing.sla_from, now) // SECOND

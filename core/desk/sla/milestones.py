"""What a ticket comes to as time passes: due soon, overdue, overdue again, and the steps of its escalation.

Pure: what is to be rung is worked out of the ticket's timing, its plan and what was rung before.

Each milestone is rung once per basis, which is the due date, or for the steps when the escalation began. After a time in
which nobody looked, a ticket that is overdue is not due soon any more; of several repeats that passed only the newest is
rung, under its own number, and none together with the first alert; of several steps each is rung. A step is known by its
plan and its time: those of another plan are others, and one that is put before it does not make it another one.
"""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta

import attrs

from ...store.directory import EscalationStep
from ...store.sla import Milestone, TimedTicket, Timing
from .plans import Measure

DUE_SOON = "due_soon"
OVERDUE = "overdue"
STEP = "step"
SOON_WITHOUT_PLAN = timedelta(hours=1)


@attrs.frozen(kw_only=True)
class Passed:
    """A milestone that passed. `repeat` numbers an overdue alert from 0, `step` a step from 1; both None: due soon.

    A silent one is written down as if it were rung, because a later one has been rung in its place.
    """

    milestone: Milestone
    repeat: int | None = None
    step: int | None = None
    silent: bool = False


def passed(ticket: TimedTicket, measure: Measure, rung: AbstractSet[Milestone], *, now: datetime) -> tuple[Passed, ...]:
    """What a ticket that is not closed has come to by now and was not rung yet."""
    return (*_due(ticket, measure, rung, now=now), *_steps(ticket, measure, rung, now=now))


def next_look(timing: Timing, measure: Measure, *, after: datetime | None = None) -> datetime | None:
    """The first moment at which a ticket comes to something, or the first one after `after`; None if there is none."""
    moments = (moment for moment in _moments(timing, measure, after) if after is None or moment > after)
    return min(moments, default=None)


def _moments(timing: Timing, measure: Measure, after: datetime | None) -> Iterator[datetime]:
    if timing.due_at is not None:
        soon = _soon(timing.due_at, measure)
        repeats = None if after is None or after < timing.due_at else _next_repeat(timing.due_at, measure, after)
        yield from (moment for moment in (soon, timing.due_at, repeats) if moment is not None)
    for _, _, moment in _step_moments(timing, measure):
        yield moment


def _due(ticket: TimedTicket, measure: Measure, rung: AbstractSet[Milestone], *, now: datetime) -> Iterator[Passed]:
    due_at = ticket.timing.due_at
    if due_at is None:
        return
    alerts = {_number(each.name) for each in rung if each.basis == due_at and each.name.startswith(OVERDUE)}
    if now < due_at:
        soon, milestone = _soon(due_at, measure), Milestone(ticket.id, due_at, DUE_SOON)
        # A clock that was set back makes nothing come near that has been rung as overdue.
        if soon is not None and soon <= now and not alerts and milestone not in rung:
            yield Passed(milestone=milestone)
        return
    newest = _repeats(due_at, measure, now)
    if not alerts:
        yield Passed(milestone=Milestone(ticket.id, due_at, OVERDUE), repeat=0)
        if newest:
            yield Passed(milestone=Milestone(ticket.id, due_at, _name(newest)), silent=True)
    elif newest > max(alerts):
        yield Passed(milestone=Milestone(ticket.id, due_at, _name(newest)), repeat=newest)


def _steps(ticket: TimedTicket, measure: Measure, rung: AbstractSet[Milestone], *, now: datetime) -> Iterator[Passed]:
    basis = ticket.timing.escalates_from
    for number, step, moment in _step_moments(ticket.timing, measure):
        if basis is not None and moment <= now:
            milestone = Milestone(ticket.id, basis, f"{STEP}:{ticket.timing.sla_plan_id}:{step.after_seconds}")
            if milestone not in rung:
                yield Passed(milestone=milestone, step=number)


def _step_moments(timing: Timing, measure: Measure) -> Iterator[tuple[int, EscalationStep, datetime]]:
    if measure.plan is None or timing.escalates_from is None:
        return
    for number, step in enumerate(measure.plan.steps, start=1):
        moment = measure.calendar.add(timing.escalates_from, timedelta(seconds=step.after_seconds))
        if moment is not None:
            yield number, step, moment


def _soon(due_at: datetime, measure: Measure) -> datetime | None:
    ahead = SOON_WITHOUT_PLAN if measure.plan is None else timedelta(seconds=measure.plan.due_soon_seconds)
    return measure.calendar.subtract(due_at, ahead)


def _repeats(due_at: datetime, measure: Measure, now: datetime) -> int:
    """How many repeats of the overdue alert have passed by now."""
    if measure.plan is None or measure.plan.repeat_seconds <= 0:
        return 0
    overdue_for = measure.calendar.between(due_at, now)
    return min(measure.plan.repeat_cap, overdue_for // timedelta(seconds=measure.plan.repeat_seconds))


def _next_repeat(due_at: datetime, measure: Measure, now: datetime) -> datetime | None:
    if measure.plan is None or measure.plan.repeat_seconds <= 0:
        return None
    number = _repeats(due_at, measure, now) + 1
    if number > measure.plan.repeat_cap:
        return None
    return measure.calendar.add(due_at, number * timedelta(seconds=measure.plan.repeat_seconds))


def _name(repeat: int) -> str:
    return f"{OVERDUE}:{repeat}"


def _number(name: str) -> int:
    return int(name.partition(":")[2] or 0)

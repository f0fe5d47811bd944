"""Which plan a ticket has, and how its time is counted."""

import attrs

from ...contract.errors import InvalidValue
from ...store.directory import Directory, SlaPlanRecord
from .calendar import ROUND_THE_CLOCK, Calendar, calendar_of


@attrs.frozen
class Measure:
    """A plan, or None, and the calendar that counts its time."""

    plan: SlaPlanRecord | None
    calendar: Calendar


UNMEASURED = Measure(None, ROUND_THE_CLOCK)


def plan_of_place(directory: Directory, *, department_id: int, topic_id: int | None) -> SlaPlanRecord | None:
    """The plan of the help topic, else that of the department."""
    topic = directory.topics.get(topic_id) if topic_id is not None else None
    plan_id = topic.sla_plan_id if topic is not None else None
    if plan_id is None:
        plan_id = directory.policy(department_id).sla_plan_id
    return directory.sla_plans.get(plan_id) if plan_id is not None else None


def measure_of(directory: Directory, plan_id: int | None) -> Measure:
    """A plan by its id, with its calendar.

    A schedule that cannot be used counts every hour: a wrong word in it must not keep mail from becoming tickets. The
    sweep reports it.
    """
    plan = directory.sla_plans.get(plan_id) if plan_id is not None else None
    if plan is None:
        return UNMEASURED
    schedule = directory.schedules.get(plan.schedule_id) if plan.schedule_id is not None else None
    try:
        return Measure(plan, calendar_of(schedule))
    except InvalidValue:
        return Measure(plan, ROUND_THE_CLOCK)

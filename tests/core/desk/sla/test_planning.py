"""What due date a ticket gets, and what becomes of it; the clock begins on Monday, 2 March 2026, 9:00 UTC."""

import pytest

from deskbell.core.contract.errors import InvalidValue
from deskbell.core.contract.events import DueDateChanged
from deskbell.core.contract.tickets import TicketStatus
from deskbell.core.desk.access import MayNotOpen
from deskbell.core.desk.acknowledge import acknowledge_ticket
from deskbell.core.desk.due_date import set_due_date
from deskbell.core.desk.reply import Reply, post_reply
from deskbell.core.desk.sla import Timing, begin
from deskbell.core.desk.transfer import transfer_ticket
from deskbell.core.store import records
from deskbell.core.store.directory import Directory
from deskbell.core.store.rows import DepartmentRow, ScheduleRow, SlaPlanRow
from stand_ins.planned_desk import HOUR, PlannedDesk, at
from stand_ins.small_desk import SmallDesk

# -- a new ticket ----------------------------------------------------------------------------------------------------------


def test_a_desk_without_plans_plans_nothing(directory: Directory) -> None:
    assert begin(directory, department_id=1, topic_id=None, now=at(2, 9)) == Timing(sla_from=at(2, 9))


def test_the_plan_of_the_department_in_its_business_hours(planned: PlannedDesk) -> None:
    planned.pass_time(hours=3)
    assert planned.due_at(planned.open()) == "Tue 12:00"


def test_the_plan_of_the_topic_before_that_of_the_department(planned: PlannedDesk) -> None:
    with planned.desk.db.writing() as session:
        session.get_one(DepartmentRow, planned.desk.ids["Sales"]).sla_plan_id = planned.desk.ids["Standard"]
    assert planned.due_at(planned.open("Sales")) == "Mon 17:00"
    assert planned.due_at(planned.open("Sales", topic="Quotes")) == "Mon 13:00"


def test_no_plan_no_due_date(planned: PlannedDesk) -> None:
    row = planned.row(planned.open("Sales"))
    assert (row.due_at, row.next_look_at, row.sla_plan_id, row.sla_used) == (None, None, None, 0)


def test_a_schedule_that_cannot_be_used_counts_every_hour_and_is_reported(planned: PlannedDesk) -> None:
    with planned.desk.db.writing() as session:
        session.query(ScheduleRow).one().time_zone = "Europe/Bonn"
    planned.pass_time(hours=8)
    assert planned.due_at(planned.open()) == "Tue 01:00"
    planned.sweep()
    [fault] = planned.desk.faults.reported
    assert fault.title == "The schedule 'Office' cannot be used: every hour counts instead"
    assert "there is no time zone 'Europe/Bonn'" in fault.detail


# -- waiting, closing, reopening -------------------------------------------------------------------------------------------


def test_the_clock_stands_while_the_ticket_waits(planned: PlannedDesk) -> None:
    ticket = planned.open()
    planned.pass_time(hours=3)
    planned.status(ticket, "waiting")
    assert planned.due_at(ticket) == "never"
    planned.pass_time(days=1)
    planned.status(ticket, "open")
    # Five hours are left on Tuesday at 12:00.
    assert planned.due_at(ticket) == "Tue 17:00"


def test_it_goes_on_where_the_department_does_not_pause(planned: PlannedDesk) -> None:
    with planned.desk.db.writing() as session:
        session.get_one(DepartmentRow, planned.desk.ids["Support"]).pause_while_waiting = False
    ticket = planned.open()
    planned.status(ticket, "waiting")
    assert planned.due_at(ticket) == "Mon 17:00"


def test_a_pause_after_the_due_date_moves_nothing(planned: PlannedDesk) -> None:
    ticket = planned.open()
    planned.pass_time(days=2)
    assert planned.sweep() == ["overdue 0", "step 1", "step 2"]
    planned.status(ticket, "waiting")
    assert planned.due_at(ticket) == "Mon 17:00"
    planned.pass_time(hours=1)
    planned.status(ticket, "open")
    assert planned.due_at(ticket) == "Mon 17:00"
    assert planned.sweep() == []


def test_a_pause_in_the_minute_of_the_due_date_comes_too_late(planned: PlannedDesk) -> None:
    ticket = planned.open()
    planned.pass_time(hours=8)
    planned.status(ticket, "waiting")
    assert planned.due_at(ticket) == "Mon 17:00"
    assert planned.sweep() == ["overdue 0", "step 1", "step 2"]


def test_pauses_of_an_overdue_ticket_do_not_get_round_the_cap_of_repeats(planned: PlannedDesk) -> None:
    ticket = planned.open()
    heard = []
    for hour in range(14 * 24):
        heard += [word for word in planned.sweep() if word.startswith("overdue")]
        if hour >= 8 and hour % 5 == 0:
            planned.status(ticket, "waiting" if hour % 2 else "open")
        planned.pass_time(hours=1)
    assert heard == ["overdue 0", "overdue 1", "overdue 2", "overdue 3"]


def test_a_closed_ticket_keeps_its_due_date_and_nobody_looks(planned: PlannedDesk) -> None:
    ticket = planned.open()
    planned.status(ticket, "closed")
    assert planned.due_at(ticket) == "Mon 17:00"
    assert planned.row(ticket).next_look_at is None
    planned.pass_time(days=30)
    assert planned.sweep() == []


def test_reopening_begins_anew(planned: PlannedDesk) -> None:
    ticket = planned.open()
    planned.pass_time(hours=2)
    assert planned.sweep() == ["step 1"]
    planned.status(ticket, "closed")
    planned.pass_time(hours=1)
    planned.status(ticket, "open")
    assert planned.due_at(ticket) == "Tue 12:00"
    planned.pass_time(hours=2)
    assert planned.sweep() == ["step 1"]


def test_a_closed_ticket_that_is_made_to_wait_begins_anew_with_a_pause(planned: PlannedDesk) -> None:
    ticket = planned.open()
    planned.pass_time(hours=3)
    planned.status(ticket, "closed")
    planned.status(ticket, "waiting")
    assert planned.due_at(ticket) == "never"
    planned.pass_time(days=1)
    planned.status(ticket, "open")
    # The whole eight hours are left on Tuesday at 12:00.
    assert planned.due_at(ticket) == "Wed 12:00"


def test_so_does_one_that_a_reply_makes_wait(planned: PlannedDesk) -> None:
    ticket = planned.open()
    planned.status(ticket, "closed")
    with planned.desk.writing() as (session, directory):
        reply = Reply(text="Has it come back?", status=TicketStatus.WAITING)
        post_reply(session, directory, ticket_id=ticket, actor=planned.desk.agent("Pia"), reply=reply, now=planned.now)
    assert planned.due_at(ticket) == "never"
    planned.pass_time(days=1)
    planned.status(ticket, "open")
    assert planned.due_at(ticket) == "Tue 17:00"


# -- a changed plan --------------------------------------------------------------------------------------------------------


def change_grace(planned: PlannedDesk, hours: int) -> None:
    """Standard grants so many hours from now on."""
    with planned.desk.db.writing() as session:
        session.get_one(SlaPlanRow, planned.desk.ids["Standard"]).grace_seconds = hours * HOUR


def test_a_changed_grace_holds_where_the_ticket_goes_on(planned: PlannedDesk) -> None:
    ticket = planned.open()
    planned.pass_time(hours=3)
    planned.status(ticket, "waiting")
    change_grace(planned, 12)
    assert planned.due_at(ticket) == "never"
    planned.status(ticket, "open")
    # Nine of twelve hours are left at 12:00.
    assert planned.due_at(ticket) == "Tue 13:00"


def test_a_grace_that_was_cut_below_what_is_used_is_over_where_the_ticket_goes_on(planned: PlannedDesk) -> None:
    ticket = planned.open()
    planned.pass_time(hours=3)
    planned.status(ticket, "waiting")
    change_grace(planned, 2)
    planned.pass_time(hours=1)
    for status in ("open", "waiting", "open"):
        planned.status(ticket, status)
        assert planned.due_at(ticket) == "Mon 13:00"
        planned.pass_time(hours=1)


@pytest.mark.parametrize("hours", [2, 40])
def test_a_changed_grace_changes_nothing_of_what_is_used(quick_sales: PlannedDesk, hours: int) -> None:
    ticket = quick_sales.open()
    quick_sales.pass_time(hours=1)
    change_grace(quick_sales, hours)
    transfer(quick_sales, ticket, "Sales")
    # One hour of four.
    assert quick_sales.due_at(ticket) == "Mon 13:00"


# -- another department ----------------------------------------------------------------------------------------------------


def transfer(planned: PlannedDesk, ticket: int, department: str) -> None:
    with planned.desk.writing() as (session, directory):
        transfer_ticket(
            session,
            directory,
            ticket_id=ticket,
            actor=planned.desk.agent("Ada"),
            department_id=planned.desk.ids[department],
            now=planned.now,
        )


@pytest.fixture
def quick_sales(planned: PlannedDesk) -> PlannedDesk:
    """Sales has four hours around the clock."""
    with planned.desk.db.writing() as session:
        session.get_one(DepartmentRow, planned.desk.ids["Sales"]).sla_plan_id = planned.desk.ids["Quick"]
    return planned


def test_what_the_former_plan_counted_is_used(quick_sales: PlannedDesk) -> None:
    ticket = quick_sales.open()
    quick_sales.pass_time(hours=3)
    transfer(quick_sales, ticket, "Sales")
    assert quick_sales.due_at(ticket) == "Mon 13:00"
    # And back, when seven of eight hours are used, three of them after it was due.
    quick_sales.pass_time(hours=4)
    transfer(quick_sales, ticket, "Support")
    assert quick_sales.due_at(ticket) == "Mon 17:00"


def test_more_used_than_the_new_plan_grants_is_overdue_now(quick_sales: PlannedDesk) -> None:
    ticket = quick_sales.open()
    quick_sales.pass_time(hours=5)
    transfer(quick_sales, ticket, "Sales")
    assert quick_sales.due_at(ticket) == "Mon 14:00"


def test_pauses_of_the_former_plan_are_not_used(quick_sales: PlannedDesk) -> None:
    ticket = quick_sales.open()
    quick_sales.pass_time(hours=1)
    quick_sales.status(ticket, "waiting")
    quick_sales.pass_time(hours=6)
    # Sales does not pause: the clock goes on at once with three of four hours.
    transfer(quick_sales, ticket, "Sales")
    assert quick_sales.due_at(ticket) == "Mon 19:00"


def test_from_no_plan_all_time_since_the_beginning_counts(planned: PlannedDesk) -> None:
    ticket = planned.open("Sales")
    planned.pass_time(hours=3)
    transfer(planned, ticket, "Support")
    assert planned.due_at(ticket) == "Mon 17:00"
    transfer(planned, ticket, "Sales")
    assert planned.due_at(ticket) == "never"
    planned.pass_time(hours=2)
    transfer(planned, ticket, "Support")
    assert planned.due_at(ticket) == "Mon 17:00"


def test_from_no_plan_time_counts_since_the_reopening(planned: PlannedDesk) -> None:
    ticket = planned.open("Sales")
    planned.status(ticket, "closed")
    planned.pass_time(hours=3)
    planned.status(ticket, "open")
    planned.pass_time(hours=1)
    transfer(planned, ticket, "Support")
    assert planned.due_at(ticket) == "Tue 12:00"


def test_a_ticket_from_before_all_plans_counts_from_its_beginning(desk: SmallDesk) -> None:
    before = PlannedDesk(desk)
    ticket = before.open()
    with desk.db.writing() as session:
        session.add(
            SlaPlanRow(
                id=1, name="Late", grace_seconds=4 * HOUR, due_soon_seconds=0, repeat_seconds=0, repeat_cap=0, steps=[]
            )
        )
        session.flush()
        session.get_one(DepartmentRow, desk.ids["Sales"]).sla_plan_id = 1
    before.pass_time(hours=1)
    transfer(before, ticket, "Sales")
    assert before.due_at(ticket) == "Mon 13:00"


def test_a_plan_that_was_removed_is_none(planned: PlannedDesk) -> None:
    ticket = planned.open()
    with planned.desk.db.writing() as session:
        records.remove_sla_plan(session, planned.desk.ids["Standard"])
    planned.status(ticket, "waiting")
    row = planned.row(ticket)
    assert (row.due_at, row.next_look_at) == (None, None)


# -- by hand ---------------------------------------------------------------------------------------------------------------


def test_the_earlier_of_both_dates_counts(planned: PlannedDesk) -> None:
    ticket = planned.open()
    [event] = planned.due(ticket, at(2, 15))
    assert isinstance(event, DueDateChanged)
    assert (event.before, event.after, event.ticket.due_at) == (at(2, 17), at(2, 15), at(2, 15))
    assert event.actor.name == "Ada"
    [event] = planned.due(ticket, at(4, 12))
    assert isinstance(event, DueDateChanged)
    assert (event.before, event.after) == (at(2, 15), at(2, 17))
    assert planned.due(ticket, None) == ()
    assert planned.due_at(ticket) == "Mon 17:00"


def test_a_date_by_hand_needs_no_plan_and_does_not_pause(planned: PlannedDesk) -> None:
    ticket = planned.open("Sales")
    planned.due(ticket, at(3, 12))
    planned.status(ticket, "waiting")
    assert planned.due_at(ticket) == "Tue 12:00"
    planned.pass_time(days=1, hours=1, minutes=59)
    assert planned.sweep() == []
    planned.pass_time(minutes=1)
    assert planned.sweep() == ["soon"]
    planned.pass_time(hours=1)
    assert planned.sweep() == ["overdue 0"]


def test_reopening_drops_a_date_by_hand_that_passed(planned: PlannedDesk) -> None:
    ticket = planned.open("Sales")
    planned.due(ticket, at(2, 12))
    planned.status(ticket, "closed")
    planned.pass_time(hours=4)
    planned.status(ticket, "open")
    assert planned.due_at(ticket) == "never"


def test_reopening_keeps_a_date_by_hand_that_is_to_come(planned: PlannedDesk) -> None:
    ticket = planned.open("Sales")
    planned.due(ticket, at(3, 12))
    planned.status(ticket, "closed")
    planned.status(ticket, "open")
    assert planned.due_at(ticket) == "Tue 12:00"


def test_no_date_in_the_past_and_none_for_a_closed_ticket(planned: PlannedDesk) -> None:
    ticket = planned.open()
    with pytest.raises(InvalidValue, match=r"the due date of ticket 100001: .* has passed"):
        planned.due(ticket, at(2, 9))
    with pytest.raises(InvalidValue, match="is more than a century away"):
        planned.due(ticket, at(2, 9).replace(year=9999, month=12, day=31, hour=0))
    planned.status(ticket, "closed")
    with pytest.raises(InvalidValue, match=r"the ticket is closed\. Reopen it first\."):
        planned.due(ticket, at(3, 9))
    assert planned.row(ticket).manual_due_at is None


def test_who_may_not_open_the_ticket_sets_no_date(planned: PlannedDesk) -> None:
    ticket = planned.open()
    with planned.desk.writing() as (session, directory), pytest.raises(MayNotOpen):
        set_due_date(
            session, directory, ticket_id=ticket, at=at(3, 9), actor=planned.desk.agent("Out"), now=planned.now
        )


# -- the escalation --------------------------------------------------------------------------------------------------------


def test_a_reply_ends_the_escalation(planned: PlannedDesk) -> None:
    ticket = planned.open()
    planned.pass_time(hours=2)
    assert planned.sweep() == ["step 1"]
    with planned.desk.writing() as (session, directory):
        reply = Reply(text="Have you tried turning it off?")
        post_reply(session, directory, ticket_id=ticket, actor=planned.desk.agent("Pia"), reply=reply, now=planned.now)
    planned.pass_time(hours=3)
    assert planned.sweep() == []


def test_an_acknowledgement_ends_the_escalation_and_nothing_else(planned: PlannedDesk) -> None:
    ticket = planned.open()
    with planned.desk.writing() as (session, directory):
        acknowledge_ticket(session, directory, ticket_id=ticket, actor=planned.desk.agent("Pia"), now=planned.now)
    planned.pass_time(hours=7)
    assert planned.sweep() == ["soon"]


def test_after_reopening_an_acknowledgement_is_needed_again(planned: PlannedDesk) -> None:
    ticket = planned.open()
    for _ in range(2):
        with planned.desk.writing() as (session, directory):
            actor = planned.desk.agent("Pia")
            assert acknowledge_ticket(session, directory, ticket_id=ticket, actor=actor, now=planned.now) != ()
        assert planned.row(ticket).escalates_from is None
        planned.status(ticket, "closed")
        planned.status(ticket, "open")
        assert planned.row(ticket).escalates_from == planned.now


def test_the_steps_of_another_plan_are_steps_of_their_own(quick_sales: PlannedDesk) -> None:
    with quick_sales.desk.db.writing() as session:
        quick = session.get_one(SlaPlanRow, quick_sales.desk.ids["Quick"])
        quick.steps = [{"after_seconds": HOUR, "roles": ["administrator"]}]
    ticket = quick_sales.open()
    quick_sales.pass_time(hours=2)
    assert quick_sales.sweep() == ["step 1"]
    transfer(quick_sales, ticket, "Sales")
    assert quick_sales.sweep() == ["step 1"]
    transfer(quick_sales, ticket, "Support")
    assert quick_sales.sweep() == []
    quick_sales.pass_time(hours=2)
    assert quick_sales.sweep() == ["step 2"]


def test_a_step_that_is_put_before_others_rings_none_of_them_again(planned: PlannedDesk) -> None:
    ticket = planned.open()
    planned.pass_time(hours=2)
    assert planned.sweep() == ["step 1"]
    with planned.desk.db.writing() as session:
        standard = session.get_one(SlaPlanRow, planned.desk.ids["Standard"])
        standard.steps = [{"after_seconds": HOUR, "roles": ["administrator"]}, *standard.steps]
    planned.status(ticket, "waiting")
    assert planned.sweep() == ["step 1"]

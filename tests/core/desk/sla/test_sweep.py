"""The sweep: each milestone once, whatever time does; the clock begins on Monday, 2 March 2026, 9:00 UTC."""

import threading
from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from deskbell.core.contract.events import Event, TicketDueSoon, TicketEscalated, TicketOverdue
from deskbell.core.desk.open import open_tickets
from deskbell.core.desk.opening import Opening
from deskbell.core.desk.sla import sweep
from deskbell.core.desk.sla.sweep import DueSweep
from deskbell.core.store import journal
from deskbell.core.store.database import Database
from deskbell.core.store.rows import MilestoneRow, TicketRow
from stand_ins.planned_desk import PlannedDesk, at
from stand_ins.small_desk import draft


def test_what_an_unanswered_ticket_comes_to(planned: PlannedDesk) -> None:
    planned.open()
    heard = []
    for _ in range(5 * 24 * 60 // 20):
        heard += [f"{planned.now:%a %H:%M} {word}" for word in planned.sweep()]
        planned.pass_time(minutes=20)
    assert heard == [
        "Mon 11:00 step 1",
        "Mon 13:00 step 2",
        "Mon 16:00 soon",
        "Mon 17:00 overdue 0",
        "Tue 11:00 overdue 1",
        "Tue 13:00 overdue 2",
        "Tue 15:00 overdue 3",
    ]


def test_the_events_say_what_they_mean_and_are_in_the_journal(planned: PlannedDesk) -> None:
    ticket = planned.open()
    rung: list[Event] = []
    for hours in (2, 5, 1):
        planned.pass_time(hours=hours)
        DueSweep(planned.desk.db, clock=planned.desk.clock, faults=planned.desk.faults).run(on_events=rung.extend)
    step, soon, second, overdue = rung
    assert isinstance(step, TicketEscalated)
    assert (step.step, step.after_seconds, step.roles) == (1, 7200, ("department_manager",))
    assert isinstance(second, TicketEscalated)
    assert (second.step, second.after_seconds, second.roles) == (2, 14400, ("administrator",))
    assert isinstance(soon, TicketDueSoon)
    assert (soon.due_at, soon.ticket.due_at, soon.ticket.id) == (at(2, 17), at(2, 17), ticket)
    assert isinstance(overdue, TicketOverdue)
    assert (overdue.due_at, overdue.repeat, overdue.at) == (at(2, 17), 0, at(2, 17))
    assert overdue.actor.kind.value == "system"
    assert second.act == soon.act != overdue.act
    with planned.desk.db.reading() as session:
        assert journal.history(session, ticket)[1:] == tuple(rung)


def test_nothing_is_looked_at_before_its_time(planned: PlannedDesk) -> None:
    ticket = planned.open()
    assert planned.row(ticket).next_look_at == at(2, 11)
    planned.pass_time(hours=2)
    assert planned.sweep() == ["step 1"]
    assert planned.row(ticket).next_look_at == at(2, 13)
    planned.pass_time(days=3)
    planned.sweep()
    assert planned.row(ticket).next_look_at is None


# -- time that jumps -------------------------------------------------------------------------------------------------------


def test_after_a_downtime_what_is_overdue_is_not_due_soon(planned: PlannedDesk) -> None:
    planned.open()
    planned.pass_time(hours=8)
    assert planned.sweep() == ["overdue 0", "step 1", "step 2"]


def test_the_first_alert_after_a_downtime_swallows_the_repeats_that_passed(planned: PlannedDesk) -> None:
    planned.open()
    planned.pass_time(days=1, hours=5)
    # Tuesday, 14:00: five hours overdue, the second repeat has passed.
    assert planned.sweep() == ["overdue 0", "step 1", "step 2"]
    assert planned.sweep() == []
    planned.pass_time(hours=1)
    assert planned.sweep() == ["overdue 3"]


def test_of_several_repeats_that_passed_only_the_newest_is_rung(planned: PlannedDesk) -> None:
    planned.open()
    planned.pass_time(hours=8)
    planned.sweep()
    planned.pass_time(hours=21)
    assert planned.sweep() == ["overdue 2"]
    planned.pass_time(hours=1)
    assert planned.sweep() == ["overdue 3"]


def test_a_clock_that_is_set_back_rings_nothing_again(planned: PlannedDesk) -> None:
    planned.open()
    planned.pass_time(days=2)
    assert planned.sweep() == ["overdue 0", "step 1", "step 2"]
    planned.pass_time(days=-2)
    for _ in range(3 * 24):
        assert planned.sweep() == []
        planned.pass_time(hours=1)


def test_a_clock_that_is_set_back_before_a_look_rings_nothing_again(planned: PlannedDesk) -> None:
    ticket = planned.open()
    planned.pass_time(days=2)
    planned.sweep()
    with planned.desk.db.writing() as session:
        session.get_one(TicketRow, ticket).next_look_at = at(2, 9)
    planned.pass_time(days=-2)
    for _ in range(3 * 24):
        assert planned.sweep() == []
        planned.pass_time(hours=1)


def test_ten_years_later_each_open_ticket_is_overdue_once(planned: PlannedDesk) -> None:
    for _ in range(3):
        planned.open()
    planned.status(planned.open(), "closed")
    planned.pass_time(days=3650)
    assert sorted(planned.sweep()) == ["overdue 0"] * 3 + ["step 1"] * 3 + ["step 2"] * 3
    planned.pass_time(days=3650)
    assert planned.sweep() == []


# -- a new due date --------------------------------------------------------------------------------------------------------


def test_a_new_due_date_rings_again_and_the_old_one_does_not(planned: PlannedDesk) -> None:
    ticket = planned.open("Sales")
    planned.due(ticket, at(2, 12))
    planned.pass_time(hours=3)
    assert planned.sweep() == ["overdue 0"]
    planned.due(ticket, at(2, 15))
    planned.pass_time(hours=2)
    assert planned.sweep() == ["soon"]
    planned.pass_time(hours=1)
    assert planned.sweep() == ["overdue 0"]


def test_a_due_date_that_comes_back_is_the_same(planned: PlannedDesk) -> None:
    ticket = planned.open()
    planned.pass_time(hours=7)
    assert planned.sweep() == ["soon", "step 1", "step 2"]
    planned.due(ticket, at(2, 16, 30))
    assert planned.sweep() == ["soon"]
    planned.due(ticket, None)
    assert planned.sweep() == []


# -- side by side ----------------------------------------------------------------------------------------------------------


def many(planned: PlannedDesk, count: int) -> None:
    """So many tickets, of which each comes to one thing: overdue at 13:00."""
    openings = [
        Opening(draft=draft(planned.desk.user(f"user{number}@customer.example"), department="Sales", topic="Quotes"))
        for number in range(count)
    ]
    with planned.desk.writing() as (session, directory):
        open_tickets(session, directory, openings=openings, now=planned.now)


def test_a_look_takes_several_batches(planned: PlannedDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "BATCH", 10)
    many(planned, 25)
    planned.pass_time(hours=4)
    sizes: list[int] = []
    due = DueSweep(planned.desk.db, clock=planned.desk.clock, faults=planned.desk.faults)
    assert due.run(on_events=lambda events: sizes.append(len(events))) == 25
    assert sizes == [10, 10, 5]


def test_two_processes_ring_each_milestone_once(planned: PlannedDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "BATCH", 7)
    many(planned, 200)
    planned.pass_time(hours=4)
    rung: list[Event] = []
    together = threading.Barrier(2)

    def process() -> None:
        db = Database(planned.desk.db.url, clock=planned.desk.clock)
        together.wait()
        DueSweep(db, clock=planned.desk.clock, faults=planned.desk.faults).run(on_events=rung.extend)
        db.close()

    threads = [threading.Thread(target=process) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    overdue = sorted(event.ticket.id for event in rung if isinstance(event, TicketOverdue))
    assert overdue == list(range(1, 201))
    assert len(rung) == 200


def test_what_somebody_else_rang_meanwhile_is_not_rung(planned: PlannedDesk) -> None:
    ticket = planned.open("Sales", topic="Quotes")
    planned.pass_time(hours=4)
    with planned.desk.db.writing() as session:
        values = {"ticket_id": ticket, "basis": at(2, 13), "milestone": "overdue", "at": at(2, 13)}
        session.execute(insert(MilestoneRow).values(**values))
    assert planned.sweep() == []
    assert planned.row(ticket).next_look_at is None


def test_mail_comes_in_while_ten_thousand_tickets_are_swept(planned: PlannedDesk) -> None:
    """Between two batches there is always a turn for somebody else."""
    for _ in range(10):
        many(planned, 1000)
    planned.pass_time(hours=4)
    begun, done = threading.Event(), threading.Event()
    taken_in: list[int] = []
    rung = 0

    def hear(events: Sequence[Event]) -> None:
        nonlocal rung
        rung += len(events)
        begun.set()

    def take_in() -> None:
        begun.wait()
        while not done.is_set():
            taken_in.append(planned.open("Sales", owner=f"late{len(taken_in)}@customer.example"))

    intake = threading.Thread(target=take_in)
    intake.start()
    try:
        DueSweep(planned.desk.db, clock=planned.desk.clock, faults=planned.desk.faults).run(on_events=hear)
    finally:
        done.set()
        begun.set()
        intake.join()
    assert rung == 10_000
    assert len(taken_in) >= 10
    with planned.desk.db.reading() as session:
        left = select(TicketRow.id).where(TicketRow.next_look_at <= planned.now + timedelta(days=365))
        assert session.scalars(left).all() == []

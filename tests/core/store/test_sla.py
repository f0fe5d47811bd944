"""The statements about due dates, on both databases."""

from datetime import UTC, datetime, timedelta

import attrs

from deskbell.core.contract.tickets import TicketStatus
from deskbell.core.store import sla
from deskbell.core.store.database import Database
from deskbell.core.store.rows import DepartmentRow, EndUserRow, TicketRow
from deskbell.core.store.sla import Milestone, Timing

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def tickets(db: Database, *looks: datetime | None) -> list[int]:
    """Tickets to be looked at at these times."""
    with db.writing() as session:
        session.add(DepartmentRow(id=77, name="Support"))
        session.add(EndUserRow(id=77, name="Ada", created_at=NOW))
        session.flush()
        rows = [
            TicketRow(
                number=str(number),
                subject="Printer",
                origin="api",
                owner_id=77,
                owner_address="ada@customer.example",
                department_id=77,
                created_at=NOW,
                updated_at=NOW,
                next_look_at=look,
            )
            for number, look in enumerate(looks, start=1)
        ]
        session.add_all(rows)
        session.flush()
        return [row.id for row in rows]


def test_the_timing_comes_back_as_it_was_written(db: Database) -> None:
    [ticket_id] = tickets(db, None)
    timing = Timing(
        sla_plan_id=None,
        sla_from=NOW,
        sla_used=5,
        due_at=NOW + HOUR,
        escalates_from=NOW - HOUR,
        next_look_at=NOW + timedelta(microseconds=1),
    )
    with db.writing() as session:
        [before] = sla.timed(session, [ticket_id])
        sla.write(session, [attrs.evolve(before, manual_due_at=NOW + HOUR, timing=timing)])
    with db.reading() as session:
        [after] = sla.timed(session, [ticket_id, 99])
    assert (before.timing, before.manual_due_at, before.status) == (Timing(), None, TicketStatus.OPEN)
    assert (after.timing, after.manual_due_at) == (timing, NOW + HOUR)


def test_the_longest_due_come_first_and_none_too_early(db: Database) -> None:
    ids = tickets(db, NOW, NOW - HOUR, NOW + HOUR, None, NOW - HOUR)
    with db.writing() as session:
        found = [ticket.id for ticket in sla.due_to_look(session, now=NOW, limit=10)]
        first = [ticket.id for ticket in sla.due_to_look(session, now=NOW, limit=1)]
        some = [sla.any_due_to_look(session, now=NOW - more * HOUR) for more in (1, 2)]
    assert found == [ids[1], ids[4], ids[0]]
    assert first == [ids[1]]
    assert some == [True, False]


def test_a_next_look_is_written_and_taken_away(db: Database) -> None:
    ids = tickets(db, NOW, NOW)
    with db.writing() as session:
        sla.write_next_looks(session, {ids[0]: NOW + HOUR, ids[1]: None})
    with db.reading() as session:
        assert [ticket.timing.next_look_at for ticket in sla.timed(session, ids)] == [NOW + HOUR, None]


def test_a_milestone_is_marked_once(db: Database) -> None:
    first, second = tickets(db, NOW, NOW)
    mine, other = Milestone(first, NOW, "overdue"), Milestone(second, NOW, "overdue")
    later = Milestone(first, NOW + HOUR, "overdue")
    with db.writing() as session:
        assert sla.mark_rung(session, [mine], now=NOW) == {mine}
    with db.writing() as session:
        assert sla.mark_rung(session, [mine, other, later], now=NOW) == {other, later}
        assert sla.mark_rung(session, [], now=NOW) == frozenset()
    with db.reading() as session:
        assert sla.rung(session, [first, second]) == {first: {mine, later}, second: {other}}


def test_escalation_and_acknowledgement_are_taken_off(db: Database) -> None:
    first, second = tickets(db, None, None)
    with db.writing() as session:
        for ticket_id in (first, second):
            row = session.get_one(TicketRow, ticket_id)
            row.escalates_from = row.acknowledged_at = NOW
    with db.writing() as session:
        sla.stop_escalation(session, [first])
        sla.forget_acknowledgements(session, [second])
        sla.stop_escalation(session, [])
    with db.reading() as session:
        rows = [session.get_one(TicketRow, each) for each in (first, second)]
        assert [row.escalates_from for row in rows] == [None, NOW]
        assert [row.acknowledged_at for row in rows] == [NOW, None]

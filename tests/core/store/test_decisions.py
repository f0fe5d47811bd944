"""Decisions come back as they were made, with what is needed to look back."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from deskbell.core.contract.decisions import Candidate, Decision, Outcome
from deskbell.core.contract.events import Event, PluginQuarantined
from deskbell.core.contract.people import SYSTEM
from deskbell.core.store import decisions, journal
from deskbell.core.store.database import Database, DatabaseFailed
from deskbell.core.store.decisions import Recorded
from deskbell.core.store.rows import DepartmentRow, EndUserRow, JournalRow, TicketRow

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

TOLD = Candidate(
    person="agent:1",
    name="Ann",
    address="Ann@example.com",
    roles=("department_manager", "department_member"),
    outcome=Outcome.NOTIFIED,
)
NOT_TOLD = Candidate(
    person="agent:2",
    name="Ben",
    address="ben@example.com",
    roles=("department_member",),
    outcome=Outcome.REFUSED,
    reason="on_leave",
    because="Ben is on leave until 1 May.",
)


def _events(db: Database, count: int) -> list[Event]:
    with db.writing() as session:
        quarantined = PluginQuarantined(id=0, act="a", at=NOW, actor=SYSTEM, plugin="noisy", reason="raised")
        return list(journal.append(session, [quarantined] * count))


def test_a_decision_comes_back_as_it_was(db: Database) -> None:
    (event,) = _events(db, 1)
    decision = Decision(event_id=event.id, plugin="new-ticket-alert", candidates=(TOLD, NOT_TOLD))
    with db.writing() as session:
        decisions.save(session, [decision], revision=7, now=NOW)
    with db.reading() as session:
        assert decisions.of_event(session, event.id) == (
            Recorded(event="plugin_quarantined", decision=decision, decided_at=NOW, revision=7),
        )


def test_a_plugin_judged_as_a_whole_keeps_its_reason(db: Database) -> None:
    (event,) = _events(db, 1)
    decision = Decision(
        event_id=event.id, plugin="p", reason="plugin_off:global", because="It is off for the whole desk."
    )
    with db.writing() as session:
        decisions.save(session, [decision], revision=0, now=NOW)
    with db.reading() as session:
        assert [each.decision for each in decisions.of_event(session, event.id)] == [decision]


def test_decisions_come_in_the_order_of_events_then_plugins(db: Database) -> None:
    first, second = _events(db, 2)
    made = [Decision(event_id=event.id, plugin=plugin) for event in (second, first) for plugin in ("b", "a")]
    with db.writing() as session:
        session.add_all([DepartmentRow(id=1, name="Support"), EndUserRow(id=1, name="Eve", created_at=NOW)])
        session.flush()
        session.add(_ticket())
        session.flush()
        for row in session.scalars(select(JournalRow)):
            row.ticket_id = 5
        decisions.save(session, made, revision=0, now=NOW)
    with db.reading() as session:
        found = [(each.decision.event_id, each.decision.plugin) for each in decisions.of_ticket(session, 5)]
        assert decisions.of_ticket(session, 6) == ()
    assert found == [(first.id, "a"), (first.id, "b"), (second.id, "a"), (second.id, "b")]


def _ticket() -> TicketRow:
    return TicketRow(
        id=5,
        number="100005",
        subject="Help",
        origin="mail",
        owner_id=1,
        owner_address="eve@example.org",
        department_id=1,
        created_at=NOW,
        updated_at=NOW,
    )


def test_a_plugin_decides_once_per_event(db: Database) -> None:
    (event,) = _events(db, 1)
    decision = Decision(event_id=event.id, plugin="p")
    with pytest.raises(DatabaseFailed), db.writing() as session:
        decisions.save(session, [decision, decision], revision=0, now=NOW)


def test_nothing_to_save_is_nothing(db: Database, statements: list[str]) -> None:
    with db.writing() as session:
        decisions.save(session, [], revision=0, now=NOW)
    assert statements == []

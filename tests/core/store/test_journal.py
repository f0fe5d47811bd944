"""The journal: every kind of event comes back as it was written; each act is rung whole, and by one ringer only."""

import itertools
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any, get_args, get_origin, get_type_hints

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from deskbell.core.contract.events import (
    EVENTS,
    Event,
    MessagePosted,
    SystemErrorReported,
    TicketClosed,
    TicketCreated,
    TicketEvent,
)
from deskbell.core.contract.people import SYSTEM, Actor, ActorKind, EndUser
from deskbell.core.contract.tickets import Department, Entry, EntryKind, Origin, Priority, Ticket, TicketStatus
from deskbell.core.store import journal
from deskbell.core.store.database import Database
from deskbell.core.store.rows import DepartmentRow, EndUserRow, EntryRow, JournalRow, TicketRow
from stand_ins.clock import FrozenClock

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
EVE = EndUser(1, "Eve", "eve@example.org")
BY_EVE = Actor(ActorKind.END_USER, 1, "Eve", "eve@example.org")
TICKET = Ticket(
    1, "100001", "Help", TicketStatus.OPEN, Priority.NORMAL, Origin.MAIL, EVE, Department(1, "Support"), NOW
)


def _closed(act: str, *, ticket: int = 1, at: datetime = NOW) -> TicketClosed:
    return TicketClosed(id=0, act=act, at=at, actor=SYSTEM, ticket=attrs.evolve(TICKET, id=ticket))


def _entry(number: int, text: str) -> Entry:
    return Entry(number, EntryKind.MESSAGE, BY_EVE, text, NOW)


def _write_entry(session: Session, entry: Entry, *, ticket: int = 1) -> None:
    session.add(
        EntryRow(
            id=entry.id,
            ticket_id=ticket,
            kind=entry.kind.value,
            origin="mail",
            author_kind=entry.author.kind.value,
            text=entry.text,
            posted_at=entry.posted_at,
        )
    )


@pytest.fixture
def desk(db: Database) -> Database:
    """A database with tickets 1 and 2."""
    with db.writing() as session:
        session.add_all([DepartmentRow(id=1, name="Support"), EndUserRow(id=1, name="Eve", created_at=NOW)])
        session.flush()
        for number in (1, 2):
            session.add(
                TicketRow(
                    id=number,
                    number=f"10000{number}",
                    subject="Help",
                    origin="mail",
                    owner_id=1,
                    owner_address="eve@example.org",
                    department_id=1,
                    created_at=NOW,
                    updated_at=NOW,
                )
            )
    return db


def _append(db: Database, *events: Event) -> tuple[Event, ...]:
    with db.writing() as session:
        return journal.append(session, events)


# --- round trip of all classes ---

# What both databases can hold: no NUL, no half of a surrogate pair, ids of 32 bits.
VALUES: dict[object, st.SearchStrategy[Any]] = {
    str: st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=20),
    int: st.integers(min_value=0, max_value=2**31 - 1),
    bool: st.booleans(),
    type(None): st.none(),
    datetime: st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
}


def _any_of(hint: Any) -> st.SearchStrategy[Any]:
    """Values of a type that an event may hold."""
    if hint in VALUES:
        return VALUES[hint]
    if attrs.has(hint):
        hints = get_type_hints(hint)
        return st.builds(hint, **{field.name: _any_of(hints[field.name]) for field in attrs.fields(hint)})
    if isinstance(hint, type) and issubclass(hint, Enum):
        return st.sampled_from(list(hint))
    items = [_any_of(each) for each in get_args(hint) if each is not Ellipsis]
    if get_origin(hint) is tuple:
        return st.lists(items[0], max_size=3).map(tuple)
    if get_origin(hint) is frozenset:
        return st.frozensets(items[0], max_size=3)
    return st.one_of(items)


def _of_ticket_one(event: Event, entry_id: Iterator[int]) -> Event:
    """The event with what must be in other tables: ticket 1, and an entry of its own."""
    changes: dict[str, Any] = {}
    if getattr(event, "ticket", None) is not None:
        changes["ticket"] = attrs.evolve(event.ticket, id=1)  # type: ignore[attr-defined]
    if getattr(event, "entry", None) is not None:
        changes["entry"] = attrs.evolve(event.entry, id=next(entry_id))  # type: ignore[attr-defined]
    return attrs.evolve(event, **changes)


@given(drawn=st.tuples(*map(_any_of, EVENTS.values())))
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_event_comes_back_as_it_was(desk: Database, drawn: tuple[Event, ...]) -> None:
    entry_id = itertools.count(1)
    events = [_of_ticket_one(event, entry_id) for event in drawn]
    with suppress(_Undone), desk.writing() as session:
        for event in events:
            if getattr(event, "entry", None) is not None:
                _write_entry(session, event.entry)  # type: ignore[attr-defined]
        written = journal.append(session, events)
        assert [attrs.evolve(event, id=0) for event in written] == [attrs.evolve(event, id=0) for event in events]
        loaded = journal.load(session, [event.id for event in written])
        assert loaded == written
        assert [type(event) for event in loaded] == list(EVENTS.values())
        raise _Undone


class _Undone(Exception):
    pass


def test_there_are_twenty_seven_events() -> None:
    assert len(EVENTS) == 27


# --- writing and reading ---


def test_ids_are_given_in_the_order_of_the_events(desk: Database) -> None:
    written = _append(desk, *(_closed(f"act-{number}") for number in range(20)))
    assert [event.act for event in written] == [f"act-{number}" for number in range(20)]
    assert [event.id for event in written] == sorted({event.id for event in written})
    later = _append(desk, _closed("later"))
    assert later[0].id > written[-1].id


def test_nothing_to_append_is_nothing(desk: Database) -> None:
    assert _append(desk) == ()


def test_the_text_of_an_entry_is_not_copied(desk: Database) -> None:
    entry = _entry(1, "the words of Eve")
    with desk.writing() as session:
        _write_entry(session, entry)
        journal.append(session, [TicketCreated(id=0, act="a", at=NOW, actor=BY_EVE, ticket=TICKET, entry=entry)])
    with desk.reading() as session:
        (data,) = session.scalars(select(JournalRow.data))
    assert "the words of Eve" not in str(data)


def test_an_entry_that_was_deleted_leaves_its_event_without_words(desk: Database) -> None:
    entry = _entry(1, "gone soon")
    with desk.writing() as session:
        _write_entry(session, entry)
        journal.append(session, [MessagePosted(id=0, act="a", at=NOW, actor=BY_EVE, ticket=TICKET, entry=entry)])
    with desk.writing() as session:
        session.execute(delete(EntryRow))
    with desk.reading() as session:
        (event,) = journal.history(session, 1)
    assert isinstance(event, MessagePosted)
    assert event.entry == attrs.evolve(entry, text="")


def test_many_events_cost_few_statements(desk: Database, statements: list[str]) -> None:
    with desk.writing() as session:
        session.connection()
        statements.clear()
        written = journal.append(session, [_closed("act")] * 200)
        assert len(statements) == 2
    with desk.reading() as session:
        statements.clear()
        assert len(journal.load(session, [event.id for event in written])) == 200
        assert len(statements) <= 3


def test_the_history_is_that_of_the_ticket_oldest_first(desk: Database) -> None:
    _append(desk, _closed("a", ticket=1), _closed("b", ticket=2), _closed("c", ticket=1))
    _append(desk, SystemErrorReported(id=0, act="d", at=NOW, actor=SYSTEM, fingerprint="f", title="t", detail=""))
    with desk.reading() as session:
        assert [event.act for event in journal.history(session, 1)] == ["a", "c"]


def test_an_event_is_found_by_its_id(desk: Database) -> None:
    (written,) = _append(desk, _closed("a"))
    with desk.reading() as session:
        assert journal.find_event(session, written.id) == written
        assert journal.find_event(session, written.id + 1) is None


def test_rows_name_ticket_and_actor(desk: Database) -> None:
    _append(desk, attrs.evolve(_closed("a"), actor=BY_EVE))
    with desk.reading() as session:
        row = session.scalars(select(JournalRow)).one()
        assert (row.event, row.ticket_id, row.actor_kind, row.actor_id, row.at, row.rung_at, row.rings) == (
            "ticket_closed",
            1,
            "end_user",
            1,
            NOW,
            None,
            0,
        )


# --- ringing ---


def _unrung(db: Database, *, before: datetime = NOW + timedelta(days=1), limit: int = 100) -> list[list[str]]:
    """The acts that wait, each as the ticket ids of its events."""
    with db.reading() as session:
        acts = journal.unrung(session, before=before, limit=limit)
    return [[f"{event.act}{event.ticket.id}" for event in act.events if isinstance(event, TicketEvent)] for act in acts]


def test_unrung_acts_come_whole_and_oldest_first(desk: Database) -> None:
    _append(desk, _closed("b"), _closed("a"), _closed("b", ticket=2), _closed("c"))
    assert _unrung(desk) == [["b1", "b2"], ["a1"], ["c1"]]
    assert _unrung(desk, limit=1) == [["b1", "b2"]]
    assert _unrung(desk, limit=2) == [["b1", "b2"], ["a1"]]


def test_young_acts_are_left_to_those_who_ring_them_at_once(desk: Database) -> None:
    _append(desk, _closed("old"), _closed("new", at=NOW + timedelta(seconds=10)))
    assert _unrung(desk, before=NOW + timedelta(seconds=10)) == [["old1"]]


def test_a_rung_act_waits_no_more(desk: Database) -> None:
    written = _append(desk, _closed("a"), _closed("b"))
    with desk.writing() as session:
        assert journal.claim_rung(session, [written[0].id], NOW) == {written[0].id}
    assert _unrung(desk) == [["b1"]]


def test_rings_that_were_begun_are_counted(desk: Database) -> None:
    written = _append(desk, _closed("a"), _closed("a"), _closed("b"))
    for _ in range(2):
        with desk.writing() as session:
            journal.begin_ring(session, [event.id for event in written if event.act == "a"])
    with desk.reading() as session:
        acts = journal.unrung(session, before=NOW + timedelta(days=1), limit=10)
    assert [act.rings for act in acts] == [2, 0]


def test_whoever_claims_first_gets_the_events(desk: Database) -> None:
    ids = [event.id for event in _append(desk, _closed("a"), _closed("b"), _closed("c"))]
    with desk.writing() as session:
        assert journal.claim_rung(session, ids[:2], NOW) == set(ids[:2])
    with desk.writing() as session:
        assert journal.claim_rung(session, ids, NOW) == {ids[2]}
    with desk.writing() as session:
        assert journal.claim_rung(session, ids, NOW) == frozenset()


def test_a_claim_that_was_undone_is_free_again(desk: Database) -> None:
    ids = [event.id for event in _append(desk, _closed("a"))]
    with suppress(_Undone), desk.writing() as session:
        journal.claim_rung(session, ids, NOW)
        raise _Undone
    with desk.writing() as session:
        assert journal.claim_rung(session, ids, NOW) == set(ids)


def test_two_ringers_at_once_share_the_events_without_overlap(desk: Database, clock: FrozenClock) -> None:
    ids = [event.id for event in _append(desk, *(_closed(f"act-{number}") for number in range(60)))]
    claims: list[frozenset[int]] = []

    def ring(batches: Sequence[Sequence[int]]) -> None:
        with closing(Database(desk.url, clock=clock)) as own:
            for batch in batches:
                with own.writing() as session:
                    claims.append(journal.claim_rung(session, batch, NOW))

    batches = [ids[start : start + 10] for start in range(0, 60, 5)]
    _at_once(lambda: ring(batches), lambda: ring(batches), lambda: ring(batches))
    assert sorted(number for claim in claims for number in claim) == ids


def _at_once(*calls: Callable[[], None]) -> None:
    threads = [threading.Thread(target=call) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_waiting_events_are_found_by_their_own_index(desk: Database, statements: list[str]) -> None:
    with desk.reading() as session:
        session.connection()
        statements.clear()
        journal.unrung(session, before=NOW, limit=10)
        values = ("2026-03-02 09:00:00", 10, 0)
        plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statements[0]}", values)
        assert [row.detail for row in plan] == ["SCAN journal USING INDEX ix_journal_unrung"]

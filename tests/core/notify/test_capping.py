"""Answers are counted where they are written: over restarts, by several processes, and released when there is room."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from deskbell.core.app.keeping import purge_old_decisions
from deskbell.core.app.opening import Desk
from deskbell.core.contract.decisions import Candidate
from deskbell.core.contract.events import Event
from deskbell.core.intake.receive import Arrival
from deskbell.core.store import answers, decisions
from deskbell.core.store.rows import AnswerRow, DeliveryRow, JournalRow
from stand_ins.clock import MONDAY_MORNING, FrozenClock
from stand_ins.desks import new_desk, opened
from stand_ins.letters import raw_mail

NEW = "new-ticket-autoresponse"
CONFIRM = "new-message-autoresponse"


def settings(**values: int) -> str:
    return "[settings]\n" + "".join(f"{name} = {value}\n" for name, value in {"ticket_limit": 0, **values}.items())


def arrivals(numbers: Sequence[int], *, sender: str = "", matter: str = "Matter") -> list[Arrival]:
    """A mail for each number: of one sender, or each of somebody else."""
    return [
        Arrival(
            content=raw_mail(
                sender=sender or f"person.{number}@customer.example",
                subject=matter,
                message_id=f"<{number}.{len(matter)}@customer.example>",
            ),
            envelope_from=sender or f"person.{number}@customer.example",
            source="test",
        )
        for number in numbers
    ]


def take_in(desk: Desk, mails: Sequence[Arrival]) -> tuple[Event, ...]:
    return desk.take_in(desk.intake.accept_many(mails))


def about(desk: Desk, events: Sequence[Event], plugin: str = NEW) -> list[Candidate]:
    """What was decided about whoever was to be answered, in the order of the events."""
    with desk.db.reading() as session:
        found = decisions.of_events(session, [event.id for event in events])
    by_event = {each.decision.event_id: each.decision for each in found if each.decision.plugin == plugin}
    return [candidate for event in events for candidate in by_event[event.id].candidates]


def reasons(candidates: Sequence[Candidate]) -> Counter[tuple[str, str]]:
    return Counter((each.outcome.value, each.reason) for each in candidates)


def due(desk: Desk, plugin: str = NEW) -> list[datetime]:
    with desk.db.reading() as session:
        wanted = select(DeliveryRow.due_at).where(DeliveryRow.plugin == plugin).order_by(DeliveryRow.due_at)
        return list(session.scalars(wanted))


def system_errors(desk: Desk) -> list[str]:
    with desk.db.reading() as session:
        rows = session.scalars(select(JournalRow).where(JournalRow.event == "system_error").order_by(JournalRow.id))
        return [row.data["title"] for row in rows]


def system_details(desk: Desk) -> list[str]:
    with desk.db.reading() as session:
        rows = session.scalars(select(JournalRow).where(JournalRow.event == "system_error").order_by(JournalRow.id))
        return [row.data["detail"] for row in rows]


def noting(name: str, real: Callable[..., Any], read: list[str]) -> Callable[..., Any]:
    """The same function, which says that it was called."""

    def call(*arguments: Any, **named: Any) -> Any:
        read.append(name)
        return real(*arguments, **named)

    return call


@pytest.fixture
def folder(tmp_path: Path, database_url: str) -> Path:
    return new_desk(tmp_path / "desk", database_url=database_url, toml=settings(mailbox_answers_per_hour=10))


@pytest.fixture
def desk(folder: Path, clock: FrozenClock) -> Iterator[Desk]:
    with opened(folder, clock=clock) as desk:
        yield desk


def test_rfc_14_one_sender_gets_five_answers_whether_mails_come_together_or_not(desk: Desk, clock: FrozenClock) -> None:
    together = take_in(desk, arrivals(range(3), sender="ann@customer.example"))
    one_by_one = [take_in(desk, arrivals([number], sender="Ann+x@Customer.example"))[0] for number in range(3, 6)]
    created = [event for event in (*together, *one_by_one) if event.name == "ticket_created"]
    assert [each.reason for each in about(desk, created)] == ["", "", "", "", "", "rate_capped"]
    assert len(due(desk)) == 5
    clock.advance(minutes=59, seconds=59)
    assert reasons(about(desk, take_in(desk, arrivals([7], sender="ann@customer.example")))) == {
        ("refused", "rate_capped"): 1
    }
    clock.advance(seconds=1)
    assert reasons(about(desk, take_in(desk, arrivals([8], sender="ann@customer.example")))) == {("notified", ""): 1}
    assert system_errors(desk) == ["A sender is at the cap on answers"]
    assert system_details(desk)[0].startswith(
        "ann@customer.example gets no more automatic answers of mailbox 'support'"
    )


def test_rfc_16_the_figures_survive_a_restart(folder: Path, clock: FrozenClock) -> None:
    with opened(folder, clock=clock) as desk:
        take_in(desk, arrivals(range(5), sender="ann@customer.example"))
    with opened(folder, clock=clock) as desk:
        again = take_in(desk, arrivals([5], sender="ann@customer.example"))
        assert reasons(about(desk, again)) == {("refused", "rate_capped"): 1}


def test_rfc_16_several_processes_share_the_figures(folder: Path, clock: FrozenClock) -> None:
    """Each opens the desk for itself; together they answer one sender and one mailbox as often as one of them would."""
    ready = threading.Barrier(3)
    broken: list[BaseException] = []

    def work(number: int) -> None:
        try:
            with opened(folder, clock=clock) as desk:
                ready.wait(20)
                for step in range(6):
                    first = 100 * number + 10 * step
                    take_in(desk, arrivals([first], sender="ann@customer.example"))
                    take_in(desk, arrivals([first + 1, first + 2]))
        except BaseException as error:  # noqa: BLE001 - told by the test below
            broken.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert broken == []
    with opened(folder, clock=clock) as desk, desk.db.reading() as session:
        wanted = select(DeliveryRow.address_key).where(DeliveryRow.plugin == NEW, DeliveryRow.due_at == MONDAY_MORNING)
        told = Counter(session.scalars(wanted))
        assert told["ann@customer.example"] <= 5
        assert sum(told.values()) == 10


def test_rfc_14_a_full_mailbox_holds_answers_to_those_it_knows_and_gives_strangers_none(
    desk: Desk, clock: FrozenClock
) -> None:
    known = take_in(desk, arrivals(range(10)))
    assert reasons(about(desk, known)) == {("notified", ""): 10}
    clock.advance(minutes=5)
    held = take_in(desk, arrivals(range(10), matter="A second matter"))
    strangers = take_in(desk, arrivals(range(20, 23)))
    assert reasons(about(desk, strangers)) == {("refused", "rate_capped"): 3}
    assert reasons(about(desk, held)) == {("deferred", "rate_capped"): 10}
    assert due(desk) == [MONDAY_MORNING] * 10 + [MONDAY_MORNING + timedelta(hours=1)] * 10
    [first, *_] = about(desk, held)
    assert first.because == (
        "Mailbox 'support' gave as many automatic answers within an hour as it may; "
        "this one is held until 2026-03-02 10:00 UTC."
    )
    assert system_errors(desk) == ["A mailbox is at its cap on answers"]


def test_rfc_14_held_answers_leave_in_turn_and_no_hour_has_more(tmp_path: Path, clock: FrozenClock) -> None:
    toml = settings(mailbox_answers_per_hour=4, answers_per_hour=0, answers_per_day=0)
    with opened(new_desk(tmp_path / "desk", database_url="", toml=toml), clock=clock) as desk:
        take_in(desk, arrivals(range(4)))
        for step in range(7):
            clock.advance(minutes=7)
            new = [
                Arrival(
                    content=raw_mail(sender=f"person.{n % 4}@customer.example", message_id=f"<{step}.{n}@c.example>"),
                    source="test",
                )
                for n in range(5)
            ]
            take_in(desk, new)
        times = due(desk)
        assert len(times) == 4 + 35
        assert max(sum(first <= each < first + timedelta(hours=1) for each in times) for first in times) == 4


def test_caps_are_read_once_in_a_ring_and_not_at_all_when_nobody_asks(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    for name in ("to_people", "of_mailbox", "first_tickets"):
        monkeypatch.setattr(answers, name, noting(name, getattr(answers, name), read))
    take_in(desk, arrivals(range(8)))
    # Once before the decisions, once more where they are written.
    assert read == ["to_people", "of_mailbox"] * 2
    read.clear()
    take_in(desk, [Arrival(content=raw_mail(more="Auto-Submitted: auto-replied"), source="test")])
    assert read == []


def test_a_simulation_decides_as_the_live_run_does(desk: Desk) -> None:
    mails = arrivals(range(6), sender="ann@customer.example")
    events = desk.intake.process(desk.intake.accept_many(mails))
    with desk.db.reading() as session:
        directory = desk.db.directory(session)
    imagined = [
        each.decision.candidates[0].reason
        for each in desk.rehearsal.consider(events, directory)
        if each.admitted.name == NEW
    ]
    desk.ring(events)
    assert [each.reason for each in about(desk, events)] == imagined == ["", "", "", "", "", "rate_capped"]


def test_who_came_too_late_is_refused_where_it_is_written(desk: Desk) -> None:
    """Two rings decide before either writes: the second finds the places taken."""
    first, second = (
        desk.intake.process(desk.intake.accept_many(arrivals(range(start, start + 4), sender="ann@customer.example")))
        for start in (0, 10)
    )
    packing = desk.ringer._packing
    with desk.db.reading() as session:
        directory = desk.db.directory(session)
    early = [packing.parcel(each, directory) for each in desk.ringer.consider(second, directory)]
    desk.ring(first)
    desk.ringer._write(second, early, directory)
    assert [each.reason for each in about(desk, second)] == ["", *["rate_capped"] * 3]
    assert len(due(desk)) == 5


def test_counted_answers_are_forgotten_after_two_days(desk: Desk, clock: FrozenClock) -> None:
    take_in(desk, arrivals(range(3)))
    clock.advance(days=2, minutes=1)
    take_in(desk, arrivals(range(10, 12)))
    assert purge_old_decisions(desk).answers == 3
    with desk.db.reading() as session:
        assert len(session.scalars(select(AnswerRow)).all()) == 2


def test_a_clock_that_ran_ahead_blocks_nobody_for_ever(desk: Desk, clock: FrozenClock) -> None:
    clock.advance(days=3650)
    take_in(desk, arrivals(range(5), sender="ann@customer.example"))
    clock.advance(days=-3650)
    later = take_in(desk, arrivals(range(10, 15), sender="ann@customer.example"))
    assert reasons(about(desk, later)) == {("notified", ""): 5}


def test_rfc_10_the_mail_goes_to_the_sender_of_the_envelope(desk: Desk) -> None:
    raw = raw_mail(
        sender="Ann <ann@customer.example>", more="Reply-To: other@elsewhere.example\nCc: cc@elsewhere.example"
    )
    take_in(desk, [Arrival(content=raw, envelope_from="ann@home.example", source="test")])
    with desk.db.reading() as session:
        rows = session.scalars(select(DeliveryRow).where(DeliveryRow.plugin == NEW)).all()
        assert [(row.address, row.person) for row in rows] == [("ann@home.example", "user:1")]
        everybody = set(session.scalars(select(DeliveryRow.address)))
    assert everybody == {"ann@home.example", "admin@example.com"}


@pytest.mark.parametrize(
    ("envelope_from", "reason"),
    [
        ("support@example.com", "system_address"),
        ("support+x@example.com", "system_address"),
        ("bounces@relay.example", "automatic_message:robot_address"),
        ("mailer-daemon@relay.example", "automatic_message:robot_address"),
        ("", "automatic_message:null_sender"),
    ],
)
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_rfc_9_and_rfc_10_an_envelope_that_must_not_be_answered(desk: Desk, envelope_from: str, reason: str) -> None:
    events = take_in(desk, [Arrival(content=raw_mail(), envelope_from=envelope_from, source="test")])
    assert [each.reason for each in about(desk, events)] == [reason]

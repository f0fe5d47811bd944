"""Simulate says beforehand what then happens; explain says it of everybody afterwards, in sentences too."""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from deskbell.core.app import acting, due, keeping, reasons, switching
from deskbell.core.app.opening import Desk
from deskbell.core.app.reasons import Wish
from deskbell.core.contract.errors import DeskbellError, InvalidValue, UnknownName
from deskbell.core.contract.events import DeliveryFailed, Event, TicketReopened
from deskbell.core.contract.people import SYSTEM
from deskbell.core.contract.tickets import TicketStatus
from deskbell.core.desk.access import MayNotOpen
from deskbell.core.desk.imagine import MAKERS, CannotImagine
from deskbell.core.notify.explain import Line, sentences
from deskbell.core.store import configuration, guards, journal
from deskbell.core.store.rows import DecisionRow, DeliveryRow
from stand_ins.clock import FrozenClock
from stand_ins.desks import receive
from stand_ins.lively_desk import assign, every_row, how_many, lively_desk, mail, ticket

ANN, BOB, CLEO, ADA, CARL = (
    "ann@example.com", "bob@example.com", "cleo@example.com", "ada@customer.example", "carl@customer.example",
)  # fmt: skip


@pytest.fixture
def desk(tmp_path: Path, database_url: str, clock: FrozenClock) -> Iterator[Desk]:
    with lively_desk(tmp_path / "desk", database_url=database_url, clock=clock) as opened:
        yield opened


def short(lines: Sequence[Line]) -> list[tuple[str, str, tuple[str, ...], str, str]]:
    return [(line.plugin, line.address, line.roles, line.outcome, line.reason) for line in lines]


def explained(desk: Desk, number: str, *, person: str | None = None) -> tuple[Line, ...]:
    return reasons.recorded(desk, ticket=number, event_id=None, refused_id=None, person=person)


def about_event(desk: Desk, event: Event) -> tuple[Line, ...]:
    return reasons.recorded(desk, ticket=None, event_id=event.id, refused_id=None, person=None)


# --- simulate = live ---


def answered(desk: Desk, number: str) -> object:
    return acting.reply(desk, number, acting.ReplyWish(text="It is on its way."), by=ANN)


def pass_time(desk: Desk, **time: float) -> None:
    assert isinstance(desk.clock, FrozenClock)
    desk.clock.advance(**time)
    due.look(desk)


def delivery_fails(desk: Desk, number: str) -> None:
    """Written and rung as the postman does it."""
    found = acting.viewed(desk, number).ticket
    failed = DeliveryFailed(
        id=0, act="failed", at=desk.clock.now(), actor=SYSTEM, delivery_id=1, plugin="new-ticket-autoresponse",
        channel="smtp", address=ADA, reason="no such mailbox", ticket=found, to_end_user=True,
    )  # fmt: skip
    with desk.db.writing() as session:
        events = journal.append(session, [failed])
    desk.ring(events)


Act = Callable[[Desk, str], object]

LIVE: list[tuple[str, str, Wish, Act, Act]] = [
    ("message", "message_posted", Wish(sender=ADA),
     answered, lambda desk, number: receive(desk, mail(9, subject=f"Re: [#{number}]", In_Reply_To=token(desk)))),
    ("message of a machine", "message_posted", Wish(sender=ADA, check="auto_submitted", automatic=True), answered,
     lambda desk, number: receive(
         desk, mail(9, subject="Re", In_Reply_To=token(desk), Auto_Submitted="auto-replied"))),
    ("message of a collaborator", "message_posted", Wish(actor=CARL), answered,
     lambda desk, number: acting.post_message(desk, number, sender=CARL, text="Me too.")),
    ("reply", "reply_posted", Wish(actor=BOB), lambda desk, number: None,
     lambda desk, number: acting.reply(desk, number, acting.ReplyWish(text="Done."), by=BOB)),
    ("note", "note_posted", Wish(actor=BOB), answered,
     lambda desk, number: acting.note(desk, number, by=BOB, text="Hm.")),
    ("mention", "agent_mentioned", Wish(actor=BOB, agent=CLEO), answered,
     lambda desk, number: acting.note(desk, number, by=BOB, text="@cleo, look.")),
    ("assigned agent", "ticket_assigned", Wish(actor=ANN, agent=BOB), lambda desk, number: None,
     lambda desk, number: assign(desk, number, agent=BOB, by=ANN)),
    ("assigned team", "ticket_assigned", Wish(actor=ANN, team="Night"), lambda desk, number: None,
     lambda desk, number: assign(desk, number, team="Night", by=ANN)),
    ("transfer", "ticket_transferred", Wish(actor=BOB, to="Billing"), answered,
     lambda desk, number: acting.transfer(desk, number, by=BOB, department="Billing", comment="")),
    ("due soon", "ticket_due_soon", Wish(), lambda desk, number: assign(desk, number, team="Night"),
     lambda desk, number: pass_time(desk, hours=3, minutes=1)),
    ("overdue", "ticket_overdue", Wish(), lambda desk, number: assign(desk, number, agent=BOB),
     lambda desk, number: pass_time(desk, hours=4, minutes=1)),
    ("escalation", "ticket_escalated", Wish(), lambda desk, number: assign(desk, number, agent=BOB),
     lambda desk, number: pass_time(desk, hours=2, minutes=1)),
    ("failed delivery", "delivery_failed", Wish(), lambda desk, number: assign(desk, number, agent=BOB),
     delivery_fails),
    ("closed", "ticket_closed", Wish(actor=ANN), answered,
     lambda desk, number: acting.change_status(desk, number, by=ANN, status=TicketStatus.CLOSED)),
]  # fmt: skip


def token(desk: Desk) -> str:
    """The id that only Ada got to see, of the mail that she got last: an answer to it is verified."""
    from sqlalchemy import func, select

    with desk.db.reading() as session:
        return str(
            session.scalar(
                select(func.coalesce(DeliveryRow.private_id, DeliveryRow.message_id))
                .where(DeliveryRow.address == ADA)
                .order_by(DeliveryRow.id.desc())
                .limit(1)
            )
        )


@pytest.mark.parametrize(("event", "wish", "before", "act"), [row[1:] for row in LIVE], ids=[row[0] for row in LIVE])
def test_simulate_says_what_then_happens(desk: Desk, event: str, wish: Wish, before: Act, act: Act) -> None:
    number = ticket(desk)
    acting.add_collaborator(desk, number, by=None, address=CARL, name="Carl")
    before(desk, number)
    said = reasons.simulated(desk, event, ticket=number, wish=wish)
    act(desk, number)
    happened = [line for line in explained(desk, number) if line.event == event and line.reason != "no_plugin"]
    assert short(happened) == short(said)
    assert bool(said) == (event != "ticket_closed")
    assert [line.change for line in happened] == [line.change for line in said]


MIXED: list[tuple[str, Callable[[str, str], Wish], Callable[[Desk, str, str, str], Sequence[Event]]]] = [
    ("message_posted", lambda by, to: Wish(actor=ADA),
     lambda desk, number, by, to: acting.post_message(desk, number, sender=ADA, text="And?")),
    ("message_posted", lambda by, to: Wish(actor=CARL),
     lambda desk, number, by, to: acting.post_message(desk, number, sender=CARL, text="And?")),
    ("reply_posted", lambda by, to: Wish(actor=by),
     lambda desk, number, by, to: acting.reply(desk, number, acting.ReplyWish(text="Soon."), by=by)),
    ("note_posted", lambda by, to: Wish(actor=by),
     lambda desk, number, by, to: acting.note(desk, number, by=by, text="Hm.")),
    ("agent_mentioned", lambda by, to: Wish(actor=by, agent=to),
     lambda desk, number, by, to: acting.note(desk, number, by=by, text=f"@{to} please")),
    ("ticket_assigned", lambda by, to: Wish(actor=by, agent=to),
     lambda desk, number, by, to: assign(desk, number, agent=to, by=by)),
    ("ticket_assigned", lambda by, to: Wish(actor=by, team="Night"),
     lambda desk, number, by, to: assign(desk, number, team="Night", by=by)),
    ("ticket_transferred", lambda by, to: Wish(actor=by, to="Billing"),
     lambda desk, number, by, to: acting.transfer(desk, number, by=by, department="Billing", comment="")),
    ("ticket_transferred", lambda by, to: Wish(actor=by, to="Support"),
     lambda desk, number, by, to: acting.transfer(desk, number, by=by, department="Support", comment="")),
    ("ticket_closed", lambda by, to: Wish(actor=by),
     lambda desk, number, by, to: acting.change_status(desk, number, by=by, status=TicketStatus.CLOSED)),
]  # fmt: skip
POSITIONS = ("on", "off", "shadow", "on", "on")


def test_simulate_says_what_then_happens_in_any_order_under_any_switches(desk: Desk) -> None:
    dice = random.Random(4)
    numbers = [ticket(desk, each) for each in (1, 2)]
    for number in numbers:
        acting.add_collaborator(desk, number, by=None, address=CARL, name="Carl")
    compared: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    for _ in range(120):
        name, where = dice.choice(sorted(desk.host.plugins)), dice.choice(["Support", "Billing", None])
        with suppress(DeskbellError):  # a plugin of another kind has no such switch
            switching.switch(desk, name, dice.choice(POSITIONS), department=where, topic=None, mailbox=None)
        event, wish, act = dice.choice(MIXED)
        number, by, to = dice.choice(numbers), dice.choice([ANN, BOB, CLEO]), dice.choice([ANN, BOB, CLEO])
        said = reasons.simulated(desk, event, ticket=number, wish=wish(by, to))
        try:
            events = act(desk, number, by, to)
        except MayNotOpen:
            continue
        for happened in (each for each in events if each.name == event):
            live = [line for line in about_event(desk, happened) if line.reason != "no_plugin"]
            assert short(live) == short(said)
            compared[event] += 1
            seen.update(line.reason.partition(":")[0] for line in live)
    assert set(compared) == {event for event, *_ in MIXED}
    assert compared.total() > 60
    assert {"", "plugin_off", "shadow", "actor", "role_not_selected", "duplicate_of"} <= set(seen)


def test_simulate_says_what_happens_to_a_new_ticket_that_is_assigned(desk: Desk) -> None:
    [created, *_] = acting.open_ticket(
        desk,
        acting.NewTicketWish(sender=ADA, subject="By phone", text="She called.", by=ANN, agent=BOB, cc=(CARL,)),
    )
    live = about_event(desk, created)
    said = reasons.simulated(desk, "ticket_created", ticket="100001", wish=Wish(actor=ANN))
    assert short(said) == short(live)
    assert ("new-ticket-alert", BOB, ("department_member",), "refused", "assigned_at_creation") in short(said)


def test_simulate_says_who_is_told_of_a_limit(desk: Desk) -> None:
    for number in (1, 2):
        ticket(desk, number)
    said = reasons.simulated(desk, "ticket_limit_reached", ticket="100001")
    refused = reasons.simulated(desk, "ticket_refused", ticket="100001")
    acts = [receive(desk, mail(number)) for number in (3, 4)]
    by_name = {event.name: event for act in acts for event in act}
    assert short(said) == short(about_event(desk, by_name["ticket_limit_reached"]))
    assert short(refused) == short(about_event(desk, by_name["ticket_refused"]))
    assert [line.outcome for line in said + refused] == ["notified", "notified"]
    # Said once: the windows are read, and not touched.
    pass_time(desk, minutes=1)
    again = reasons.simulated(desk, "ticket_limit_reached", ticket="100001")
    assert [(line.reason, line.change) for line in again] == [
        ("once_per_window", "Time alone: it may be said again from 2026-03-03 09:00 UTC on.")
    ]


@pytest.mark.parametrize("event", sorted(MAKERS))
def test_every_event_of_a_ticket_can_be_simulated_and_nothing_is_written(desk: Desk, event: str) -> None:
    number = ticket(desk)
    acting.add_collaborator(desk, number, by=None, address=CARL)
    with desk.db.writing() as session:
        guards.ban(session, CARL, reason="Spam.", now=desk.clock.now())
    before = every_row(desk)
    lines = reasons.simulated(desk, event, ticket=number, wish=Wish(agent=BOB))
    assert every_row(desk) == before
    assert bool(lines) == bool(desk.host.implementations(event))
    assert {line.event_id for line in lines} <= {0}
    assert all(line.change for line in lines)


def test_wishes(desk: Desk) -> None:
    number = ticket(desk)

    def told(event: str, **wish: object) -> set[str]:
        lines = reasons.simulated(desk, event, ticket=number, wish=Wish(**wish))  # type: ignore[arg-type]
        return {line.address for line in lines if line.outcome == "notified"}

    def codes(event: str, **wish: object) -> set[str]:
        return {line.reason for line in reasons.simulated(desk, event, ticket=number, wish=Wish(**wish))}  # type: ignore[arg-type]

    assert told("ticket_overdue") == {"boss@example.com", ANN}
    assert told("ticket_overdue", department="Billing") == {"boss@example.com", CLEO}
    assert told("ticket_transferred", to="Billing") == {CLEO}
    assert "automatic_message:report" in codes("message_posted", sender=ADA, check="report")
    assert "automatic_message:report" not in codes("message_posted", sender=ADA)
    assert "sender_unverified" in codes("message_posted", sender="eve@elsewhere.example")
    assert told("ticket_escalated", step=1, agent=BOB) == {ANN}
    with pytest.raises(CannotImagine, match="its escalation has 1 steps"):
        told("ticket_escalated", step=2)
    with pytest.raises(CannotImagine, match="name one with --agent"):
        told("agent_mentioned")
    with pytest.raises(InvalidValue, match="Name one of them"):
        told("message_posted", sender=ADA, actor=ANN)
    with pytest.raises(UnknownName, match="Nowhere"):
        told("ticket_transferred", to="Nowhere")
    with pytest.raises(UnknownName):
        told("system_error")


# --- explain ---


def test_events_that_nobody_listens_to_have_a_line(desk: Desk) -> None:
    number = ticket(desk)
    acting.change_status(desk, number, by=ANN, status=TicketStatus.CLOSED)
    lines = [line for line in explained(desk, number) if line.event == "ticket_closed"]
    assert [(line.plugin, line.outcome, line.reason, line.because) for line in lines] == [
        ("", "-", "no_plugin", "No plugin listens to ticket_closed.")
    ]
    assert lines[0].change.startswith("Install or write a plugin")
    about_ada = sentences(explained(desk, number, person=ADA), ADA)
    assert {"No plugin listens to ticket_closed.", "No plugin listens to ticket_status_changed."} <= set(about_ada)


def test_an_event_that_was_not_rung_yet_says_so(desk: Desk) -> None:
    number = ticket(desk)
    found = acting.viewed(desk, number).ticket
    with desk.db.writing() as session:
        journal.append(session, [TicketReopened(id=0, act="a", at=desk.clock.now(), actor=SYSTEM, ticket=found)])
    [line] = [line for line in explained(desk, number) if line.event == "ticket_reopened"]
    assert (line.reason, line.change) == ("not_rung", "Ring what waits: deskbell work --once")


def test_a_person_is_answered_in_one_sentence_per_event_and_plugin(desk: Desk) -> None:
    number = ticket(desk)
    acting.post_message(desk, number, sender=ADA, text="And?")
    said = list(sentences(explained(desk, number, person=ADA), ADA))
    assert len(said) == len({(line.event_id, line.plugin) for line in explained(desk, number)})
    assert "Ada Moss was told of ticket_created by 'new-ticket-autoresponse': Ada Moss is told as owner." in said
    wrote = (
        "Ada Moss was not told of message_posted by 'new-message-participant-notice': Ada Moss is the one who wrote it."
    )
    assert wrote in said

    told_as_manager = list(sentences(explained(desk, number, person="ANN@example.com"), ANN))
    assert told_as_manager[0].startswith("Ann Lee was told of ticket_created by 'new-ticket-alert': ")
    never = list(sentences(explained(desk, number, person=CLEO), CLEO))
    assert never[0].startswith("Cleo Ortiz was not told of ticket_created by 'new-ticket-alert': ")
    assert "was in none of the roles" in never[0]


def test_shadowed_people_would_have_been_told() -> None:
    line = Line(
        event_id=1, event="ticket_created", plugin="p", person="Ann", address=ANN, roles=("x",), outcome="shadowed",
        reason="shadow:global", because="'p' is in shadow.",
    )  # fmt: skip
    refused = Line(
        event_id=1, event="ticket_created", plugin="p", person="Ann", address=ANN, roles=("y",), outcome="refused",
        reason="duplicate_of", because="Twice.",
    )  # fmt: skip
    assert list(sentences([refused, line], ANN)) == [
        "Ann would have been told of ticket_created by 'p': 'p' is in shadow."
    ]
    assert list(sentences([refused, refused], ANN)) == ["Ann was not told of ticket_created by 'p': Twice."]


# --- retention ---


def keep(desk: Desk, days: int) -> None:
    with desk.db.writing() as session:
        configuration.set_setting(session, "keep_decisions_days", days, by=SYSTEM, now=desk.clock.now())


def test_old_decisions_go_once_a_day_and_explain_says_so(desk: Desk, clock: FrozenClock) -> None:
    old = ticket(desk)
    acting.change_status(desk, old, by=ANN, status=TicketStatus.CLOSED)
    deliveries = how_many(desk, DeliveryRow)
    clock.advance(days=40)
    young = ticket(desk, 2)
    kept = explained(desk, young)
    assert keeping.purge_old_decisions(desk).decisions == 0  # for ever, until a desk says otherwise
    keep(desk, 30)
    assert keeping.purge_old_decisions(desk).decisions == 4
    lines = explained(desk, old)
    assert [(line.event, line.reason) for line in lines][:1] == [("ticket_created", "purged")]
    assert lines[0].because == "The ticket_created was decided on 2026-03-02; decisions are kept for 30 days."
    assert "keep_decisions_days" in lines[0].change
    assert {line.reason for line in lines[1:]} == {"no_plugin"}
    assert next(sentences(explained(desk, old, person=ADA), ADA)) == lines[0].because
    assert explained(desk, young) == kept
    assert how_many(desk, DeliveryRow) >= deliveries

    clock.advance(hours=23)
    with desk.db.writing() as session:
        session.query(DecisionRow).update({DecisionRow.decided_at: clock.now()})
    assert keeping.purge_old_decisions(desk).decisions == 0
    clock.advance(days=31)
    assert keeping.purge_old_decisions(desk).decisions == 0  # a desk that decides nothing any more keeps what it has
    ticket(desk, 3)
    assert keeping.purge_old_decisions(desk).decisions == 4


def test_deliveries_of_purged_decisions_stay(desk: Desk, clock: FrozenClock) -> None:
    ticket(desk)
    made = how_many(desk, DecisionRow)
    clock.advance(days=40)
    ticket(desk, 2)
    young = how_many(desk, DecisionRow) - made
    before = every_row(desk)
    keep(desk, 30)
    keeping.purge_old_decisions(desk)
    after = every_row(desk)
    assert how_many(desk, DecisionRow) == young
    for table in ("journal", "deliveries", "bodies", "tickets", "thread_entries"):
        assert before[table]
        assert after[table] == before[table]

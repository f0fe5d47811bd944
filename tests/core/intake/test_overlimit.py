"""Mail of somebody who has too many open tickets: kept, told once, tried again by hand only."""

import attrs
import pytest

from deskbell.core.contract.events import Event, TicketCreated, TicketLimitReached, TicketRefused
from deskbell.core.contract.kinds import Level
from deskbell.core.contract.people import SYSTEM
from deskbell.core.intake.receive import Intake
from deskbell.core.store import configuration, raw_mails
from stand_ins.letters import raw_mail
from stand_ins.small_desk import OWNER, SmallDesk, names_of

BECAUSE = "the sender has too many open tickets: 'Support' allows 5"


@pytest.fixture(autouse=True)
def limit(desk: SmallDesk) -> None:
    """Five open tickets are allowed."""
    put_limit(desk, 5)


def put_limit(desk: SmallDesk, limit: int) -> None:
    with desk.db.writing() as session:
        configuration.set_setting(session, "ticket_limit", limit, by=SYSTEM, now=desk.clock.now())


def accept(intake: Intake, number: int, *, sender: str = f"Olga <{OWNER}>", **fields: str) -> int:
    raw = raw_mail(sender=sender, message_id=f"<{number}@customer.example>", text=f"Mail {number}.", **fields)
    return intake.accept(raw, envelope_from=OWNER, envelope_to=(), source="test")


def states(desk: SmallDesk) -> list[tuple[str, str]]:
    return [(row.state, row.reason) for row in desk.raw_rows()]


def test_ten_mails_of_one_person_in_one_transaction(desk: SmallDesk, intake: Intake) -> None:
    ids = [accept(intake, number) for number in range(10)]
    ids.append(accept(intake, 10, sender="Bea <bea@customer.example>"))
    events = intake.process(ids)
    assert names_of(events) == [
        *["ticket_created"] * 5,
        "ticket_limit_reached",
        *["ticket_refused"] * 5,
        "ticket_created",
    ]
    assert [ticket.number for ticket in desk.tickets()] == [str(100_001 + place) for place in range(6)]
    [reached] = [event for event in events if isinstance(event, TicketLimitReached)]
    assert (reached.ticket.number, reached.limit, reached.open_tickets) == ("100005", 5, 5)
    refused = [event for event in events if isinstance(event, TicketRefused)]
    assert [event.raw_mail_id for event in refused] == ids[5:10]
    assert {event.reason for event in refused} == {"overlimit"}
    assert states(desk) == [("stored", "")] * 5 + [("refused", BECAUSE)] * 5 + [("stored", "")]
    assert [row.ticket_id for row in desk.raw_rows()[5:10]] == [None] * 5


def test_a_refused_mail_is_kept_as_it_came_and_not_tried_again(desk: SmallDesk, intake: Intake) -> None:
    put_limit(desk, 1)
    [stored, refused] = [accept(intake, 1), accept(intake, 2)]
    first = intake.process([stored, refused])
    assert names_of(first) == ["ticket_created", "ticket_limit_reached", "ticket_refused"]
    desk.close(desk.tickets()[0].id)
    desk.clock.advance(days=1)
    rung: list[object] = []
    intake.sweep(on_events=rung.append)
    assert intake.process([refused]) == ()
    assert rung == []
    assert states(desk)[1] == ("refused", "the sender has too many open tickets: 'Support' allows 1")
    with desk.db.reading() as session:
        kept = raw_mails.content(session, refused)
    assert b"Message-ID: <2@customer.example>" in kept
    assert kept.endswith(b"Mail 2.\r\n")


def test_a_person_who_lets_it_be_tried_again_has_it_judged_anew(desk: SmallDesk, intake: Intake) -> None:
    put_limit(desk, 1)
    ids = [accept(intake, 1), accept(intake, 2)]
    intake.process(ids)
    assert names_of(_retried(desk, intake, ids[1])) == ["ticket_refused"]
    desk.close(desk.tickets()[0].id)
    [created, reached] = _retried(desk, intake, ids[1])
    assert isinstance(created, TicketCreated)
    assert isinstance(reached, TicketLimitReached)
    assert created.entry is not None
    assert (created.ticket.number, created.entry.text.strip()) == ("100002", "Mail 2.")
    assert states(desk) == [("stored", ""), ("stored", "")]


def _retried(desk: SmallDesk, intake: Intake, mail_id: int) -> tuple[Event, ...]:
    with desk.db.writing() as session:
        assert raw_mails.retry(session, mail_id)
    return intake.process([mail_id])


def test_a_message_on_a_ticket_is_none_that_the_limit_counts(desk: SmallDesk, intake: Intake) -> None:
    put_limit(desk, 1)
    ids = [accept(intake, 1), accept(intake, 2, answers="<1@customer.example>")]
    events = intake.process(ids)
    assert names_of(events) == ["ticket_created", "ticket_limit_reached", "message_posted"]


def test_a_mail_after_the_reopen_window_is_limited_too(desk: SmallDesk, intake: Intake) -> None:
    put_limit(desk, 1)
    with desk.db.writing() as session:
        configuration.set_setting(session, "reopen_days", 0, by=SYSTEM, now=desk.clock.now())
    intake.process([accept(intake, 1)])
    desk.close(desk.tickets()[0].id)
    again = intake.process([accept(intake, 2, answers="<1@customer.example>")])
    assert names_of(again) == ["ticket_created", "ticket_limit_reached"]
    late = intake.process([accept(intake, 3, answers="<1@customer.example>")])
    assert names_of(late) == ["ticket_refused"]


def test_the_limit_is_that_of_the_department_that_the_plugins_chose(desk: SmallDesk, intake: Intake) -> None:
    with desk.db.writing() as session:
        configuration.set_scope_settings(
            session,
            Level.DEPARTMENT,
            desk.ids["Sales"],
            {"ticket_limit": 1},
            by=SYSTEM,
            now=desk.clock.now(),
        )
    intake.process([accept(intake, 1)])
    assert names_of(intake.process([accept(intake, 2)])) == ["ticket_created"]
    desk.hooks.on_ticket = lambda draft: attrs.evolve(draft, department="Sales")
    assert names_of(intake.process([accept(intake, 3)])) == ["ticket_refused"]
    assert desk.raw_rows()[2].reason == "the sender has too many open tickets: 'Sales' allows 1"

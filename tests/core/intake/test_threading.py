"""Which ticket an answer belongs to, and what makes it verified."""

import pytest

from deskbell.core.contract.events import Event, MessagePosted, TicketCreated
from deskbell.core.contract.tickets import Ticket
from deskbell.core.intake.receive import Intake
from deskbell.core.store import deliveries, journal, merging
from deskbell.core.store.deliveries import Envelope, NewBody, NewDelivery
from deskbell.core.store.rows import EndUserAddressRow
from stand_ins.letters import raw_mail
from stand_ins.small_desk import OWNER, SmallDesk

# What the questions ask of the database is tried on both kinds in the tests of the store and of test_receive.py.
pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)

OURS = f"<db.{'k' * 32}@example.com>"
FRIEND = "friend@customer.example"


def receive(intake: Intake, **fields: str) -> tuple[Event, ...]:
    raw = raw_mail(**{"message_id": "<second@customer.example>", **fields})
    return intake.process([intake.accept(raw, envelope_from=None, envelope_to=(), source="test")])


@pytest.fixture
def ticket(desk: SmallDesk, intake: Intake) -> Ticket:
    """Ticket 100001 of the owner, which the mail ``<first@customer.example>`` opened."""
    [event] = receive(intake, message_id="<first@customer.example>")
    assert isinstance(event, TicketCreated)
    return event.ticket


def send(desk: SmallDesk, ticket: Ticket, *addresses: str, message_id: str = OURS) -> None:
    """Write deliveries on a ticket, one for each address, that share a Message-ID."""
    with desk.db.reading() as session:
        [created, *_] = journal.history(session, ticket.id)
    body = NewBody(
        subject="s", text="t", envelope=Envelope(sender=("", "support@example.com"), envelope_sender="", date="now")
    )
    now = desk.clock.now()
    with desk.db.writing() as session:
        deliveries.insert_new(
            session,
            [body],
            [
                NewDelivery(
                    journal_id=created.id,
                    ticket_id=ticket.id,
                    plugin="new-ticket-autoresponse",
                    channel="smtp",
                    person="user:1",
                    address=address,
                    body=0,
                    message_id=message_id,
                    due_at=now,
                )
                for address in addresses
            ],
            now=now,
        )


def posted(events: tuple[Event, ...]) -> MessagePosted:
    assert isinstance(events[0], MessagePosted)
    return events[0]


@pytest.mark.parametrize(
    "fields",
    [
        {"answers": OURS},
        {"references": f"<x@y> {OURS}"},
        {"answers": "<x@y>", "references": OURS},
        {"answers": OURS.upper().replace("DB.", "db.")},
    ],
)
def test_an_answer_to_our_mail_is_verified(
    desk: SmallDesk, intake: Intake, ticket: Ticket, fields: dict[str, str]
) -> None:
    send(desk, ticket, OWNER)
    event = posted(receive(intake, sender="OWNER@customer.example", **fields))
    assert event.ticket.id == ticket.id
    assert (event.entry.verified, event.entry.held, event.actor.verified) == (True, False, True)
    assert event.actor.id == ticket.owner.id


def test_our_mail_to_another_of_ones_addresses_verifies(desk: SmallDesk, intake: Intake, ticket: Ticket) -> None:
    with desk.db.writing() as session:
        session.add(EndUserAddressRow(user_id=ticket.owner.id, address="o@home.example", address_key="o@home.example"))
    send(desk, ticket, OWNER)
    event = posted(receive(intake, sender="o@home.example", answers=OURS))
    assert (event.entry.verified, event.entry.held, event.actor.address) == (True, False, "o@home.example")


def test_our_mail_to_somebody_else_matches_and_verifies_nothing(
    desk: SmallDesk, intake: Intake, ticket: Ticket
) -> None:
    desk.join(ticket.id, FRIEND)
    send(desk, ticket, FRIEND)
    event = posted(receive(intake, sender=OWNER, answers=OURS))
    assert (event.entry.verified, event.entry.held) == (False, False)


def test_one_mail_to_several_verifies_each_of_them(desk: SmallDesk, intake: Intake, ticket: Ticket) -> None:
    desk.join(ticket.id, FRIEND)
    send(desk, ticket, FRIEND, OWNER)
    for number, sender in enumerate((OWNER, FRIEND)):
        event = posted(receive(intake, sender=sender, answers=OURS, message_id=f"<{number}@x>"))
        assert event.entry.verified


def test_a_stranger_with_our_token_is_held(desk: SmallDesk, intake: Intake, ticket: Ticket) -> None:
    send(desk, ticket, OWNER)
    event = posted(receive(intake, sender="stranger@x.example", answers=OURS))
    assert (event.ticket.id, event.entry.verified, event.entry.held) == (ticket.id, False, True)


def test_an_agents_answer_to_an_alert_is_held(desk: SmallDesk, intake: Intake, ticket: Ticket) -> None:
    send(desk, ticket, "pia@example.com")
    event = posted(receive(intake, sender="pia@example.com", answers=OURS))
    assert (event.entry.verified, event.entry.held) == (False, True)


def test_a_mail_without_from_that_answers_ours_is_held(desk: SmallDesk, intake: Intake, ticket: Ticket) -> None:
    send(desk, ticket, OWNER)
    event = posted(receive(intake, sender="", answers=OURS))
    assert (event.entry.verified, event.entry.held) == (False, True)


def test_a_reference_to_a_stored_mail_matches_and_verifies_nothing(
    desk: SmallDesk, intake: Intake, ticket: Ticket
) -> None:
    event = posted(receive(intake, references="<0@x> <first@customer.example>"))
    assert (event.ticket.id, event.entry.verified, event.entry.held) == (ticket.id, False, False)


def test_a_stranger_with_a_reference_is_held(desk: SmallDesk, intake: Intake, ticket: Ticket) -> None:
    event = posted(receive(intake, sender="stranger@x.example", answers="<first@customer.example>"))
    assert (event.ticket.id, event.entry.held) == (ticket.id, True)


@pytest.mark.parametrize("sender", [OWNER, OWNER.upper(), FRIEND])
def test_a_number_in_the_subject_counts_for_participants(
    desk: SmallDesk, intake: Intake, ticket: Ticket, sender: str
) -> None:
    desk.join(ticket.id, FRIEND, active=False)
    event = posted(receive(intake, sender=sender, subject="Re: [#100001] Printer"))
    assert (event.ticket.id, event.entry.verified, event.entry.held) == (ticket.id, False, False)


@pytest.mark.parametrize(
    ("sender", "subject"),
    [
        ("stranger@x.example", "Re: [#100001] Printer"),
        ("", "Re: [#100001] Printer"),
        (OWNER, "Re: [#100099] Printer"),
        (OWNER, "Re: 100001"),
        (OWNER, "Printer"),
    ],
)
def test_other_subjects_open_a_ticket(
    desk: SmallDesk, intake: Intake, ticket: Ticket, sender: str, subject: str
) -> None:
    assert isinstance(receive(intake, sender=sender, subject=subject)[0], TicketCreated)


def test_a_number_of_a_foreign_ticket_is_passed_over_for_ones_own(
    desk: SmallDesk, intake: Intake, ticket: Ticket
) -> None:
    receive(intake, sender="other@x.example", message_id="<o@x>")
    event = posted(receive(intake, subject="Fwd: [#100002] Re: [#100001] x"))
    assert event.ticket.number == "100001"


def test_our_token_goes_before_references_and_numbers(desk: SmallDesk, intake: Intake, ticket: Ticket) -> None:
    [event] = receive(intake, message_id="<o@x>")
    assert isinstance(event, TicketCreated)
    send(desk, ticket, OWNER)
    answer = posted(receive(intake, message_id="<n@x>", subject="[#100002]", answers="<o@x>", references=OURS))
    assert answer.ticket.number == "100001"


def test_the_nearest_reference_goes_before_older_ones(desk: SmallDesk, intake: Intake, ticket: Ticket) -> None:
    receive(intake, message_id="<o@x>")
    answer = posted(receive(intake, message_id="<n@x>", references="<first@customer.example> <o@x>"))
    assert answer.ticket.number == "100002"


def test_a_token_of_another_desk_is_nothing_to_us(desk: SmallDesk, intake: Intake, ticket: Ticket) -> None:
    send(desk, ticket, OWNER)
    assert isinstance(receive(intake, answers=OURS.replace("example.com", "example.org"))[0], TicketCreated)


@pytest.mark.parametrize(
    "fields", [{"answers": OURS}, {"answers": "<first@customer.example>"}, {"subject": "[#100001]"}]
)
def test_a_mail_to_a_merged_ticket_lands_on_the_one_it_lives_on_in(
    desk: SmallDesk, intake: Intake, ticket: Ticket, fields: dict[str, str]
) -> None:
    send(desk, ticket, OWNER)
    [event] = receive(intake, message_id="<other@customer.example>")
    assert isinstance(event, TicketCreated)
    with desk.db.writing() as session:
        merging.point(session, source=ticket.id, target=event.ticket.id, now=desk.clock.now())
    desk.clock.advance(days=31)
    answer = posted(receive(intake, **{"message_id": "<third@customer.example>", **fields}))
    assert (answer.ticket.number, answer.entry.held) == ("100002", False)
    assert answer.entry.verified is (fields == {"answers": OURS})


def test_a_stranger_to_the_ticket_that_a_merged_one_lives_on_in_is_held(
    desk: SmallDesk, intake: Intake, ticket: Ticket
) -> None:
    send(desk, ticket, OWNER)
    [event] = receive(intake, sender=FRIEND, message_id="<other@customer.example>")
    assert isinstance(event, TicketCreated)
    with desk.db.writing() as session:
        merging.point(session, source=ticket.id, target=event.ticket.id, now=desk.clock.now())
    answer = posted(receive(intake, message_id="<third@customer.example>", answers=OURS))
    assert (answer.ticket.number, answer.entry.held, answer.entry.verified) == ("100002", True, False)

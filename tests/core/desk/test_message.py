"""Messages on existing tickets: who is held, what reopens, what automatic mail may not do."""

from datetime import timedelta

import attrs
import pytest
from sqlalchemy.orm import Session

from deskbell.core.contract.drafts import MessageDraft
from deskbell.core.contract.errors import UnknownName
from deskbell.core.contract.events import Event, MessagePosted, TicketCreated, TicketStatusChanged
from deskbell.core.contract.people import SYSTEM, Actor
from deskbell.core.contract.tickets import EntryKind, Origin, Ticket, TicketStatus
from deskbell.core.desk import sla
from deskbell.core.desk.message import Posting, closed_for_good, post_message, post_messages
from deskbell.core.desk.open import open_ticket
from deskbell.core.desk.opening import Opening
from deskbell.core.desk.words import Words
from deskbell.core.store import configuration, merging, tickets
from deskbell.core.store.directory import Directory
from deskbell.core.store.rows import TicketRow
from stand_ins.clock import MONDAY_MORNING
from stand_ins.small_desk import OWNER, SmallDesk, draft, names_of, plan_of_the_desk

MACHINE = Words(automatic=True)
DAY = 24 * 3600


def working(desk: SmallDesk, *, reopen_days: int) -> Directory:
    """The desk's directory with another way of working."""
    directory = desk.directory
    return attrs.evolve(directory, profile=attrs.evolve(directory.profile, reopen_days=reopen_days))


@pytest.fixture
def ticket(desk: SmallDesk) -> Ticket:
    """An open ticket of the owner."""
    with desk.writing() as (session, directory):
        opening = Opening(draft=draft(desk.user(OWNER, name="Olga")))
        [event] = open_ticket(session, directory, opening=opening, now=desk.clock.now())
    return event.ticket  # type: ignore[attr-defined, no-any-return]


def posted(desk: SmallDesk, ticket: Ticket, sender: Actor, *, words: Words | None = None) -> tuple[Event, ...]:
    with desk.writing() as (session, directory):
        return post_message(session, directory, posting=posting(ticket, sender, words=words), now=desk.clock.now())


def posting(ticket: Ticket, sender: Actor, *, words: Words | None = None, text: str = "And now it burns.") -> Posting:
    message = MessageDraft(sender=sender, origin=Origin.MAIL, ticket=ticket.number, text=text)
    return Posting(ticket_id=ticket.id, draft=message, words=words or Words(message_id="<m@x>"))


def first(events: tuple[Event, ...]) -> MessagePosted:
    assert isinstance(events[0], MessagePosted)
    return events[0]


def test_the_owner_posts(desk: SmallDesk, ticket: Ticket) -> None:
    later = desk.clock.advance(hours=1)
    events = posted(desk, ticket, desk.user(OWNER.upper()))
    assert names_of(events) == ["message_posted"]
    event = first(events)
    assert (event.ticket, event.at) == (ticket, later)
    assert (event.actor.id, event.actor.address, event.actor.verified) == (ticket.owner.id, OWNER.upper(), True)
    assert (event.entry.kind, event.entry.text, event.entry.held) == (EntryKind.MESSAGE, "And now it burns.", False)
    assert desk.entries(ticket.id)[1] == event.entry
    with desk.db.reading() as session:
        assert session.get_one(TicketRow, ticket.id).updated_at == later


@pytest.mark.parametrize("active", [True, False])
def test_collaborators_are_not_held(desk: SmallDesk, ticket: Ticket, active: bool) -> None:
    desk.join(ticket.id, "friend@customer.example", active=active)
    assert not first(posted(desk, ticket, desk.user("friend@customer.example"))).entry.held


def test_everybody_else_is_held(desk: SmallDesk, ticket: Ticket) -> None:
    event = first(posted(desk, ticket, desk.user("stranger@x.example", verified=False)))
    assert event.entry.held
    assert not event.entry.verified
    assert not event.actor.verified


def test_the_unknown_sender_is_held_even_on_a_ticket_of_the_unknown_sender(desk: SmallDesk) -> None:
    unknown = desk.user("", verified=False)
    with desk.writing() as (session, directory):
        [event] = open_ticket(session, directory, opening=Opening(draft=draft(unknown)), now=desk.clock.now())
    assert first(posted(desk, event.ticket, unknown)).entry.held  # type: ignore[attr-defined]


def test_a_message_reopens_a_closed_ticket(desk: SmallDesk, ticket: Ticket) -> None:
    desk.close(ticket.id)
    desk.clock.advance(days=29)
    events = posted(desk, ticket, desk.user(OWNER))
    assert names_of(events) == ["message_posted", "ticket_reopened", "ticket_status_changed"]
    assert len({event.act for event in events}) == 1
    assert {event.ticket.status for event in events} == {TicketStatus.OPEN}  # type: ignore[attr-defined]
    assert {event.actor.address for event in events} == {OWNER}
    changed = events[2]
    assert isinstance(changed, TicketStatusChanged)
    assert (changed.before, changed.after) == (TicketStatus.CLOSED, TicketStatus.OPEN)
    assert desk.tickets()[0].status is TicketStatus.OPEN
    with desk.db.reading() as session:
        assert session.get_one(TicketRow, ticket.id).closed_at is None


def test_an_unverified_message_of_the_owner_reopens_too(desk: SmallDesk, ticket: Ticket) -> None:
    desk.close(ticket.id)
    assert len(posted(desk, ticket, desk.user(OWNER, verified=False))) == 3


def test_a_held_message_reopens_nothing(desk: SmallDesk, ticket: Ticket) -> None:
    desk.close(ticket.id)
    assert names_of(posted(desk, ticket, desk.user("stranger@x.example"))) == ["message_posted"]
    assert desk.tickets()[0].status is TicketStatus.CLOSED


def test_automatic_mail_reopens_nothing_and_resets_no_clock(desk: SmallDesk, ticket: Ticket) -> None:
    desk.close(ticket.id)
    desk.clock.advance(hours=5)
    events = posted(desk, ticket, desk.user(OWNER), words=MACHINE)
    assert names_of(events) == ["message_posted"]
    assert first(events).entry.automatic
    assert desk.tickets()[0].status is TicketStatus.CLOSED
    with desk.db.reading() as session:
        assert session.get_one(TicketRow, ticket.id).updated_at == MONDAY_MORNING


def test_automatic_mail_of_an_agent_is_stored_and_rings_nothing(desk: SmallDesk, ticket: Ticket) -> None:
    assert posted(desk, ticket, desk.user("Pia@example.com", verified=False), words=MACHINE) == ()
    entry = desk.entries(ticket.id)[1]
    assert (entry.automatic, entry.held, entry.verified) == (True, True, False)


def test_other_mail_of_an_agent_is_a_held_message(desk: SmallDesk, ticket: Ticket) -> None:
    event = first(posted(desk, ticket, desk.user("pia@example.com", verified=False)))
    assert (event.entry.held, event.entry.kind) == (True, EntryKind.MESSAGE)


@pytest.mark.parametrize(
    ("reopen_days", "seconds", "over"),
    [
        (30, 30 * DAY - 1, False),
        (30, 30 * DAY, False),
        (30, 30 * DAY + 1, True),
        (1, DAY, False),
        (1, DAY + 1, True),
        (0, 0, True),
        (0, 1, True),
    ],
)
def test_a_ticket_is_closed_for_good_after_the_window_of_its_department(
    desk: SmallDesk, ticket: Ticket, reopen_days: int, seconds: int, over: bool
) -> None:
    desk.close(ticket.id)
    [closed] = desk.tickets()
    now = desk.clock.advance(seconds=seconds)
    assert closed_for_good(working(desk, reopen_days=reopen_days), closed, now=now) is over


def test_the_window_of_the_department_counts_before_that_of_the_desk(desk: SmallDesk, ticket: Ticket) -> None:
    desk.close(ticket.id)
    [closed] = desk.tickets()
    directory = working(desk, reopen_days=0)
    department = attrs.evolve(directory.departments[desk.ids["Support"]], reopen_days=2)
    directory = attrs.evolve(directory, departments={**directory.departments, department.id: department})
    assert not closed_for_good(directory, closed, now=desk.clock.advance(days=2))
    assert closed_for_good(directory, closed, now=desk.clock.advance(seconds=1))


@pytest.mark.parametrize("reopen_days", [0, 1])
@pytest.mark.parametrize("status", [TicketStatus.OPEN, TicketStatus.WAITING])
def test_only_closed_tickets_are_closed_for_good(
    desk: SmallDesk, ticket: Ticket, reopen_days: int, status: TicketStatus
) -> None:
    standing = attrs.evolve(ticket, status=status)
    now = desk.clock.advance(days=400)
    assert not closed_for_good(working(desk, reopen_days=reopen_days), standing, now=now)


def put_status(desk: SmallDesk, ticket: Ticket, status: str) -> None:
    with desk.db.writing() as session:
        put_status_of(session, ticket, status).closed_at = desk.clock.now() if status == "closed" else None


def put_status_of(session: Session, ticket: Ticket, status: str) -> TicketRow:
    row = session.get_one(TicketRow, ticket.id)
    row.status = status
    session.flush()
    return row


def test_a_message_ends_the_waiting(desk: SmallDesk, ticket: Ticket) -> None:
    put_status(desk, ticket, "waiting")
    later = desk.clock.advance(days=40)
    events = posted(desk, ticket, desk.user(OWNER))
    assert names_of(events) == ["message_posted", "ticket_status_changed"]
    assert len({event.act for event in events}) == 1
    assert {event.ticket.status for event in events} == {TicketStatus.OPEN}  # type: ignore[attr-defined]
    changed = events[1]
    assert isinstance(changed, TicketStatusChanged)
    assert (changed.before, changed.after) == (TicketStatus.WAITING, TicketStatus.OPEN)
    with desk.db.reading() as session:
        row = session.get_one(TicketRow, ticket.id)
        assert (row.status, row.updated_at) == ("open", later)


def test_reopening_begins_the_whole_grace_anew(desk: SmallDesk) -> None:
    plan_of_the_desk(desk, grace_seconds=4 * 3600)
    with desk.writing() as (session, directory):
        opening = Opening(draft=draft(desk.user(OWNER)))
        [event] = open_ticket(session, directory, opening=opening, now=desk.clock.now())
    ticket: Ticket = event.ticket  # type: ignore[attr-defined]
    desk.clock.advance(hours=1)
    desk.close(ticket.id)
    later = desk.clock.advance(days=1)
    assert first(posted(desk, ticket, desk.user(OWNER), words=MACHINE)).ticket.due_at != later + timedelta(hours=4)
    events = posted(desk, ticket, desk.user(OWNER))
    assert {event.ticket.due_at for event in events} == {later + timedelta(hours=4)}  # type: ignore[attr-defined]
    assert desk.tickets()[0].due_at == later + timedelta(hours=4)


def test_a_message_lets_a_stopped_clock_go_on(desk: SmallDesk) -> None:
    plan_of_the_desk(desk, grace_seconds=4 * 3600)
    with desk.writing() as (session, directory):
        configuration.set_setting(session, "pause_while_waiting", True, by=SYSTEM, now=desk.clock.now())
        opening = Opening(draft=draft(desk.user(OWNER)))
        [event] = open_ticket(session, directory, opening=opening, now=desk.clock.now())
    ticket: Ticket = event.ticket  # type: ignore[attr-defined]
    desk.clock.advance(hours=1)
    with desk.writing() as (session, directory):
        put_status_of(session, ticket, "waiting")
        sla.replan(session, directory, [ticket.id], now=desk.clock.now())
    assert desk.tickets()[0].due_at is None
    later = desk.clock.advance(days=3)
    posted(desk, ticket, desk.user(OWNER), words=MACHINE)
    assert desk.tickets()[0].due_at is None
    events = posted(desk, ticket, desk.user(OWNER))
    assert names_of(events) == ["message_posted", "ticket_status_changed"]
    assert {event.ticket.due_at for event in events} == {later + timedelta(hours=3)}  # type: ignore[attr-defined]
    assert desk.tickets()[0].due_at == later + timedelta(hours=3)


@pytest.mark.parametrize("status", ["open", "waiting", "closed"])
@pytest.mark.parametrize(
    ("sender", "words"),
    [(OWNER, MACHINE), ("stranger@x.example", None), ("pia@example.com", MACHINE)],
    ids=["automatic", "held", "machine of an agent"],
)
def test_what_changes_no_status(desk: SmallDesk, ticket: Ticket, status: str, sender: str, words: Words | None) -> None:
    put_status(desk, ticket, status)
    desk.clock.advance(hours=1)
    events = posted(desk, ticket, desk.user(sender), words=words)
    assert names_of(events) == ([] if sender == "pia@example.com" else ["message_posted"])
    assert desk.tickets()[0].status.value == status
    assert len(desk.entries(ticket.id)) == 2
    with desk.db.reading() as session:
        touched = session.get_one(TicketRow, ticket.id).updated_at != MONDAY_MORNING
    assert touched is (words is None)


def test_a_message_to_a_merged_ticket_lands_on_the_one_it_lives_on_in(desk: SmallDesk, ticket: Ticket) -> None:
    with desk.writing() as (session, directory):
        opening = Opening(draft=draft(desk.user(OWNER)))
        [event] = open_ticket(session, directory, opening=opening, now=desk.clock.now())
        target: Ticket = event.ticket  # type: ignore[attr-defined]
        merging.point(session, source=ticket.id, target=target.id, now=desk.clock.now())
        assert tickets.find_number(session, ticket.number).merged_into == target.number
        assert tickets.find_living(session, ticket.number).id == target.id
        assert tickets.find_living(session, target.number).id == target.id
    batch = [posting(ticket, desk.user(OWNER), text="to the old"), posting(target, desk.user(OWNER), text="to the new")]
    with desk.writing() as (session, directory):
        acts = post_messages(session, directory, postings=batch, now=desk.clock.now())
    assert [names_of(act) for act in acts] == [["message_posted"]] * 2
    assert [first(act).ticket.number for act in acts] == [target.number] * 2
    assert [entry.text for entry in desk.entries(target.id)[1:]] == ["to the old", "to the new"]
    assert [each.status.value for each in desk.tickets()] == ["closed", "open"]


def test_a_batch_is_posted_in_its_order_and_reopens_once(desk: SmallDesk, ticket: Ticket) -> None:
    with desk.writing() as (session, directory):
        opening = Opening(draft=draft(desk.user("second@x.example")))
        [event] = open_ticket(session, directory, opening=opening, now=desk.clock.now())
    other = event.ticket  # type: ignore[attr-defined]
    desk.close(ticket.id)
    batch = [
        posting(ticket, desk.user("stranger@x.example"), text="held"),
        posting(ticket, desk.user("pia@example.com"), words=MACHINE, text="silent"),
        posting(ticket, desk.user(OWNER), text="reopens"),
        posting(other, desk.user("second@x.example"), text="elsewhere"),
        posting(ticket, desk.user(OWNER), text="again"),
    ]
    later = desk.clock.advance(hours=1)
    with desk.writing() as (session, directory):
        acts = post_messages(session, directory, postings=batch, now=later)
    assert [names_of(act) for act in acts] == [
        ["message_posted"],
        [],
        ["message_posted", "ticket_reopened", "ticket_status_changed"],
        ["message_posted"],
        ["message_posted"],
    ]
    assert [act[0].ticket.status.value for act in acts if act] == ["closed", "open", "open", "open"]  # type: ignore[attr-defined]
    assert [entry.text for entry in desk.entries(ticket.id)[1:]] == ["held", "silent", "reopens", "again"]
    assert [first(act).entry.text for act in acts if act] == ["held", "reopens", "elsewhere", "again"]
    with desk.db.reading() as session:
        rows = [session.get_one(TicketRow, each.id) for each in (ticket, other)]
        assert [(row.status, row.closed_at, row.updated_at) for row in rows] == [("open", None, later)] * 2


def test_an_unknown_ticket_is_named(desk: SmallDesk, ticket: Ticket) -> None:
    unknown = attrs.evolve(posting(ticket, desk.user(OWNER)), ticket_id=ticket.id + 1)
    with pytest.raises(UnknownName), desk.writing() as (session, directory):
        post_message(session, directory, posting=unknown, now=desk.clock.now())
    assert len(desk.entries(ticket.id)) == 1


def test_rfc_13_a_message_names_the_first_mail_of_its_ticket(desk: SmallDesk, ticket: Ticket) -> None:
    owner = desk.user(OWNER)
    # The ticket began without a mail.
    assert first(posted(desk, ticket, owner, words=Words())).references == ()
    assert first(posted(desk, ticket, owner, words=Words(message_id="<first@x>"))).references == ("<first@x>",)
    assert first(posted(desk, ticket, owner, words=Words(message_id="<second@x>"))).references == ("<first@x>",)
    assert first(posted(desk, ticket, owner, words=Words())).references == ("<first@x>",)


def test_rfc_13_each_message_of_a_batch_names_the_first_mail_of_its_own_ticket(desk: SmallDesk, ticket: Ticket) -> None:
    with desk.writing() as (session, directory):
        opening = Opening(draft=draft(desk.user(OWNER)), words=Words(message_id="<other@x>"))
        other = open_ticket(session, directory, opening=opening, now=desk.clock.now())[0]
        assert isinstance(other, TicketCreated)
        postings = [
            posting(other.ticket, desk.user(OWNER), words=Words(message_id="<a@x>")),
            posting(ticket, desk.user(OWNER), words=Words(message_id="<b@x>")),
            posting(ticket, desk.user(OWNER), words=Words()),
        ]
        acts = post_messages(session, directory, postings=postings, now=desk.clock.now())
    assert [first(act).references for act in acts] == [("<other@x>",), ("<b@x>",), ("<b@x>",)]

"""Opening tickets: what is written, what is rung, and who gets them."""

from datetime import timedelta

import attrs
import pytest

from deskbell.core.contract.errors import UnknownName
from deskbell.core.contract.events import Event, Incoming, TicketAssigned, TicketCreated
from deskbell.core.contract.people import ActorKind
from deskbell.core.contract.tickets import Attachment, EntryKind, Mailbox, Origin, Priority, TicketStatus
from deskbell.core.desk.open import open_ticket, open_tickets
from deskbell.core.desk.opening import Opening
from deskbell.core.desk.words import Words
from deskbell.core.store import journal, tickets
from deskbell.core.store.end_users import Person
from deskbell.core.store.rows import TicketRow
from stand_ins.clock import MONDAY_MORNING
from stand_ins.planned_desk import planned_desk
from stand_ins.small_desk import OWNER, SmallDesk, draft, names_of, plan_of_the_desk


def opened(desk: SmallDesk, opening: Opening) -> tuple[Event, ...]:
    with desk.writing() as (session, directory):
        return open_ticket(session, directory, opening=opening, now=desk.clock.now())


def created(events: tuple[Event, ...]) -> TicketCreated:
    assert isinstance(events[0], TicketCreated)
    return events[0]


def test_an_end_users_ticket(desk: SmallDesk) -> None:
    sender = desk.user("Olga@Customer.example", name="Olga", verified=False)
    file = Attachment("a.txt", "text/plain", 1, "0" * 64)
    incoming = Incoming(Mailbox(desk.ids["support mailbox"], "support", "support@example.com"), check="report")
    words = Words(attachments=(file,), message_id="<m@x>", automatic=True)
    opening = Opening(draft=draft(sender, mailbox="support", priority=Priority.URGENT), words=words, incoming=incoming)
    events = opened(desk, opening)
    assert names_of(events) == ["ticket_created"]
    event = created(events)
    assert event.id > 0
    assert (event.at, event.incoming, event.send_notice) == (MONDAY_MORNING, incoming, True)
    assert event.actor == attrs.evolve(sender, id=event.ticket.owner.id)
    assert (event.ticket.number, event.ticket.subject, event.ticket.priority) == ("100001", "Printer", Priority.URGENT)
    assert (event.ticket.owner.name, event.ticket.owner.address) == ("Olga", "Olga@Customer.example")
    assert (event.ticket.department.name, event.ticket.origin) == ("Support", Origin.API)
    assert event.entry is not None
    assert (event.entry.kind, event.entry.text, event.entry.author) == (EntryKind.MESSAGE, "It smokes.", event.actor)
    assert (event.entry.verified, event.entry.automatic, event.entry.held) == (False, True, False)
    assert event.entry.attachments == (file,)


def test_the_event_tells_what_is_read_back(desk: SmallDesk) -> None:
    opening = Opening(draft=draft(desk.user(OWNER), topic="Quotes", agent="sam@example.com", team="Night"))
    event = created(opened(desk, opening))
    with desk.db.reading() as session:
        assert tickets.snapshot(session, event.ticket.id) == event.ticket
        assert tickets.entries(session, event.ticket.id) == (event.entry,)
        assert journal.history(session, event.ticket.id)[0] == event


def test_an_assigned_ticket_rings_both_in_one_act(desk: SmallDesk) -> None:
    events = opened(desk, Opening(draft=draft(desk.user(OWNER), agent="pia@example.com", team="Night")))
    assert names_of(events) == ["ticket_created", "ticket_assigned"]
    assigned = events[1]
    assert isinstance(assigned, TicketAssigned)
    assert assigned.act == events[0].act
    assert assigned.actor == events[0].actor
    assert assigned.at_creation
    assert assigned.agent is not None
    assert assigned.team is not None
    assert (assigned.agent.name, assigned.team.name) == ("Pia", "Night")
    assert (assigned.agent_before, assigned.team_before) == (None, None)
    assert created(events).ticket == assigned.ticket
    assert assigned.ticket.agent == assigned.agent


@pytest.mark.parametrize(
    ("agent", "team", "got_agent", "got_team"),
    [
        ("lea@example.com", "", None, None),
        ("ian@example.com", "", None, None),
        ("", "Absent", None, None),
        ("lea@example.com", "Night", None, "Night"),
        ("pia@example.com", "Absent", "Pia", None),
    ],
)
def test_nobody_who_is_away_is_assigned_automatically(
    desk: SmallDesk, agent: str, team: str, got_agent: str | None, got_team: str | None
) -> None:
    events = opened(desk, Opening(draft=draft(desk.user(OWNER), agent=agent, team=team)))
    ticket = created(events).ticket
    assert (ticket.agent and ticket.agent.name, ticket.team and ticket.team.name) == (got_agent, got_team)
    assert len(events) == (2 if got_agent or got_team else 1)


def test_a_leave_that_is_over_does_not_matter(desk: SmallDesk) -> None:
    desk.clock.advance(days=-2)
    ticket = created(opened(desk, Opening(draft=draft(desk.user(OWNER), agent="lea@example.com")))).ticket
    assert ticket.agent is not None


def test_an_agent_may_choose_somebody_who_is_away(desk: SmallDesk) -> None:
    opening = Opening(
        draft=draft(desk.agent("Pia"), agent="lea@example.com", team="Absent"), owner=Person("O", OWNER), by_hand=True
    )
    ticket = created(opened(desk, opening)).ticket
    assert ticket.agent is not None
    assert ticket.team is not None


def test_an_agents_ticket_holds_the_first_reply(desk: SmallDesk) -> None:
    opening = Opening(draft=draft(desk.agent("Pia")), owner=Person("Olga", OWNER), send_notice=False)
    event = created(opened(desk, opening))
    assert event.actor == desk.agent("Pia")
    assert not event.send_notice
    assert (event.ticket.owner.name, event.ticket.owner.address) == ("Olga", OWNER)
    assert event.entry is not None
    assert (event.entry.kind, event.entry.author) == (EntryKind.REPLY, desk.agent("Pia"))
    assert event.ticket.last_respondent is not None
    assert event.ticket.last_respondent.name == "Pia"


def test_an_agent_may_open_a_ticket_without_a_word(desk: SmallDesk) -> None:
    event = created(opened(desk, Opening(draft=draft(desk.agent("Pia"), text=""), owner=Person("", OWNER))))
    assert event.entry is None
    assert event.ticket.last_respondent is None
    assert desk.entries(event.ticket.id) == ()


def test_a_blank_text_is_no_reply(desk: SmallDesk) -> None:
    event = created(opened(desk, Opening(draft=draft(desk.agent("Pia"), text=" \n"), owner=Person("", OWNER))))
    assert (event.entry, event.ticket.last_respondent) == (None, None)


def test_a_file_of_an_agent_speaks_without_a_word(desk: SmallDesk) -> None:
    file = Attachment("a.txt", "text/plain", 1, "0" * 64)
    words = Words(attachments=(file,))
    opening = Opening(draft=draft(desk.agent("Pia"), text=""), owner=Person("", OWNER), words=words)
    event = created(opened(desk, opening))
    assert event.entry is not None
    assert (event.entry.kind, event.entry.attachments) == (EntryKind.REPLY, (file,))
    assert desk.entries(event.ticket.id) == (event.entry,)
    assert event.ticket.last_respondent is not None


def test_a_ticket_that_begins_with_a_reply_waits_where_tickets_wait(desk: SmallDesk) -> None:
    planned = planned_desk(desk)
    by_agent = {
        text: opened(desk, Opening(draft=draft(desk.agent("Pia"), text=text), owner=Person("", OWNER)))
        for text in ("We looked into it.", "")
    }
    elsewhere = Opening(draft=draft(desk.agent("Sam"), department="Sales"), owner=Person("", OWNER))
    statuses = [created(events).ticket.status for events in (*by_agent.values(), opened(desk, elsewhere))]
    assert statuses == [TicketStatus.WAITING, TicketStatus.OPEN, TicketStatus.OPEN]
    event = created(by_agent["We looked into it."])
    # The clock stands still until the end user answers.
    assert (names_of(by_agent["We looked into it."]), event.ticket.due_at) == (["ticket_created"], None)
    with desk.db.reading() as session:
        assert tickets.snapshot(session, event.ticket.id) == event.ticket
    planned.pass_time(hours=2)
    planned.status(event.ticket.id, "open")
    assert planned.due_at(event.ticket.id) == "Tue 11:00"


def test_an_end_users_ticket_without_a_word_has_an_entry(desk: SmallDesk) -> None:
    assert created(opened(desk, Opening(draft=draft(desk.user(OWNER), text="")))).entry is not None


def test_the_unknown_sender_has_no_address(desk: SmallDesk) -> None:
    event = created(opened(desk, Opening(draft=draft(desk.user("", verified=False)))))
    assert (event.ticket.owner.name, event.ticket.owner.address) == ("unknown", "")
    assert event.actor.kind is ActorKind.END_USER


def test_a_continuing_ticket_links_back_and_rings_no_note(desk: SmallDesk) -> None:
    events = opened(desk, Opening(draft=draft(desk.user(OWNER)), continues="100000"))
    assert names_of(events) == ["ticket_created"]
    message, link = desk.entries(created(events).ticket.id)
    assert message == created(events).entry
    assert (link.kind, link.author.kind) == (EntryKind.NOTE, ActorKind.SYSTEM)
    assert "100000" in link.text


def test_collaborators_are_there_from_the_beginning(desk: SmallDesk) -> None:
    joining = ("second@x.example", "SECOND@x.example", OWNER.upper(), "first@x.example", "")
    opening = Opening(
        draft=draft(desk.agent("Pia")),
        owner=Person("Olga", OWNER),
        collaborators=tuple(Person("", address) for address in joining),
    )
    events = opened(desk, opening)
    assert names_of(events) == ["ticket_created"]
    ticket = created(events).ticket
    assert {(each.user.address, each.active) for each in ticket.collaborators} == {
        ("second@x.example", True),
        ("first@x.example", True),
    }
    with desk.db.reading() as session:
        assert tickets.snapshot(session, ticket.id) == ticket


def test_each_ticket_of_a_batch_has_its_own_collaborators(desk: SmallDesk) -> None:
    openings = [
        Opening(draft=draft(desk.user(OWNER)), collaborators=(Person("", "b@x.example"),)),
        Opening(draft=draft(desk.user("b@x.example"))),
        Opening(draft=draft(desk.user("c@x.example")), collaborators=(Person("", "d@x.example"), Person("", OWNER))),
    ]
    with desk.writing() as (session, directory):
        acts = open_tickets(session, directory, openings=openings, now=desk.clock.now())
    assert [[each.user.address for each in created(act).ticket.collaborators] for act in acts] == [
        ["b@x.example"],
        [],
        [OWNER, "d@x.example"],
    ]
    assert [created(act).ticket for act in acts] == list(desk.tickets())


def test_a_ticket_gets_the_due_date_of_its_plan(desk: SmallDesk) -> None:
    plan_of_the_desk(desk, grace_seconds=4 * 3600)
    event = created(opened(desk, Opening(draft=draft(desk.user(OWNER)))))
    assert event.ticket.due_at == MONDAY_MORNING + timedelta(hours=4)
    with desk.db.reading() as session:
        assert tickets.snapshot(session, event.ticket.id) == event.ticket
        row = session.get_one(TicketRow, event.ticket.id)
        assert (row.sla_used, row.sla_from, row.escalates_from) == (0, MONDAY_MORNING, MONDAY_MORNING)
        assert row.next_look_at is not None


@pytest.mark.parametrize(
    ("verified", "by_agent", "expected"), [(True, False, True), (False, False, False), (True, True, True)]
)
def test_the_row_knows_what_speaks_for_the_ticket(
    desk: SmallDesk, verified: bool, by_agent: bool, expected: bool
) -> None:
    sender = desk.agent("Pia") if by_agent else desk.user(OWNER, verified=verified)
    event = created(opened(desk, Opening(draft=draft(sender), owner=Person("", OWNER) if by_agent else None)))
    with desk.db.reading() as session:
        assert session.get_one(TicketRow, event.ticket.id).verified is expected


def test_a_batch_is_opened_with_few_statements(desk: SmallDesk) -> None:
    openings = [Opening(draft=draft(desk.user(f"u{number}@x.example"))) for number in range(50)]
    openings[7] = Opening(draft=draft(desk.user("u3@x.example"), agent="pia@example.com"))
    with desk.writing() as (session, directory):
        acts = open_tickets(session, directory, openings=openings, now=desk.clock.now())
    assert [created(act).ticket.number for act in acts] == [str(100_001 + place) for place in range(50)]
    assert [len(act) for act in acts] == [2 if place == 7 else 1 for place in range(50)]
    assert created(acts[3]).ticket.owner.id == created(acts[7]).ticket.owner.id
    assert len({act[0].act for act in acts}) == 50
    for place, act in enumerate(acts):
        if place != 7:
            assert created(act).ticket.owner.address == f"u{place}@x.example"


def test_unknown_names_write_nothing(desk: SmallDesk) -> None:
    with pytest.raises(UnknownName, match=r"'Suport'.*Did you mean 'Support'"):
        opened(desk, Opening(draft=draft(desk.user(OWNER), department="Suport")))
    assert desk.tickets() == ()

"""An agent's reply: what it holds, whom it claims the ticket for, what becomes of the status."""

from typing import Any

import pytest

from deskbell.core.contract.drafts import MessageDraft
from deskbell.core.contract.errors import InvalidValue, UnknownName
from deskbell.core.contract.events import Event, ReplyPosted, TicketStatusChanged
from deskbell.core.contract.tickets import Attachment, EntryKind, Origin, Ticket, TicketStatus
from deskbell.core.desk.assign import assign_ticket
from deskbell.core.desk.message import Posting, post_message
from deskbell.core.desk.note import post_note
from deskbell.core.desk.reply import Reply, post_reply
from deskbell.core.desk.status import change_status
from deskbell.core.desk.words import Words
from deskbell.core.store import tickets
from stand_ins.planned_desk import planned_desk
from stand_ins.small_desk import OWNER, SmallDesk, names_of
from stand_ins.ticket_acts import act, change_department, history_of, new_ticket, now_of, row_of

OPEN, WAITING, CLOSED = TicketStatus.OPEN, TicketStatus.WAITING, TicketStatus.CLOSED
FILE = Attachment("toner.pdf", "application/pdf", 3, "ab" * 32)


def replied(desk: SmallDesk, ticket: Ticket, by: str = "Pia", **given: Any) -> tuple[Event, ...]:
    return act(desk, post_reply, ticket, desk.agent(by), reply=Reply(**{"text": "Toner comes.", **given}))


def posted(events: tuple[Event, ...]) -> ReplyPosted:
    assert isinstance(events[0], ReplyPosted)
    return events[0]


def test_a_reply_is_an_entry_and_its_author_the_last_respondent(desk: SmallDesk) -> None:
    ticket = new_ticket(desk)
    events = replied(desk, ticket, words=Words(attachments=(FILE,), untrusted_html="<p>Toner comes.</p>"))
    assert names_of(events) == ["reply_posted"]
    event = posted(events)
    [_, entry] = desk.entries(ticket.id)
    assert event.entry == entry
    assert (entry.kind, entry.author, entry.text) == (EntryKind.REPLY, desk.agent("Pia"), "Toner comes.")
    assert entry.attachments == (FILE,)
    assert (event.actor, event.chosen, event.send_notice) == (desk.agent("Pia"), None, True)
    assert event.ticket == now_of(desk, ticket)
    assert event.ticket.last_respondent is not None
    assert event.ticket.last_respondent.name == "Pia"


def test_the_newest_reply_has_the_last_respondent(desk: SmallDesk) -> None:
    ticket = new_ticket(desk)
    replied(desk, ticket, "Pia")
    last = posted(replied(desk, ticket, "Eva")).ticket.last_respondent
    assert last is not None
    assert last.name == "Eva"


def test_the_agent_may_tick_do_not_send(desk: SmallDesk) -> None:
    assert posted(replied(desk, new_ticket(desk), send_notice=False)).send_notice is False


class TestClaim:
    def test_a_reply_claims_silently(self, desk: SmallDesk) -> None:
        ticket = new_ticket(desk)
        events = replied(desk, ticket, "Eva")
        assert names_of(events) == ["reply_posted"]
        assert posted(events).ticket.agent == posted(events).ticket.last_respondent
        assert history_of(desk, ticket) == ["ticket_created", "reply_posted"]

    def test_a_ticket_of_an_agent_stays_with_that_agent(self, desk: SmallDesk) -> None:
        ticket = new_ticket(desk)
        act(desk, assign_ticket, ticket, desk.agent("Mia"), agent_id=desk.ids["Pia"])
        agent = posted(replied(desk, ticket, "Eva")).ticket.agent
        assert agent is not None
        assert agent.name == "Pia"

    def test_a_team_keeps_the_ticket_beside_the_agent(self, desk: SmallDesk) -> None:
        ticket = new_ticket(desk)
        act(desk, assign_ticket, ticket, desk.agent("Mia"), team_id=desk.ids["Night"])
        after = posted(replied(desk, ticket, "Eva")).ticket
        assert after.agent is not None
        assert after.team is not None
        assert (after.agent.name, after.team.name) == ("Eva", "Night")

    def test_a_department_may_do_without(self, desk: SmallDesk) -> None:
        change_department(desk, "Support", claim_on_reply=False)
        after = posted(replied(desk, new_ticket(desk))).ticket
        assert after.agent is None
        assert after.last_respondent is not None


class TestStatus:
    @pytest.mark.parametrize(
        ("before", "wanted", "after", "rung"),
        [
            (OPEN, None, OPEN, []),
            (OPEN, OPEN, OPEN, []),
            (OPEN, WAITING, WAITING, ["ticket_status_changed"]),
            (OPEN, CLOSED, CLOSED, ["ticket_closed", "ticket_status_changed"]),
            (WAITING, None, WAITING, []),
            (WAITING, OPEN, OPEN, ["ticket_status_changed"]),
            (WAITING, CLOSED, CLOSED, ["ticket_closed", "ticket_status_changed"]),
            (CLOSED, None, CLOSED, []),
            (CLOSED, CLOSED, CLOSED, []),
            (CLOSED, OPEN, OPEN, ["ticket_reopened", "ticket_status_changed"]),
            (CLOSED, WAITING, WAITING, ["ticket_reopened", "ticket_status_changed"]),
        ],
    )
    def test_as_the_agent_wants_it(
        self, desk: SmallDesk, before: TicketStatus, wanted: TicketStatus | None, after: TicketStatus, rung: list[str]
    ) -> None:
        ticket = new_ticket(desk)
        act(desk, change_status, ticket, desk.agent("Mia"), status=before)
        events = replied(desk, ticket, status=wanted)
        assert names_of(events) == ["reply_posted", *rung]
        assert now_of(desk, ticket).status is after
        assert {event.ticket for event in events} == {now_of(desk, ticket)}  # type: ignore[attr-defined]
        assert len({event.act for event in events}) == 1

    @pytest.mark.parametrize(
        ("before", "wanted", "after", "rung"),
        [
            (OPEN, None, WAITING, ["ticket_status_changed"]),
            (OPEN, OPEN, OPEN, []),
            (OPEN, CLOSED, CLOSED, ["ticket_closed", "ticket_status_changed"]),
            (WAITING, None, WAITING, []),
            (CLOSED, None, CLOSED, []),
        ],
    )
    def test_where_a_reply_makes_the_ticket_wait(
        self, desk: SmallDesk, before: TicketStatus, wanted: TicketStatus | None, after: TicketStatus, rung: list[str]
    ) -> None:
        change_department(desk, "Support", pause_while_waiting=True)
        ticket = new_ticket(desk)
        act(desk, change_status, ticket, desk.agent("Mia"), status=before)
        events = replied(desk, ticket, status=wanted)
        assert names_of(events) == ["reply_posted", *rung]
        assert now_of(desk, ticket).status is after

    def test_the_change_names_both(self, desk: SmallDesk) -> None:
        [_, _, change] = replied(desk, new_ticket(desk), status=CLOSED)
        assert isinstance(change, TicketStatusChanged)
        assert (change.before, change.after) == (OPEN, CLOSED)


class TestChosen:
    def test_some_collaborators(self, desk: SmallDesk) -> None:
        ticket = new_ticket(desk)
        desk.join(ticket.id, "bo@customer.example")
        desk.join(ticket.id, "cy@customer.example")
        bo = now_of(desk, ticket).collaborators[0].user.id
        assert posted(replied(desk, ticket, chosen=frozenset({bo}))).chosen == frozenset({bo})

    def test_nobody(self, desk: SmallDesk) -> None:
        assert posted(replied(desk, new_ticket(desk), chosen=frozenset())).chosen == frozenset()

    def test_only_those_who_take_part(self, desk: SmallDesk) -> None:
        ticket = new_ticket(desk)
        with pytest.raises(UnknownName, match="collaborator of ticket 100001"):
            replied(desk, ticket, chosen=frozenset({ticket.owner.id}))
        assert len(desk.entries(ticket.id)) == 1


@pytest.mark.parametrize("text", ["", " \n"])
def test_an_empty_reply_is_refused(desk: SmallDesk, text: str) -> None:
    ticket = new_ticket(desk)
    with pytest.raises(InvalidValue, match="The reply: it has neither text nor attachment"):
        replied(desk, ticket, text=text)
    assert names_of(replied(desk, ticket, text=text, words=Words(attachments=(FILE,)))) == ["reply_posted"]


def test_it_may_come_by_mail(desk: SmallDesk) -> None:
    ticket = new_ticket(desk)
    replied(desk, ticket, origin=Origin.MAIL, words=Words(message_id="<agents@mail.example>"))
    with desk.db.reading() as session:
        found = tickets.ids_by_message_id(session, ["<agents@mail.example>"])
    assert found == {"<agents@mail.example>": ticket.id}


def test_a_reply_ends_the_escalation_and_stops_the_clock_where_the_ticket_waits_then(desk: SmallDesk) -> None:
    planned_desk(desk)
    ticket = new_ticket(desk)
    assert row_of(desk, ticket).escalates_from is not None
    assert now_of(desk, ticket).due_at is not None
    events = replied(desk, ticket)
    assert row_of(desk, ticket).escalates_from is None
    # The events see the due date that the act left: none, while the ticket waits for its end user.
    assert [event.ticket.due_at for event in events] == [None, None]  # type: ignore[attr-defined]
    act(desk, change_status, ticket, desk.agent("Mia"), status=OPEN)
    assert now_of(desk, ticket).due_at is not None
    assert row_of(desk, ticket).escalates_from is None


def test_rfc_13_an_answer_threads_on_end_users_mails_alone(desk: SmallDesk) -> None:
    ticket = new_ticket(desk)
    for number in (1, 2):
        words = Words(message_id=f"<{number}@customer.example>")
        message = MessageDraft(sender=desk.user(OWNER), origin=Origin.MAIL, ticket=ticket.number, text="And now?")
        with desk.writing() as (session, directory):
            post_message(
                session,
                directory,
                posting=Posting(ticket_id=ticket.id, draft=message, words=words),
                now=desk.clock.now(),
            )
    act(desk, post_note, ticket, desk.agent("Eva"), text="Careful.", words=Words(message_id="<note@example.com>"))
    replied(desk, ticket, words=Words(message_id="<reply@example.com>"))
    assert posted(replied(desk, ticket)).references == ("<1@customer.example>", "<2@customer.example>")

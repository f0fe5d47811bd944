"""An agent vouches for a message that was held or unverified."""

import attrs
import pytest

from deskbell.core.contract.drafts import MessageDraft
from deskbell.core.contract.errors import UnknownName
from deskbell.core.contract.events import Event, Incoming, MessagePosted
from deskbell.core.contract.people import Actor
from deskbell.core.contract.tickets import Mailbox, Origin, Ticket, TicketStatus
from deskbell.core.desk.access import MayNotOpen
from deskbell.core.desk.message import Posting, post_message
from deskbell.core.desk.release import release_message
from deskbell.core.desk.status import change_status
from deskbell.core.desk.words import Words
from stand_ins.small_desk import OWNER, SmallDesk, names_of
from stand_ins.ticket_acts import act, history_of, new_ticket, now_of

INCOMING = Incoming(mailbox=Mailbox(1, "support", "support@example.com"), addressed=frozenset({"copy@example.net"}))


def posted(desk: SmallDesk, ticket: Ticket, sender: Actor, *, automatic: bool = False) -> int:
    """The id of a message that this person sent by mail."""
    draft = MessageDraft(sender=sender, origin=Origin.MAIL, ticket=ticket.number, text="More.")
    posting = Posting(ticket_id=ticket.id, draft=draft, incoming=INCOMING, words=Words(automatic=automatic))
    with desk.writing() as (session, directory):
        events = post_message(session, directory, posting=posting, now=desk.clock.now())
    event = events[0]
    assert isinstance(event, MessagePosted)
    return event.entry.id


def released(desk: SmallDesk, ticket: Ticket, entry_id: int, by: str = "Pia") -> tuple[Event, ...]:
    return act(desk, release_message, ticket, desk.agent(by), entry_id=entry_id)


def test_a_held_message_is_vouched_for_once(desk: SmallDesk) -> None:
    ticket = new_ticket(desk)
    entry_id = posted(desk, ticket, desk.user("stan@example.org", name="Stan"))
    [event] = released(desk, ticket, entry_id)
    assert isinstance(event, MessagePosted)
    assert (event.released, event.entry.held, event.entry.verified, event.verified) == (True, False, True, True)
    assert (event.actor, event.entry.author.address) == (desk.agent("Pia"), "stan@example.org")
    assert event.incoming == INCOMING
    assert released(desk, ticket, entry_id) == ()
    assert history_of(desk, ticket) == ["ticket_created", "message_posted", "message_posted"]


def test_an_unverified_message_of_the_owner_is_vouched_for(desk: SmallDesk) -> None:
    ticket = new_ticket(desk)
    entry_id = posted(desk, ticket, attrs.evolve(desk.user(OWNER), verified=False))
    [event] = released(desk, ticket, entry_id)
    assert event.verified


def test_a_verified_message_needs_nobody(desk: SmallDesk) -> None:
    ticket = new_ticket(desk)
    assert released(desk, ticket, posted(desk, ticket, desk.user(OWNER))) == ()


@pytest.mark.parametrize(
    ("automatic", "status", "names"),
    [
        (False, TicketStatus.CLOSED, ["message_posted", "ticket_reopened", "ticket_status_changed"]),
        (False, TicketStatus.WAITING, ["message_posted", "ticket_status_changed"]),
        (True, TicketStatus.CLOSED, ["message_posted"]),
    ],
)
def test_a_held_message_opens_the_ticket_when_it_is_released(
    desk: SmallDesk, automatic: bool, status: TicketStatus, names: list[str]
) -> None:
    ticket = new_ticket(desk)
    act(desk, change_status, ticket, desk.agent("Pia"), status=status)
    entry_id = posted(desk, ticket, desk.user("stan@example.org"), automatic=automatic)
    assert now_of(desk, ticket).status is status
    assert names_of(released(desk, ticket, entry_id)) == names
    assert now_of(desk, ticket).status is (status if automatic else TicketStatus.OPEN)


def test_an_unverified_message_had_its_effect_when_it_came(desk: SmallDesk) -> None:
    ticket = new_ticket(desk)
    entry_id = posted(desk, ticket, attrs.evolve(desk.user(OWNER), verified=False))
    act(desk, change_status, ticket, desk.agent("Pia"), status=TicketStatus.CLOSED)
    assert names_of(released(desk, ticket, entry_id)) == ["message_posted"]
    assert now_of(desk, ticket).status is TicketStatus.CLOSED


def test_only_messages_of_this_ticket_and_only_with_access(desk: SmallDesk) -> None:
    ticket, other = new_ticket(desk), new_ticket(desk)
    entry_id = posted(desk, other, desk.user("stan@example.org"))
    with pytest.raises(UnknownName, match="message of this ticket"):
        released(desk, ticket, entry_id)
    with pytest.raises(MayNotOpen):
        released(desk, other, entry_id, by="Sam")

"""Internal notes: what is rung, and who is told that a note names them."""

from typing import Any

import pytest

from deskbell.core.contract.errors import InvalidValue
from deskbell.core.contract.events import AgentMentioned, Event, NotePosted
from deskbell.core.contract.tickets import Attachment, EntryKind, Ticket
from deskbell.core.desk.note import post_note
from deskbell.core.desk.words import Words
from stand_ins.small_desk import SmallDesk, names_of
from stand_ins.ticket_acts import act, history_of, new_ticket, now_of

FILE = Attachment("log.txt", "text/plain", 3, "cd" * 32)


def noted(desk: SmallDesk, ticket: Ticket, text: str, by: str = "Pia", **given: Any) -> tuple[Event, ...]:
    return act(desk, post_note, ticket, desk.agent(by), text=text, **given)


def test_a_note_changes_nothing_but_the_thread(desk: SmallDesk) -> None:
    ticket = new_ticket(desk)
    events = noted(desk, ticket, "Look behind the shelf.", words=Words(attachments=(FILE,)))
    assert names_of(events) == ["note_posted"]
    [event] = events
    assert isinstance(event, NotePosted)
    [_, entry] = desk.entries(ticket.id)
    assert event.entry == entry
    assert (entry.kind, entry.author, entry.attachments) == (EntryKind.NOTE, desk.agent("Pia"), (FILE,))
    assert now_of(desk, ticket) == ticket
    assert event.ticket == ticket


def test_mentions_are_rung_once_for_each_agent_in_the_same_act(desk: SmallDesk) -> None:
    ticket = new_ticket(desk)
    events = noted(desk, ticket, "@mia and @EVA@example.com: see @Mia. Not you, @nobody.")
    assert names_of(events) == ["note_posted", "agent_mentioned", "agent_mentioned"]
    mentions = [event for event in events if isinstance(event, AgentMentioned)]
    assert [mention.agent.name for mention in mentions] == ["Mia", "Eva"]
    assert {mention.entry for mention in mentions} == {desk.entries(ticket.id)[1]}
    assert len({event.act for event in events}) == 1
    assert history_of(desk, ticket) == ["ticket_created", "note_posted", "agent_mentioned", "agent_mentioned"]


def test_who_names_themself_is_rung_too(desk: SmallDesk) -> None:
    [_, mention] = noted(desk, new_ticket(desk), "A word to @pia", by="Pia")
    assert isinstance(mention, AgentMentioned)
    assert mention.agent.id == mention.actor.id


@pytest.mark.parametrize("text", ["", "\n "])
def test_an_empty_note_is_refused(desk: SmallDesk, text: str) -> None:
    ticket = new_ticket(desk)
    with pytest.raises(InvalidValue, match="The note: it has neither text nor attachment"):
        noted(desk, ticket, text)
    assert names_of(noted(desk, ticket, text, words=Words(attachments=(FILE,)))) == ["note_posted"]

"""The command by which an agent leaves an internal note, and tells the agents whom it mentions."""

from datetime import datetime

from sqlalchemy.orm import Session

from ..contract.errors import InvalidValue
from ..contract.events import AgentMentioned, Event, Incoming, NotePosted
from ..contract.people import Actor
from ..contract.tickets import EntryKind, Origin
from ..store import journal, ticket_changes, tickets
from ..store.directory import Directory
from ..store.ticket_changes import NewEntry
from .acts import Act, agent_id_of, take_up
from .mentions import mentioned
from .opening import as_agent
from .typed import check_text, with_plain_line_ends
from .words import NO_MORE, Words


def post_note(
    session: Session,
    directory: Directory,
    *,
    ticket_id: int,
    actor: Actor,
    text: str,
    words: Words = NO_MORE,
    origin: Origin = Origin.AGENT,
    incoming: Incoming | None = None,
    now: datetime,
) -> tuple[Event, ...]:
    """Append an internal note.

    :param incoming: the mail that it came by, if any.
    :returns: `note_posted`, then `agent_mentioned` for each agent whom it mentions, the author included.
    :raises AgentsOnly: when the actor is no agent.
    :raises InvalidValue: when the note is empty, too long, or holds what no text does.
    :raises MayNotOpen: when the agent may not open the ticket.
    :raises MergedAway: when it was merged into another one.
    :raises UnknownName: when there is no such ticket.
    """
    agent_id_of(actor)
    if not text.strip() and not words.attachments:
        raise InvalidValue("The note", "it has neither text nor attachment", "Write something.")
    text = with_plain_line_ends(text)
    check_text(text, "The text of the note")
    take_up(session, directory, ticket_id=ticket_id, actor=actor, now=now)
    note = _entry(ticket_id, actor, text, words=words, origin=origin, now=now)
    [entry] = ticket_changes.insert_entries(session, [note])
    ticket_changes.touch(session, [ticket_id], now=now)
    after = tickets.snapshot(session, ticket_id)
    act = Act(actor=actor, at=now)
    named = (as_agent(record) for record in mentioned(directory, text))
    return journal.append(
        session,
        [
            NotePosted(**act.on(after), incoming=incoming, entry=entry),
            *(AgentMentioned(**act.on(after), incoming=incoming, agent=agent, entry=entry) for agent in named),
        ],
    )


def _entry(ticket_id: int, actor: Actor, text: str, *, words: Words, origin: Origin, now: datetime) -> NewEntry:
    return NewEntry(
        ticket_id=ticket_id,
        kind=EntryKind.NOTE,
        origin=origin,
        author=actor,
        text=text,
        posted_at=now,
        verified=actor.verified,
        **words.on_entry,
    )

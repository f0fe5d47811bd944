"""The command by which an agent vouches for a message that nobody could verify, so that the other participants hear of it."""

from datetime import datetime

from sqlalchemy.orm import Session

from ..contract.errors import UnknownName
from ..contract.events import Event, Incoming, MessagePosted
from ..contract.people import Actor
from ..contract.tickets import Entry, EntryKind, TicketStatus
from ..store import journal, ticket_updates, tickets
from ..store.directory import Directory
from .acts import Act, take_up
from .status import put_status, status_events


def release_message(
    session: Session, directory: Directory, *, ticket_id: int, entry_id: int, actor: Actor, now: datetime
) -> tuple[Event, ...]:
    """Let the participants of a ticket see a message that is held, or whose sender was not verified.

    A message that was held has had no effect so far: now it opens a closed or waiting ticket, unless a machine wrote it.

    :returns: `message_posted` as released by the actor, then what the change of status rings; nothing when nothing kept it.
    :raises MayNotOpen: when the acting agent may not open the ticket.
    :raises MergedAway: when it was merged into another one.
    :raises UnknownName: when there is no such ticket, or no such message on it.
    """
    before = take_up(session, directory, ticket_id=ticket_id, actor=actor, now=now)
    kept = _message(session, ticket_id, entry_id)
    if kept.verified and not kept.held:
        return ()
    ticket_updates.vouch(session, entry_id)
    if kept.held and not kept.automatic and before.status is not TicketStatus.OPEN:
        put_status(session, directory, before=before, status=TicketStatus.OPEN, now=now)
    after = tickets.snapshot(session, ticket_id)
    entry = _message(session, ticket_id, entry_id)
    act = Act(actor=actor, at=now)
    incoming = _came_by(session, ticket_id, entry_id)
    posted = MessagePosted(
        **act.on(after),
        incoming=incoming,
        entry=entry,
        released=True,
        references=tickets.message_ids(session, ticket_id)[:1],
    )
    return journal.append(session, [posted, *status_events(act, before, after)])


def _message(session: Session, ticket_id: int, entry_id: int) -> Entry:
    messages = {each.id: each for each in tickets.entries(session, ticket_id) if each.kind is EntryKind.MESSAGE}
    if entry_id not in messages:
        raise UnknownName("message of this ticket with the number", str(entry_id), map(str, messages))
    return messages[entry_id]


def _came_by(session: Session, ticket_id: int, entry_id: int) -> Incoming | None:
    """The mail that a message came by: who was on it needs no copy."""
    rung = (event for event in journal.history(session, ticket_id) if isinstance(event, MessagePosted))
    return next((event.incoming for event in rung if event.entry.id == entry_id), None)

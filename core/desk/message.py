"""The command that appends an end user's message to a ticket, and the rule when a closed ticket takes one."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import uuid4

import attrs
from sqlalchemy.orm import Session

from ..contract.addresses import normalise
from ..contract.drafts import MessageDraft
from ..contract.events import Event, Incoming, MessagePosted, TicketReopened, TicketStatusChanged
from ..contract.people import EndUser
from ..contract.tickets import Entry, EntryKind, Ticket, TicketStatus
from ..store import end_users, journal, tickets
from ..store.directory import Directory
from ..store.end_users import Person
from ..store.tickets import NewEntry
from .words import NO_MORE, Words

REOPEN_WINDOW = timedelta(days=30)
"""How long after its closing a message reopens a ticket; later it opens a new one."""


def closed_for_good(session: Session, ticket_ids: Collection[int], *, now: datetime) -> frozenset[int]:
    """Those of the tickets whose reopen window is over: whatever door a message comes by, it opens a new ticket."""
    return tickets.closed_before(session, ticket_ids, now - REOPEN_WINDOW) if ticket_ids else frozenset()


def takes_part(ticket: Ticket, user_id: int) -> bool:
    """Whether the end user is the owner or a collaborator, active or not; all others' messages are held."""
    return user_id == ticket.owner.id or any(user_id == each.user.id for each in ticket.collaborators)


def post_message(
    session: Session,
    directory: Directory,
    *,
    ticket_id: int,
    draft: MessageDraft,
    words: Words = NO_MORE,
    incoming: Incoming | None = None,
    now: datetime,
) -> tuple[Event, ...]:
    """Append a message; answer `message_posted` and, when it reopens the ticket, `ticket_reopened` and its change.

    A message of somebody who takes no part in the ticket is held and reopens nothing, nor does automatic mail. An agent's
    automatic mail is stored and rings nothing (behaviour section 7).

    :param draft: as the plugins left it, checked; its sender is an end user, verified or not.
    :raises UnknownName: when there is no such ticket.
    """
    # People before tickets, here and everywhere: two transactions that lock in different orders wait for each other.
    [author] = end_users.ensure(session, [Person(draft.sender.name, draft.sender.address)], now=now)
    before = tickets.lock(session, ticket_id)
    # Whoever sent a mail without a usable From is nobody's owner, even on a ticket that another such mail opened.
    held = not author.address or not takes_part(before, author.id)
    [entry] = tickets.insert_entries(session, [_entry(before, draft, words, author, held=held, now=now)])
    reopens = before.status is TicketStatus.CLOSED and not held and not words.automatic
    if reopens:
        tickets.reopen(session, ticket_id, now=now)
    elif not words.automatic:
        tickets.touch(session, ticket_id, now=now)
    if words.automatic and draft.sender.address and _is_agent(directory, draft.sender.address):
        return ()
    after = attrs.evolve(before, status=TicketStatus.OPEN) if reopens else before
    return journal.append(session, _events(before, after, entry, incoming, now=now))


def _entry(
    ticket: Ticket, draft: MessageDraft, words: Words, author: EndUser, *, held: bool, now: datetime
) -> NewEntry:
    return NewEntry(
        ticket_id=ticket.id,
        kind=EntryKind.MESSAGE,
        origin=draft.origin,
        author=attrs.evolve(draft.sender, id=author.id),
        text=draft.text,
        untrusted_html=words.untrusted_html,
        posted_at=now,
        verified=draft.sender.verified,
        automatic=words.automatic,
        held=held,
        attachments=words.attachments,
        message_id=words.message_id,
        raw_mail_id=words.raw_mail_id,
    )


def _is_agent(directory: Directory, address: str) -> bool:
    return normalise(address) in directory.agents_by_address


def _events(before: Ticket, after: Ticket, entry: Entry, incoming: Incoming | None, *, now: datetime) -> list[Event]:
    act = uuid4().hex
    events: list[Event] = [
        MessagePosted(id=0, act=act, at=now, actor=entry.author, ticket=after, incoming=incoming, entry=entry)
    ]
    if after.status is not before.status:
        events += [
            TicketReopened(id=0, act=act, at=now, actor=entry.author, ticket=after, incoming=incoming),
            TicketStatusChanged(
                id=0,
                act=act,
                at=now,
                actor=entry.author,
                ticket=after,
                incoming=incoming,
                before=before.status,
                after=after.status,
            ),
        ]
    return events

"""The command that appends end users' messages to tickets, one or a batch, and the rule when a closed ticket takes one."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import uuid4

import attrs
from sqlalchemy.orm import Session

from ..contract.addresses import normalise
from ..contract.drafts import MessageDraft
from ..contract.events import Event, Incoming, MessagePosted, TicketReopened, TicketStatusChanged
from ..contract.people import EndUser
from ..contract.tickets import Entry, EntryKind, Ticket, TicketStatus
from ..store import end_users, journal, ticket_changes, tickets
from ..store.directory import Directory
from ..store.end_users import Person
from ..store.ticket_changes import NewEntry
from .words import NO_MORE, Words

REOPEN_WINDOW = timedelta(days=30)
"""How long after its closing a message reopens a ticket; later it opens a new one."""


def closed_for_good(session: Session, ticket_ids: Collection[int], *, now: datetime) -> frozenset[int]:
    """Those of the tickets whose reopen window is over: whatever door a message comes by, it opens a new ticket."""
    return tickets.closed_before(session, ticket_ids, now - REOPEN_WINDOW) if ticket_ids else frozenset()


def takes_part(ticket: Ticket, user_id: int) -> bool:
    """Whether the end user is the owner or a collaborator, active or not; all others' messages are held."""
    return user_id == ticket.owner.id or any(user_id == each.user.id for each in ticket.collaborators)


@attrs.frozen(kw_only=True)
class Posting:
    """A message that shall be appended to a ticket.

    :param draft: as the plugins left it, checked; its sender is an end user, verified or not.
    :param words: what comes with the draft's text.
    :param incoming: the mail that it is.
    """

    ticket_id: int
    draft: MessageDraft
    words: Words = NO_MORE
    incoming: Incoming | None = None

    @property
    def person(self) -> Person:
        """Who wrote it."""
        return Person(self.draft.sender.name, self.draft.sender.address)


def post_message(session: Session, directory: Directory, *, posting: Posting, now: datetime) -> tuple[Event, ...]:
    """Append one message; answer `message_posted` and, when it reopens the ticket, `ticket_reopened` and its change.

    A message of somebody who takes no part in the ticket is held and reopens nothing, nor does automatic mail. An agent's
    automatic mail is stored and rings nothing (behaviour section 7).

    :raises UnknownName: when there is no such ticket.
    """
    return post_messages(session, directory, postings=[posting], now=now)[0]


def post_messages(
    session: Session, directory: Directory, *, postings: Sequence[Posting], now: datetime
) -> tuple[tuple[Event, ...], ...]:
    """Append many messages with few statements; the events of each, in the order of the postings.

    :raises UnknownName: when there is no such ticket.
    """
    # People before tickets, here and everywhere: two transactions that lock in different orders wait for each other.
    authors = end_users.ensure(session, [posting.person for posting in postings], now=now)
    standing = dict(ticket_changes.lock(session, {posting.ticket_id for posting in postings}))
    written = ticket_changes.insert_entries(
        session,
        [
            _entry(standing[posting.ticket_id], posting, author, now=now)
            for posting, author in zip(postings, authors, strict=True)
        ],
    )
    events: list[Event] = []
    for posting, entry in zip(postings, written, strict=True):
        before = standing[posting.ticket_id]
        after = standing[posting.ticket_id] = _after(before, entry)
        if not _is_machine_of_agent(directory, entry):
            events += _events(before, after, entry, posting.incoming, now=now)
    reopened = {event.ticket.id for event in events if isinstance(event, TicketReopened)}
    spoken = {posting.ticket_id for posting in postings if not posting.words.automatic}
    ticket_changes.reopen(session, reopened, now=now)
    ticket_changes.touch(session, spoken - reopened, now=now)
    by_entry: defaultdict[int, list[Event]] = defaultdict(list)
    act_of = {event.act: event.entry.id for event in events if isinstance(event, MessagePosted)}
    for event in journal.append(session, events):
        by_entry[act_of[event.act]].append(event)
    return tuple(tuple(by_entry[entry.id]) for entry in written)


def _entry(ticket: Ticket, posting: Posting, author: EndUser, *, now: datetime) -> NewEntry:
    draft, words = posting.draft, posting.words
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
        # Whoever sent a mail without a usable From is nobody's owner, even on a ticket that another such mail opened.
        held=not author.address or not takes_part(ticket, author.id),
        attachments=words.attachments,
        message_id=words.message_id,
        raw_mail_id=words.raw_mail_id,
    )


def _after(ticket: Ticket, entry: Entry) -> Ticket:
    """The ticket after the message: open again, unless the message is held or a machine's."""
    if ticket.status is not TicketStatus.CLOSED or entry.held or entry.automatic:
        return ticket
    return attrs.evolve(ticket, status=TicketStatus.OPEN)


def _is_machine_of_agent(directory: Directory, entry: Entry) -> bool:
    address = entry.author.address
    return entry.automatic and bool(address) and normalise(address) in directory.agents_by_address


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

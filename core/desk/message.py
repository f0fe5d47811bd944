"""The command that appends end users' messages to tickets, one or a batch, and the rule when a closed ticket takes one."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import uuid4

import attrs
from sqlalchemy.orm import Session

from ..contract.addresses import normalise
from ..contract.drafts import MessageDraft
from ..contract.events import Event, Incoming, MessagePosted, TicketReopened, TicketStatusChanged
from ..contract.people import EndUser
from ..contract.tickets import Entry, EntryKind, Ticket, TicketStatus
from ..store import end_users, journal, merging, ticket_changes, tickets
from ..store.directory import Directory
from ..store.end_users import Person
from ..store.ticket_changes import NewEntry
from . import sla
from .words import NO_MORE, Words


def closed_for_good(directory: Directory, ticket: Ticket, *, now: datetime) -> bool:
    """Whether the reopen window of a closed ticket is over: whatever door a message comes by, it opens a new ticket."""
    if ticket.status is not TicketStatus.CLOSED:
        return False
    days = directory.policy(ticket.department.id).reopen_days
    return days == 0 or (ticket.closed_at is not None and now - ticket.closed_at > timedelta(days=days))


def takes_part(ticket: Ticket, user_id: int) -> bool:
    """Whether the end user is the owner or a collaborator, active or not; all others' messages are held."""
    return user_id == ticket.owner.id or any(user_id == each.user.id for each in ticket.collaborators)


@attrs.frozen(kw_only=True)
class Posting:
    """A message that shall be appended to a ticket.

    :param draft: as the plugins left it, checked; its sender is an end user, verified or not.
    :param words: what comes with the draft's text.
    :param incoming: the mail that it is.
    :param held: keep it for an agent to release, though its author takes part.
    """

    ticket_id: int
    draft: MessageDraft
    words: Words = NO_MORE
    incoming: Incoming | None = None
    held: bool = False

    @property
    def person(self) -> Person:
        """Who wrote it."""
        return Person(self.draft.sender.name, self.draft.sender.address)


def post_message(session: Session, directory: Directory, *, posting: Posting, now: datetime) -> tuple[Event, ...]:
    """Append one message; answer `message_posted` and, when it reopens the ticket, `ticket_reopened` and its change.

    A ticket that waits for its end user waits no more, which is a change as well. A message of somebody who takes no part in
    the ticket is held and opens nothing, nor does automatic mail. An agent's automatic mail is stored and rings
    nothing. What goes to a ticket that was merged away lands on the one that it lives on in.

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
    places = _locked(session, [posting.ticket_id for posting in postings])
    written = ticket_changes.insert_entries(
        session,
        [
            _entry(ticket, posting, author, now=now)
            for ticket, posting, author in zip(places, postings, authors, strict=True)
        ],
    )
    opening = {ticket.id: ticket for ticket, entry in zip(places, written, strict=True) if _opens(ticket, entry)}
    opened = _open_again(session, directory, opening, now=now)
    spoken = {ticket.id for ticket, entry in zip(places, written, strict=True) if not entry.automatic}
    ticket_changes.touch(session, spoken - opened.keys(), now=now)
    first = tickets.first_message_ids(session, {ticket.id for ticket in places})
    events: list[Event] = []
    standing = {ticket.id: ticket for ticket in places}
    for ticket, posting, entry in zip(places, postings, written, strict=True):
        before = standing[ticket.id]
        after = standing[ticket.id] = opened[ticket.id] if _opens(before, entry) else before
        if not _is_machine_of_agent(directory, entry):
            first_id = first.get(ticket.id)
            references = () if first_id is None else (first_id,)
            events += _events(before, after, entry, posting.incoming, references=references, now=now)
    by_entry: defaultdict[int, list[Event]] = defaultdict(list)
    act_of = {event.act: event.entry.id for event in events if isinstance(event, MessagePosted)}
    for event in journal.append(session, events):
        by_entry[act_of[event.act]].append(event)
    return tuple(tuple(by_entry[entry.id]) for entry in written)


def _locked(session: Session, ticket_ids: Sequence[int]) -> list[Ticket]:
    """The locked ticket for each of the ids; for one that was merged away, the one that it lives on in.

    That is looked up before anything is locked, so that all is locked at once, in the order of the ids. Who merged one of
    them in between has ended by the time that we have its lock, and what it came to is locked as well.
    """
    known = merging.standing(session, frozenset(ticket_ids))
    wanted = frozenset(ticket_ids) | frozenset(known.values())
    found = ticket_changes.lock(session, wanted)
    targets = known
    while any(found[targets.get(ticket_id, ticket_id)].merged_into for ticket_id in ticket_ids):
        targets = merging.standing(session, wanted)
        wanted |= frozenset(targets.values())
        found = ticket_changes.lock(session, wanted)
    return [found[targets.get(ticket_id, ticket_id)] for ticket_id in ticket_ids]


def _opens(ticket: Ticket, entry: Entry) -> bool:
    """Whether a message opens a closed or waiting ticket; what is held or a machine's does not."""
    return ticket.status is not TicketStatus.OPEN and not entry.held and not entry.automatic


def _open_again(
    session: Session, directory: Directory, opening: Mapping[int, Ticket], *, now: datetime
) -> Mapping[int, Ticket]:
    """Open tickets again and let the clocks of their SLA plans follow; answer them as they stand then."""
    if not opening:
        return {}
    ticket_changes.reopen(session, opening.keys(), now=now)
    closed = [ticket_id for ticket_id, ticket in opening.items() if ticket.status is TicketStatus.CLOSED]
    waiting = [ticket_id for ticket_id in opening if ticket_id not in closed]
    if closed:
        sla.restart(session, directory, closed, now=now)
    if waiting:
        sla.replan(session, directory, waiting, now=now)
    return tickets.snapshots(session, opening.keys())


def _entry(ticket: Ticket, posting: Posting, author: EndUser, *, now: datetime) -> NewEntry:
    draft, words = posting.draft, posting.words
    return NewEntry(
        ticket_id=ticket.id,
        kind=EntryKind.MESSAGE,
        origin=draft.origin,
        author=attrs.evolve(draft.sender, id=author.id),
        text=draft.text,
        posted_at=now,
        verified=draft.sender.verified,
        # Whoever sent a mail without a usable From is nobody's owner, even on a ticket that another such mail opened.
        held=posting.held or not author.address or not takes_part(ticket, author.id),
        **words.on_entry,
    )


def _is_machine_of_agent(directory: Directory, entry: Entry) -> bool:
    address = entry.author.address
    return entry.automatic and bool(address) and normalise(address) in directory.agents_by_address


def _events(
    before: Ticket,
    after: Ticket,
    entry: Entry,
    incoming: Incoming | None,
    *,
    references: tuple[str, ...],
    now: datetime,
) -> list[Event]:
    act = uuid4().hex
    events: list[Event] = [
        MessagePosted(
            id=0,
            act=act,
            at=now,
            actor=entry.author,
            ticket=after,
            incoming=incoming,
            entry=entry,
            references=references,
        )
    ]
    if before.status is TicketStatus.CLOSED and after.status is not before.status:
        events.append(TicketReopened(id=0, act=act, at=now, actor=entry.author, ticket=after, incoming=incoming))
    if after.status is not before.status:
        events.append(
            TicketStatusChanged(
                id=0,
                act=act,
                at=now,
                actor=entry.author,
                ticket=after,
                incoming=incoming,
                before=before.status,
                after=after.status,
            )
        )
    return events

"""The command that opens tickets, one or a batch: all rows and events of an act in the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from uuid import uuid4

import attrs
from sqlalchemy.orm import Session

from ..contract.events import Event, TicketAssigned, TicketCreated
from ..contract.people import SYSTEM, Actor, EndUser
from ..contract.tickets import Entry, EntryKind, Ticket, TicketStatus
from ..store import end_users, journal, ticket_changes
from ..store.directory import Directory
from ..store.ticket_changes import NewEntry, NewTicket
from .opening import Opening, Place, as_agent, place_of


def open_ticket(session: Session, directory: Directory, *, opening: Opening, now: datetime) -> tuple[Event, ...]:
    """Open one ticket; answer the events as they were written.

    `ticket_created` carries the first message or the agent's first reply; `ticket_assigned` follows when an agent or a team
    got the ticket.

    :raises UnknownName: when the draft names what the desk does not know.
    """
    return open_tickets(session, directory, openings=[opening], now=now)[0]


def open_tickets(
    session: Session, directory: Directory, *, openings: Sequence[Opening], now: datetime
) -> tuple[tuple[Event, ...], ...]:
    """Open many tickets with few statements; the events of each, in the order of the openings.

    :raises UnknownName: when a draft names what the desk does not know.
    """
    places = [place_of(directory, opening=opening, now=now) for opening in openings]
    owners = end_users.ensure(session, [opening.person for opening in openings], now=now)
    numbers = ticket_changes.next_numbers(session, len(openings))
    new = [
        _new_ticket(opening, place, owner, number, now=now)
        for opening, place, owner, number in zip(openings, places, owners, numbers, strict=True)
    ]
    ids = ticket_changes.insert_tickets(session, new)
    snapshots = [
        _snapshot(ticket_id, ticket, place, owner, directory=directory)
        for ticket_id, ticket, place, owner in zip(ids, new, places, owners, strict=True)
    ]
    entries = _write_entries(session, openings, snapshots, now=now)
    events = [
        event
        for opening, ticket, entry in zip(openings, snapshots, entries, strict=True)
        for event in _events(opening, ticket, entry, now=now)
    ]
    written = journal.append(session, events)
    return tuple(tuple(act) for _, act in groupby(written, key=lambda event: event.act))


def _new_ticket(opening: Opening, place: Place, owner: EndUser, number: str, *, now: datetime) -> NewTicket:
    answered = opening.by_agent and bool(opening.draft.text)
    return NewTicket(
        number=number,
        subject=opening.draft.subject,
        priority=opening.draft.priority,
        origin=opening.draft.origin,
        owner_id=owner.id,
        owner_address=owner.address,
        department_id=place.department.id,
        topic_id=place.topic.id if place.topic else None,
        agent_id=place.agent.id if place.agent else None,
        team_id=place.team.id if place.team else None,
        last_respondent_id=opening.draft.sender.id if answered else None,
        mailbox_id=place.mailbox_id,
        created_at=now,
    )


def _snapshot(ticket_id: int, new: NewTicket, place: Place, owner: EndUser, *, directory: Directory) -> Ticket:
    """The ticket as it would be read back, without reading it."""
    respondent = directory.agents.get(new.last_respondent_id) if new.last_respondent_id is not None else None
    return Ticket(
        id=ticket_id,
        number=new.number,
        subject=new.subject,
        status=TicketStatus.OPEN,
        priority=new.priority,
        origin=new.origin,
        owner=owner,
        department=place.department,
        created_at=new.created_at,
        topic=place.topic,
        agent=place.agent,
        team=place.team,
        last_respondent=as_agent(respondent) if respondent else None,
    )


def _write_entries(
    session: Session, openings: Sequence[Opening], snapshots: Sequence[Ticket], *, now: datetime
) -> list[Entry | None]:
    """The first entry of each ticket; an agent may open one without a word. Links to former tickets are written too."""
    pairs = list(zip(openings, snapshots, strict=True))
    speaking = [(opening, ticket) for opening, ticket in pairs if not opening.by_agent or opening.draft.text]
    links = [_link(opening, ticket, now=now) for opening, ticket in pairs if opening.continues]
    first = [_first_entry(opening, ticket, now=now) for opening, ticket in speaking]
    written = ticket_changes.insert_entries(session, [*first, *links])
    by_ticket = {ticket.id: entry for (_, ticket), entry in zip(speaking, written, strict=False)}
    return [by_ticket.get(ticket.id) for ticket in snapshots]


def _first_entry(opening: Opening, ticket: Ticket, *, now: datetime) -> NewEntry:
    draft, words = opening.draft, opening.words
    return NewEntry(
        ticket_id=ticket.id,
        kind=EntryKind.REPLY if opening.by_agent else EntryKind.MESSAGE,
        origin=draft.origin,
        author=_actor(opening, ticket),
        text=draft.text,
        untrusted_html=words.untrusted_html,
        posted_at=now,
        verified=draft.sender.verified,
        automatic=words.automatic,
        attachments=words.attachments,
        message_id=words.message_id,
        raw_mail_id=words.raw_mail_id,
    )


def _link(opening: Opening, ticket: Ticket, *, now: datetime) -> NewEntry:
    text = f"This ticket continues ticket {opening.continues}, which had been closed for too long to be reopened."
    return NewEntry(
        ticket_id=ticket.id, kind=EntryKind.NOTE, origin=ticket.origin, author=SYSTEM, text=text, posted_at=now
    )


def _actor(opening: Opening, ticket: Ticket) -> Actor:
    sender = opening.draft.sender
    return sender if opening.by_agent else attrs.evolve(sender, id=ticket.owner.id)


def _events(opening: Opening, ticket: Ticket, entry: Entry | None, *, now: datetime) -> list[Event]:
    actor = _actor(opening, ticket)
    act = uuid4().hex
    events: list[Event] = [
        TicketCreated(
            id=0,
            act=act,
            at=now,
            actor=actor,
            ticket=ticket,
            incoming=opening.incoming,
            entry=entry,
            send_notice=opening.send_notice,
        )
    ]
    if ticket.agent or ticket.team:
        events.append(
            TicketAssigned(
                id=0,
                act=act,
                at=now,
                actor=actor,
                ticket=ticket,
                incoming=opening.incoming,
                agent=ticket.agent,
                team=ticket.team,
                at_creation=True,
            )
        )
    return events

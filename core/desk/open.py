"""The command that opens tickets, one or a batch: all rows and events of an act in the caller's transaction."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session

from ..contract.drafts import TicketDraft
from ..contract.events import Event, TicketAssigned, TicketCreated, TicketLimitReached
from ..contract.people import SYSTEM
from ..contract.tickets import Entry, EntryKind, Ticket, TicketStatus
from ..store import journal, ticket_changes, tickets
from ..store.directory import Directory
from ..store.ticket_changes import NewEntry, NewTicket
from . import sla
from .limits import OVERLIMIT, Standing, stand
from .opening import Opening, Place, as_agent
from .refuse import refusal
from .wanted import Wanted, actor_of, look_up


def open_ticket(session: Session, directory: Directory, *, opening: Opening, now: datetime) -> tuple[Event, ...]:
    """Open one ticket; answer the events as they were written.

    `ticket_created` carries the first message or the agent's first reply; `ticket_assigned` follows when an agent or a team
    got the ticket, `ticket_limit_reached` when its owner now has as many open ones as the department allows. An end user who
    had them before gets none: the act is one `ticket_refused`.

    :raises UnknownName: when the draft names what the desk does not know.
    """
    return open_tickets(session, directory, openings=[opening], now=now)[0]


def open_tickets(
    session: Session, directory: Directory, *, openings: Sequence[Opening], now: datetime
) -> tuple[tuple[Event, ...], ...]:
    """Open many tickets with few statements; the events of each, in the order of the openings.

    An end user who has as many open tickets as the department allows gets no more: the act is one `ticket_refused`.

    :raises UnknownName: when a draft names what the desk does not know.
    """
    wanted = look_up(session, directory, openings, now=now)
    # While this transaction has the numbers nobody else opens tickets: the limits count what there is.
    numbers = ticket_changes.next_numbers(session, len(wanted))
    standings = stand(session, directory, [each.attempt for each in wanted])
    admitted = [each for each, standing in zip(wanted, standings, strict=True) if not standing.refused]
    if len(admitted) < len(wanted):
        ticket_changes.give_back_numbers(session, len(wanted) - len(admitted))
    timings = _timings(directory, [each.place for each in admitted], now=now)
    new = [
        _new_ticket(directory, each, number, timings[each.place.department.id, each.place.topic_id], now=now)
        for each, number in zip(admitted, numbers, strict=False)
    ]
    opened = iter(_write(session, directory, admitted, new, now=now))
    events = [
        event
        for each, standing in zip(wanted, standings, strict=True)
        for event in (
            [_refused(each, now=now)] if standing.refused else _events(each.opening, *next(opened), standing, now=now)
        )
    ]
    written = journal.append(session, events)
    return tuple(tuple(act) for _, act in groupby(written, key=lambda event: event.act))


def _write(
    session: Session, directory: Directory, wanted: Sequence[Wanted], new: Sequence[NewTicket], *, now: datetime
) -> list[tuple[Ticket, Entry | None]]:
    """Write tickets with their collaborators and first entries."""
    ids = ticket_changes.insert_tickets(session, new)
    snapshots = [
        _snapshot(ticket_id, ticket, each, directory=directory)
        for ticket_id, ticket, each in zip(ids, new, wanted, strict=True)
    ]
    ticket_changes.insert_collaborators(
        session, {ticket.id: ticket.collaborators for ticket in snapshots if ticket.collaborators}, now=now
    )
    snapshots = _with_clocks_stopped(session, directory, snapshots, now=now)
    entries = _write_entries(session, [each.opening for each in wanted], snapshots, now=now)
    return list(zip(snapshots, entries, strict=True))


def _with_clocks_stopped(
    session: Session, directory: Directory, snapshots: Sequence[Ticket], *, now: datetime
) -> list[Ticket]:
    """The tickets as they stand when the clocks of those that wait already were stopped."""
    waiting = [ticket.id for ticket in snapshots if ticket.status is TicketStatus.WAITING]
    if not waiting:
        return list(snapshots)
    sla.replan(session, directory, waiting, now=now)
    stopped = tickets.snapshots(session, waiting)
    return [stopped.get(ticket.id, ticket) for ticket in snapshots]


def _timings(
    directory: Directory, places: Collection[Place], *, now: datetime
) -> Mapping[tuple[int, int | None], sla.Timing]:
    """What the SLA plan of each department and topic comes to now: worked out once, however many tickets go there."""
    return {
        (department_id, topic_id): sla.begin(directory, department_id=department_id, topic_id=topic_id, now=now)
        for department_id, topic_id in {(place.department.id, place.topic_id) for place in places}
    }


def _new_ticket(directory: Directory, wanted: Wanted, number: str, timing: sla.Timing, *, now: datetime) -> NewTicket:
    """The row; a ticket that begins with an agent's reply waits where one would wait after any other reply."""
    opening, place, owner = wanted.opening, wanted.place, wanted.owner
    answered = opening.by_agent and opening.speaks
    waits = answered and directory.policy(place.department.id).pause_while_waiting
    return NewTicket(
        number=number,
        status=TicketStatus.WAITING if waits else TicketStatus.OPEN,
        subject=opening.draft.subject,
        priority=opening.draft.priority,
        origin=opening.draft.origin,
        owner_id=owner.id,
        owner_address=owner.address,
        department_id=place.department.id,
        topic_id=place.topic_id,
        agent_id=place.agent.id if place.agent else None,
        team_id=place.team.id if place.team else None,
        last_respondent_id=opening.draft.sender.id if answered else None,
        mailbox_id=place.mailbox_id,
        created_at=now,
        verified=wanted.verified,
        sla_plan_id=timing.sla_plan_id,
        sla_from=timing.sla_from,
        sla_used=timing.sla_used,
        due_at=timing.due_at,
        escalates_from=None if answered else timing.escalates_from,
        next_look_at=timing.next_look_at,
    )


def _snapshot(ticket_id: int, new: NewTicket, wanted: Wanted, *, directory: Directory) -> Ticket:
    """The ticket as it would be read back, without reading it."""
    place = wanted.place
    respondent = directory.agents.get(new.last_respondent_id) if new.last_respondent_id is not None else None
    return Ticket(
        id=ticket_id,
        number=new.number,
        subject=new.subject,
        status=new.status,
        priority=new.priority,
        origin=new.origin,
        owner=wanted.owner,
        department=place.department,
        created_at=new.created_at,
        topic=place.topic,
        agent=place.agent,
        team=place.team,
        last_respondent=as_agent(respondent) if respondent else None,
        collaborators=wanted.collaborators,
        due_at=new.due_at,
    )


def _write_entries(
    session: Session, openings: Sequence[Opening], snapshots: Sequence[Ticket], *, now: datetime
) -> list[Entry | None]:
    """The first entry of each ticket; an agent may open one without a word. Links to former tickets are written too."""
    pairs = list(zip(openings, snapshots, strict=True))
    speaking = [(opening, ticket) for opening, ticket in pairs if not opening.by_agent or opening.speaks]
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
        author=actor_of(opening, ticket.owner),
        text=draft.text,
        posted_at=now,
        verified=draft.sender.verified,
        **words.on_entry,
    )


def _link(opening: Opening, ticket: Ticket, *, now: datetime) -> NewEntry:
    text = f"This ticket continues ticket {opening.continues}, which had been closed for too long to be reopened."
    return NewEntry(
        ticket_id=ticket.id, kind=EntryKind.NOTE, origin=ticket.origin, author=SYSTEM, text=text, posted_at=now
    )


def _refused(wanted: Wanted, *, now: datetime) -> Event:
    opening, owner = wanted.opening, wanted.owner
    return refusal(
        opening.draft,
        person=owner,
        actor=actor_of(opening, owner),
        department=wanted.place.department,
        topic=wanted.place.topic,
        reason=OVERLIMIT,
        raw_mail_id=opening.words.raw_mail_id,
        incoming=opening.incoming,
        now=now,
    )


def _events(opening: Opening, ticket: Ticket, entry: Entry | None, standing: Standing, *, now: datetime) -> list[Event]:
    common: dict[str, Any] = {
        "id": 0,
        "act": uuid4().hex,
        "at": now,
        "actor": actor_of(opening, ticket.owner),
        "ticket": ticket,
        "incoming": opening.incoming,
    }
    events: list[Event] = [_created(common, opening, ticket, entry)]
    if ticket.agent or ticket.team:
        events.append(TicketAssigned(**common, agent=ticket.agent, team=ticket.team, at_creation=True, entry=entry))
    if standing.reached:
        events.append(TicketLimitReached(**common, limit=standing.limit, open_tickets=standing.open_tickets))
    return events


def _created(common: dict[str, Any], opening: Opening, ticket: Ticket, entry: Entry | None) -> TicketCreated:
    draft = opening.draft
    return TicketCreated(
        **common,
        entry=entry,
        send_notice=opening.send_notice,
        answer=draft.answer,
        autoresponse=draft.autoresponse,
        applied=(*draft.applied, *_unassigned(draft, ticket)) if draft.applied else (),
    )


def _unassigned(draft: TicketDraft, ticket: Ticket) -> Iterator[str]:
    """A line for whoever was to get the ticket and is away, so that nobody takes the line of a rule for what came of it."""
    if draft.agent and ticket.agent is None:
        yield f"not assigned to {draft.agent}, who is not available"
    if draft.team and ticket.team is None:
        yield f"not assigned to team {draft.team}, of which nobody is available"

"""The command that closes, reopens, or lets a ticket wait, and what a change of status brings with it in any act."""

from datetime import datetime

from sqlalchemy.orm import Session

from ..contract.events import Event, TicketClosed, TicketReopened, TicketStatusChanged
from ..contract.people import Actor
from ..contract.tickets import Ticket, TicketStatus
from ..store import journal, ticket_updates, tickets
from ..store.directory import Directory
from . import sla
from .acts import Act, take_up


def change_status(
    session: Session, directory: Directory, *, ticket_id: int, actor: Actor, status: TicketStatus, now: datetime
) -> tuple[Event, ...]:
    """Give a ticket another status.

    :returns: `ticket_closed` or `ticket_reopened` where it applies, then `ticket_status_changed`; nothing when the ticket
        has the status already.
    :raises MayNotOpen: when the acting agent may not open the ticket.
    :raises MergedAway: when it was merged into another one.
    :raises UnknownName: when there is no such ticket.
    """
    before = take_up(session, directory, ticket_id=ticket_id, actor=actor, now=now)
    if before.status is status:
        return ()
    put_status(session, directory, before=before, status=status, now=now)
    after = tickets.snapshot(session, ticket_id)
    return journal.append(session, status_events(Act(actor=actor, at=now), before, after))


def put_status(session: Session, directory: Directory, *, before: Ticket, status: TicketStatus, now: datetime) -> None:
    """Write down a status that is another one than before, and let the clocks of the SLA plan follow it.

    :param before: the locked ticket.
    """
    ticket_updates.set_status(session, before.id, status, now=now)
    if before.status is TicketStatus.CLOSED:
        sla.restart(session, directory, [before.id], now=now)
    else:
        sla.replan(session, directory, [before.id], now=now)


def status_events(act: Act, before: Ticket, after: Ticket) -> list[Event]:
    """What an act rings about the status, if it changed it."""
    if before.status is after.status:
        return []
    events: list[Event] = []
    if after.status is TicketStatus.CLOSED:
        events.append(TicketClosed(**act.on(after)))
    elif before.status is TicketStatus.CLOSED:
        events.append(TicketReopened(**act.on(after)))
    return [*events, TicketStatusChanged(**act.on(after), before=before.status, after=after.status)]

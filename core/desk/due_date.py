"""The command that sets the due date of a ticket by hand, or takes it off again."""

from datetime import datetime

from sqlalchemy.orm import Session

from ..contract.errors import InvalidValue
from ..contract.events import DueDateChanged, Event
from ..contract.people import Actor
from ..contract.tickets import TicketStatus
from ..store import journal, ticket_changes, tickets
from ..store.directory import Directory
from . import sla
from .acts import Act, take_up
from .sla.calendar import FURTHEST


def set_due_date(
    session: Session, directory: Directory, *, ticket_id: int, at: datetime | None, actor: Actor, now: datetime
) -> tuple[Event, ...]:
    """Set the manual due date of a ticket; None takes it off. The due date is the earlier of it and that of the SLA plan.

    :returns: `due_date_changed` with the due date before and after; nothing when that stays the same.
    :raises MayNotOpen: when the acting agent may not open the ticket.
    :raises MergedAway: when it was merged into another one.
    :raises UnknownName: when there is no such ticket.
    :raises InvalidValue: when the ticket is closed, or the date has passed or is a century away.
    """
    ticket = take_up(session, directory, ticket_id=ticket_id, actor=actor, now=now)
    where = f"the due date of ticket {ticket.number}"
    if ticket.status is TicketStatus.CLOSED:
        raise InvalidValue(where, "the ticket is closed", "Reopen it first.")
    if at is not None and at <= now:
        raise InvalidValue(where, f"{at.isoformat()} has passed", "Name a moment that is still to come.")
    if at is not None and at - now > FURTHEST:
        raise InvalidValue(where, f"{at.isoformat()} is more than a century away", "Name an earlier one.")
    before, after = sla.set_due_date(session, directory, ticket_id, at=at)
    if before == after:
        return ()
    ticket_changes.touch(session, [ticket_id], now=now)
    changed = Act(actor=actor, at=now).on(tickets.snapshot(session, ticket_id))
    return journal.append(session, [DueDateChanged(**changed, before=before, after=after)])

"""The command that gives a ticket another priority."""

from datetime import datetime

from sqlalchemy.orm import Session

from ..contract.events import Event, PriorityChanged
from ..contract.people import Actor
from ..contract.tickets import Priority
from ..store import journal, ticket_updates, tickets
from ..store.directory import Directory
from .acts import Act, take_up


def change_priority(
    session: Session, directory: Directory, *, ticket_id: int, actor: Actor, priority: Priority, now: datetime
) -> tuple[Event, ...]:
    """Give a ticket another priority.

    :returns: `priority_changed`, or nothing when the ticket has it already.
    :raises MayNotOpen: when the acting agent may not open the ticket.
    :raises MergedAway: when it was merged into another one.
    :raises UnknownName: when there is no such ticket.
    """
    before = take_up(session, directory, ticket_id=ticket_id, actor=actor, now=now)
    if before.priority is priority:
        return ()
    ticket_updates.set_priority(session, ticket_id, priority, now=now)
    after = tickets.snapshot(session, ticket_id)
    changed = PriorityChanged(**Act(actor=actor, at=now).on(after), before=before.priority, after=after.priority)
    return journal.append(session, [changed])

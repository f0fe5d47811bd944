"""Due dates: set by hand, and watched as time passes."""

from collections.abc import Sequence
from datetime import datetime

from ..contract.events import Event
from ..contract.people import SYSTEM
from ..desk.due_date import set_due_date as set_in_transaction
from ..desk.sla.sweep import DueSweep
from ..store import tickets
from .acting import agent_actor
from .opening import Desk


def set_due_date(desk: Desk, number: str, *, at: datetime | None, by: str | None) -> Sequence[Event]:
    """Set the manual due date of a ticket, None for none, and ring it; nothing is answered when the due date stays.

    :param by: the address of the acting agent; None for the administrator at the keyboard.
    :raises DeskbellError: when a name is unknown, the agent may not open the ticket, or it can have no such date.
    """
    with desk.db.writing() as session:
        directory = desk.db.directory(session)
        events = set_in_transaction(
            session,
            directory,
            ticket_id=tickets.find_number(session, number).id,
            at=at,
            actor=SYSTEM if by is None else agent_actor(directory, by),
            now=desk.clock.now(),
        )
    desk.ring(events)
    return events


def due_at(desk: Desk, number: str) -> datetime | None:
    """The due date of a ticket.

    :raises UnknownName: when there is no such ticket.
    """
    with desk.db.reading() as session:
        return tickets.find_number(session, number).due_at


def look(desk: Desk) -> int:
    """Ring the due-soon, overdue and escalation events that have come by now; answer how many there were.

    :raises DatabaseUnavailable: when the database is away.
    """
    return DueSweep(desk.db, clock=desk.clock, faults=desk.watch).run(on_events=desk.ring)

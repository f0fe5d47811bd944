"""The command that moves a ticket to another department."""

from datetime import datetime

from sqlalchemy.orm import Session

from ..contract.errors import UnknownName
from ..contract.events import Event, TicketTransferred
from ..contract.people import Actor
from ..store import journal, ticket_updates, tickets
from ..store.directory import Directory
from . import sla
from .acts import Act, take_up
from .typed import check_text, with_plain_line_ends


def transfer_ticket(
    session: Session,
    directory: Directory,
    *,
    ticket_id: int,
    actor: Actor,
    department_id: int,
    comment: str = "",
    now: datetime,
) -> tuple[Event, ...]:
    """Move a ticket to another department; agent, team and collaborators stay.

    :param comment: goes with the event; no note is written.
    :returns: `ticket_transferred`, or nothing when the ticket is there already.
    :raises InvalidValue: when the comment holds what no text does.
    :raises MayNotOpen: when the acting agent may not open the ticket where it is; the target does not matter.
    :raises MergedAway: when it was merged into another one.
    :raises UnknownName: when there is no such ticket or department.
    """
    comment = with_plain_line_ends(comment)
    check_text(comment, "The comment")
    before = take_up(session, directory, ticket_id=ticket_id, actor=actor, now=now)
    if department_id not in directory.departments:
        raise UnknownName("department with the id", str(department_id))
    if before.department.id == department_id:
        return ()
    ticket_updates.set_department(session, ticket_id, department_id, now=now)
    sla.replan(session, directory, [ticket_id], now=now)
    after = tickets.snapshot(session, ticket_id)
    moved = TicketTransferred(
        **Act(actor=actor, at=now).on(after), before=before.department, after=after.department, comment=comment
    )
    return journal.append(session, [moved])

"""The command that folds one ticket into another."""

from datetime import datetime

from sqlalchemy.orm import Session

from ..contract.errors import DeskbellError
from ..contract.events import Event, TicketMerged
from ..contract.people import Actor
from ..contract.tickets import Ticket
from ..store import journal, merging, participants, ticket_updates, tickets
from ..store.directory import Directory
from . import sla
from .acts import Act, take_up_all
from .status import status_events


class CannotMerge(DeskbellError, ValueError):
    """A ticket shall be merged into itself."""

    def __init__(self, ticket: Ticket) -> None:
        super().__init__(f"Ticket {ticket.number} cannot be merged into itself: name two tickets.")


def merge_tickets(
    session: Session, directory: Directory, *, source_id: int, target_id: int, actor: Actor, now: datetime
) -> tuple[Event, ...]:
    """Fold the source into the target: thread, collaborators and watchers move there, and the source is closed.

    The owner of the source becomes an active collaborator of the target. The history of the source stays with it; later
    mail to it lands on the target.

    :returns: `ticket_merged` on the target, then what the closing of the source rings, if it was open.
    :raises CannotMerge: when both are the same ticket.
    :raises MayNotOpen: when the acting agent may not open both.
    :raises MergedAway: when one of them was merged already.
    :raises UnknownName: when there is no such ticket.
    """
    found = take_up_all(session, directory, ticket_ids=(target_id, source_id), actor=actor, now=now)
    source, target = found[source_id], found[target_id]
    if source_id == target_id:
        raise CannotMerge(target)
    _fold(session, source, target, now=now)
    # One ticket may come off its clocks and the other may have another last respondent: both are looked at anew.
    sla.replan(session, directory, [source_id, target_id], now=now)
    after = tickets.snapshots(session, [source_id, target_id])
    act = Act(actor=actor, at=now)
    merged = TicketMerged(**act.on(after[target_id]), merged=after[source_id])
    return journal.append(session, [merged, *status_events(act, source, after[source_id])])


def _fold(session: Session, source: Ticket, target: Ticket, *, now: datetime) -> None:
    merging.move_entries(session, source=source.id, target=target.id)
    merging.move_collaborators(session, source=source.id, target=target.id, but=target.owner.id)
    merging.move_watchers(session, source=source.id, target=target.id)
    _welcome_owner(session, source, target, now=now)
    respondent = ticket_updates.find_last_respondent(session, target.id)
    if respondent is not None:
        ticket_updates.set_last_respondent(session, target.id, respondent, now=now)
    merging.point(session, source=source.id, target=target.id, now=now)


def _welcome_owner(session: Session, source: Ticket, target: Ticket, *, now: datetime) -> None:
    """Let the owner of the source take part in the target; whom no mail can reach takes part in nothing."""
    owner = source.owner
    if owner.id == target.owner.id or not owner.address:
        return
    if any(each.user.id == owner.id for each in target.collaborators):
        participants.set_collaborator_active(session, target.id, owner.id, active=True)
    else:
        participants.add_collaborator(session, target.id, owner, now=now)

"""The command that folds one ticket into another."""

from datetime import datetime

from sqlalchemy.orm import Session

from ..contract.errors import DeskbellError
from ..contract.events import Event, TicketMerged
from ..contract.people import Actor
from ..contract.tickets import Ticket, TicketStatus
from ..store import journal, merging, participants, ticket_changes, ticket_updates, tickets
from ..store.directory import Directory
from . import sla
from .acts import Act, take_up_all
from .status import put_status, status_events

_LIVELIEST = (TicketStatus.OPEN, TicketStatus.WAITING, TicketStatus.CLOSED)


class CannotMerge(DeskbellError, ValueError):
    """A ticket shall be merged into itself."""

    def __init__(self, ticket: Ticket) -> None:
        super().__init__(f"Ticket {ticket.number} cannot be merged into itself: name two tickets.")


def merge_tickets(
    session: Session, directory: Directory, *, source_id: int, target_id: int, actor: Actor, now: datetime
) -> tuple[Event, ...]:
    """Fold the source into the target: thread, collaborators and watchers move there, and the source is closed.

    The owner of the source becomes an active collaborator of the target. The history of the source stays with it; later
    mail to it lands on the target. A closed target is reopened when the source was not closed, and one that waits is open
    when the source was. The manual due date of such a source is the target's from now on, if that has none.

    :returns: `ticket_merged` on the target, then what the closing of the source rings, then what the change of the target
        rings, where there was one.
    :raises CannotMerge: when both are the same ticket.
    :raises MayNotOpen: when the acting agent may not open both.
    :raises MergedAway: when one of them was merged already.
    :raises UnknownName: when there is no such ticket.
    """
    _lock(session, source_id, target_id)
    found = take_up_all(session, directory, ticket_ids=(target_id, source_id), actor=actor, now=now)
    source, target = found[source_id], found[target_id]
    if source_id == target_id:
        raise CannotMerge(target)
    _fold(session, source, target, now=now)
    _keep_due_date(session, directory, source, target)
    # The source is closed now: it becomes due no more.
    sla.replan(session, directory, [source_id], now=now)
    status = _livelier(source.status, target.status)
    if status is not target.status:
        put_status(session, directory, before=target, status=status, now=now)
    after = tickets.snapshots(session, [source_id, target_id])
    act = Act(actor=actor, at=now)
    merged = TicketMerged(**act.on(after[target_id]), merged=after[source_id])
    return journal.append(
        session,
        [
            merged,
            *status_events(act, source, after[source_id]),
            *status_events(act, target, after[target_id]),
        ],
    )


def _lock(session: Session, source_id: int, target_id: int) -> None:
    """Lock the two with those that were merged into the source before, for all of them point to the target afterwards."""
    both = frozenset((source_id, target_id))
    ticket_changes.lock_rows(session, both | merging.merged_before(session, source_id))
    # What was merged into the source while we waited for it; from now on nothing is.
    ticket_changes.lock_rows(session, both | merging.merged_before(session, source_id))


def _livelier(source: TicketStatus, target: TicketStatus) -> TicketStatus:
    """What the target is afterwards: work that was to be done on either ticket is not out of sight."""
    return min(source, target, key=_LIVELIEST.index)


def _keep_due_date(session: Session, directory: Directory, source: Ticket, target: Ticket) -> None:
    """What was promised on the source by hand holds on the target, unless somebody promised something there."""
    if source.status is TicketStatus.CLOSED:
        return
    dates = merging.manual_due_dates(session, [source.id, target.id])
    if source.id in dates and target.id not in dates:
        sla.set_due_date(session, directory, target.id, at=dates[source.id])


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

"""One ticket folded into another: what moves, and what stays to show where it went."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import bindparam, delete, or_, select, update
from sqlalchemy.orm import Session

from ..contract.tickets import TicketStatus
from .rows import CollaboratorRow, EntryRow, TicketRow, WatcherRow

# On the way of every message, therefore made once.
_STANDING = select(TicketRow.id, TicketRow.merged_into_id).where(
    TicketRow.id.in_(bindparam("ids", expanding=True)), TicketRow.merged_into_id.is_not(None)
)


def standing(session: Session, ticket_ids: Collection[int]) -> Mapping[int, int]:
    """Which ticket each of these lives on in, for those that were merged away; the others are left out.

    A merged ticket always names the one that is still there (see `point`), so that one look is enough.
    """
    if not ticket_ids:
        return {}
    rows = session.connection().execute(_STANDING, {"ids": list(ticket_ids)})
    return {ticket_id: target for ticket_id, target in rows if target is not None}


def merged_before(session: Session, ticket_id: int) -> frozenset[int]:
    """The tickets that were merged into this one."""
    wanted = select(TicketRow.id).where(TicketRow.merged_into_id == ticket_id)
    return frozenset(session.connection().scalars(wanted))


def manual_due_dates(session: Session, ticket_ids: Collection[int]) -> Mapping[int, datetime]:
    """The due dates that people set, by ticket; those without one are left out."""
    wanted = select(TicketRow.id, TicketRow.manual_due_at).where(TicketRow.id.in_(ticket_ids))
    return {ticket_id: at for ticket_id, at in session.connection().execute(wanted) if at is not None}


def move_entries(session: Session, *, source: int, target: int) -> None:
    """Move the thread, whose attachments come along."""
    session.connection().execute(update(EntryRow).where(EntryRow.ticket_id == source).values(ticket_id=target))


def move_collaborators(session: Session, *, source: int, target: int, but: int) -> None:
    """Move the collaborators; who takes part in the target already stays there as they are, and `but` takes none."""
    there = select(CollaboratorRow.user_id).where(CollaboratorRow.ticket_id == target)
    known = or_(CollaboratorRow.user_id == but, CollaboratorRow.user_id.in_(there))
    connection = session.connection()
    connection.execute(delete(CollaboratorRow).where(CollaboratorRow.ticket_id == source, known))
    connection.execute(update(CollaboratorRow).where(CollaboratorRow.ticket_id == source).values(ticket_id=target))


def move_watchers(session: Session, *, source: int, target: int) -> None:
    """Move the watchers; who watches the target already is not doubled."""
    there = select(WatcherRow.agent_id).where(WatcherRow.ticket_id == target)
    connection = session.connection()
    connection.execute(delete(WatcherRow).where(WatcherRow.ticket_id == source, WatcherRow.agent_id.in_(there)))
    connection.execute(update(WatcherRow).where(WatcherRow.ticket_id == source).values(ticket_id=target))


def point(session: Session, *, source: int, target: int, now: datetime) -> None:
    """Write down where the source went, for those merged into it before as well, and close it if it is open.

    All these tickets must be locked.
    """
    connection = session.connection()
    went = or_(TicketRow.id == source, TicketRow.merged_into_id == source)
    connection.execute(update(TicketRow).where(went).values(merged_into_id=target, updated_at=now))
    still_open = (TicketRow.id == source, TicketRow.status != TicketStatus.CLOSED.value)
    closed = {"status": TicketStatus.CLOSED.value, "closed_at": now}
    connection.execute(update(TicketRow).where(*still_open).values(**closed))

"""Who takes part in a ticket besides owner and assignee: collaborators, and agents who watch it."""

from datetime import datetime

from sqlalchemy import delete, insert, update
from sqlalchemy.orm import Session

from ..contract.people import EndUser
from .rows import CollaboratorRow, WatcherRow
from .upsert import upserting


def add_collaborator(session: Session, ticket_id: int, user: EndUser, *, active: bool = True, now: datetime) -> None:
    """Write down an end user who took no part so far; mail goes to the address in `user`."""
    values = {"ticket_id": ticket_id, "user_id": user.id, "address": user.address, "active": active, "added_at": now}
    session.connection().execute(insert(CollaboratorRow), values)


def set_collaborator_active(session: Session, ticket_id: int, user_id: int, *, active: bool) -> None:
    """Write down whether a collaborator receives mail."""
    mine = (CollaboratorRow.ticket_id == ticket_id, CollaboratorRow.user_id == user_id)
    session.connection().execute(update(CollaboratorRow).where(*mine).values(active=active))


def remove_collaborator(session: Session, ticket_id: int, user_id: int) -> None:
    """Forget that an end user took part."""
    mine = (CollaboratorRow.ticket_id == ticket_id, CollaboratorRow.user_id == user_id)
    session.connection().execute(delete(CollaboratorRow).where(*mine))


def watch(session: Session, ticket_id: int, agent_id: int, *, now: datetime) -> bool:
    """Let an agent watch a ticket; False when the agent did already."""
    added = (
        upserting(session, WatcherRow)
        .values(ticket_id=ticket_id, agent_id=agent_id, added_at=now)
        .on_conflict_do_nothing()
        .returning(WatcherRow.agent_id)
    )
    return session.connection().scalar(added) is not None


def unwatch(session: Session, ticket_id: int, agent_id: int) -> bool:
    """Let an agent watch a ticket no longer; False when the agent did not."""
    mine = (WatcherRow.ticket_id == ticket_id, WatcherRow.agent_id == agent_id)
    gone = delete(WatcherRow).where(*mine).returning(WatcherRow.agent_id)
    return session.connection().scalar(gone) is not None

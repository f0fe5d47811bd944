"""What agents change on one ticket at a time: status, department, priority, who answered last, who has seen it."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ..contract.people import ActorKind
from ..contract.tickets import EntryKind, Priority, TicketStatus
from .rows import AgentRow, EntryRow, TicketRow


def set_status(session: Session, ticket_id: int, status: TicketStatus, *, now: datetime) -> None:
    """Write down the status; a closed ticket is closed now and acknowledged by nobody, should it be reopened."""
    if status is TicketStatus.CLOSED:
        _set(session, ticket_id, now=now, status=status.value, closed_at=now, acknowledged_at=None)
    else:
        _set(session, ticket_id, now=now, status=status.value, closed_at=None)


def set_department(session: Session, ticket_id: int, department_id: int, *, now: datetime) -> None:
    """Write down the department that the ticket is in from now on."""
    _set(session, ticket_id, now=now, department_id=department_id)


def set_priority(session: Session, ticket_id: int, priority: Priority, *, now: datetime) -> None:
    """Write down the priority."""
    _set(session, ticket_id, now=now, priority=priority.value)


def set_last_respondent(session: Session, ticket_id: int, agent_id: int, *, now: datetime) -> None:
    """Write down who wrote the newest reply."""
    _set(session, ticket_id, now=now, last_respondent_id=agent_id)


def find_last_respondent(session: Session, ticket_id: int) -> int | None:
    """The id of the agent who wrote the newest reply in the thread; None without one, or when the agent is gone."""
    replies = (
        select(AgentRow.id)
        .join(EntryRow, EntryRow.author_id == AgentRow.id)
        .where(
            EntryRow.ticket_id == ticket_id,
            EntryRow.kind == EntryKind.REPLY.value,
            EntryRow.author_kind == ActorKind.AGENT.value,
        )
        .order_by(EntryRow.posted_at.desc(), EntryRow.id.desc())
        .limit(1)
    )
    return session.connection().scalar(replies)


def acknowledge(session: Session, ticket_id: int, *, now: datetime) -> bool:
    """Note that an agent has seen the ticket; False when somebody had before."""
    first = (
        update(TicketRow)
        .where(TicketRow.id == ticket_id, TicketRow.acknowledged_at.is_(None))
        .values(acknowledged_at=now, updated_at=now)
        .returning(TicketRow.id)
    )
    return session.connection().scalar(first) is not None


def vouch(session: Session, entry_id: int) -> None:
    """Note that somebody vouches for a message: it is neither held nor unverified any more."""
    session.connection().execute(update(EntryRow).where(EntryRow.id == entry_id).values(held=False, verified=True))


def _set(session: Session, ticket_id: int, *, now: datetime, **values: object) -> None:
    session.connection().execute(update(TicketRow).where(TicketRow.id == ticket_id).values(updated_at=now, **values))

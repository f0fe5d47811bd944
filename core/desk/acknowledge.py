"""The command by which an agent says: I have seen this ticket."""

from datetime import datetime

from sqlalchemy.orm import Session

from ..contract.events import Event, TicketAcknowledged
from ..contract.people import Actor
from ..contract.tickets import TicketStatus
from ..store import journal, ticket_updates, tickets
from ..store.directory import Directory
from . import sla
from .acts import Act, agent_id_of, take_up


def acknowledge_ticket(
    session: Session, directory: Directory, *, ticket_id: int, actor: Actor, now: datetime
) -> tuple[Event, ...]:
    """Note that an agent takes care of a ticket, which ends its escalation.

    :returns: `ticket_acknowledged`; nothing when somebody did so before, or the ticket is closed.
    :raises AgentsOnly: when the actor is no agent.
    :raises MayNotOpen: when the agent may not open the ticket.
    :raises MergedAway: when it was merged into another one.
    :raises UnknownName: when there is no such ticket.
    """
    agent_id_of(actor)
    before = take_up(session, directory, ticket_id=ticket_id, actor=actor, now=now)
    if before.status is TicketStatus.CLOSED or not ticket_updates.acknowledge(session, ticket_id, now=now):
        return ()
    sla.stop_escalation(session, [ticket_id])
    after = tickets.snapshot(session, ticket_id)
    return journal.append(session, [TicketAcknowledged(**Act(actor=actor, at=now).on(after))])

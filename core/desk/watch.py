"""The commands by which agents watch tickets and stop it; nothing is rung, for no event tells of it."""

from datetime import datetime

from sqlalchemy.orm import Session

from ..contract.people import Actor
from ..store import participants
from ..store.directory import Directory
from .acts import agent_id_of, take_up


def watch_ticket(session: Session, directory: Directory, *, ticket_id: int, actor: Actor, now: datetime) -> bool:
    """Let the acting agent watch a ticket; False when the agent does already.

    :raises AgentsOnly: when the actor is no agent.
    :raises MayNotOpen: when the agent may not open the ticket.
    :raises MergedAway: when it was merged into another one.
    :raises UnknownName: when there is no such ticket.
    """
    agent_id = agent_id_of(actor)
    take_up(session, directory, ticket_id=ticket_id, actor=actor, now=now)
    return participants.watch(session, ticket_id, agent_id, now=now)


def unwatch_ticket(session: Session, directory: Directory, *, ticket_id: int, actor: Actor, now: datetime) -> bool:
    """Let the acting agent watch a ticket no longer; False when the agent did not. Raises like `watch_ticket`."""
    agent_id = agent_id_of(actor)
    take_up(session, directory, ticket_id=ticket_id, actor=actor, now=now)
    return participants.unwatch(session, ticket_id, agent_id)

"""The command that takes a ticket away from its agent, its team, or both."""

from datetime import datetime

from sqlalchemy.orm import Session

from ..contract.events import Event, TicketUnassigned
from ..contract.people import Actor
from ..store import journal, ticket_changes, tickets
from ..store.directory import Directory
from .acts import Act, take_up


def unassign_ticket(
    session: Session,
    directory: Directory,
    *,
    ticket_id: int,
    actor: Actor,
    agent: bool = True,
    team: bool = True,
    now: datetime,
) -> tuple[Event, ...]:
    """Take a ticket away from its agent, its team, or both.

    :returns: `ticket_unassigned` with whom it was taken from, or nothing when it was assigned to none of them.
    :raises MayNotOpen: when the acting agent may not open the ticket.
    :raises MergedAway: when it was merged into another one.
    :raises UnknownName: when there is no such ticket.
    """
    before = take_up(session, directory, ticket_id=ticket_id, actor=actor, now=now)
    old_agent = before.agent if agent else None
    old_team = before.team if team else None
    if old_agent is None and old_team is None:
        return ()
    ticket_changes.assign(
        session,
        ticket_id,
        agent_id=before.agent.id if before.agent and not old_agent else None,
        team_id=before.team.id if before.team and not old_team else None,
        now=now,
    )
    after = tickets.snapshot(session, ticket_id)
    act = Act(actor=actor, at=now)
    return journal.append(session, [TicketUnassigned(**act.on(after), agent=old_agent, team=old_team)])

"""The command that assigns a ticket by hand: to an agent, to a team, or to both."""

from datetime import datetime

from sqlalchemy.orm import Session

from ..contract.errors import InvalidValue, UnknownName
from ..contract.events import Event, TicketAssigned
from ..contract.people import Actor
from ..store import journal, ticket_changes, tickets
from ..store.directory import AgentRecord, Directory
from .acts import Act, take_up
from .typed import check_text, with_plain_line_ends


def assign_ticket(
    session: Session,
    directory: Directory,
    *,
    ticket_id: int,
    actor: Actor,
    agent_id: int | None = None,
    team_id: int | None = None,
    comment: str = "",
    now: datetime,
) -> tuple[Event, ...]:
    """Give a ticket to an agent, a team or both; what is None stays as it is, for assigning to a team clears nothing.

    :param comment: goes with the event; no note is written.
    :returns: `ticket_assigned` with what is new, or nothing when nothing changes.
    :raises InvalidValue: when the comment holds what no text does, or the account of the agent is not active.
    :raises MayNotOpen: when the acting agent may not open the ticket.
    :raises MergedAway: when it was merged into another one.
    :raises UnknownName: when there is no such ticket, agent or team.
    """
    comment = with_plain_line_ends(comment)
    check_text(comment, "The comment")
    before = take_up(session, directory, ticket_id=ticket_id, actor=actor, now=now)
    if agent_id is not None and agent_id not in directory.agents:
        raise UnknownName("agent with the id", str(agent_id))
    if agent_id is not None:
        check_assignable(directory.agents[agent_id], f"Ticket {before.number}")
    if team_id is not None and team_id not in directory.teams:
        raise UnknownName("team with the id", str(team_id))
    old_agent = before.agent.id if before.agent else None
    old_team = before.team.id if before.team else None
    new_agent = agent_id if agent_id is not None else old_agent
    new_team = team_id if team_id is not None else old_team
    if (new_agent, new_team) == (old_agent, old_team):
        return ()
    ticket_changes.assign(session, ticket_id, agent_id=new_agent, team_id=new_team, now=now)
    after = tickets.snapshot(session, ticket_id)
    event = TicketAssigned(
        **Act(actor=actor, at=now).on(after),
        agent=after.agent if new_agent != old_agent else None,
        team=after.team if new_team != old_team else None,
        agent_before=before.agent,
        team_before=before.team,
        comment=comment,
    )
    return journal.append(session, [event])


def check_assignable(agent: AgentRecord, where: str) -> None:
    """Make sure that somebody can give a ticket to the agent by hand; leave hinders nobody.

    :param where: the ticket, to begin the sentence with.
    :raises InvalidValue: when the account is not active.
    """
    if not agent.active:
        remedy = "Activate it, or name somebody else."
        raise InvalidValue(where, f"it cannot be assigned to {agent.name}, whose account is not active", remedy)

"""Who may open a ticket; nothing else gives access to it."""

from collections.abc import Iterator
from datetime import datetime

from ...contract.tickets import Ticket
from ...store.directory import Directory


def may_open(directory: Directory, ticket: Ticket, agent_id: int, moment: datetime) -> bool:
    """Whether this agent may open the ticket at `moment` (aware UTC)."""
    return agent_id in openers(directory, ticket, moment)


def openers(directory: Directory, ticket: Ticket, moment: datetime) -> frozenset[int]:
    """The ids of all agents who may open the ticket.

    They are administrators, manager and members of its department, the assigned agent, lead and members of the assigned
    team, the account manager of the owner's organization; and while a leave lasts, the substitute of each of them.
    """
    own = {agent_id for agent_id in _own_right(directory, ticket) if agent_id is not None}
    return frozenset(own | _substitutes(directory, own, moment))


def _own_right(directory: Directory, ticket: Ticket) -> Iterator[int | None]:
    yield from (agent.id for agent in directory.agents.values() if agent.is_admin)
    department = directory.departments.get(ticket.department.id)
    if department is not None:
        yield department.manager_id
        yield from department.members
        yield from (member.agent_id for member in department.extended)
    if ticket.agent is not None:
        yield ticket.agent.id
    team = directory.teams.get(ticket.team.id) if ticket.team is not None else None
    if team is not None:
        yield team.lead_id
        yield from (member.agent_id for member in team.members)
    if ticket.owner.organization is not None:
        yield ticket.owner.organization.account_manager_id


def _substitutes(directory: Directory, agents: set[int], moment: datetime) -> set[int]:
    """The substitutes of the absent, and theirs if they are absent as well."""
    found: set[int] = set()
    waiting = list(agents)
    while waiting:
        agent = directory.agents.get(waiting.pop())
        if agent is None or agent.substitute_id is None or not agent.on_leave(moment):
            continue
        if agent.substitute_id not in found:
            found.add(agent.substitute_id)
            waiting.append(agent.substitute_id)
    return found

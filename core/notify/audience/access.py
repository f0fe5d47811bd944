"""Who may open a ticket: the one definition, for alerts and for everything that an agent does."""

from datetime import datetime

from ...contract.tickets import Ticket
from ...store.directory import AgentRecord, Directory
from .people import roster_of


def may_open(directory: Directory, *, ticket: Ticket, agent_id: int, moment: datetime) -> bool:
    """Whether the agent may open the ticket, by the own place or, while a leave lasts, as somebody's substitute.

    :param moment: aware UTC.
    """
    agent = directory.agents.get(agent_id)
    if agent is None:
        return False
    own = openers(ticket, directory)
    if agent.is_admin or agent_id in own:
        return True
    return stands_in_for_one_of(agent_id, own, directory=directory, moment=moment)


def openers(ticket: Ticket, directory: Directory) -> frozenset[int]:
    """The ids of the agents whose own place gives access; administrators, who may open every ticket, are left out."""
    found: list[int | None] = [ticket.agent.id if ticket.agent is not None else None]
    department = directory.departments.get(ticket.department.id)
    if department is not None:
        found += [department.manager_id, *department.members, *(each.agent_id for each in department.extended)]
    team = directory.teams.get(ticket.team.id) if ticket.team is not None else None
    if team is not None:
        found += [team.lead_id, *(each.agent_id for each in team.members)]
    found.append(account_manager(ticket, directory))
    return frozenset(each for each in found if each is not None)


def account_manager(ticket: Ticket, directory: Directory) -> int | None:
    """The id of the agent who looks after the owner's organization."""
    owners = ticket.owner.organization
    organization = directory.organizations.get(owners.id) if owners is not None else None
    return organization.account_manager_id if organization is not None else None


def stands_in_for_one_of(agent_id: int, own: frozenset[int], *, directory: Directory, moment: datetime) -> bool:
    """Whether the agent represents somebody on leave who is in `own` or an administrator, directly or in a chain."""
    return any(each.is_admin or each.id in own for each in represented(agent_id, directory=directory, moment=moment))


def represented(agent_id: int, *, directory: Directory, moment: datetime) -> list[AgentRecord]:
    """Those on leave whom the agent represents, and those whom they in turn represent; a circle ends the walk."""
    absent = [each for each in roster_of(directory).substituted if each.active and each.on_leave(moment)]
    reached = [agent_id]
    found: list[AgentRecord] = []
    for substitute_id in reached:
        for each in absent:
            if each.substitute_id == substitute_id and each.id not in reached:
                reached.append(each.id)
                found.append(each)
    return found

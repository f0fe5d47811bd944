"""From a role to the people in it: one small function per role, for agents, end users and the admin address."""

from collections.abc import Callable, Mapping
from functools import cache

from ...contract.events import AgentMentioned, TicketAssigned, TicketRefused
from ...contract.people import Role
from ...store.directory import Directory
from ..remembered import PerDirectory
from .access import account_manager
from .case import Occasion
from .pairs import Pair
from .people import NOBODY, end_user

Finder = Callable[[Occasion], list[Pair]]


def _agents(occasion: Occasion, role: Role, *ids: int | None) -> list[Pair]:
    """The pairs of those agents who are still in the directory."""
    known = occasion.roster.agents
    return [Pair(known[agent_id], role) for agent_id in ids if agent_id is not None and agent_id in known]


def _admin_address(occasion: Occasion) -> list[Pair]:
    admin = occasion.roster.admin
    return [] if admin is None else [Pair(admin, Role.ADMIN_ADDRESS)]


def _administrators(occasion: Occasion) -> list[Pair]:
    return _agents(occasion, Role.ADMINISTRATOR, *occasion.roster.administrators)


def _department_manager(occasion: Occasion) -> list[Pair]:
    manager_id = occasion.department.manager_id if occasion.department is not None else None
    return _agents(occasion, Role.DEPARTMENT_MANAGER, manager_id)


def _department_members(occasion: Occasion) -> list[Pair]:
    """All primary and extended members; rule 7 says who of them counts. A primary member is never an extended one."""
    department = occasion.department
    if department is None:
        return []
    known = _members.of(occasion.directory)
    if department.id not in known:
        extended = (each for each in department.extended if each.agent_id not in department.members)
        known[department.id] = [
            *_agents(occasion, Role.DEPARTMENT_MEMBER, *department.members),
            *(
                Pair(occasion.roster.agents[each.agent_id], Role.EXTENDED_MEMBER, enabled=each.alerts)
                for each in extended
                if each.agent_id in occasion.roster.agents
            ),
        ]
    return known[department.id]


def _nobody_yet(_: Directory) -> dict[int, list[Pair]]:
    return {}


# By department: a department may have hundreds of members, and they are the same for every ticket.
_members = PerDirectory(_nobody_yet)


def _assigned_agent(occasion: Occasion) -> list[Pair]:
    agent = occasion.ticket.agent if occasion.ticket is not None else None
    return _agents(occasion, Role.ASSIGNED_AGENT, agent.id if agent is not None else None)


def _newly_assigned_agent(occasion: Occasion) -> list[Pair]:
    agent = occasion.event.agent if isinstance(occasion.event, TicketAssigned) else None
    return _agents(occasion, Role.ASSIGNED_AGENT, agent.id if agent is not None else None)


def _assigned_team_members(occasion: Occasion) -> list[Pair]:
    known = occasion.roster.agents
    members = occasion.team.members if occasion.team is not None else ()
    return [
        Pair(known[each.agent_id], Role.ASSIGNED_TEAM_MEMBER, enabled=each.alerts)
        for each in members
        if each.agent_id in known
    ]


def _team_lead(occasion: Occasion) -> list[Pair]:
    return _agents(occasion, Role.TEAM_LEAD, occasion.team.lead_id if occasion.team is not None else None)


def _assignee(occasion: Occasion) -> list[Pair]:
    """The assigned agent, also an unavailable one; only without one the members of the team."""
    if occasion.ticket is not None and occasion.ticket.agent is not None:
        return _assigned_agent(occasion)
    return _assigned_team_members(occasion)


def _last_respondent(occasion: Occasion) -> list[Pair]:
    agent = occasion.ticket.last_respondent if occasion.ticket is not None else None
    return _agents(occasion, Role.LAST_RESPONDENT, agent.id if agent is not None else None)


def _account_manager(occasion: Occasion) -> list[Pair]:
    manager_id = account_manager(occasion.ticket, occasion.directory) if occasion.ticket is not None else None
    return _agents(occasion, Role.ACCOUNT_MANAGER, manager_id)


def _watchers(occasion: Occasion) -> list[Pair]:
    watchers = occasion.ticket.watchers if occasion.ticket is not None else ()
    return _agents(occasion, Role.WATCHER, *(each.id for each in watchers))


def _mentioned_agent(occasion: Occasion) -> list[Pair]:
    agent = occasion.event.agent if isinstance(occasion.event, AgentMentioned) else None
    return _agents(occasion, Role.MENTIONED_AGENT, agent.id if agent is not None else None)


def _owner(occasion: Occasion) -> list[Pair]:
    """The owner; of a ticket that was refused, the end user who asked for it."""
    if isinstance(occasion.event, TicketRefused):
        return [Pair(end_user(occasion.event.end_user), Role.OWNER)]
    return [] if occasion.ticket is None else [Pair(end_user(occasion.ticket.owner), Role.OWNER)]


def _poster(occasion: Occasion) -> list[Pair]:
    return [] if occasion.poster is NOBODY else [Pair(occasion.poster, Role.POSTER)]


def _collaborators(occasion: Occasion) -> list[Pair]:
    collaborators = occasion.ticket.collaborators if occasion.ticket is not None else ()
    return [Pair(end_user(each.user), Role.COLLABORATOR, enabled=each.active) for each in collaborators]


SYSTEM_ROLES: Mapping[str, Finder] = {Role.ADMIN_ADDRESS: _admin_address}
"""Whom a system alert can speak to."""

AGENT_ROLES: Mapping[str, Finder] = {
    **SYSTEM_ROLES,
    Role.ADMINISTRATOR: _administrators,
    Role.DEPARTMENT_MANAGER: _department_manager,
    Role.DEPARTMENT_MEMBER: _department_members,
    Role.ASSIGNEE: _assignee,
    Role.ASSIGNED_AGENT: _assigned_agent,
    Role.NEWLY_ASSIGNED_AGENT: _newly_assigned_agent,
    Role.ASSIGNED_TEAM_MEMBER: _assigned_team_members,
    Role.TEAM_LEAD: _team_lead,
    Role.LAST_RESPONDENT: _last_respondent,
    Role.ACCOUNT_MANAGER: _account_manager,
    Role.MENTIONED_AGENT: _mentioned_agent,
    Role.WATCHER: _watchers,
}
"""Whom an agent alert can speak to: never an end user."""

END_USER_ROLES: Mapping[str, Finder] = {
    Role.OWNER: _owner,
    Role.POSTER: _poster,
    Role.COLLABORATOR: _collaborators,
}
"""Whom autoresponders and correspondence can speak to: never an agent."""


@cache
def in_words(role: str) -> str:
    """The role as a sentence calls it."""
    return role.replace("_", " ")

"""Which people stand behind a role of an event."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from ...contract.addresses import normalise
from ...contract.events import AgentMentioned, Event, TicketAssigned, TicketRefused
from ...contract.people import ActorKind, Agent, EndUser, Role
from ...store.directory import AgentRecord, DepartmentRecord, Directory, ExtendedMember, RecipientsMode, TeamRecord
from .pairs import Case, Pair, Refusal, agent_pair, user_pair


def people(case: Case, role: Role | str) -> tuple[Pair, ...]:
    """The pairs of one role, in a stable order; none when nobody stands behind it."""
    find = FINDERS.get(str(role))
    return tuple(find(case)) if find is not None else tuple(_registered(case, str(role)))


def _admin_address(case: Case) -> Iterator[Pair]:
    address = case.directory.profile.admin_address
    if not address:
        return
    agent = case.directory.agents_by_address.get(normalise(address))
    # An admin address that is an agent's is that agent, though leave and preferences of the agent do not silence it.
    person = f"agent:{agent.id}" if agent is not None else f"address:{normalise(address)}"
    yield Pair(role=Role.ADMIN_ADDRESS.value, person=person, name=agent.name if agent else "", address=address)


def _administrators(case: Case) -> Iterator[Pair]:
    agents = case.directory.agents.values()
    yield from (agent_pair(Role.ADMINISTRATOR.value, agent) for agent in agents if agent.is_admin)


def _manager(case: Case) -> Iterator[Pair]:
    department = _department(case)
    if department is not None:
        yield from _agents(case.directory, Role.DEPARTMENT_MANAGER, [department.manager_id])


def _members(case: Case) -> Iterator[Pair]:
    """All primary and extended members; who is both is judged as primary only."""
    department = _department(case)
    if department is None:
        return
    nobody = _mode_refusal(department, RecipientsMode.MEMBERS, RecipientsMode.MEMBERS_AND_EXTENDED)
    yield from _agents(case.directory, Role.DEPARTMENT_MEMBER, department.members, alerts_off=nobody)
    for member in department.extended:
        agent = case.directory.agents.get(member.agent_id)
        if agent is not None and member.agent_id not in department.members:
            off = _extended_refusal(department, member)
            yield agent_pair(Role.EXTENDED_MEMBER.value, agent, alerts_off=off)


def _extended_refusal(department: DepartmentRecord, member: ExtendedMember) -> Refusal | None:
    if not member.alerts:
        because = f"Alerts are off for this extended membership of department '{department.name}'."
        return "membership_alerts_off", because
    return _mode_refusal(department, RecipientsMode.MEMBERS_AND_EXTENDED)


def _mode_refusal(department: DepartmentRecord, *allowed: RecipientsMode) -> Refusal | None:
    if department.recipients_mode in allowed:
        return None
    mode = department.recipients_mode.value
    return "recipients_mode", f"The recipients mode of department '{department.name}' is '{mode}'."


def _assignee(case: Case) -> Iterator[Pair]:
    ticket = case.ticket
    if ticket is None:
        return
    yield from _assigned_agent(case) if ticket.agent is not None else _team_members(case)


def _assigned_agent(case: Case) -> Iterator[Pair]:
    if case.ticket is not None:
        yield from _agent(case.directory, Role.ASSIGNED_AGENT, case.ticket.agent)


def _newly_assigned(case: Case) -> Iterator[Pair]:
    if isinstance(case.event, TicketAssigned):
        yield from _agent(case.directory, Role.ASSIGNED_AGENT, case.event.agent)


def _mentioned(case: Case) -> Iterator[Pair]:
    if isinstance(case.event, AgentMentioned):
        yield from _agent(case.directory, Role.MENTIONED_AGENT, case.event.agent)


def _last_respondent(case: Case) -> Iterator[Pair]:
    if case.ticket is not None:
        yield from _agent(case.directory, Role.LAST_RESPONDENT, case.ticket.last_respondent)


def _account_manager(case: Case) -> Iterator[Pair]:
    organization = case.ticket.owner.organization if case.ticket is not None else None
    if organization is not None:
        yield from _agents(case.directory, Role.ACCOUNT_MANAGER, [organization.account_manager_id])


def _team_lead(case: Case) -> Iterator[Pair]:
    team = _team(case)
    if team is not None:
        yield from _agents(case.directory, Role.TEAM_LEAD, [team.lead_id], alerts_off=_team_refusal(team))


def _team_members(case: Case) -> Iterator[Pair]:
    team = _team(case)
    if team is None:
        return
    for member in team.members:
        own = None if member.alerts else ("team_alerts_off", f"Alerts are off for this membership of team '{team.name}'.")
        off = _team_refusal(team) or own
        yield from _agents(case.directory, Role.ASSIGNED_TEAM_MEMBER, [member.agent_id], alerts_off=off)


def _team_refusal(team: TeamRecord) -> Refusal | None:
    return None if team.alerts else ("team_alerts_off", f"The alerts of team '{team.name}' are switched off.")


def _owner(case: Case) -> Iterator[Pair]:
    user = case.event.end_user if isinstance(case.event, TicketRefused) else None
    user = case.ticket.owner if case.ticket is not None else user
    if user is not None:
        yield user_pair(Role.OWNER.value, user)


def _poster(case: Case) -> Iterator[Pair]:
    entry = getattr(case.event, "entry", None)
    author = None if entry is None else entry.author
    if author is not None and author.kind is ActorKind.END_USER and author.id is not None:
        yield user_pair(Role.POSTER.value, EndUser(author.id, author.name, author.address))


def _collaborators(case: Case) -> Iterator[Pair]:
    if case.ticket is not None:
        for each in case.ticket.collaborators:
            yield user_pair(Role.COLLABORATOR.value, each.user, active=each.active)


def _registered(case: Case, role: str) -> Iterator[Pair]:
    """A role that a plugin registered: it names agents by address."""
    resolver = case.facts.roles.get(role)
    if resolver is None or case.ticket is None:
        return
    for address in resolver(case.ticket):
        agent = case.directory.agents_by_address.get(normalise(address))
        if agent is not None:
            yield agent_pair(role, agent)


def _department(case: Case) -> DepartmentRecord | None:
    event = case.event
    if case.ticket is None:
        return case.directory.departments.get(event.department.id) if isinstance(event, TicketRefused) else None
    return case.directory.departments.get(case.ticket.department.id)


def _team(case: Case) -> TeamRecord | None:
    """The newly assigned team of an assignment, else the ticket's."""
    event: Event = case.event
    team = event.team if isinstance(event, TicketAssigned) else case.ticket.team if case.ticket is not None else None
    return case.directory.teams.get(team.id) if team is not None else None


def _agent(directory: Directory, role: Role, agent: Agent | None) -> Iterator[Pair]:
    yield from _agents(directory, role, [agent.id if agent is not None else None])


def _agents(
    directory: Directory, role: Role, ids: Iterable[int | None], *, alerts_off: Refusal | None = None
) -> Iterator[Pair]:
    for agent_id in ids:
        agent: AgentRecord | None = directory.agents.get(agent_id) if agent_id is not None else None
        if agent is not None:
            yield agent_pair(role.value, agent, alerts_off=alerts_off)


FINDERS: Mapping[str, Callable[[Case], Iterator[Pair]]] = {
    Role.ADMIN_ADDRESS.value: _admin_address,
    Role.ADMINISTRATOR.value: _administrators,
    Role.DEPARTMENT_MANAGER.value: _manager,
    Role.DEPARTMENT_MEMBER.value: _members,
    Role.ASSIGNEE.value: _assignee,
    Role.ASSIGNED_AGENT.value: _assigned_agent,
    Role.NEWLY_ASSIGNED_AGENT.value: _newly_assigned,
    Role.ASSIGNED_TEAM_MEMBER.value: _team_members,
    Role.TEAM_LEAD.value: _team_lead,
    Role.LAST_RESPONDENT.value: _last_respondent,
    Role.ACCOUNT_MANAGER.value: _account_manager,
    Role.MENTIONED_AGENT.value: _mentioned,
    Role.OWNER.value: _owner,
    Role.POSTER.value: _poster,
    Role.COLLABORATOR.value: _collaborators,
}

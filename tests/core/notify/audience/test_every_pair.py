"""Whatever the desk looks like: every pair of person and role is recorded once, and nobody is told twice or of the own act."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

import attrs
from hypothesis import given, settings
from hypothesis import strategies as st

from deskbell.core.contract.decisions import Candidate, Decision, Outcome
from deskbell.core.contract.events import MessagePosted, TicketAssigned, TicketCreated, TicketEvent
from deskbell.core.contract.people import SYSTEM, Actor, ActorKind, Agent, EndUser, Organization, Role, Team
from deskbell.core.contract.tickets import Entry, EntryKind
from deskbell.core.notify.audience import may_open
from deskbell.core.store.directory import (
    AgentRecord,
    DepartmentRecord,
    Directory,
    ExtendedMember,
    OrganizationRecord,
    Profile,
    RecipientsMode,
    TeamMember,
    TeamRecord,
)
from stand_ins.paper_desk import NOW, alert, decide, ticket

IDS = range(1, 7)
ROLES = (
    Role.ADMIN_ADDRESS,
    Role.ADMINISTRATOR,
    Role.DEPARTMENT_MANAGER,
    Role.DEPARTMENT_MEMBER,
    Role.ASSIGNEE,
    Role.ASSIGNED_AGENT,
    Role.NEWLY_ASSIGNED_AGENT,
    Role.ASSIGNED_TEAM_MEMBER,
    Role.TEAM_LEAD,
    Role.LAST_RESPONDENT,
    Role.ACCOUNT_MANAGER,
)
MAYBE_AGENT = st.none() | st.sampled_from(IDS)
FLAG = st.booleans()


@attrs.frozen
class World:
    """A desk, what happens on it, and which roles a plugin ticks."""

    directory: Directory
    event: TicketEvent
    ticked: tuple[Role, ...]
    unticked: tuple[Role, ...]

    def decision(self) -> Decision:
        return decide(alert(*self.ticked, unticked=self.unticked), self.event, self.directory)


def agent_of(agent_id: int | None) -> Agent | None:
    return None if agent_id is None else Agent(agent_id, f"A{agent_id}", f"a{agent_id}@example.com")


@st.composite
def agents(draw: st.DrawFn) -> dict[int, AgentRecord]:
    return {
        number: AgentRecord(
            id=number,
            name=f"A{number}",
            address=draw(st.sampled_from([f"a{number}@example.com", f"A{number}@Example.com", ""])),
            is_admin=draw(st.integers(0, 5)) == 0,
            active=draw(st.integers(0, 4)) > 0,
            leave_from=NOW if draw(st.integers(0, 2)) == 0 else None,
            substitute_id=draw(MAYBE_AGENT),
        )
        for number in IDS
    }


@st.composite
def directories(draw: st.DrawFn) -> Directory:
    members = draw(st.lists(st.sampled_from(IDS), max_size=4, unique=True))
    extended = draw(st.lists(st.sampled_from(IDS), max_size=4, unique=True))
    in_team = draw(st.lists(st.sampled_from(IDS), max_size=4, unique=True))
    admin = st.sampled_from(["", "boss@example.com", "A1@EXAMPLE.com", "a2@example.com"])
    return Directory(
        profile=Profile(admin_address=draw(admin)),
        agents=draw(agents()),
        organizations={1: OrganizationRecord(id=1, name="Acme", account_manager_id=draw(MAYBE_AGENT))},
        departments={
            1: DepartmentRecord(
                id=1,
                name="Support",
                manager_id=draw(MAYBE_AGENT),
                recipients_mode=draw(st.sampled_from(RecipientsMode)),
                members=tuple(members),
                extended=tuple(ExtendedMember(agent_id=each, alerts=draw(FLAG)) for each in extended),
            )
        },
        teams={
            1: TeamRecord(
                id=1,
                name="Network",
                lead_id=draw(MAYBE_AGENT),
                alerts=draw(FLAG),
                members=tuple(TeamMember(agent_id=each, alerts=draw(FLAG)) for each in in_team),
            )
        },
    )


@st.composite
def actors(draw: st.DrawFn) -> Actor:
    number = draw(st.sampled_from(IDS))
    agent = Actor(ActorKind.AGENT, number, f"A{number}", f"a{number}@example.com")
    end_user = Actor(ActorKind.END_USER, number, "Olga", "olga@example.net", verified=draw(FLAG))
    same_human = attrs.evolve(end_user, address=f"A{number}@example.COM")
    return draw(st.sampled_from([agent, end_user, same_human, SYSTEM]))


@st.composite
def worlds(draw: st.DrawFn) -> World:
    agent, team = agent_of(draw(MAYBE_AGENT)), draw(st.none() | st.just(Team(1, "Network")))
    owner = EndUser(1, "Olga", "olga@example.net", draw(st.none() | st.just(Organization(1, "Acme", None))))
    facts: dict[str, Any] = {
        "id": 7,
        "act": "act",
        "at": NOW,
        "actor": draw(actors()),
        "ticket": ticket(agent=agent, team=team is not None, owner=owner, last_respondent=agent_of(draw(MAYBE_AGENT))),
    }
    kind = draw(st.sampled_from([TicketCreated, MessagePosted, TicketAssigned]))
    if kind is TicketAssigned:
        facts |= {"agent": draw(st.sampled_from([agent, None])), "team": draw(st.sampled_from([team, None]))}
    elif kind is MessagePosted:
        facts["entry"] = Entry(1, EntryKind.MESSAGE, facts["actor"], "x", NOW, verified=facts["actor"].verified)
    order = draw(st.permutations(ROLES))
    cut = draw(st.integers(0, len(order)))
    return World(draw(directories()), kind(**facts), tuple(order[:cut]), tuple(order[cut:]))


def places(world: World) -> set[tuple[str, str]]:
    """Every pair that the ticked roles stand for, from the words of section 1, substitutes aside."""
    directory, event = world.directory, world.event
    department, team_record = directory.departments[1], directory.teams[1]
    assignment = isinstance(event, TicketAssigned)
    held, newly = event.ticket.agent, event.agent if isinstance(event, TicketAssigned) else None
    team = event.team if isinstance(event, TicketAssigned) else event.ticket.team
    in_team = [each.agent_id for each in team_record.members] if team is not None else []
    extended = [each.agent_id for each in department.extended if each.agent_id not in department.members]
    manager_of_owner = directory.organizations[1].account_manager_id if event.ticket.owner.organization else None
    last = event.ticket.last_respondent
    found: dict[Role, list[tuple[int | None, Role]]] = {
        Role.ADMINISTRATOR: [(each.id, Role.ADMINISTRATOR) for each in directory.agents.values() if each.is_admin],
        Role.DEPARTMENT_MANAGER: [(department.manager_id, Role.DEPARTMENT_MANAGER)],
        Role.DEPARTMENT_MEMBER: [
            *((each, Role.DEPARTMENT_MEMBER) for each in department.members),
            *((each, Role.EXTENDED_MEMBER) for each in extended),
        ],
        Role.ASSIGNED_AGENT: [(held.id if held else None, Role.ASSIGNED_AGENT)],
        Role.NEWLY_ASSIGNED_AGENT: [(newly.id if newly and assignment else None, Role.ASSIGNED_AGENT)],
        Role.ASSIGNED_TEAM_MEMBER: [(each, Role.ASSIGNED_TEAM_MEMBER) for each in in_team],
        Role.TEAM_LEAD: [(team_record.lead_id if team else None, Role.TEAM_LEAD)],
        Role.LAST_RESPONDENT: [(last.id if last else None, Role.LAST_RESPONDENT)],
        Role.ACCOUNT_MANAGER: [(manager_of_owner, Role.ACCOUNT_MANAGER)],
    }
    found[Role.ASSIGNEE] = found[Role.ASSIGNED_AGENT] if held else found[Role.ASSIGNED_TEAM_MEMBER]
    pairs = {
        (f"agent:{agent_id}", recorded.value)
        for role in world.ticked
        for agent_id, recorded in found.get(role, [])
        if agent_id is not None
    }
    return pairs | ({(admin_person(directory), "admin_address")} if Role.ADMIN_ADDRESS in world.ticked else set())


def admin_person(directory: Directory) -> str:
    """Nobody, the boss, or the agent whose address it is."""
    address = directory.profile.admin_address.lower()
    same = [each.id for each in directory.agents.values() if address and each.address.lower() == address]
    return f"agent:{same[0]}" if same else f"address:{address}" if address else ""


def pairs(candidates: Iterable[Candidate]) -> list[tuple[str, str]]:
    return [(each.person, str(each.roles[0])) for each in candidates]


def substitute(world: World, person: str) -> str:
    agent = world.directory.agents[int(person.removeprefix("agent:"))]
    return f"agent:{agent.substitute_id}" if agent.substitute_id is not None else ""


@settings(max_examples=300, deadline=None)
@given(worlds())
def test_outcomes_are_candidates(world: World) -> None:
    """Every pair of a ticked role is there once, each stand-in once for an absence, each other role once as a whole."""
    decision = world.decision()
    recorded = Counter(pairs(decision.candidates))
    assert set(recorded.values()) <= {1}
    of_roles = {pair for pair in recorded if not pair[0] and pair != ("", "admin_address")}
    assert of_roles == {("", role.value) for role in world.unticked if role is not Role.ADMIN_ADDRESS}
    if Role.ADMIN_ADDRESS in world.unticked:
        assert ("", "admin_address") in recorded

    people = {pair for pair in recorded if pair not in of_roles and pair != ("", "admin_address")}
    direct = {pair for pair in places(world) if pair[0]}
    assert direct <= people
    away = [
        pair
        for each, pair in zip(decision.candidates, pairs(decision.candidates), strict=True)
        if each.reason == "on_leave"
    ]
    stand_ins = {(substitute(world, person), role) for person, role in away}
    assert people - direct <= stand_ins
    assert {pair for pair in stand_ins if pair[0]} <= people


@settings(max_examples=300, deadline=None)
@given(worlds())
def test_nobody_is_told_twice_or_of_the_own_act(world: World) -> None:
    decision, actor = world.decision(), world.event.actor
    told = decision.notified
    assert len({each.person for each in told}) == len(told)
    assert len({each.address.lower() for each in told}) == len(told)
    if actor.verified:
        assert actor.address.lower() not in {each.address.lower() for each in told}
        assert actor.kind is not ActorKind.AGENT or f"agent:{actor.id}" not in {each.person for each in told}
    assert actor.verified or "actor" not in {each.reason for each in decision.candidates}


@settings(max_examples=300, deadline=None)
@given(worlds())
def test_only_who_is_there_and_may_open_the_ticket_is_told(world: World) -> None:
    for each in world.decision().notified:
        assert each.address
        if each.roles[0] != Role.ADMIN_ADDRESS:
            agent = world.directory.agents[int(each.person.removeprefix("agent:"))]
            assert agent.available(NOW)
            assert may_open(world.directory, ticket=world.event.ticket, agent_id=agent.id, moment=NOW)


@settings(max_examples=300, deadline=None)
@given(worlds())
def test_every_candidate_has_a_reason_and_a_survivor_lists_all_roles(world: World) -> None:
    candidates = world.decision().candidates
    for each in candidates:
        assert (each.reason == "") is (each.outcome is Outcome.NOTIFIED)
        assert each.because.endswith(".")
        assert "None" not in each.because
    for survivor in world.decision().notified:
        others = [each for each in candidates if each.person == survivor.person and each.reason == "duplicate_of"]
        assert set(survivor.roles) >= {each.roles[0] for each in others}
        assert len(survivor.roles) == len(others) + 1

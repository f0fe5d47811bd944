"""Who stands in a role, and under which name that is recorded."""

from typing import Any

import attrs
import pytest

from deskbell.core.contract.events import AgentMentioned, Event, NotePosted, TicketRefused, TicketTransferred
from deskbell.core.contract.people import Organization, Role, Team
from deskbell.core.contract.tickets import Department, EntryKind, Ticket
from deskbell.core.store.directory import DepartmentRecord
from stand_ins.paper_desk import (
    ID,
    NOW,
    OTHER,
    OWNER,
    SUPPORT,
    acting,
    agent,
    alert,
    assigned,
    autoresponder,
    codes,
    created,
    decide,
    desk,
    entry,
    happened,
    message,
    ticket,
    writing,
)

ANN, TEAM = {"agent": agent("Ann")}, {"team": True}


@pytest.mark.parametrize(
    ("role", "held_by", "expected"),
    [
        (Role.ADMIN_ADDRESS, {}, [("boss@example.com", "admin_address")]),
        (Role.ADMINISTRATOR, {}, [("Ada", "administrator")]),
        (Role.DEPARTMENT_MANAGER, {}, [("Mia", "department_manager")]),
        (Role.ACCOUNT_MANAGER, {}, [("Gus", "account_manager")]),
        (Role.LAST_RESPONDENT, {}, []),
        (Role.LAST_RESPONDENT, {"last_respondent": agent("Bob")}, [("Bob", "last_respondent")]),
        (Role.ASSIGNED_AGENT, {}, []),
        (Role.ASSIGNED_AGENT, ANN, [("Ann", "assigned_agent")]),
        (Role.ASSIGNED_AGENT, {**ANN, **TEAM}, [("Ann", "assigned_agent")]),
        (Role.ASSIGNED_TEAM_MEMBER, ANN, []),
        (
            Role.ASSIGNED_TEAM_MEMBER,
            {**ANN, **TEAM},
            [("Tom", "assigned_team_member"), ("Tim", "assigned_team_member")],
        ),
        (Role.TEAM_LEAD, TEAM, [("Lea", "team_lead")]),
        # The assignee is the agent, else the members of the team; the name of the tick is recorded nowhere.
        (Role.ASSIGNEE, {}, []),
        (Role.ASSIGNEE, ANN, [("Ann", "assigned_agent")]),
        (Role.ASSIGNEE, {**ANN, **TEAM}, [("Ann", "assigned_agent")]),
        (Role.ASSIGNEE, TEAM, [("Tom", "assigned_team_member"), ("Tim", "assigned_team_member")]),
        # A message assigns nobody and mentions nobody.
        (Role.NEWLY_ASSIGNED_AGENT, ANN, []),
        (Role.MENTIONED_AGENT, ANN, []),
    ],
)
def test_who_is_in_a_role(role: Role, held_by: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    found = codes(decide(alert(role), message(ticket=ticket(**held_by))))
    assert [(name, recorded) for name, recorded, _ in found] == expected


def test_an_unavailable_assignee_is_not_replaced_by_the_team() -> None:
    held = message(ticket=ticket(agent=agent("Ann"), team=True))
    inactive = desk(agents={"Ann": {"active": False}})
    assert codes(decide(alert(Role.ASSIGNEE), held, inactive)) == [("Ann", "assigned_agent", "inactive")]


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        # Only what this act assigned is new: the ticket had its team, or its agent, before.
        (
            assigned(actor=acting("Ada"), agent=agent("Ann"), ticket=ticket(agent=agent("Ann"), team=True)),
            [("Ann", "assigned_agent")],
        ),
        (
            assigned(actor=acting("Ada"), team=Team(1, "Network"), ticket=ticket(agent=agent("Ann"), team=True)),
            [("Lea", "team_lead"), ("Tom", "assigned_team_member"), ("Tim", "assigned_team_member")],
        ),
        (
            assigned(
                actor=acting("Ada"),
                agent=agent("Ann"),
                team=Team(1, "Network"),
                ticket=ticket(agent=agent("Ann"), team=True),
            ),
            [
                ("Ann", "assigned_agent"),
                ("Lea", "team_lead"),
                ("Tom", "assigned_team_member"),
                ("Tim", "assigned_team_member"),
            ],
        ),
    ],
)
def test_an_assignment_speaks_to_the_newly_assigned(event: Event, expected: list[tuple[str, str]]) -> None:
    plugin = alert(Role.NEWLY_ASSIGNED_AGENT, Role.TEAM_LEAD, Role.ASSIGNED_TEAM_MEMBER)
    assert [(name, role) for name, role, _ in codes(decide(plugin, event))] == expected


def test_two_ticks_that_mean_the_same_pair_give_it_once() -> None:
    plugin = alert(Role.ASSIGNEE, Role.ASSIGNED_AGENT)
    assert codes(decide(plugin, message(ticket=ticket(agent=agent("Ann"))))) == [("Ann", "assigned_agent", "notified")]


def test_a_mention_speaks_to_the_mentioned() -> None:
    note = entry(acting("Bob"), kind=EntryKind.NOTE)
    event = happened(AgentMentioned, actor=acting("Bob"), agent=agent("Ann"), entry=note)
    assert codes(decide(alert(Role.MENTIONED_AGENT), event)) == [("Ann", "mentioned_agent", "notified")]
    assert codes(decide(alert(Role.MENTIONED_AGENT), happened(NotePosted, actor=acting("Bob"), entry=note))) == []


def test_a_transfer_speaks_to_the_target_department() -> None:
    target = DepartmentRecord(id=2, name="Billing", manager_id=ID["Sam"], members=(ID["Sue"],))
    moved = happened(
        TicketTransferred,
        actor=acting("Ada"),
        ticket=ticket(department=Department(2, "Billing")),
        before=Department(1, "Support"),
        after=Department(2, "Billing"),
    )
    decision = decide(
        alert(Role.DEPARTMENT_MANAGER, Role.DEPARTMENT_MEMBER), moved, desk(departments={1: SUPPORT, 2: target})
    )
    assert codes(decision) == [("Sam", "department_manager", "notified"), ("Sue", "department_member", "notified")]


def test_an_owner_without_an_organization_has_no_account_manager() -> None:
    alone = message(ticket=ticket(owner=OTHER))
    assert codes(decide(alert(Role.ACCOUNT_MANAGER), alone)) == []


def test_an_organization_without_an_account_manager_has_none() -> None:
    member = attrs.evolve(OWNER, organization=Organization(2, "Beta"))
    assert codes(decide(alert(Role.ACCOUNT_MANAGER), message(ticket=ticket(owner=member)))) == []


def test_end_users_of_a_message() -> None:
    plugin = autoresponder(Role.POSTER, Role.OWNER, Role.COLLABORATOR)
    decision = decide(plugin, message(actor=writing(OTHER)))
    assert [(each.person, each.address, each.roles) for each in decision.candidates] == [
        ("user:2", "carl@example.net", ("poster", "collaborator")),
        ("user:1", "olga@example.net", ("owner",)),
        ("user:2", "carl@example.net", ("collaborator",)),
    ]


def test_an_agent_is_no_poster() -> None:
    opened = created(actor=acting("Ann"), entry=None)
    assert codes(decide(autoresponder(Role.POSTER), opened)) == []


def test_a_refused_ticket_speaks_to_the_end_user_and_to_the_department() -> None:
    event = TicketRefused(
        id=7, act="act", at=NOW, actor=writing(), end_user=OWNER, department=Department(1, "Support"), reason="Spam"
    )
    assert codes(decide(autoresponder(Role.OWNER, Role.COLLABORATOR), event)) == [("Olga Owner", "owner", "notified")]
    assert codes(decide(alert(Role.DEPARTMENT_MANAGER, Role.ACCOUNT_MANAGER), event)) == [
        ("Mia", "department_manager", "notified")
    ]


def addresses_of(*found: str) -> Any:
    def resolve(about: Ticket) -> tuple[str, ...]:
        assert about.number == "100001"
        return found

    return resolve


def test_a_role_of_a_plugin_gives_agents_by_address_who_are_judged_like_all() -> None:
    roles = {"vip:friends": addresses_of("ANN@example.com", "sam@example.com", "x@example.net", "ann@example.com")}
    decision = decide(alert("vip:friends", Role.DEPARTMENT_MEMBER), message(), roles_of_plugins=roles)
    assert codes(decision)[:3] == [
        ("Ann", "vip:friends", "notified"),
        ("Sam", "vip:friends", "no_access"),
        ("x@example.net", "vip:friends", "no_access"),
    ]
    assert decision.candidates[0].roles == ("vip:friends", "department_member")
    assert decision.candidates[2].because == "x@example.net is not the address of an agent."


def test_a_role_that_nobody_registered_is_recorded() -> None:
    decision = decide(alert("vip:friends"), message())
    assert codes(decision) == [("", "vip:friends", "unknown_role")]
    assert decision.candidates[0].because == (
        "'test' names the role 'vip:friends', and there is nobody in it whom it could speak to."
    )


def test_a_role_of_a_plugin_is_not_for_end_users() -> None:
    roles = {"vip:friends": addresses_of("ann@example.com")}
    assert codes(decide(autoresponder("vip:friends"), message(), roles_of_plugins=roles)) == [
        ("", "vip:friends", "unknown_role")
    ]
    assert codes(decide(autoresponder(Role.DEPARTMENT_MANAGER), message())) == [
        ("", "department_manager", "unknown_role")
    ]

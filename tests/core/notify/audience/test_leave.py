"""Who stands in for somebody on leave, and who may open a ticket."""

from datetime import timedelta
from typing import Any

import attrs
import pytest

from deskbell.core.contract.events import NotePosted
from deskbell.core.contract.people import Role
from deskbell.core.contract.tickets import EntryKind, Ticket
from deskbell.core.notify.audience import may_open
from deskbell.core.store.directory import Profile, RecipientsMode, TeamMember, TeamRecord
from stand_ins.paper_desk import (
    ID,
    NOW,
    acting,
    agent,
    alert,
    codes,
    created,
    decide,
    desk,
    entry,
    happened,
    message,
    on_leave,
    ticket,
)

MANAGER, MEMBER = Role.DEPARTMENT_MANAGER, Role.DEPARTMENT_MEMBER


def test_the_substitute_is_a_candidate_in_the_same_role() -> None:
    decision = decide(alert(MANAGER), created(), desk(agents={"Mia": on_leave("Sue")}))
    assert codes(decision) == [("Mia", "department_manager", "on_leave"), ("Sue", "department_manager", "notified")]
    assert decision.candidates[1].because == "Sue is told as department manager, standing in for Mia."


def test_a_chain_of_leaves_is_followed() -> None:
    away = desk(agents={"Mia": on_leave("Sue"), "Sue": on_leave("Sam")})
    decision = decide(alert(MANAGER), created(), away)
    assert codes(decision) == [
        ("Mia", "department_manager", "on_leave"),
        ("Sue", "department_manager", "on_leave"),
        ("Sam", "department_manager", "notified"),
    ]
    assert decision.candidates[2].because == "Sam is told as department manager, standing in for Mia."


@pytest.mark.parametrize(
    ("agents", "expected"),
    [
        ({"Mia": on_leave("Sue"), "Sue": on_leave("Mia")}, ["Mia", "Sue"]),
        ({"Mia": on_leave("Mia")}, ["Mia"]),
        ({"Mia": on_leave("Sue"), "Sue": on_leave("Sam"), "Sam": on_leave("Sue")}, ["Mia", "Sue", "Sam"]),
    ],
)
def test_a_circle_of_substitutes_is_cut(agents: dict[str, Any], expected: list[str]) -> None:
    decision = decide(alert(MANAGER), created(), desk(agents=agents))
    assert codes(decision) == [(name, "department_manager", "on_leave") for name in expected]


@pytest.mark.parametrize(
    ("agents", "code"),
    [
        ({"Mia": on_leave("Sue"), "Sue": {"active": False}}, "inactive"),
        ({"Mia": on_leave("Bob")}, "actor"),
    ],
)
def test_the_substitute_is_judged_from_rule_4(agents: dict[str, Any], code: str) -> None:
    note = happened(NotePosted, actor=acting("Bob"), entry=entry(acting("Bob"), kind=EntryKind.NOTE))
    assert codes(decide(alert(MANAGER), note, desk(agents=agents)))[1][2] == code


def test_the_substitute_may_open_what_the_absent_may_open_and_nothing_else() -> None:
    """Sam, who has no access, is the last respondent; his substitute has none either."""
    note = happened(
        NotePosted,
        actor=acting("Bob"),
        entry=entry(acting("Bob"), kind=EntryKind.NOTE),
        ticket=ticket(last_respondent=agent("Sam")),
    )
    assert codes(decide(alert(Role.LAST_RESPONDENT), note, desk(agents={"Sam": on_leave("Sue")}))) == [
        ("Sam", "last_respondent", "on_leave"),
        ("Sue", "last_respondent", "no_access"),
    ]


def test_a_stand_in_gets_no_more_than_the_absent_would() -> None:
    """The flag and the mode that hold for a place hold for whoever fills it."""
    away = desk(agents={"Flo": on_leave("Sue"), "Ed": on_leave("Sam"), "Tim": on_leave("Sue")})
    decision = decide(alert(MEMBER, Role.ASSIGNED_TEAM_MEMBER), message(ticket=ticket(team=True)), away)
    assert codes(decision) == [
        ("Ann", "department_member", "notified"),
        ("Bob", "department_member", "notified"),
        ("Ed", "extended_member", "on_leave"),
        ("Sam", "extended_member", "recipients_mode"),
        ("Flo", "extended_member", "on_leave"),
        ("Sue", "extended_member", "membership_alerts_off"),
        ("Tom", "assigned_team_member", "notified"),
        ("Tim", "assigned_team_member", "on_leave"),
        ("Sue", "assigned_team_member", "team_alerts_off"),
    ]
    assert (
        decision.candidates[5].because == "The extended membership of Flo of department 'Support' has its alerts off."
    )
    assert decision.candidates[8].because == "The membership of Tim in team 'Network' has its alerts off."


def test_a_member_who_stands_in_for_a_member_is_judged_once() -> None:
    decision = decide(alert(MEMBER), created(), desk(agents={"Ann": on_leave("Bob")}))
    assert codes(decision)[:2] == [("Ann", "department_member", "on_leave"), ("Bob", "department_member", "notified")]
    assert decision.candidates[1].because == "Bob is told as department member."
    assert len(decision.candidates) == 4


def test_two_who_are_away_and_have_one_substitute_give_one_pair() -> None:
    decision = decide(alert(MEMBER), created(), desk(agents={"Ann": on_leave("Sue"), "Bob": on_leave("Sue")}))
    assert codes(decision)[:3] == [
        ("Ann", "department_member", "on_leave"),
        ("Sue", "department_member", "notified"),
        ("Bob", "department_member", "on_leave"),
    ]
    assert len(decision.candidates) == 5


def test_only_a_leave_brings_up_a_substitute() -> None:
    """Rule 3 comes first: whoever is not alerted anyway has nobody alerted instead."""
    away = desk(agents={"Ann": on_leave("Sue")})
    born_assigned = created(ticket=ticket(agent=agent("Sam")))
    assert "Sue" not in [name for name, _, _ in codes(decide(alert(MEMBER), born_assigned, away))]


def test_a_stand_in_is_told_of_a_ticket_that_is_born_assigned_in_other_roles() -> None:
    away = desk(agents={"Mia": on_leave("Sue")})
    born_assigned = created(ticket=ticket(agent=agent("Sam")))
    assert codes(decide(alert(MANAGER), born_assigned, away))[1] == ("Sue", "department_manager", "notified")


def test_a_substitute_who_is_a_candidate_as_well_is_told_once() -> None:
    decision = decide(alert(MANAGER, MEMBER), created(), desk(agents={"Mia": on_leave("Ann")}))
    assert codes(decision)[1:3] == [
        ("Ann", "department_manager", "notified"),
        ("Ann", "department_member", "duplicate_of"),
    ]


# Who may open a ticket


@pytest.mark.parametrize(
    ("name", "held_by", "expected"),
    [
        ("Ada", {}, True),
        ("Mia", {}, True),
        ("Ann", {}, True),
        ("Ed", {}, True),
        ("Flo", {}, True),
        ("Gus", {}, True),
        ("Sam", {}, False),
        ("Sam", {"agent": agent("Sam")}, True),
        ("Lea", {}, False),
        ("Lea", {"team": True}, True),
        ("Tim", {}, False),
        ("Tim", {"team": True}, True),
        # Nothing else gives access: not an answer in the past.
        ("Sam", {"last_respondent": agent("Sam")}, False),
    ],
)
def test_who_may_open_a_ticket(name: str, held_by: dict[str, Any], expected: bool) -> None:
    assert may_open(desk(), ticket=ticket(**held_by), agent_id=ID[name], moment=NOW) is expected


def test_the_recipients_mode_gives_and_takes_no_access() -> None:
    directory = desk(department={"recipients_mode": RecipientsMode.NOBODY})
    assert may_open(directory, ticket=ticket(), agent_id=ID["Ann"], moment=NOW)


def test_nobody_may_open_what_nobody_knows() -> None:
    assert not may_open(desk(), ticket=ticket(), agent_id=99, moment=NOW)


def opens(name: str, agents: dict[str, Any], *, on: Ticket | None = None, **moment: Any) -> bool:
    return may_open(
        desk(agents=agents, profile=Profile()),
        ticket=on or ticket(),
        agent_id=ID[name],
        moment=moment.get("moment", NOW),
    )


def test_a_substitute_has_access_while_the_leave_lasts() -> None:
    leave = {**on_leave("Sue"), "leave_until": NOW + timedelta(days=1)}
    assert opens("Sue", {"Mia": leave})
    assert not opens("Sam", {"Mia": leave})
    assert not opens("Sue", {"Mia": leave}, moment=NOW + timedelta(days=1))
    assert not opens("Sue", {"Mia": {"substitute_id": ID["Sue"]}})


def test_access_goes_along_a_chain_of_leaves() -> None:
    assert opens("Sam", {"Mia": on_leave("Sue"), "Sue": on_leave("Sam")})
    assert not opens("Sam", {"Mia": on_leave("Sue"), "Sue": {"substitute_id": ID["Sam"]}})
    assert opens("Sue", {"Mia": on_leave("Sue"), "Sue": on_leave("Mia")})
    assert not opens("Sue", {"Sue": on_leave("Sam"), "Sam": on_leave("Sue")})


def test_the_substitute_of_an_administrator_may_open_everything() -> None:
    elsewhere = attrs.evolve(ticket(), department=attrs.evolve(ticket().department, id=5))
    assert opens("Sue", {"Ada": on_leave("Sue")}, on=elsewhere)
    assert not opens("Sue", {"Mia": on_leave("Sue")}, on=elsewhere)


@pytest.mark.parametrize("first", ["Tim", "Tom"])
def test_who_stands_in_for_two_is_told_if_one_of_them_would_be(first: str) -> None:
    """Tim has the alerts of his membership off, Tom has not; the order in which they are listed must not matter."""
    second = "Tom" if first == "Tim" else "Tim"
    members = tuple(TeamMember(agent_id=ID[name], alerts=name == "Tom") for name in (first, second))
    directory = desk(
        agents={"Tim": on_leave("Lea"), "Tom": on_leave("Lea")},
        teams={1: TeamRecord(id=1, name="Network", lead_id=None, members=members)},
    )
    of = ticket(team=True, agent=agent("Lea"))
    decision = decide(alert(Role.ASSIGNED_TEAM_MEMBER), message(ticket=of), directory)
    assert sorted(codes(decision)) == [
        ("Lea", "assigned_team_member", "notified"),
        ("Tim", "assigned_team_member", "on_leave"),
        ("Tom", "assigned_team_member", "on_leave"),
    ]


def test_the_substitute_of_a_deactivated_administrator_may_open_nothing() -> None:
    directory = desk(agents={"Ada": {**on_leave("Sam"), "active": False}})
    assert not may_open(directory, ticket=ticket(), agent_id=ID["Sam"], moment=NOW)
    assert may_open(desk(agents={"Ada": on_leave("Sam")}), ticket=ticket(), agent_id=ID["Sam"], moment=NOW)

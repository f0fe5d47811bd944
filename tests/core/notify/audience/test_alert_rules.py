"""Each rule for alerts once with and once without effect, with the reason that is recorded."""

from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest

from deskbell.core.contract.events import Event, LoginFailuresExceeded, NotePosted, TicketOverdue
from deskbell.core.contract.kinds import Level
from deskbell.core.contract.people import SYSTEM, Actor, ActorKind, Agent, EndUser, Role, Team
from deskbell.core.contract.tickets import Department, EntryKind
from deskbell.core.store.directory import Directory, ExtendedMember, OptionRecord, Profile, RecipientsMode, TeamMember
from stand_ins.paper_desk import (
    ID,
    NETWORK,
    NOW,
    OTHER,
    acting,
    agent,
    alert,
    assigned,
    codes,
    created,
    decide,
    desk,
    entry,
    happened,
    message,
    on_leave,
    ticket,
    writing,
)

ADMIN, MANAGER, MEMBER = Role.ADMIN_ADDRESS, Role.DEPARTMENT_MANAGER, Role.DEPARTMENT_MEMBER
BOTH = RecipientsMode.MEMBERS_AND_EXTENDED


def note(*, actor: Actor, **facts: Any) -> Event:
    return happened(NotePosted, actor=actor, entry=entry(actor, kind=EntryKind.NOTE), **facts)


# Rule 2


def test_an_unselected_role_is_recorded_once_as_a_role() -> None:
    decision = decide(alert(MANAGER, unticked=(MEMBER,)), created())
    assert codes(decision) == [
        ("Mia", "department_manager", "notified"),
        ("", "department_member", "role_not_selected"),
    ]
    whole = decision.candidates[1]
    assert (whole.person, whole.address) == ("", "")
    assert whole.because == "The role 'department member' is not selected by default."


@pytest.mark.parametrize(
    ("level", "scope_id", "because"),
    [
        (Level.GLOBAL, 0, "The role 'department manager' is not selected for the whole desk."),
        (Level.DEPARTMENT, 1, "The role 'department manager' is not selected in department 'Support'."),
    ],
)
def test_a_tick_is_taken_from_the_department_of_the_ticket(level: Level, scope_id: int, because: str) -> None:
    off = OptionRecord(plugin="test", level=level, scope_id=scope_id, field="audience.department_manager", value=False)
    decision = decide(alert(MANAGER), created(), desk(options=(off,)))
    assert [(each.reason, each.because) for each in decision.candidates] == [("role_not_selected", because)]
    elsewhere = attrs.evolve(off, level=Level.DEPARTMENT, scope_id=2)
    assert codes(decide(alert(MANAGER), created(), desk(options=(elsewhere,)))) == [
        ("Mia", "department_manager", "notified")
    ]


def test_the_roles_of_a_notice_take_the_place_of_the_ticks() -> None:
    plugin = alert(MANAGER, ADMIN, unticked=(MEMBER,))
    decision = decide(plugin, created(), roles=(Role.ADMINISTRATOR, MEMBER, MANAGER))
    assert codes(decision) == [
        ("Mia", "department_manager", "notified"),
        ("", "admin_address", "role_not_selected"),
        ("Ann", "department_member", "notified"),
        ("Bob", "department_member", "notified"),
        ("Ed", "extended_member", "recipients_mode"),
        ("Flo", "extended_member", "membership_alerts_off"),
        ("Ada", "administrator", "notified"),
    ]
    assert decision.candidates[1].because == "'test' left the role 'admin address' out of this notice."


# Rule 3


@pytest.mark.parametrize("held_by", [{"agent": agent("Ann")}, {"team": True}, {"agent": agent("Sam"), "team": True}])
def test_members_are_not_alerted_of_a_ticket_that_is_born_assigned(held_by: dict[str, Any]) -> None:
    decision = decide(
        alert(ADMIN, MANAGER, MEMBER), created(ticket=ticket(**held_by)), desk(department={"recipients_mode": BOTH})
    )
    assert codes(decision) == [
        ("boss@example.com", "admin_address", "notified"),
        ("Mia", "department_manager", "notified"),
        ("Ann", "department_member", "assigned_at_creation"),
        ("Bob", "department_member", "assigned_at_creation"),
        ("Ed", "extended_member", "assigned_at_creation"),
        ("Flo", "extended_member", "assigned_at_creation"),
    ]


def test_the_sentence_names_the_assignee() -> None:
    decision = decide(alert(MEMBER), created(ticket=ticket(agent=agent("Ann"), team=True)))
    assert decision.candidates[0].because == (
        "The ticket was assigned to Ann at creation, so the department's members are not alerted."
    )
    decision = decide(alert(MEMBER), created(ticket=ticket(team=True)))
    assert "assigned to Network at creation" in decision.candidates[0].because


def test_members_are_alerted_of_an_unassigned_new_ticket_and_of_later_events() -> None:
    told = [("Ann", "department_member", "notified"), ("Bob", "department_member", "notified")]
    assert codes(decide(alert(MEMBER), created()))[:2] == told
    assert codes(decide(alert(MEMBER), message(ticket=ticket(agent=agent("Ann")))))[:2] == told


# Rule 4


@pytest.mark.parametrize(
    ("role", "ticket_of"),
    [
        (Role.DEPARTMENT_MANAGER, ticket()),
        (Role.ASSIGNED_AGENT, ticket(agent=agent("Mia"))),
        (Role.LAST_RESPONDENT, ticket(last_respondent=agent("Mia"))),
        (Role.ADMINISTRATOR, ticket()),
    ],
)
def test_nobody_is_told_of_the_own_act_in_whichever_role(role: Role, ticket_of: Any) -> None:
    directory = desk(agents={"Mia": {"is_admin": True}, "Ada": {"is_admin": False}})
    assert codes(decide(alert(role), note(actor=acting("Mia"), ticket=ticket_of), directory)) == [
        ("Mia", role.value, "actor")
    ]
    assert codes(decide(alert(role), note(actor=acting("Ann"), ticket=ticket_of), directory)) == [
        ("Mia", role.value, "notified")
    ]


@pytest.mark.parametrize("address", ["mia@example.com", "MIA@Example.COM"])
def test_the_admin_address_is_the_actors_when_it_is_the_actors_address(address: str) -> None:
    directory = desk(profile=Profile(admin_address=address))
    assert codes(decide(alert(ADMIN), note(actor=acting("Mia")), directory)) == [("Mia", "admin_address", "actor")]
    assert codes(decide(alert(ADMIN), note(actor=acting("Ann")), directory)) == [("Mia", "admin_address", "notified")]


def test_an_agent_who_writes_as_an_end_user_is_the_same_person_by_address() -> None:
    as_user = EndUser(9, "Mia M.", "Mia@Example.com")
    decision = decide(alert(MANAGER), message(actor=writing(as_user)))
    assert codes(decision) == [("Mia", "department_manager", "actor")]
    assert decision.candidates[0].because == "Mia is the one who did it."


def test_an_end_user_is_not_the_agent_of_the_same_number() -> None:
    """Agents and end users are numbered apart."""
    actor = Actor(ActorKind.END_USER, ID["Mia"], "Somebody", "somebody@example.net")
    assert codes(decide(alert(MANAGER), message(actor=actor))) == [("Mia", "department_manager", "notified")]


def test_a_forged_address_silences_nobody() -> None:
    forged = writing(EndUser(9, "Mia", "mia@example.com"), verified=False)
    assert codes(decide(alert(MANAGER), message(actor=forged))) == [("Mia", "department_manager", "notified")]
    unverified = message(actor=writing(EndUser(9, "Mia", "mia@example.com")), entry=entry(writing(), verified=False))
    assert codes(decide(alert(MANAGER), unverified)) == [("Mia", "department_manager", "notified")]


def test_the_system_is_nobody() -> None:
    decision = decide(alert(ADMIN, MANAGER), happened(TicketOverdue, actor=SYSTEM, due_at=NOW))
    assert [code for _, _, code in codes(decision)] == ["notified", "notified"]


# Rule 5


def test_the_inactive_are_not_told_and_have_no_substitute() -> None:
    directory = desk(agents={"Mia": {"active": False, **on_leave("Sue")}})
    decision = decide(alert(MANAGER), created(), directory)
    assert codes(decision) == [("Mia", "department_manager", "inactive")]
    assert decision.candidates[0].because == "The account of Mia is not active."


@pytest.mark.parametrize(
    ("start", "end", "code"),
    [
        (NOW, None, "on_leave"),
        (NOW + timedelta(seconds=1), None, "notified"),
        (NOW - timedelta(days=3), NOW, "notified"),
        (NOW - timedelta(days=3), NOW + timedelta(seconds=1), "on_leave"),
        (None, None, "notified"),
    ],
)
def test_a_leave_lasts_from_its_start_until_before_its_end(start: Any, end: Any, code: str) -> None:
    directory = desk(agents={"Mia": {"leave_from": start, "leave_until": end}})
    assert codes(decide(alert(MANAGER), created(), directory)) == [("Mia", "department_manager", code)]


def test_the_sentence_says_how_long_and_who_stands_in() -> None:
    until = datetime(2026, 3, 9, 7, 30, tzinfo=UTC)
    away = desk(agents={"Mia": {**on_leave("Sue"), "leave_until": until}})
    assert decide(alert(MANAGER), created(), away).candidates[0].because == (
        "Mia is on leave until 2026-03-09 07:30 UTC; Sue stands in."
    )
    away = desk(agents={"Mia": on_leave()})
    assert decide(alert(MANAGER), created(), away).candidates[0].because == (
        "Mia is on leave until further notice; nobody stands in."
    )


# Rule 6


def test_who_may_not_open_the_ticket_is_not_told() -> None:
    event = note(actor=acting("Ann"), ticket=ticket(last_respondent=agent("Sam")))
    decision = decide(alert(Role.LAST_RESPONDENT), event)
    assert codes(decision) == [("Sam", "last_respondent", "no_access")]
    assert decision.candidates[0].because == "Sam may not open this ticket."


def test_who_may_open_the_ticket_is_told() -> None:
    event = note(actor=acting("Ann"), ticket=ticket(last_respondent=agent("Ed")))
    assert codes(decide(alert(Role.LAST_RESPONDENT), event)) == [("Ed", "last_respondent", "notified")]


# Rule 7


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        (RecipientsMode.MEMBERS, ["notified", "notified", "recipients_mode", "membership_alerts_off"]),
        (BOTH, ["notified", "notified", "notified", "membership_alerts_off"]),
        (
            RecipientsMode.NOBODY,
            ["recipients_mode", "recipients_mode", "recipients_mode", "membership_alerts_off"],
        ),
    ],
)
def test_all_members_are_candidates_and_the_mode_says_who_counts(mode: RecipientsMode, expected: list[str]) -> None:
    decision = decide(alert(MEMBER), created(), desk(department={"recipients_mode": mode}))
    people = [
        ("Ann", "department_member"),
        ("Bob", "department_member"),
        ("Ed", "extended_member"),
        ("Flo", "extended_member"),
    ]
    assert codes(decision) == [(*who, code) for who, code in zip(people, expected, strict=True)]


def test_the_mode_silences_nobody_but_members() -> None:
    directory = desk(department={"recipients_mode": RecipientsMode.NOBODY})
    decision = decide(
        alert(MANAGER, Role.ASSIGNED_AGENT, Role.LAST_RESPONDENT, Role.TEAM_LEAD),
        note(actor=acting("Ada"), ticket=ticket(agent=agent("Ann"), last_respondent=agent("Bob"), team=True)),
        directory,
    )
    assert [code for _, _, code in codes(decision)] == ["notified"] * 4


def test_a_primary_member_is_never_judged_as_an_extended_one() -> None:
    directory = desk(department={"extended": (ExtendedMember(agent_id=ID["Ann"], alerts=False),)})
    assert codes(decide(alert(MEMBER), created(), directory)) == [
        ("Ann", "department_member", "notified"),
        ("Bob", "department_member", "notified"),
    ]


def test_a_manager_who_is_a_member_is_one_of_the_members() -> None:
    directory = desk(department={"manager_id": ID["Ann"]})
    assert codes(decide(alert(MEMBER), created(), directory))[0] == ("Ann", "department_member", "notified")


def test_the_sentences_of_rule_7_name_department_and_team() -> None:
    directory = desk(department={"recipients_mode": RecipientsMode.NOBODY})
    because = [each.because for each in decide(alert(MEMBER), created(), directory).candidates]
    assert because[0] == "Department 'Support' counts nobody for alerts, so no department member is told."
    assert because[3] == "The extended membership of Flo of department 'Support' has its alerts off."
    because = [each.because for each in decide(alert(MEMBER), created()).candidates]
    assert (
        because[2] == "Department 'Support' counts only its primary members for alerts, so no extended member is told."
    )


def test_the_own_flag_refuses_a_team_member_but_not_the_lead() -> None:
    lead_with_flag_off = attrs.evolve(NETWORK, members=(*NETWORK.members, TeamMember(agent_id=ID["Lea"], alerts=False)))
    decision = decide(
        alert(Role.TEAM_LEAD, Role.ASSIGNED_TEAM_MEMBER),
        message(ticket=ticket(team=True)),
        desk(teams={1: lead_with_flag_off}),
    )
    assert codes(decision) == [
        ("Lea", "team_lead", "notified"),
        ("Tom", "assigned_team_member", "notified"),
        ("Tim", "assigned_team_member", "team_alerts_off"),
        ("Lea", "assigned_team_member", "team_alerts_off"),
    ]
    assert decision.candidates[2].because == "The membership of Tim in team 'Network' has its alerts off."


def test_the_switch_of_the_team_refuses_members_and_lead() -> None:
    silent = desk(teams={1: attrs.evolve(NETWORK, alerts=False)})
    decision = decide(alert(Role.TEAM_LEAD, Role.ASSIGNED_TEAM_MEMBER), message(ticket=ticket(team=True)), silent)
    assert [code for _, _, code in codes(decision)] == ["team_alerts_off"] * 3
    assert {each.because for each in decision.candidates} == {"Team 'Network' has its alerts off."}


def test_a_silent_team_silences_nobody_in_another_role() -> None:
    silent = desk(teams={1: attrs.evolve(NETWORK, alerts=False)})
    event = message(ticket=ticket(team=True, agent=agent("Tom"), last_respondent=agent("Lea")))
    assert codes(decide(alert(Role.ASSIGNED_AGENT, Role.LAST_RESPONDENT), event, silent)) == [
        ("Tom", "assigned_agent", "notified"),
        ("Lea", "last_respondent", "notified"),
    ]


# The order of the rules: the first that applies is the one recorded.


def test_an_unselected_role_is_not_judged_further() -> None:
    """Rule 2 before rule 3."""
    born_assigned = created(ticket=ticket(agent=agent("Ann")))
    assert codes(decide(alert(unticked=(MEMBER,)), born_assigned)) == [("", "department_member", "role_not_selected")]


@pytest.mark.parametrize(
    ("agents", "event", "mode", "expected"),
    [
        # 3 before 4
        ({}, created(actor=acting("Ann"), ticket=ticket(agent=agent("Bob"))), BOTH, "assigned_at_creation"),
        # 4 before 5
        ({"Ann": {"active": False}}, note(actor=acting("Ann")), BOTH, "actor"),
        ({"Ann": on_leave("Sue")}, note(actor=acting("Ann")), BOTH, "actor"),
        # inactive before on leave
        ({"Ann": {**on_leave(), "active": False}}, message(), BOTH, "inactive"),
        # 5 before 7
        ({"Ann": on_leave()}, message(), RecipientsMode.NOBODY, "on_leave"),
        ({}, message(), RecipientsMode.NOBODY, "recipients_mode"),
    ],
)
def test_the_first_rule_that_applies_is_recorded(
    agents: Any, event: Event, mode: RecipientsMode, expected: str
) -> None:
    directory = desk(agents=agents, department={"recipients_mode": mode})
    assert codes(decide(alert(MEMBER), event, directory))[0] == ("Ann", "department_member", expected)


def test_access_is_judged_before_the_flag_of_a_membership() -> None:
    """Rule 6 before rule 7: the ticket's own team is another one than the act assigned."""
    event = assigned(actor=acting("Ada"), team=Team(1, "Network"), ticket=ticket(team=False))
    assert codes(decide(alert(Role.ASSIGNED_TEAM_MEMBER), event)) == [
        ("Tom", "assigned_team_member", "no_access"),
        ("Tim", "assigned_team_member", "no_access"),
    ]


# The admin address


@pytest.mark.parametrize(
    "facts", [{"active": False}, on_leave(), on_leave("Sue")], ids=["inactive", "on leave", "on leave with substitute"]
)
def test_nothing_of_the_agent_silences_the_admin_address(facts: dict[str, Any]) -> None:
    """Sam has no access either; as administrator he would be refused, as admin address he is told."""
    directory = desk(profile=Profile(admin_address="Sam@Example.com"), agents={"Sam": facts})
    assert codes(decide(alert(ADMIN), created(ticket=ticket(team=True)), directory)) == [
        ("Sam", "admin_address", "notified")
    ]


def test_the_admin_address_keeps_its_own_spelling_and_is_the_agent() -> None:
    directory = desk(profile=Profile(admin_address="Sam@Example.com"))
    [candidate] = decide(alert(ADMIN), created(), directory).candidates
    assert (candidate.person, candidate.address) == (f"agent:{ID['Sam']}", "Sam@Example.com")


def test_an_admin_address_that_is_no_agents_is_a_person_of_its_own() -> None:
    [candidate] = decide(alert(ADMIN), created()).candidates
    assert (candidate.person, candidate.name, candidate.address) == ("address:boss@example.com", "", "boss@example.com")


def test_a_desk_without_an_admin_address_says_so() -> None:
    decision = decide(alert(ADMIN), created(), desk(profile=Profile()))
    assert codes(decision) == [("", "admin_address", "no_address")]
    assert decision.candidates[0].because == "The desk has no admin address."


# Roles that do not fit


def test_an_alert_never_speaks_to_an_end_user() -> None:
    decision = decide(alert(Role.OWNER, Role.COLLABORATOR, Role.POSTER, MANAGER), message(actor=writing(OTHER)))
    assert codes(decision) == [
        ("", "owner", "unknown_role"),
        ("", "collaborator", "unknown_role"),
        ("", "poster", "unknown_role"),
        ("Mia", "department_manager", "notified"),
    ]


def test_an_event_of_no_department_has_no_members() -> None:
    gone = message(ticket=ticket(department=Department(5, "Closed down")))
    assert codes(decide(alert(MANAGER, MEMBER), gone)) == []


def test_an_agent_who_is_gone_is_no_candidate() -> None:
    gone = Agent(99, "Gone", "gone@example.com")
    assert codes(decide(alert(Role.ASSIGNED_AGENT), message(ticket=ticket(agent=gone)))) == []


def test_the_same_question_has_the_same_answer() -> None:
    plugin, event, directory = alert(ADMIN, MANAGER, MEMBER), created(), desk()
    assert decide(plugin, event, directory) == decide(plugin, event, directory)


def test_a_decision_names_event_and_plugin() -> None:
    decision = decide(alert(MANAGER), created(), name="my-alert")
    assert (decision.event_id, decision.plugin, decision.reason) == (7, "my-alert", "")
    assert decision.notified[0].because == "Mia is told as department manager."


def test_an_alert_about_no_ticket_asks_nobody_for_access() -> None:
    event = LoginFailuresExceeded(id=1, act="a", at=NOW, actor=SYSTEM, counters=("x",), failures=11, window_seconds=900)
    sam_is_admin = desk(agents={"Sam": {"is_admin": True}})
    assert codes(decide(alert(Role.ADMINISTRATOR, MEMBER), event, sam_is_admin)) == [
        ("Ada", "administrator", "notified"),
        ("Sam", "administrator", "notified"),
    ]


def test_an_empty_directory_breaks_nothing() -> None:
    every_role = [role for role in Role if role not in (Role.OWNER, Role.POSTER, Role.COLLABORATOR)]
    decision = decide(alert(*every_role), message(ticket=ticket(agent=agent("Ann"), team=True)), Directory())
    assert codes(decision) == [
        ("", "extended_member", "unknown_role"),
        ("", "admin_address", "no_address"),
    ]

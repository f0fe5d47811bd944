"""Why somebody was not told, also somebody whom no rule ever looked at."""

from typing import Any

import pytest

from deskbell.core.contract.decisions import Candidate, Decision
from deskbell.core.contract.events import Event
from deskbell.core.contract.kinds import Plugin
from deskbell.core.contract.people import Role
from deskbell.core.notify.audience import answers_for
from deskbell.core.store.directory import Directory, Profile
from stand_ins.paper_desk import (
    ID,
    NOW,
    OTHER,
    acting,
    agent,
    alert,
    autoresponder,
    created,
    decide,
    desk,
    message,
    on_leave,
    ticket,
)

MANAGER, MEMBER, ADMIN = Role.DEPARTMENT_MANAGER, Role.DEPARTMENT_MEMBER, Role.ADMIN_ADDRESS


def asked(
    address: str,
    plugin: Plugin,
    event: Event,
    directory: Directory | None = None,
    *,
    installed: bool = True,
    decision: Decision | None = None,
) -> tuple[Candidate, ...]:
    directory = directory or desk()
    decision = decision or decide(plugin, event, directory)
    return answers_for(directory, event, plugin if installed else None, decision, address, moment=NOW)


def short(answers: tuple[Candidate, ...]) -> list[tuple[str, tuple[str, ...], str]]:
    return [(each.person, each.roles, each.reason) for each in answers]


def test_a_candidate_has_the_answers_that_were_recorded() -> None:
    directory = desk(department={"manager_id": ID["Ann"]})
    plugin, event = alert(MANAGER, MEMBER), created()
    decision = decide(plugin, event, directory)
    answers = asked("ANN@example.com", plugin, event, directory)
    assert answers == (decision.candidates[0], decision.candidates[1])
    assert [each.reason for each in answers] == ["", "duplicate_of"]


def test_the_admin_address_has_its_answer() -> None:
    assert short(asked("Boss@example.com", alert(ADMIN), created())) == [
        ("address:boss@example.com", ("admin_address",), "")
    ]
    both = desk(profile=Profile(admin_address="mia@example.com"))
    answers = asked("mia@example.com", alert(ADMIN, MANAGER), created(), both)
    assert short(answers) == [
        ("agent:3", ("admin_address", "department_manager"), ""),
        ("agent:3", ("department_manager",), "duplicate_of"),
    ]


def test_a_plugin_judged_as_a_whole_answers_everybody_with_its_reason() -> None:
    off = Decision(event_id=7, plugin="test", reason="plugin_off:topic", because="'test' is switched off.")
    [answer] = asked("ann@example.com", alert(MANAGER), created(), decision=off)
    assert (answer.person, answer.name, answer.reason, answer.because) == (
        "agent:1",
        "Ann",
        "plugin_off:topic",
        "'test' is switched off.",
    )
    [answer] = asked("nobody@example.org", alert(MANAGER), created(), decision=off)
    assert (answer.person, answer.address, answer.reason) == (
        "address:nobody@example.org",
        "nobody@example.org",
        "plugin_off:topic",
    )


@pytest.mark.parametrize("installed", [True, False])
def test_membership_is_worked_out_for_a_role_that_was_not_selected(installed: bool) -> None:
    plugin, event = alert(MANAGER, unticked=(MEMBER, Role.ADMINISTRATOR)), created()
    assert short(asked("ann@example.com", plugin, event, installed=installed)) == [
        ("agent:1", ("department_member",), "role_not_selected")
    ]
    [answer] = asked("flo@example.com", plugin, event, installed=installed)
    assert (answer.roles, answer.because) == (
        ("extended_member",),
        "The role 'department member' is not selected by default.",
    )
    assert short(asked("ada@example.com", plugin, event, installed=installed)) == [
        ("agent:10", ("administrator",), "role_not_selected")
    ]


def test_every_role_that_was_not_selected_is_answered() -> None:
    directory = desk(department={"manager_id": ID["Ann"]})
    assert short(asked("ann@example.com", alert(unticked=(MANAGER, MEMBER)), created(), directory)) == [
        ("agent:1", ("department_manager",), "role_not_selected"),
        ("agent:1", ("department_member",), "role_not_selected"),
    ]


def test_a_tick_is_answered_under_the_name_of_the_role_behind_it() -> None:
    event = message(ticket=ticket(agent=agent("Sam")))
    assert short(asked("sam@example.com", alert(unticked=(Role.ASSIGNEE,)), event)) == [
        ("agent:12", ("assigned_agent",), "role_not_selected")
    ]


def test_a_substitute_is_told_about_the_place_that_would_have_been_filled() -> None:
    away = desk(agents={"Mia": on_leave("Sue")})
    assert short(asked("sue@example.com", alert(unticked=(MANAGER,)), created(), away)) == [
        ("agent:11", ("department_manager",), "role_not_selected")
    ]
    assert short(asked("sue@example.com", alert(unticked=(MANAGER,)), created())) == [
        ("agent:11", (), "not_a_candidate")
    ]


def test_somebody_in_no_role_is_told_which_roles_there_were() -> None:
    [answer] = asked("sam@example.com", alert(MANAGER, unticked=(MEMBER,)), created())
    assert (answer.person, answer.roles, answer.reason) == ("agent:12", (), "not_a_candidate")
    assert answer.because == (
        "Sam was in none of the roles that 'test' speaks to: department manager, department member."
    )


def test_an_address_that_nobody_knows_has_an_answer_too() -> None:
    [answer] = asked("x@example.org", alert(MANAGER), created())
    assert (answer.person, answer.name, answer.reason) == ("address:x@example.org", "", "not_a_candidate")
    assert answer.because == "x@example.org was in none of the roles that 'test' speaks to: department manager."


def test_a_decision_without_a_candidate_says_so() -> None:
    [answer] = asked("ann@example.com", alert(Role.ASSIGNEE), created())
    assert (answer.reason, answer.because) == (
        "not_a_candidate",
        "There was nobody in any role that 'test' speaks to.",
    )


@pytest.mark.parametrize("installed", [True, False])
@pytest.mark.parametrize(
    ("address", "person", "roles", "reason"),
    [
        ("olga@example.net", "user:1", ("owner",), ""),
        ("CARL@example.net", "user:2", ("collaborator",), "role_not_selected"),
        ("mia@example.com", "agent:3", (), "not_a_candidate"),
    ],
)
def test_end_users_are_found_by_their_part_in_the_ticket(
    address: str, person: str, roles: tuple[str, ...], reason: str, installed: bool
) -> None:
    plugin = autoresponder(Role.OWNER, unticked=(Role.COLLABORATOR,))
    assert short(asked(address, plugin, created(), installed=installed)) == [(person, roles, reason)]


def test_a_participant_is_known_by_name_to_an_alert_as_well() -> None:
    [answer] = asked(OTHER.address, alert(MANAGER), created())
    assert (answer.person, answer.name, answer.reason) == ("user:2", "Carl Copied", "not_a_candidate")


def test_the_actor_is_answered_with_the_own_act() -> None:
    answers: Any = asked("mia@example.com", alert(MANAGER), created(actor=acting("Mia"), entry=None))
    assert short(answers) == [("agent:3", ("department_manager",), "actor")]

"""What would change this? Every reason has a remedy, and what a remedy says to type is there to be typed."""

import ast
import re
import shlex
from pathlib import Path

import attrs
import click
import pytest

from deskbell.core.cli import cli
from deskbell.core.contract.decisions import Candidate, Outcome
from deskbell.core.contract.events import Event, Incoming
from deskbell.core.contract.kinds import Level, Plugin, Switch
from deskbell.core.contract.people import Role
from deskbell.core.contract.tickets import HelpTopic, Mailbox
from deskbell.core.notify.remedies import REASONS, REMEDIES, what_would_change
from deskbell.core.store.directory import DepartmentRecord, Directory, SwitchRecord, TeamRecord
from stand_ins.paper_desk import ID, acting, agent, alert, autoresponder, created, desk, message, system_alert, ticket

CORE = Path(__file__).parent.parent.parent.parent / "core"
MAIL = Incoming(Mailbox(1, "support", "support@example.com"), check="auto_submitted")
EVENT = created(ticket=ticket(topic=HelpTopic(1, "Printers"), agent=agent("Ann"), team=True), incoming=MAIL, entry=None)
MANAGER, MEMBER, ADMIN = Role.DEPARTMENT_MANAGER, Role.DEPARTMENT_MEMBER, Role.ADMIN_ADDRESS


def who(name: str = "Mia", role: str = MANAGER) -> Candidate:
    return Candidate(
        person=f"agent:{ID[name]}",
        name=name,
        address=f"{name.lower()}@example.com",
        roles=(role,),
        outcome=Outcome.REFUSED,
    )


def change(
    reason: str,
    candidate: Candidate | None = None,
    *,
    event: Event = EVENT,
    kind: Plugin | None = None,
    directory: Directory | None = None,
    outcome: Outcome = Outcome.REFUSED,
) -> str:
    return what_would_change(
        reason,
        outcome=outcome,
        event=event,
        plugin="test",
        kind=kind or alert(MANAGER, MEMBER),
        directory=directory or desk(),
        candidate=candidate,
    )


def test_rfc_14_a_cap_names_its_setting_and_when_there_is_room_again() -> None:
    person = "Mailbox 'support' gave a@b.example 5 automatic answers within an hour; the next is possible from {} on."
    said = _about_cap(person.format("2026-03-02 10:00 UTC"))
    assert said == (
        "Time alone, from 2026-03-02 10:00 UTC on, or higher caps: answers_per_hour or answers_per_day under [settings] "
        "(deskbell apply FILE; 0 lifts it)."
    )
    mailbox = "Mailbox 'support' gave as many automatic answers within an hour as it may; this one is held until {}."
    assert _about_cap(mailbox.format("2026-03-02 10:00 UTC")) == (
        "Time alone, or a higher cap: mailbox_answers_per_hour under [settings] (deskbell apply FILE; 0 lifts it)."
    )


def _about_cap(because: str) -> str:
    return _about("rate_capped", because)


def _about(reason: str, because: str) -> str:
    return what_would_change(
        reason,
        outcome=Outcome.REFUSED,
        event=EVENT,
        plugin="test",
        kind=autoresponder(Role.OWNER),
        directory=desk(),
        candidate=who(),
        because=because,
    )


@pytest.mark.parametrize(
    ("reason", "because", "expected"),
    [
        (
            "banned",
            "sender@bulk.example is banned.",
            "Lift the ban: deskbell bans lift sender@bulk.example; that of its domain: deskbell bans lift @bulk.example",
        ),
        (
            "address_suppressed",
            "sender@bulk.example has been getting no mail since 2026-03-01 09:00 UTC (complaint).",
            "When mail reaches sender@bulk.example again: deskbell suppressions release sender@bulk.example",
        ),
    ],
)
def test_rfc_10_a_guard_is_lifted_from_the_address_that_it_is_about(reason: str, because: str, expected: str) -> None:
    assert _about(reason, because) == expected


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("candidate", [None, who()], ids=["plugin", "person"])
def test_every_reason_has_one_sentence(reason: str, candidate: Candidate | None) -> None:
    said = change(reason, candidate)
    assert "\n" not in said
    assert said[0].isupper() or said[0] == "'"
    assert not said.startswith("Nothing that the desk knows of")


def test_the_list_has_every_code_with_a_remedy_and_no_other() -> None:
    assert {reason.partition(":")[0] for reason in REASONS} == set(REMEDIES)
    assert len(set(REASONS)) == len(REASONS)


def test_every_code_that_the_code_writes_is_in_the_list() -> None:
    """Read from the sources: the first argument of a verdict, and what is given or compared as `reason`."""
    found: set[str] = set()
    for file in (CORE / "notify").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            found |= _codes(node)
    assert {"actor", "no_address", "plugin_off", "plugin_failed", "once_per_window", "shadow"} <= found
    assert found - {""} <= set(REMEDIES)


def _codes(node: ast.AST) -> set[str]:
    if isinstance(node, ast.Call):
        name = getattr(node.func, "id", "")
        given = [word.value for word in node.keywords if word.arg == "reason"]
        return {_text(each) for each in [*(node.args[:1] if name == "Verdict" else []), *given]}
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple):
        named = [getattr(each, "id", "") for each in node.targets[0].elts]
        if named[:1] == ["reason"] and isinstance(node.value, ast.Tuple):
            return {_text(node.value.elts[0])}
    return set()


def _text(node: ast.expr) -> str:
    """The code before the colon of a literal, or of the beginning of an f-string."""
    if isinstance(node, ast.JoinedStr):
        node = node.values[0]
    return str(node.value).partition(":")[0] if isinstance(node, ast.Constant) else ""


@pytest.mark.parametrize("reason", ["", *REASONS])
def test_the_commands_that_a_remedy_names_exist(reason: str) -> None:
    for command in _commands(reason):
        _parse(command)


def test_remedies_name_commands() -> None:
    """So that the look for them above finds what it looks for."""
    groups = {command.split()[0] for reason in REASONS for command in _commands(reason)}
    assert groups >= {"plugins", "apply"}


def _commands(reason: str) -> list[str]:
    kinds = (alert(MANAGER, MEMBER), autoresponder(Role.OWNER), system_alert(ADMIN))
    said = [
        change(reason, candidate, kind=kind, outcome=Outcome.REFUSED if reason else Outcome.NOTIFIED)
        for kind in kinds
        for candidate in (None, who(), who("Ann", MEMBER))
    ]
    return [command for sentence in said for command in re.findall(r"deskbell ((?:[^;,.()]|\.(?=\w))+)", sentence)]


def _parse(command: str) -> None:
    """Refused by click when there is no such command, argument or option."""
    words = shlex.split(command.removesuffix(" "))
    group: click.Command = cli
    context = click.Context(cli)
    while isinstance(group, click.Group):
        name, found, words = group.resolve_command(context, words)
        assert found is not None, name
        group, context = found, click.Context(found, parent=context)
    if words and words[-1] == "FILE":
        return
    group.make_context(group.name, words, parent=context)


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("plugin_off:department", "Switch it on: deskbell plugins switch test on --department 'Support'"),
        ("plugin_off:topic", "Let it inherit again: deskbell plugins switch test inherit --topic 'Printers'"),
        ("plugin_off:mailbox", "Let it inherit again: deskbell plugins switch test inherit --mailbox 'support'"),
        ("plugin_off:global", "Switch it on for the whole desk: deskbell plugins switch test on"),
        ("plugin_quarantined", "When its fault is mended, take it back into use: deskbell plugins retry test"),
        ("shadow:department", "End its shadow, so that it is sent: deskbell plugins switch test inherit --department 'Support'"),
        ("shadow:global", "End its shadow, so that it is sent: deskbell plugins switch test on"),
        ("no_plugin", "Install or write a plugin that implements the hook 'ticket_created': deskbell plugins list"),
        ("not_rung", "Ring what waits: deskbell work --once"),
    ],
)  # fmt: skip
def test_a_plugin_as_a_whole(reason: str, said: str) -> None:
    assert change(reason) == said


def test_what_is_opt_in_is_switched_on_where_the_ticket_is() -> None:
    opt_in = desk(switches=(SwitchRecord(plugin="test", level=Level.GLOBAL, position=Switch.OPT_IN),))
    said = "Switch it on for this department: deskbell plugins switch test on --department 'Support'"
    assert change("plugin_off:global", directory=opt_in) == said


def test_a_shadow_is_ended_where_it_was_set_and_changes_nothing_else() -> None:
    rows = (
        SwitchRecord(plugin="test", level=Level.GLOBAL, position=Switch.OPT_IN, shadow=True),
        SwitchRecord(plugin="test", level=Level.DEPARTMENT, scope_id=2, position=Switch.ON, shadow=True),
    )
    places = {
        1: DepartmentRecord(id=1, name="Support", parent_id=2),
        2: DepartmentRecord(id=2, name="House"),
    }
    shadowed = desk(switches=rows, departments=places)
    assert change("shadow:global", directory=shadowed).endswith(": deskbell plugins switch test opt-in")
    said = change("shadow:department", directory=shadowed)
    assert said.endswith(": deskbell plugins switch test on --department 'House'")


def test_a_role_is_ticked_where_the_ticket_is() -> None:
    untold = attrs.evolve(who(), person="", name="", address="", roles=(MEMBER,))
    kind = alert(MANAGER, unticked=(MEMBER,))
    said = "Select the role: deskbell plugins set test audience.department_member true --department 'Support'"
    assert change("role_not_selected", untold, kind=kind) == said
    ticked = change("role_not_selected", untold, kind=alert(MEMBER))
    assert ticked == "Nothing: the role is selected, and 'test' left it out of this notice."


@pytest.mark.parametrize(
    ("reason", "name", "role", "words"),
    [
        ("no_access", "Sue", MANAGER, ['[departments."Support"]', '"sue@example.com"']),
        ("on_leave", "Mia", MANAGER, ['[agents."mia@example.com"]', 'leave_until = ""', "substitute"]),
        ("inactive", "Mia", MANAGER, ['[agents."mia@example.com"]', "active = true"]),
        ("membership_alerts_off", "Flo", "extended_member", ['[departments."Support".extended."flo@example.com"]']),
        ("team_alerts_off", "Tim", "assigned_team_member", ['[teams."Network"]', 'without "tim@example.com"']),
        ("recipients_mode", "Ed", "extended_member", ['recipients_mode = "members_and_extended"']),
        ("recipients_mode", "Ann", "department_member", ['recipients_mode = "members"']),
        ("actor", "Ann", MEMBER, ["nobody is told of the own act"]),
        ("automatic_message:auto_submitted", "Ann", MEMBER, ["No setting", "Auto-Submitted"]),
        ("automatic_message:not_addressed", "Ann", MEMBER, ['[mailboxes."support"]', "answer_unaddressed = true"]),
        ("filtered", "Ann", MEMBER, ["'autoresponse = false'", "deskbell filters list --department 'Support'"]),
        ("assigned_at_creation", "Ann", MEMBER, ['[topics."Printers"]', 'team = ""']),
    ],
)  # fmt: skip
def test_a_person(reason: str, name: str, role: str, words: list[str]) -> None:
    said = change(reason, who(name, role))
    assert [word for word in words if word not in said] == []


def test_a_team_with_its_alerts_off_is_turned_on_as_a_whole() -> None:
    silent = desk(teams={1: TeamRecord(id=1, name="Network", alerts=False)})
    assert '[teams."Network"]' in change("team_alerts_off", who("Tom", "assigned_team_member"), directory=silent)
    assert "alerts = true" in change("team_alerts_off", who("Tom", "assigned_team_member"), directory=silent)


def test_a_window_ends_by_itself() -> None:
    said = attrs.evolve(who(), because="The same was said; it is said once, so not again before 2026-03-03 09:00 UTC.")
    told = what_would_change(
        "once_per_window", outcome=Outcome.REFUSED, event=EVENT, plugin="test", kind=None, directory=desk(),
        candidate=said, because=said.because,
    )  # fmt: skip
    assert told == "Time alone: it may be said again from 2026-03-03 09:00 UTC on."


def test_who_is_told_can_be_left_out() -> None:
    said = change("", who(), outcome=Outcome.NOTIFIED)
    assert said.endswith("deskbell plugins set test audience.department_manager false --department 'Support'")


def test_a_reason_of_a_strangers_plugin_gets_a_sensible_sentence() -> None:
    assert "deskbell plugins show vacation" in change("vacation:beach", who())
    assert change("odd", who()) == "Nothing that the desk knows of: 'test' gave the reason 'odd'."


def test_names_are_quoted_for_the_shell() -> None:
    odd = desk(department={"name": "Ann's place"})
    event = message(actor=acting("Ann"))
    command = change("plugin_off:department", event=event, directory=odd).partition(": ")[2]
    assert shlex.split(command)[-2:] == ["--department", "Ann's place"]

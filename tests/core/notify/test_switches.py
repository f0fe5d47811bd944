"""Switches at four levels, shadow, options and ticks: what is in force where, and which setting said so."""

from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskbell.core.contract.errors import InvalidValue
from deskbell.core.contract.kinds import AgentAlert, Autoresponder, Correspondence, Level, Plugin, Switch, SystemAlert
from deskbell.core.contract.people import Role
from deskbell.core.notify import switches
from deskbell.core.notify.switches import Effective, Provenance
from deskbell.core.store.directory import (
    DepartmentRecord,
    Directory,
    MailboxRecord,
    OptionRecord,
    SwitchRecord,
    TopicRecord,
)

GLOBAL, DEPARTMENT, TOPIC, MAILBOX = Level.GLOBAL, Level.DEPARTMENT, Level.TOPIC, Level.MAILBOX
ON, OFF, OPT_IN, INHERIT = Switch.ON, Switch.OFF, Switch.OPT_IN, Switch.INHERIT

# Company > Billing > Refunds
TREE = {
    1: DepartmentRecord(id=1, name="Company"),
    2: DepartmentRecord(id=2, name="Billing", parent_id=1),
    3: DepartmentRecord(id=3, name="Refunds", parent_id=2),
}
REFUNDS = 3


class OffByDefault(Autoresponder):
    default = OFF


class OptInByDefault(AgentAlert):
    default = OPT_IN


def row(level: Level, scope_id: int, position: Switch | None = None, shadow: bool | None = None) -> SwitchRecord:
    return SwitchRecord(plugin="p", level=level, scope_id=scope_id, position=position, shadow=shadow)


def directory(*rows: SwitchRecord, **parts: Any) -> Directory:
    return Directory(
        departments=TREE,
        topics={7: TopicRecord(id=7, name="Password")},
        mailboxes={9: MailboxRecord(id=9, name="sales", address="sales@example.com", department_id=1)},
        switches=rows,
        **parts,
    )


def at_refunds(*rows: SwitchRecord, kind: type[Plugin] = Autoresponder) -> Effective:
    return switches.resolve(directory(*rows), plugin="p", kind=kind, department_id=REFUNDS, topic_id=7, mailbox_id=9)


@pytest.mark.parametrize(
    ("rows", "on", "level", "because"),
    [
        ([], True, "default", "'p' is on by default."),
        ([row(GLOBAL, 0, ON)], True, "global", "'p' is switched on for the whole desk."),
        ([row(GLOBAL, 0, OFF)], False, "global", "'p' is switched off for the whole desk."),
        (
            [row(GLOBAL, 0, OFF), row(DEPARTMENT, 3, ON)],
            False,
            "global",
            "'p' is switched off for the whole desk.",
        ),
        (
            [row(GLOBAL, 0, OPT_IN)],
            False,
            "global",
            "'p' is opt-in, and neither department 'Refunds' nor one above it switched it on.",
        ),
        (
            [row(GLOBAL, 0, OPT_IN), row(DEPARTMENT, 1, ON)],
            True,
            "department",
            "'p' is switched on in department 'Company' (above 'Refunds').",
        ),
        ([row(DEPARTMENT, 3, OFF)], False, "department", "'p' is switched off in department 'Refunds'."),
        (
            [row(DEPARTMENT, 2, OFF)],
            False,
            "department",
            "'p' is switched off in department 'Billing' (parent of 'Refunds').",
        ),
        (
            [row(DEPARTMENT, 2, OFF), row(DEPARTMENT, 3, ON)],
            True,
            "department",
            "'p' is switched on in department 'Refunds'.",
        ),
        (
            [row(DEPARTMENT, 1, OFF), row(DEPARTMENT, 2, ON), row(DEPARTMENT, 3, INHERIT)],
            True,
            "department",
            "'p' is switched on in department 'Billing' (parent of 'Refunds').",
        ),
        (
            [row(DEPARTMENT, 3, ON), row(TOPIC, 7, OFF)],
            False,
            "topic",
            "'p' is switched off for help topic 'Password'.",
        ),
        (
            [row(DEPARTMENT, 3, ON), row(MAILBOX, 9, OFF)],
            False,
            "mailbox",
            "'p' is switched off for mailbox 'sales'.",
        ),
        ([row(TOPIC, 7, OFF), row(MAILBOX, 9, OFF)], False, "topic", "'p' is switched off for help topic 'Password'."),
        (
            [row(DEPARTMENT, 3, OFF), row(TOPIC, 7, OFF)],
            False,
            "department",
            "'p' is switched off in department 'Refunds'.",
        ),
        ([row(TOPIC, 8, OFF), row(MAILBOX, 8, OFF)], True, "default", "'p' is on by default."),
        ([row(TOPIC, 7, INHERIT), row(MAILBOX, 9, INHERIT)], True, "default", "'p' is on by default."),
        ([row(GLOBAL, 0, None, shadow=True)], True, "default", "'p' is on by default."),
    ],
)
def test_what_is_in_force_and_which_switch_says_so(
    rows: list[SwitchRecord], on: bool, level: str, because: str
) -> None:
    effective = at_refunds(*rows)
    assert (effective.on, effective.level, effective.because) == (on, level, because)


@pytest.mark.parametrize(
    ("kind", "rows", "on", "because"),
    [
        (OffByDefault, [], False, "'p' is off by default, and nobody switched it on."),
        (OffByDefault, [row(DEPARTMENT, 3, ON)], False, "'p' is off by default, and nobody switched it on."),
        (OffByDefault, [row(GLOBAL, 0, ON)], True, "'p' is switched on for the whole desk."),
        (
            OffByDefault,
            [row(GLOBAL, 0, OPT_IN), row(DEPARTMENT, 3, ON)],
            True,
            "'p' is switched on in department 'Refunds'.",
        ),
        (
            OptInByDefault,
            [],
            False,
            "'p' is opt-in by default, and neither department 'Refunds' nor one above it switched it on.",
        ),
        (OptInByDefault, [row(DEPARTMENT, 3, ON)], True, "'p' is switched on in department 'Refunds'."),
    ],
)
def test_a_plugin_stands_at_its_default_until_the_desk_switches_it(
    kind: type[Plugin], rows: list[SwitchRecord], on: bool, because: str
) -> None:
    effective = at_refunds(*rows, kind=kind)
    assert (effective.on, effective.because) == (on, because)


@pytest.mark.parametrize(
    ("kind", "levels"),
    [
        (Autoresponder, {DEPARTMENT, TOPIC, MAILBOX}),
        (AgentAlert, {DEPARTMENT, TOPIC}),
        (Correspondence, {DEPARTMENT}),
        (SystemAlert, set()),
    ],
)
def test_only_the_levels_of_the_kind_count(kind: type[Plugin], levels: set[Level]) -> None:
    scopes = {DEPARTMENT: 3, TOPIC: 7, MAILBOX: 9}
    for level, scope_id in scopes.items():
        assert at_refunds(row(level, scope_id, OFF), kind=kind).on is (level not in levels)
    assert not at_refunds(row(GLOBAL, 0, OFF), kind=kind).on


@pytest.mark.parametrize(
    ("place", "on"),
    [
        ({}, True),
        ({"topic_id": 7}, False),
        ({"mailbox_id": 9}, False),
        ({"topic_id": 8, "mailbox_id": 9}, False),
        ({"topic_id": 7, "mailbox_id": 8}, False),
        ({"topic_id": 8, "mailbox_id": 8}, True),
        ({"topic_id": 9}, True),
    ],
)
def test_topic_and_mailbox_count_each_by_itself(place: dict[str, Any], on: bool) -> None:
    desk = directory(row(TOPIC, 7, OFF), row(MAILBOX, 9, OFF))
    assert switches.resolve(desk, plugin="p", kind=Autoresponder, **place).on is on


def test_opt_in_without_a_department_is_off() -> None:
    effective = switches.resolve(directory(row(GLOBAL, 0, OPT_IN)), plugin="p", kind=AgentAlert)
    assert (effective.on, effective.level) == (False, "global")
    assert effective.because == "'p' is opt-in, and no department is concerned that could switch it on."


def test_another_plugins_switch_is_not_this_ones() -> None:
    other = SwitchRecord(plugin="q", level=GLOBAL, position=OFF, shadow=True)
    assert at_refunds(other) == Effective(on=True, level="default", because="'p' is on by default.")


def test_a_plugin_and_its_class_are_the_same() -> None:
    desk = directory(row(GLOBAL, 0, OFF))
    by_class = switches.resolve(desk, plugin="p", kind=AgentAlert)
    assert switches.resolve(desk, plugin="p", kind=AgentAlert()) is by_class


def test_a_new_directory_is_looked_at_anew() -> None:
    on, off = directory(), directory(row(GLOBAL, 0, OFF))
    answers = [switches.resolve(desk, plugin="p", kind=AgentAlert).on for desk in (on, off, on, off)]
    assert answers == [True, False, True, False]


@pytest.mark.parametrize(
    ("rows", "shadow", "because"),
    [
        ([], "", ""),
        ([row(GLOBAL, 0, shadow=False)], "", ""),
        ([row(GLOBAL, 0, shadow=True)], "global", "'p' is in shadow for the whole desk: nothing is sent."),
        ([row(DEPARTMENT, 3, shadow=True)], "department", "'p' is in shadow in department 'Refunds': nothing is sent."),
        (
            [row(DEPARTMENT, 2, shadow=True)],
            "department",
            "'p' is in shadow in department 'Billing' (parent of 'Refunds'): nothing is sent.",
        ),
        # A parent's flag holds for its children, whatever they say themselves.
        (
            [row(DEPARTMENT, 1, shadow=True), row(DEPARTMENT, 3, shadow=False)],
            "department",
            "'p' is in shadow in department 'Company' (above 'Refunds'): nothing is sent.",
        ),
        (
            [row(GLOBAL, 0, shadow=True), row(DEPARTMENT, 3, shadow=True)],
            "global",
            "'p' is in shadow for the whole desk: nothing is sent.",
        ),
    ],
)
def test_shadow_is_a_flag_of_the_desk_and_of_departments(rows: list[SwitchRecord], shadow: str, because: str) -> None:
    effective = at_refunds(*rows)
    assert (effective.on, effective.shadow, effective.shadow_because) == (True, shadow, because)


POSITIONS = {
    GLOBAL: st.sampled_from([None, ON, OFF, OPT_IN]),
    DEPARTMENT: st.sampled_from([None, INHERIT, ON, OFF]),
    TOPIC: st.sampled_from([None, INHERIT, OFF]),
    MAILBOX: st.sampled_from([None, INHERIT, OFF]),
}


@st.composite
def trees(draw: st.DrawFn) -> dict[int, DepartmentRecord]:
    """Up to eight departments, each below an earlier one or a root."""
    size = draw(st.integers(1, 8))
    parents = {
        number: draw(st.none() | st.integers(1, number - 1)) if number > 1 else None for number in range(1, size + 1)
    }
    return {
        number: DepartmentRecord(id=number, name=f"D{number}", parent_id=parent) for number, parent in parents.items()
    }


def nearest_that_says(
    said: dict[int, Switch | None], tree: dict[int, DepartmentRecord], where: int | None
) -> Switch | None:
    while where is not None and said[where] not in (ON, OFF):
        where = tree[where].parent_id
    return None if where is None else said[where]


@settings(max_examples=300, deadline=None)
@given(st.data(), trees())
def test_off_is_off(data: st.DataObject, tree: dict[int, DepartmentRecord]) -> None:
    """Section 2, spelled out: on is only what no level says no to and some level says yes to."""
    desk_wide = data.draw(POSITIONS[GLOBAL])
    said = {number: data.draw(POSITIONS[DEPARTMENT]) for number in tree}
    topic, mailbox = data.draw(POSITIONS[TOPIC]), data.draw(POSITIONS[MAILBOX])
    default = data.draw(st.sampled_from([ON, OFF, OPT_IN]))
    kind: type[Plugin] = type("Kind", (Autoresponder,), {"default": default})
    where = data.draw(st.sampled_from(sorted(tree)))
    rows = (
        row(GLOBAL, 0, desk_wide),
        *(row(DEPARTMENT, number, position) for number, position in said.items()),
        row(TOPIC, 7, topic),
        row(MAILBOX, 9, mailbox),
    )
    effective = switches.resolve(
        Directory(departments=tree, switches=rows),
        plugin="p",
        kind=kind,
        department_id=where,
        topic_id=7,
        mailbox_id=9,
    )

    nearest = nearest_that_says(said, tree, where)
    position = desk_wide or default
    silenced = OFF in (position, nearest, topic, mailbox)
    assert effective.on is (not silenced and (nearest is ON or position is ON))
    if not effective.on:
        expected = (
            "global"
            if position is OFF
            else "department"
            if nearest is OFF
            else "global"
            if nearest is None and position is OPT_IN
            else "topic"
            if topic is OFF
            else "mailbox"
        )
        assert effective.level == expected


@attrs.frozen
class Options:
    """What the options tests resolve."""

    days: int = attrs.field(default=3, validator=attrs.validators.ge(1))
    domains: frozenset[str] = frozenset({"example.org"})
    low: int = 1
    high: int = 10

    def __attrs_post_init__(self) -> None:
        if self.low > self.high:
            raise ValueError("low must not be above high")


def option(field: str, value: object, level: Level = GLOBAL, scope_id: int = 0) -> OptionRecord:
    return OptionRecord(plugin="p", level=level, scope_id=scope_id, field=field, value=value)


def resolved(*options: OptionRecord, department_id: int | None = REFUNDS) -> switches.Resolved:
    return switches.resolve_options(directory(options=options), plugin="p", cls=Options, department_id=department_id)


def test_options_without_a_setting_are_the_defaults() -> None:
    found = resolved()
    assert found.options == Options()
    assert found.origin["days"] == Provenance(level="default", value=3)
    assert list(found.origin) == ["days", "domains", "low", "high"]
    assert found.origin["days"].where == "by default"


def test_each_field_is_resolved_by_itself_and_the_nearest_department_wins() -> None:
    found = resolved(
        option("days", 5),
        option("domains", ["a.example", "b.example"]),
        option("days", 6, DEPARTMENT, 1),
        option("days", 7, DEPARTMENT, 2),
        option("low", 2, DEPARTMENT, 1),
    )
    assert found.options == Options(days=7, domains=frozenset({"a.example", "b.example"}), low=2)
    assert found.origin["days"] == Provenance(level="department", scope="Billing", value=7)
    assert found.origin["domains"].level == "global"
    assert found.origin["domains"].value == frozenset({"a.example", "b.example"})
    assert (found.origin["low"].scope, found.origin["low"].where) == ("Company", "in department 'Company'")
    assert found.origin["high"].level == "default"


def test_departments_do_not_reach_those_above_them() -> None:
    options = (option("days", 5), option("days", 9, DEPARTMENT, 3))
    by_department = {
        number: switches.resolve_options(directory(options=options), plugin="p", cls=Options, department_id=number)
        for number in (None, 1, 2, 3)
    }
    assert [found.options.days for found in by_department.values()] == [5, 5, 5, 9]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("stored", "options", "field", "problem"),
    [
        (option("days", "five"), Options(), "days", "What is stored for the whole desk does not count: days must be"),
        (
            option("days", 0),
            Options(),
            "days",
            "What is stored for the whole desk does not count: days must be at least",
        ),
        (
            option("days", "five", DEPARTMENT, 2),
            Options(),
            "days",
            "What is stored in department 'Billing' does not count: days must be",
        ),
        (option("weeks", 2), Options(), "weeks", "'weeks' is no option of this plugin any more."),
    ],
)
def test_what_does_not_fit_falls_back_to_the_default_and_says_so(
    stored: OptionRecord, options: Options, field: str, problem: str
) -> None:
    found = resolved(stored, option("high", 20))
    assert found.options == attrs.evolve(options, high=20)
    assert found.origin[field].level == "default"
    assert found.origin[field].problem.startswith(problem)
    assert found.origin["high"] == Provenance(level="global", value=20)


def test_values_that_only_together_do_not_fit_are_all_left_out() -> None:
    found = resolved(option("low", 30), option("high", 20))
    assert found.options == Options()
    assert "low must not be above high" in found.origin["low"].problem
    assert "low must not be above high" in found.origin["high"].problem


def test_options_are_made_once_for_a_directory() -> None:
    desk = directory(options=(option("days", 5),))
    first = switches.resolve_options(desk, plugin="p", cls=Options, department_id=1)
    assert switches.resolve_options(desk, plugin="p", cls=Options, department_id=1) is first
    assert switches.resolve_options(desk, plugin="q", cls=Options, department_id=1).options == Options()


class Ticked(AgentAlert):
    audience = {Role.ADMIN_ADDRESS: True, Role.DEPARTMENT_MEMBER: False}


def ticks(*options: OptionRecord, kind: type[Plugin] = Ticked) -> dict[str, tuple[bool, str, str]]:
    found = switches.resolve_audience(directory(options=options), plugin="p", kind=kind, department_id=REFUNDS)
    return {str(role): (tick.on, tick.provenance.level, tick.provenance.scope) for role, tick in found.items()}


def test_ticks_resolve_like_options_in_the_order_of_the_table() -> None:
    assert ticks() == {"admin_address": (True, "default", ""), "department_member": (False, "default", "")}
    assert ticks(
        option("audience.department_member", True), option("audience.admin_address", False, DEPARTMENT, 2)
    ) == {"admin_address": (False, "department", "Billing"), "department_member": (True, "global", "")}
    assert list(ticks()) == ["admin_address", "department_member"]


def test_a_tick_that_is_no_flag_falls_back_to_the_default() -> None:
    desk = directory(options=(option("audience.department_member", "yes"),))
    tick = switches.resolve_audience(desk, plugin="p", kind=Ticked(), department_id=1)[Role.DEPARTMENT_MEMBER]
    assert not tick.on
    assert tick.provenance.problem == "What is stored for the whole desk is neither yes nor no."


def test_a_department_has_no_say_about_a_kind_without_departments() -> None:
    stored = option("audience.admin_address", False, DEPARTMENT, 3)
    assert ticks(stored, kind=SystemAlert) == {"admin_address": (True, "default", "")}


@pytest.mark.parametrize(
    ("kind", "level", "positions"),
    [
        (Autoresponder, GLOBAL, {ON, OFF, OPT_IN}),
        (Autoresponder, DEPARTMENT, {ON, OFF, INHERIT}),
        (Autoresponder, TOPIC, {OFF, INHERIT}),
        (Autoresponder, MAILBOX, {OFF, INHERIT}),
        (AgentAlert, TOPIC, {OFF, INHERIT}),
        (AgentAlert, MAILBOX, set()),
        (Correspondence, DEPARTMENT, {ON, OFF, INHERIT}),
        (Correspondence, TOPIC, set()),
        (Correspondence, MAILBOX, set()),
        (SystemAlert, GLOBAL, {ON, OFF}),
        (SystemAlert, DEPARTMENT, set()),
    ],
)
def test_which_positions_can_be_set(kind: type[Plugin], level: Level, positions: set[Switch]) -> None:
    accepted = set()
    for position in Switch:
        try:
            switches.check_switch(kind, level=level, position=position)
        except InvalidValue:
            continue
        accepted.add(position)
    assert accepted == positions


def test_a_refused_position_says_what_there_is() -> None:
    with pytest.raises(InvalidValue, match=r"level: there is no such position\. Say 'inherit' or 'on' or 'off'\.$"):
        switches.check_switch(AgentAlert(), level=DEPARTMENT, position=OPT_IN)
    with pytest.raises(InvalidValue, match="a plugin of this kind has no mailbox switch"):
        switches.check_switch(AgentAlert, level=MAILBOX, position=OFF)


@pytest.mark.parametrize(
    ("kind", "levels"),
    [(AgentAlert, {GLOBAL, DEPARTMENT}), (Correspondence, {GLOBAL, DEPARTMENT}), (SystemAlert, {GLOBAL})],
)
def test_where_a_shadow_can_be_set(kind: type[Plugin], levels: set[Level]) -> None:
    for level in Level:
        if level in levels:
            switches.check_shadow(kind, level=level)
        else:
            with pytest.raises(InvalidValue, match="there is no such switch"):
                switches.check_shadow(kind, level=level)

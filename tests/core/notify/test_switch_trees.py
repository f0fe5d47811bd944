"""Off is off: on random department trees, switches at all levels and shadows, against the contract's own sentence."""

from collections.abc import Iterator, Mapping
from typing import Any

import attrs
from hypothesis import given, settings
from hypothesis import strategies as st

from deskbell.core.app.plugin_views import switch_path
from deskbell.core.contract.kinds import AgentAlert, Autoresponder, Correspondence, Level, Plugin, Switch, SystemAlert
from deskbell.core.contract.people import Role
from deskbell.core.notify import switches
from deskbell.core.store.directory import (
    DepartmentRecord,
    Directory,
    MailboxRecord,
    OptionRecord,
    SwitchRecord,
    TopicRecord,
)

DEPARTMENTS = range(1, 7)
TOPICS, MAILBOXES = (11, 12), (21, 22)


class OnAutoresponder(Autoresponder):
    default = Switch.ON


class OffAutoresponder(Autoresponder):
    default = Switch.OFF


class OptInAlert(AgentAlert):
    default = Switch.OPT_IN


class Letters(Correspondence):
    default = Switch.ON


class Warnings(SystemAlert):
    default = Switch.ON


class AlwaysOn(SystemAlert):
    always_on = True


KINDS: tuple[type[Plugin], ...] = (OnAutoresponder, OffAutoresponder, OptInAlert, Letters, Warnings, AlwaysOn)


@st.composite
def trees(draw: st.DrawFn) -> dict[int, DepartmentRecord]:
    """Departments each of which may stand below any other: deep, flat, several roots, and circles."""
    parents = {each: draw(st.none() | st.sampled_from(list(DEPARTMENTS))) for each in DEPARTMENTS}
    return {
        each: DepartmentRecord(id=each, name=f"department {each}", parent_id=parent) for each, parent in parents.items()
    }


@st.composite
def switched(draw: st.DrawFn) -> tuple[SwitchRecord, ...]:
    """Any position at any place, also those that no command would set: they must not wake what is off."""
    places = [(Level.GLOBAL, 0), *((Level.DEPARTMENT, each) for each in DEPARTMENTS)]
    places += [(Level.TOPIC, each) for each in TOPICS] + [(Level.MAILBOX, each) for each in MAILBOXES]
    chosen = draw(st.lists(st.sampled_from(places), unique=True))
    return tuple(
        SwitchRecord(
            plugin="p",
            level=level,
            scope_id=scope_id,
            position=draw(st.none() | st.sampled_from(_positions(level))),
            shadow=draw(st.none() | st.booleans()) if level in (Level.GLOBAL, Level.DEPARTMENT) else None,
        )
        for level, scope_id in chosen
    )


def _positions(level: Level) -> list[Switch]:
    if level is Level.GLOBAL:
        return [Switch.ON, Switch.OFF, Switch.OPT_IN]
    return [Switch.INHERIT, Switch.ON, Switch.OFF] if level is Level.DEPARTMENT else [Switch.INHERIT, Switch.OFF]


def upwards(tree: Mapping[int, DepartmentRecord], department: int | None) -> Iterator[int]:
    """The department and those above it, each once."""
    seen: list[int] = []
    while department is not None and department not in seen:
        seen.append(department)
        yield department
        department = tree[department].parent_id


@attrs.frozen
class Place:
    department: int | None
    topic: int | None
    mailbox: int | None


PLACES = st.builds(
    Place,
    department=st.none() | st.sampled_from(list(DEPARTMENTS)),
    topic=st.none() | st.sampled_from(TOPICS),
    mailbox=st.none() | st.sampled_from(MAILBOXES),
)


def contract_says(
    kind: type[Plugin], tree: Mapping[int, DepartmentRecord], rows: tuple[SwitchRecord, ...], place: Place
) -> tuple[bool, str]:
    """Section 2 in its own words: whether the plugin may speak, and at which level it is in shadow."""
    if kind is AlwaysOn:
        return True, ""
    said = {(row.level, row.scope_id): row for row in rows if row.level in kind.levels}
    desk = said.get((Level.GLOBAL, 0))
    overall = (desk.position if desk is not None else None) or kind.default
    near = [
        said[Level.DEPARTMENT, each] for each in upwards(tree, place.department) if (Level.DEPARTMENT, each) in said
    ]
    spoken = [row.position for row in near if row.position in (Switch.ON, Switch.OFF)]
    narrow = [said.get((Level.TOPIC, place.topic or 0)), said.get((Level.MAILBOX, place.mailbox or 0))]
    on = (
        overall is not Switch.OFF
        and (spoken[0] is Switch.ON if spoken else overall is Switch.ON)
        and not any(row is not None and row.position is Switch.OFF for row in narrow)
    )
    if desk is not None and desk.shadow:
        return on, "global"
    return on, "department" if any(row.shadow for row in near) else ""


def desk_of(tree: dict[int, DepartmentRecord], rows: tuple[SwitchRecord, ...], **parts: Any) -> Directory:
    return Directory(
        departments=tree,
        topics={each: TopicRecord(id=each, name=f"topic {each}") for each in TOPICS},
        mailboxes={
            each: MailboxRecord(id=each, name=f"box {each}", address=f"{each}@example.com", department_id=1)
            for each in MAILBOXES
        },
        switches=rows,
        **parts,
    )


@settings(max_examples=1500, deadline=None)
@given(kind=st.sampled_from(KINDS), tree=trees(), rows=switched(), place=PLACES)
def test_off_is_off(
    kind: type[Plugin], tree: dict[int, DepartmentRecord], rows: tuple[SwitchRecord, ...], place: Place
) -> None:
    desk = desk_of(tree, rows)
    where: Any = {"department_id": place.department, "topic_id": place.topic, "mailbox_id": place.mailbox}
    found = switches.resolve(desk, plugin="p", kind=kind, **where)
    assert (found.on, found.shadow) == contract_says(kind, tree, rows, place)

    path = switch_path(desk, plugin="p", kind=kind(), **where)
    if kind is AlwaysOn:
        assert path == ()
        return
    [decisive] = [line for line in path if line.decides]
    assert (decisive.position == "on") is found.on
    # The verdict names the place that the path marks, where anything was set there.
    if decisive.level in ("department", "topic", "mailbox"):
        assert decisive.where.partition(",")[0] in found.because


@settings(max_examples=500, deadline=None)
@given(tree=trees(), rows=switched(), department=st.sampled_from(list(DEPARTMENTS)))
def test_a_switch_elsewhere_changes_nothing(
    tree: dict[int, DepartmentRecord], rows: tuple[SwitchRecord, ...], department: int
) -> None:
    above = set(upwards(tree, department))
    near = tuple(row for row in rows if row.level is not Level.DEPARTMENT or row.scope_id in above)
    whole, part = (
        switches.resolve(desk_of(tree, each), plugin="p", kind=OnAutoresponder, department_id=department)
        for each in (rows, near)
    )
    assert whole == part


# --- options and ticks ---


class Teller(AgentAlert):
    audience = {Role.ADMINISTRATOR: False, Role.DEPARTMENT_MANAGER: True}

    @attrs.frozen
    class Options:
        limit: int = 20
        words: tuple[str, ...] = ()


VALUES: Mapping[str, st.SearchStrategy[Any]] = {
    "limit": st.integers(0, 99),
    "words": st.lists(st.sampled_from(["a", "b"]), max_size=2),
    "audience.administrator": st.booleans(),
    "audience.department_manager": st.booleans(),
}
DEFAULTS: Mapping[str, object] = {
    "limit": 20,
    "words": [],
    "audience.administrator": False,
    "audience.department_manager": True,
}


@st.composite
def optioned(draw: st.DrawFn) -> dict[tuple[int, str], object]:
    """Values by department, 0 for the whole desk, and field."""
    places = st.tuples(st.sampled_from([0, *DEPARTMENTS]), st.sampled_from(list(VALUES)))
    return {(scope, field): draw(VALUES[field]) for scope, field in draw(st.lists(places, unique=True))}


@settings(max_examples=1000, deadline=None)
@given(tree=trees(), stored=optioned(), department=st.none() | st.sampled_from(list(DEPARTMENTS)))
def test_options_and_ticks_come_from_the_nearest_place_that_sets_them(
    tree: dict[int, DepartmentRecord], stored: dict[tuple[int, str], object], department: int | None
) -> None:
    records = tuple(
        OptionRecord(
            plugin="p",
            level=Level.DEPARTMENT if scope else Level.GLOBAL,
            scope_id=scope,
            field=field,
            value=value,
        )
        for (scope, field), value in stored.items()
    )
    desk = desk_of(tree, (), options=records)
    resolved = switches.resolve_options(desk, plugin="p", cls=Teller.Options, department_id=department)
    ticks = switches.resolve_audience(desk, plugin="p", kind=Teller, department_id=department)
    found: dict[str, tuple[object, str, str]] = {
        f"audience.{role}": (tick.on, tick.provenance.level, tick.provenance.scope) for role, tick in ticks.items()
    }
    for field, origin in resolved.origin.items():
        value = getattr(resolved.options, field)
        found[field] = (list(value) if isinstance(value, tuple) else value, origin.level, origin.scope)

    expected: dict[str, tuple[object, str, str]] = {}
    for field, default in DEFAULTS.items():
        expected[field] = (default, "default", "")
        for scope in (*upwards(tree, department), 0):
            if (scope, field) in stored:
                level, name = ("department", f"department {scope}") if scope else ("global", "")
                expected[field] = (stored[scope, field], level, name)
                break
    assert found == expected

"""The audit as people see it: who did what by which door, what is undone, and what cannot be."""

import getpass
from collections.abc import Callable, Iterator
from pathlib import Path

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, update

from deskbell.core.app import changes, configuring, switching
from deskbell.core.app.changes import CannotUndo, NoSuchChange
from deskbell.core.app.changing import acting_person
from deskbell.core.app.opening import Desk
from deskbell.core.contract.errors import DeskbellError, UnknownName
from deskbell.core.contract.kinds import AgentAlert, Level
from deskbell.core.contract.people import Role
from deskbell.core.contract.structuring import secret
from deskbell.core.store import changes as audit
from deskbell.core.store import configuration
from deskbell.core.store.changes import Kind, Spot
from deskbell.core.store.database import touch_directory
from deskbell.core.store.directory import Profile
from deskbell.core.store.rows import ChangeRow, DepartmentRow, OptionRow, SettingRow, SwitchRow
from stand_ins.clock import MONDAY_MORNING, FrozenClock
from stand_ins.desks import new_desk, opened

DESK = """
[agents."ann@example.com"]
name = "Ann Lee"
[sla_plans.Standard]
grace = "8h"
[departments.Billing]
[topics.Paper]
"""


@attrs.define(eq=False)
class VipAlert(AgentAlert):
    """Tells of those who matter most."""

    audience = {Role.DEPARTMENT_MANAGER: True, Role.DEPARTMENT_MEMBER: False}

    @attrs.frozen(kw_only=True)
    class Options:
        limit: int = 20
        token: str = secret()


@pytest.fixture
def desk(database_url: str, tmp_path: Path, clock: FrozenClock) -> Iterator[Desk]:
    folder = new_desk(tmp_path / "desk", database_url=database_url, toml=DESK)
    with opened(folder, clock=clock, plugins={"vip-alert": VipAlert()}) as open_desk:
        yield open_desk


def switch(desk: Desk, position: str, *, department: str | None = None, by: str | None = None) -> None:
    switching.switch(desk, "vip-alert", position, department=department, topic=None, mailbox=None, by=by)


def apply(desk: Desk, toml: str, *, prune: bool = False, by: str | None = None) -> None:
    file = desk.paths.directory / "change.toml"
    file.write_text(toml, encoding="utf-8")
    configuring.apply(desk, file, prune=prune, by=by)


def newest(desk: Desk) -> changes.ChangeLine:
    return changes.listed(desk, limit=1)[0]


def undo(desk: Desk, change: int | None = None, *, force: bool = False) -> str:
    return changes.undo(desk, newest(desk).id if change is None else change, by=None, force=force)


def refusal(desk: Desk, change: int, kind: type[DeskbellError] = CannotUndo) -> str:
    before = len(changes.listed(desk, limit=1000))
    with pytest.raises(kind) as refused:
        undo(desk, change)
    assert len(changes.listed(desk, limit=1000)) == before, "a refusal changes nothing"
    return str(refused.value)


def what_was_said(desk: Desk, plugin: str = "vip-alert") -> list[tuple[str, str, str, str]]:
    """Who, what, before, after: oldest first."""
    found = changes.listed(desk, plugin=plugin, limit=1000)
    return [(each.by, each.what, each.before, each.after) for each in reversed(found)]


def test_every_door_leaves_a_change(desk: Desk) -> None:
    me = f"{getpass.getuser()} (at this machine)"
    switch(desk, "off", by="ann@example.com")
    switch(desk, "off")
    switch(desk, "shadow", department="Billing")
    switching.set_value(desk, "vip-alert", "limit", "7", department=None, by="ANN@example.com")
    switching.set_value(desk, "vip-alert", "limit", "7", department=None, by=None)
    switching.set_value(desk, "vip-alert", "audience.department_member", "on", department="Billing", by=None)
    switching.unset_value(desk, "vip-alert", "limit", department=None, by=None)
    apply(desk, '[switches.vip-alert.topics]\nPaper = "off"', by="ann@example.com")
    undo(desk)
    assert what_was_said(desk) == [
        ("Ann Lee", "vip-alert switch for the whole desk", "not set", '"off"'),
        (me, "vip-alert shadow in department 'Billing'", "not set", "true"),
        ("Ann Lee", "vip-alert limit for the whole desk", "not set", "7"),
        (me, "vip-alert audience.department_member in department 'Billing'", "not set", "true"),
        (me, "vip-alert limit for the whole desk", "7", "not set"),
        ("Ann Lee", "vip-alert switch for help topic 'Paper'", "not set", '"off"'),
        (me, "vip-alert switch for help topic 'Paper'", '"off"', "not set"),
    ]
    assert newest(desk).at == MONDAY_MORNING


def test_settings_leave_changes_and_are_undone(desk: Desk) -> None:
    apply(
        desk,
        """
        [settings]
        ticket_limit = 3
        sla_plan = "Standard"
        [departments.Billing]
        reopen_days = 0
        sla_plan = "Standard"
        [topics.Paper]
        sla_plan = "Standard"
        """,
    )
    ids = {each.what: each.id for each in changes.listed(desk, limit=5)}
    assert set(ids) == {
        "ticket_limit for the whole desk",
        "sla_plan for the whole desk",
        "reopen_days in department 'Billing'",
        "sla_plan in department 'Billing'",
        "sla_plan for help topic 'Paper'",
    }
    for change in ids.values():
        undo(desk, change)
    with desk.db.reading() as session:
        found = desk.db.directory(session)
    billing = found.department("Billing")
    assert (found.profile.ticket_limit, found.profile.sla_plan) == (20, "")
    assert (billing.reopen_days, billing.sla_plan_id, found.topic("Paper").sla_plan_id) == (None, None, None)


def test_a_secret_is_sealed_in_the_audit_and_comes_back(desk: Desk) -> None:
    for text in ("hush-hush", "quite-quiet"):
        switching.set_value(desk, "vip-alert", "token", text, department=None, by=None)
    assert [each[2:] for each in what_was_said(desk)] == [("not set", "(secret)"), ("(secret)", "(secret)")]
    with desk.db.reading() as session:
        for change in audit.newest(session, plugin="vip-alert"):
            assert desk.secrets.open(str(change.after)) in ("hush-hush", "quite-quiet")
            assert "qui" not in str(change.after)
    assert (
        undo(desk) == f"Change {newest(desk).undoes} is undone: vip-alert token for the whole desk is (secret) again."
    )
    with desk.db.reading() as session:
        spot = Spot(kind=Kind.OPTION, plugin="vip-alert", field="token")
        assert desk.secrets.open(str(configuration.stored(session, spot))) == "hush-hush"


def test_an_undo_is_undone_and_done_again(desk: Desk) -> None:
    switch(desk, "off")
    first = newest(desk).id
    assert undo(desk, first) == f"Change {first} is undone: vip-alert switch for the whole desk is not set again."
    second = newest(desk)
    assert (second.undoes, second.before, second.after) == (first, '"off"', "not set")
    me = f"{getpass.getuser()} (at this machine)"
    assert refusal(desk, first) == (
        f"Change {first} cannot be undone: change {second.id} by {me} undid it already. "
        f"To have it again: deskbell changes undo {second.id}"
    )
    assert undo(desk, second.id).endswith('is "off" again.')
    assert undo(desk, first).endswith("is not set again.")


def test_what_was_changed_again_since_is_left_alone_unless_forced(desk: Desk) -> None:
    switch(desk, "off")
    first = newest(desk).id
    switch(desk, "opt-in", by="ann@example.com")
    assert refusal(desk, first) == (
        f"Change {first} cannot be undone: the same value was changed again since, by change {newest(desk).id} "
        "of Ann Lee at 2026-03-02 09:00 UTC. Add --force to set it back all the same."
    )
    assert undo(desk, first, force=True).endswith("is not set again.")
    forced = newest(desk)
    assert (forced.before, forced.after, forced.undoes) == ('"opt-in"', "not set", first)
    assert undo(desk, forced.id).endswith('is "opt-in" again.')


def test_a_change_of_another_value_does_not_stand_in_the_way(desk: Desk) -> None:
    switch(desk, "off")
    first = newest(desk).id
    switch(desk, "off", department="Billing")
    assert undo(desk, first).endswith("is not set again.")


def test_what_is_so_already_is_not_undone(desk: Desk) -> None:
    switch(desk, "off")
    first = newest(desk).id
    switch(desk, "on")
    switching.switch(desk, "vip-alert", "off", department=None, topic=None, mailbox=None)
    undo(desk, newest(desk).id)
    count = len(changes.listed(desk, limit=1000))
    apply(desk, "[switches]", prune=True)
    assert undo(desk, first, force=True) == "Nothing to undo: vip-alert switch for the whole desk is not set already."
    assert len(changes.listed(desk, limit=1000)) == count + 1, "the pruned switch only"


@pytest.mark.parametrize(
    ("make", "file", "words"),
    [
        (
            '[switches.vip-alert.departments]\nBilling = "off"',
            "[departments.Support]",
            "the department that it was for is no longer there.",
        ),
        (
            '[switches.vip-alert.topics]\nPaper = "off"',
            "[topics]",
            "the help topic that it was for is no longer there.",
        ),
        (
            (
                '[mailboxes.bills]\naddress = "bills@example.com"\ndepartment = "Support"\n'
                '[switches.new-ticket-autoresponse.mailboxes]\nbills = "off"'
            ),
            "[mailboxes.support]",
            "the mailbox that it was for is no longer there.",
        ),
        ("[departments.Billing]\nticket_limit = 0", "[departments.Support]", "the department that it was for"),
    ],
)
def test_what_it_was_for_is_gone(desk: Desk, make: str, file: str, words: str) -> None:
    apply(desk, make)
    made = newest(desk).id
    apply(desk, file, prune=True)
    assert refusal(desk, made).startswith(f"Change {made} cannot be undone: {words}")
    # Nor does what was taken away with it come back to life.
    assert "no longer there" in refusal(desk, newest(desk).id)
    assert "(no longer there)" in newest(desk).what


def test_an_sla_plan_that_is_gone(desk: Desk) -> None:
    apply(desk, '[departments.Billing]\nsla_plan = "Standard"')
    apply(desk, '[departments.Billing]\nsla_plan = ""')
    taken = newest(desk).id
    apply(desk, "[sla_plans]", prune=True)
    assert refusal(desk, taken) == (
        f"Change {taken} cannot be undone: the SLA plan 'Standard' is no longer there. Make it again first."
    )


def test_names_that_nobody_knows(desk: Desk) -> None:
    assert refusal(desk, 999, NoSuchChange) == "There is no change 999; list them with: deskbell changes"
    switch(desk, "off")
    with pytest.raises(UnknownName, match=r"There is no agent named 'eve@example\.com'"):
        changes.undo(desk, newest(desk).id, by="eve@example.com")
    with pytest.raises(UnknownName, match="Did you mean 'vip-alert'"):
        changes.listed(desk, plugin="vip-alrt", limit=10)
    assert changes.listed(desk, plugin="new-ticket-alert", limit=10) == ()


# --- replay ---

Step = Callable[[Desk], None]


def put(spot: Spot, value: object) -> Step:
    """A step that sets one value."""

    def step(desk: Desk) -> None:
        with desk.db.writing() as session:
            actor = acting_person(desk.db.directory(session), "ann@example.com")
            configuration.put(session, spot, value, by=actor, now=desk.clock.now())

    return step


def undo_the(number: int) -> Step:
    """A step that undoes one of the changes, by force, if it can be."""

    def step(desk: Desk) -> None:
        found = changes.listed(desk, limit=1000)
        if not found:
            return
        try:
            undo(desk, found[number % len(found)].id, force=True)
        except CannotUndo:
            return

    return step


SPOTS: list[tuple[Spot, list[object]]] = [
    (Spot(kind=Kind.SWITCH, plugin="vip-alert"), ["on", "off", None]),
    (Spot(kind=Kind.SHADOW, plugin="vip-alert"), [True, False, None]),
    (Spot(kind=Kind.SWITCH, plugin="vip-alert", level=Level.DEPARTMENT, scope_id=1), ["on", "off", None]),
    (Spot(kind=Kind.OPTION, plugin="vip-alert", field="limit"), [0, 1, None]),
    (Spot(kind=Kind.OPTION, plugin="vip-alert", field="audience.department_member"), [True, False, None]),
    (Spot(kind=Kind.SETTING, field="ticket_limit"), [0, 5, None]),
    (Spot(kind=Kind.SETTING, level=Level.DEPARTMENT, scope_id=1, field="reopen_days"), [0, 5, None]),
    (Spot(kind=Kind.SETTING, level=Level.DEPARTMENT, scope_id=1, field="claim_on_reply"), [True, False, None]),
    (Spot(kind=Kind.SETTING, level=Level.DEPARTMENT, scope_id=1, field="sla_plan"), ["Standard", None]),
]
STEPS = st.lists(
    st.sampled_from([(spot, value) for spot, values in SPOTS for value in values]).map(lambda each: put(*each))
    | st.integers(0, 8).map(undo_the),
    max_size=12,
)


def present(desk: Desk) -> dict[Spot, object]:
    """All that is set, read from the rows themselves."""
    values: dict[Spot, object] = {}
    with desk.db.reading() as session:
        for row in session.query(SwitchRow):
            spot = Spot(kind=Kind.SWITCH, plugin=row.plugin, level=Level(row.level), scope_id=row.scope_id)
            values[spot], values[attrs.evolve(spot, kind=Kind.SHADOW)] = row.position, row.shadow
        for option in session.query(OptionRow):
            values[Spot(kind=Kind.OPTION, plugin=option.plugin, level=Level(option.level), field=option.field)] = (
                option.value
            )
        for setting in session.query(SettingRow):
            values[Spot(kind=Kind.SETTING, field=setting.name)] = setting.value
        found = desk.db.directory(session)
    for department in found.departments.values():
        plan = None if department.sla_plan_id is None else found.sla_plans[department.sla_plan_id].name
        here = Spot(kind=Kind.SETTING, level=Level.DEPARTMENT, scope_id=department.id)
        values[attrs.evolve(here, field="sla_plan")] = plan
        for name in ("ticket_limit", "reopen_days", "claim_on_reply", "pause_while_waiting"):
            values[attrs.evolve(here, field=name)] = getattr(department, name)
    return {spot: value for spot, value in values.items() if value is not None}


def empty(desk: Desk) -> None:
    """Begin as if nothing had ever been set, whatever the example before left."""
    with desk.db.writing() as session:
        for table in (ChangeRow, SwitchRow, OptionRow, SettingRow):
            session.execute(delete(table))
        nothing = {"sla_plan_id": None, "ticket_limit": None, "reopen_days": None, "claim_on_reply": None}
        session.execute(update(DepartmentRow).values(**nothing))
        touch_directory(session)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_the_audit_replayed_is_the_desk_and_undone_backwards_nothing(desk: Desk, steps: list[Step]) -> None:
    empty(desk)
    for step in steps:
        step(desk)
    with desk.db.reading() as session:
        written = audit.newest(session)
    assert audit.replayed(reversed(written)) == present(desk)
    for change in written:
        undo(desk, change.id)
    assert present(desk) == {}
    with desk.db.reading() as session:
        assert desk.db.directory(session).profile == Profile()

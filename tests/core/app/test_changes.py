"""The audit as people see it: who did what by which door, what is undone, and what cannot be."""

import getpass
from collections.abc import Callable, Iterator
from pathlib import Path

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, update

from deskbell.core.app import changes, configuring, deliveries, switching, undoing
from deskbell.core.app.changing import NotAdministrator, acting_person
from deskbell.core.app.opening import Desk
from deskbell.core.app.undoing import CannotUndo, NoSuchChange
from deskbell.core.contract.errors import DeskbellError, UnknownName
from deskbell.core.contract.kinds import AgentAlert, Level
from deskbell.core.contract.people import Role
from deskbell.core.contract.structuring import secret
from deskbell.core.desk.access import NotActive
from deskbell.core.store import changes as audit
from deskbell.core.store import configuration
from deskbell.core.store.changes import Kind, Spot
from deskbell.core.store.database import touch_directory
from deskbell.core.store.directory import Profile, RecipientsMode
from deskbell.core.store.rows import ChangeRow, DepartmentRow, OptionRow, SettingRow, SwitchRow
from stand_ins.clock import MONDAY_MORNING, FrozenClock
from stand_ins.desks import new_desk, opened

DESK = """
[agents."ann@example.com"]
name = "Ann Lee"
admin = true
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
    return undoing.undo(desk, newest(desk).id if change is None else change, by=None, force=force)


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


def test_only_administrators_change_what_the_desk_is_set_to(desk: Desk) -> None:
    apply(desk, '[agents."bob@example.com"]\nname = "Bob"\n[agents."ian@example.com"]\nname = "Ian"\nactive = false')
    switch(desk, "opt-in")
    before = newest(desk)
    sentence = "Bob is no administrator and changes no settings: let one do it, or set 'admin = true' for the agent."
    for act in (
        lambda by: switch(desk, "off", by=by),
        lambda by: switching.set_value(desk, "vip-alert", "limit", "7", department=None, by=by),
        lambda by: undoing.undo(desk, before.id, by=by),
        lambda by: apply(desk, "[settings]\nticket_limit = 3", by=by),
    ):
        with pytest.raises(NotAdministrator) as refused:
            act("bob@example.com")
        assert str(refused.value) == sentence
        with pytest.raises(NotActive, match="The account of Ian is not active"):
            act("ian@example.com")
    assert newest(desk) == before


def test_names_that_nobody_knows(desk: Desk) -> None:
    assert refusal(desk, 999, NoSuchChange) == "There is no change 999; list them with: deskbell changes"
    switch(desk, "off")
    with pytest.raises(UnknownName, match=r"There is no agent named 'eve@example\.com'"):
        undoing.undo(desk, newest(desk).id, by="eve@example.com")
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


# --- records, channels and quarantines ---


def apply_and_list(desk: Desk, toml: str, *, prune: bool = False) -> list[tuple[str, str, str]]:
    """What, before and after of each change that a file makes, oldest first."""
    known = len(changes.listed(desk, limit=1000))
    apply(desk, toml, prune=prune)
    found = changes.listed(desk, limit=1000)
    return [(each.what, each.before, each.after) for each in reversed(found[: len(found) - known])]


WHO_IS_TOLD = """
[agents."ann@example.com"]
alert_only = true
leave_from = 2026-08-01
[departments.Billing]
recipients_mode = "nobody"
[departments.Billing.extended."ann@example.com"]
alerts = false
[teams.Night]
alerts = false
without_alerts = ["ann@example.com"]
[mailboxes.support]
answer_unaddressed = true
"""


def test_whoever_is_told_is_audited_and_undone(desk: Desk) -> None:
    apply(
        desk,
        '[departments.Billing.extended."ann@example.com"]\nrole = "reader"\n'
        '[teams.Night]\nmembers = ["ann@example.com"]',
    )
    assert apply_and_list(desk, WHO_IS_TOLD) == [
        ('agents."ann@example.com".alert_only', "false", "true"),
        ('agents."ann@example.com".leave_from', "not set", '"2026-08-01T00:00:00Z"'),
        ("departments.Billing.recipients_mode", '"members"', '"nobody"'),
        ('departments.Billing.extended."ann@example.com".alerts', "true", "false"),
        ("teams.Night.alerts", "true", "false"),
        ("teams.Night.without_alerts", "[]", '["ann@example.com"]'),
        ("mailboxes.support.answer_unaddressed", "false", "true"),
    ]
    made = [each.id for each in changes.listed(desk, limit=7)]
    said = [undo(desk, each) for each in made]
    assert said[0] == f"Change {made[0]} is undone: mailboxes.support.answer_unaddressed is false again."
    assert newest(desk).undoes == made[-1]
    with desk.db.reading() as session:
        found = desk.db.directory(session)
    ann = found.agent("ann@example.com")
    assert (ann.alert_only, ann.leave_from) == (False, None)
    assert found.department("Billing").recipients_mode is RecipientsMode.MEMBERS
    assert found.department("Billing").extended[0].alerts
    assert (found.team("Night").alerts, found.team("Night").members[0].alerts) == (True, True)
    assert not found.mailbox("support").answer_unaddressed


def line(desk: Desk, change: int) -> changes.ChangeLine:
    return next(each for each in changes.listed(desk, limit=1000) if each.id == change)


def test_an_undo_of_a_record_is_undone(desk: Desk) -> None:
    apply(desk, '[departments.Billing]\nrecipients_mode = "nobody"')
    first = newest(desk).id
    undo(desk, first)
    assert "undid it already" in refusal(desk, first)
    assert undo(desk).endswith('departments.Billing.recipients_mode is "nobody" again.')


def test_a_record_that_was_changed_again_since_is_left_alone(desk: Desk) -> None:
    apply(desk, '[departments.Billing]\nrecipients_mode = "nobody"')
    first = newest(desk).id
    apply(desk, '[departments.Billing]\nrecipients_mode = "members_and_extended"')
    assert "changed again since, by change" in refusal(desk, first)
    assert undo(desk, first, force=True).endswith('is "members" again.')


def test_a_record_that_is_gone_is_not_made_again(desk: Desk) -> None:
    apply(desk, "[teams.Night]")
    apply(desk, "[teams.Night]\nalerts = false")
    made = newest(desk).id
    apply(desk, "[teams]", prune=True)
    assert refusal(desk, made) == f"Change {made} cannot be undone: what it was for is no longer there."
    assert line(desk, newest(desk).id).what == "teams.Night"


def test_what_is_added_or_removed_as_a_whole_is_undone_by_a_file(desk: Desk) -> None:
    [(what, before, after)] = apply_and_list(desk, "[teams.Night]\nalerts = false")
    assert (what, before, after) == ("teams.Night", "not set", "{ alerts = false }")
    made = newest(desk).id
    assert refusal(desk, made) == (
        f"Change {made} cannot be undone: it was added as a whole. Change it with: deskbell apply"
    )
    apply(desk, "[teams]", prune=True)
    assert "it was removed as a whole" in refusal(desk, newest(desk).id)


def test_a_channel_is_audited_and_its_secret_is_sealed(desk: Desk) -> None:
    apply(desk, '[channels.smtp]\nhost = "a.example"\nusername = "u"\npassword = "hush-hush"')
    assert "hush" not in newest(desk).after
    assert apply_and_list(desk, '[channels.smtp]\nhost = "b.example"\npassword = "other"\nheld = true') == [
        ("channels.smtp.held", "false", "true"),
        ("channels.smtp.host", '"a.example"', '"b.example"'),
        ("channels.smtp.password", "(secret)", "(secret)"),
    ]
    for change in changes.listed(desk, limit=3):
        undo(desk, change.id)
    with desk.db.reading() as session:
        options = configuration.channel_options(session, "smtp")
        assert not desk.db.directory(session).channels["smtp"].held
    assert options["host"] == "a.example"
    assert desk.secrets.open(str(options["password"])) == "hush-hush"


def test_a_channel_that_is_held_by_hand_is_audited(desk: Desk) -> None:
    for held in (True, True, False):
        deliveries.hold_channel(desk, "smtp", held=held)
    found = [(each.what, each.before, each.after) for each in changes.listed(desk, limit=1000) if "held" in each.what]
    assert found == [("channels.smtp.held", "true", "false"), ("channels.smtp.held", "false", "true")]


def test_a_plugin_that_is_tried_again_is_audited_and_not_undone(desk: Desk) -> None:
    with desk.db.writing() as session:
        configuration.quarantine(session, "vip-alert", "it hung", desk.clock.now())
    switching.release(desk, "vip-alert", by="ann@example.com")
    assert what_was_said(desk) == [("Ann Lee", "vip-alert quarantine", '"it hung"', "not set")]
    made = newest(desk).id
    assert refusal(desk, made) == (
        f"Change {made} cannot be undone: only its own failures set a plugin aside. "
        "To turn it off: deskbell plugins switch vip-alert off"
    )


def test_true_is_not_the_number_that_a_change_left(desk: Desk) -> None:
    """The row was changed behind the audit's back."""
    put(Spot(kind=Kind.SETTING, field="ticket_limit"), 1)(desk)
    made = newest(desk).id
    with desk.db.writing() as session:
        session.execute(update(SettingRow).where(SettingRow.name == "ticket_limit").values(value=True))
    assert "no longer what this change made of it" in refusal(desk, made)

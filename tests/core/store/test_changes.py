"""The audit: every change of a value leaves a row beside it, and what rows say about undone changes."""

from collections.abc import Iterator
from datetime import timedelta

import attrs
import pytest

from deskbell.core.contract.kinds import Level, Switch
from deskbell.core.contract.people import SYSTEM, Actor, ActorKind
from deskbell.core.store import changes, configuration, records
from deskbell.core.store.changes import ChangeRecord, History, Kind, Spot
from deskbell.core.store.database import Database
from deskbell.core.store.directory import DepartmentRecord, MailboxRecord, SlaPlanRecord, TopicRecord
from stand_ins.clock import MONDAY_MORNING, FrozenClock

ANN = Actor(ActorKind.AGENT, 7, "Ann Lee", "ann@example.com")
LATER = MONDAY_MORNING + timedelta(hours=1)
SWITCH = Spot(kind=Kind.SWITCH, plugin="a")


@pytest.fixture
def db(database_url: str, clock: FrozenClock) -> Iterator[Database]:
    database = Database(database_url, clock=clock)
    yield database
    database.close()


def audit(db: Database) -> list[tuple[object, ...]]:
    """The changes, oldest first, without their ids."""
    with db.reading() as session:
        return [(each.spot, each.before, each.after) for each in reversed(changes.newest(session))]


def test_a_change_says_who_when_and_from_what_to_what(db: Database) -> None:
    with db.writing() as session:
        configuration.set_switch(
            session, plugin="a", level=Level.GLOBAL, position=Switch.OFF, by=ANN, now=MONDAY_MORNING
        )
        configuration.set_switch(session, plugin="a", level=Level.GLOBAL, position=Switch.ON, by=SYSTEM, now=LATER)
    with db.reading() as session:
        newest, first = changes.newest(session)
    assert first == ChangeRecord(
        id=first.id,
        at=MONDAY_MORNING,
        by=Actor(ActorKind.AGENT, 7, "Ann Lee"),
        spot=SWITCH,
        before=None,
        after="off",
    )
    assert (newest.at, newest.by, newest.before, newest.after) == (LATER, SYSTEM, "off", "on")
    assert newest.id > first.id


def test_what_is_unchanged_is_not_written(db: Database) -> None:
    spots = {
        SWITCH: "off",
        Spot(kind=Kind.SHADOW, plugin="a"): False,
        Spot(kind=Kind.OPTION, plugin="a", field="limit"): {"x": [1]},
        Spot(kind=Kind.SETTING, field="ticket_limit"): 0,
    }
    with db.writing() as session:
        for spot, value in spots.items():
            assert not configuration.put(session, spot, None, by=ANN, now=MONDAY_MORNING)
            assert configuration.put(session, spot, value, by=ANN, now=MONDAY_MORNING)
            assert not configuration.put(session, spot, value, by=ANN, now=MONDAY_MORNING)
    assert audit(db) == [(spot, None, value) for spot, value in spots.items()]


def test_a_flag_is_not_taken_for_a_number(db: Database) -> None:
    spot = Spot(kind=Kind.OPTION, plugin="a", field="x")
    with db.writing() as session:
        assert configuration.put(session, spot, 1, by=ANN, now=MONDAY_MORNING)
        assert configuration.put(session, spot, True, by=ANN, now=MONDAY_MORNING)
        assert configuration.stored(session, spot) is True


def test_what_is_rolled_back_leaves_no_row(db: Database) -> None:
    with db.writing() as session:
        configuration.put(session, SWITCH, "off", by=ANN, now=MONDAY_MORNING)
        session.rollback()
    assert audit(db) == []


def test_a_department_and_a_topic_change_their_ways_by_name_of_the_plan(db: Database) -> None:
    with db.writing() as session:
        plan = records.save_sla_plan(session, SlaPlanRecord(id=0, name="Standard", grace_seconds=60))
        support = DepartmentRecord(id=0, name="Support", sla_plan_id=plan, ticket_limit=0, claim_on_reply=False)
        support_id = records.save_department(session, support, by=ANN, now=MONDAY_MORNING)
        topic_id = records.save_topic(
            session, TopicRecord(id=0, name="Paper", sla_plan_id=plan), by=ANN, now=MONDAY_MORNING
        )
        changed = attrs.evolve(support, id=support_id, sla_plan_id=None, template_set="friendly")
        records.save_department(session, changed, by=ANN, now=LATER)
    here = Spot(kind=Kind.SETTING, level=Level.DEPARTMENT, scope_id=support_id)
    assert audit(db) == [
        (attrs.evolve(here, field="sla_plan"), None, "Standard"),
        (attrs.evolve(here, field="ticket_limit"), None, 0),
        (attrs.evolve(here, field="claim_on_reply"), None, False),
        (Spot(kind=Kind.SETTING, level=Level.TOPIC, scope_id=topic_id, field="sla_plan"), None, "Standard"),
        (attrs.evolve(here, field="template_set"), None, "friendly"),
        (attrs.evolve(here, field="sla_plan"), "Standard", None),
    ]
    with db.reading() as session:
        found = db.directory(session)
        assert found.departments[support_id] == attrs.evolve(changed, name="Support")
        assert found.topics[topic_id].sla_plan_id == plan


def test_all_that_goes_with_a_department_is_written_down(db: Database) -> None:
    with db.writing() as session:
        support = records.save_department(
            session, DepartmentRecord(id=0, name="Support", reopen_days=3), by=ANN, now=MONDAY_MORNING
        )
        here = Spot(kind=Kind.SWITCH, plugin="a", level=Level.DEPARTMENT, scope_id=support)
        shadow = attrs.evolve(here, kind=Kind.SHADOW)
        option = attrs.evolve(here, kind=Kind.OPTION, field="audience.x")
        for spot, value in ((here, "off"), (shadow, True), (option, True)):
            configuration.put(session, spot, value, by=ANN, now=MONDAY_MORNING)
    with db.writing() as session:
        records.remove_department(session, support, by=SYSTEM, now=LATER)
    assert audit(db)[4:] == [
        (here, "off", None),
        (shadow, True, None),
        (option, True, None),
        (Spot(kind=Kind.SETTING, level=Level.DEPARTMENT, scope_id=support, field="reopen_days"), 3, None),
    ]
    with db.reading() as session:
        assert changes.replayed(reversed(changes.newest(session))) == {}


def test_a_new_scope_never_gets_the_id_of_one_that_was_changed(db: Database) -> None:
    with db.writing() as session:
        support = records.save_department(session, DepartmentRecord(id=0, name="Support"), by=ANN, now=MONDAY_MORNING)
        ids = []
        for name in ("one", "two"):
            box = MailboxRecord(id=0, name=name, address=f"{name}@example.com", department_id=support)
            ids.append(records.save_mailbox(session, box))
            spot = Spot(kind=Kind.SWITCH, plugin="a", level=Level.MAILBOX, scope_id=ids[-1])
            configuration.put(session, spot, "off", by=ANN, now=MONDAY_MORNING)
            records.remove_mailbox(session, ids[-1], by=ANN, now=MONDAY_MORNING)
    assert ids[0] < ids[1]


def test_changes_are_found_by_plugin_and_by_spot(db: Database) -> None:
    other = attrs.evolve(SWITCH, plugin="b")
    with db.writing() as session:
        for spot, value in ((SWITCH, "off"), (other, "off"), (SWITCH, "on")):
            configuration.put(session, spot, value, by=ANN, now=MONDAY_MORNING)
        assert [each.after for each in changes.newest(session, plugin="a")] == ["on", "off"]
        assert [each.after for each in changes.newest(session, limit=1)] == ["on"]
        assert [each.after for each in changes.of_spot(session, SWITCH)] == ["off", "on"]
        newest = changes.newest(session)[0]
        assert changes.find(session, newest.id) == newest
        assert changes.find(session, newest.id + 1) is None


def history(*undoes: int | None) -> History:
    """Changes 1, 2, ... of one value, each of which takes back the one named, if any."""
    return History(
        [
            ChangeRecord(id=number, at=LATER, by=ANN, spot=SWITCH, before=None, after=None, undoes_id=undone)
            for number, undone in enumerate(undoes, start=1)
        ]
    )


@pytest.mark.parametrize(
    ("undoes", "change", "undone_by", "changed_since"),
    [
        ((None,), 1, None, None),
        ((None, None), 1, None, 2),
        ((None, 1), 1, 2, 2),
        # Undone and had again: as if neither had been.
        ((None, 1, 2), 1, None, None),
        ((None, 1, 2), 2, 3, 3),
        ((None, 1, 2), 3, None, None),
        ((None, 1, 2, 3), 1, 2, 2),
        # What came after was taken back.
        ((None, None, 2), 1, None, None),
        # By force, past the newer one.
        ((None, None, 1), 2, None, 3),
        ((None, None, 1), 1, 3, 3),
    ],
)
def test_what_stands_and_what_was_undone(
    undoes: tuple[int | None, ...], change: int, undone_by: int | None, changed_since: int | None
) -> None:
    known = history(*undoes)
    found = known.undone_by(change), known.changed_since(change)
    assert [each.id if each else None for each in found] == [undone_by, changed_since]

"""What administrators set, one thing at a time, and that the directory shows it at once."""

from collections.abc import Iterator

import pytest

from deskbell.core.contract.kinds import Level, Switch
from deskbell.core.contract.people import Actor, ActorKind
from deskbell.core.store import configuration
from deskbell.core.store.database import Database
from deskbell.core.store.directory import ChannelRecord, Directory, OptionRecord, SwitchRecord
from stand_ins.clock import MONDAY_MORNING, FrozenClock

ANN = Actor(ActorKind.AGENT, 1, "Ann Lee", "ann@example.com")


@pytest.fixture
def db(database_url: str, clock: FrozenClock) -> Iterator[Database]:
    database = Database(database_url, clock=clock)
    yield database
    database.close()


def directory(db: Database) -> Directory:
    with db.reading() as session:
        return db.directory(session)


def test_position_and_shadow_are_halves_of_one_switch(db: Database) -> None:
    with db.writing() as session:
        configuration.set_switch(
            session, plugin="vip-alert", level=Level.GLOBAL, position=Switch.OPT_IN, by=ANN, now=MONDAY_MORNING
        )
        configuration.set_shadow(
            session, plugin="vip-alert", level=Level.GLOBAL, shadow=True, by=ANN, now=MONDAY_MORNING
        )
        configuration.set_switch(
            session,
            plugin="vip-alert",
            level=Level.DEPARTMENT,
            scope_id=7,
            position=Switch.OFF,
            by=ANN,
            now=MONDAY_MORNING,
        )
    assert directory(db).switches == (
        SwitchRecord(plugin="vip-alert", level=Level.GLOBAL, position=Switch.OPT_IN, shadow=True),
        SwitchRecord(plugin="vip-alert", level=Level.DEPARTMENT, scope_id=7, position=Switch.OFF),
    )


@pytest.mark.parametrize("nothing", [None, Switch.INHERIT])
def test_a_switch_that_says_nothing_is_gone(db: Database, nothing: Switch | None) -> None:
    with db.writing() as session:
        configuration.set_switch(
            session, plugin="a", level=Level.GLOBAL, position=Switch.OFF, by=ANN, now=MONDAY_MORNING
        )
        configuration.set_shadow(session, plugin="a", level=Level.GLOBAL, shadow=False, by=ANN, now=MONDAY_MORNING)
    with db.writing() as session:
        configuration.set_switch(session, plugin="a", level=Level.GLOBAL, position=nothing, by=ANN, now=MONDAY_MORNING)
    assert directory(db).switches == (SwitchRecord(plugin="a", level=Level.GLOBAL, shadow=False),)
    with db.writing() as session:
        configuration.set_shadow(session, plugin="a", level=Level.GLOBAL, shadow=None, by=ANN, now=MONDAY_MORNING)
        configuration.set_shadow(
            session, plugin="never set", level=Level.GLOBAL, shadow=None, by=ANN, now=MONDAY_MORNING
        )
    assert directory(db).switches == ()


@pytest.mark.parametrize("value", [True, False, 0, 7, 2.5, "text", "7", "", ["a", "b"], {"a": {"b": 1}}])
def test_an_option_keeps_its_value(db: Database, value: object) -> None:
    with db.writing() as session:
        configuration.set_option(
            session, plugin="a", level=Level.GLOBAL, field="limit", value="old", by=ANN, now=MONDAY_MORNING
        )
        configuration.set_option(
            session, plugin="a", level=Level.GLOBAL, field="limit", value=value, by=ANN, now=MONDAY_MORNING
        )
    [option] = directory(db).options
    assert option == OptionRecord(plugin="a", level=Level.GLOBAL, field="limit", value=value)
    assert type(option.value) is type(value)


def test_an_option_is_taken_away_at_its_own_level_only(db: Database) -> None:
    with db.writing() as session:
        configuration.set_option(
            session, plugin="a", level=Level.GLOBAL, field="limit", value=1, by=ANN, now=MONDAY_MORNING
        )
        configuration.set_option(
            session, plugin="a", level=Level.DEPARTMENT, scope_id=3, field="limit", value=2, by=ANN, now=MONDAY_MORNING
        )
        configuration.set_option(
            session, plugin="a", level=Level.DEPARTMENT, scope_id=4, field="limit", value=3, by=ANN, now=MONDAY_MORNING
        )
    with db.writing() as session:
        configuration.set_option(
            session,
            plugin="a",
            level=Level.DEPARTMENT,
            scope_id=3,
            field="limit",
            value=None,
            by=ANN,
            now=MONDAY_MORNING,
        )
        configuration.set_option(
            session, plugin="a", level=Level.TOPIC, scope_id=3, field="limit", value=None, by=ANN, now=MONDAY_MORNING
        )
    assert [(each.scope_id, each.value) for each in directory(db).options] == [(0, 1), (4, 3)]


def test_a_scope_is_forgotten_at_its_level_only(db: Database) -> None:
    with db.writing() as session:
        for level in (Level.DEPARTMENT, Level.TOPIC):
            for scope_id in (1, 2):
                configuration.set_switch(
                    session, plugin="a", level=level, scope_id=scope_id, position=Switch.OFF, by=ANN, now=MONDAY_MORNING
                )
                configuration.set_option(
                    session, plugin="a", level=level, scope_id=scope_id, field="x", value=1, by=ANN, now=MONDAY_MORNING
                )
        configuration.forget_scope(session, Level.TOPIC, 1, by=ANN, now=MONDAY_MORNING)
    left = [(Level.DEPARTMENT, 1), (Level.DEPARTMENT, 2), (Level.TOPIC, 2)]
    assert [(each.level, each.scope_id) for each in directory(db).switches] == left
    assert [(each.level, each.scope_id) for each in directory(db).options] == left


def test_a_setting_is_set_and_set_again(db: Database) -> None:
    with db.writing() as session:
        configuration.set_setting(session, "desk_name", "First", by=ANN, now=MONDAY_MORNING)
    assert directory(db).profile.desk_name == "First"
    with db.writing() as session:
        configuration.set_setting(session, "desk_name", "Second", by=ANN, now=MONDAY_MORNING)
    assert directory(db).profile.desk_name == "Second"


def test_a_channel_is_held_and_keeps_its_options(db: Database) -> None:
    with db.writing() as session:
        configuration.hold_channel(session, "smtp", True)
        configuration.set_channel_options(session, "smtp", {"host": "mail.example.com", "port": 25})
        configuration.set_channel_options(session, "slack", {"token": "enc:x"})
    assert directory(db).channels == {
        "slack": ChannelRecord(name="slack"),
        "smtp": ChannelRecord(name="smtp", held=True),
    }
    with db.writing() as session:
        configuration.hold_channel(session, "smtp", False)
        configuration.set_channel_options(session, "smtp", {"host": "other.example.com"})
        configuration.forget_channel(session, "slack")
        configuration.forget_channel(session, "pigeon")
    assert directory(db).channels == {"smtp": ChannelRecord(name="smtp")}
    with db.reading() as session:
        assert configuration.channel_options(session, "smtp") == {"host": "other.example.com"}
        assert configuration.channel_options(session, "slack") == {}


def test_a_plugin_is_set_aside_once_and_released_once(db: Database, clock: FrozenClock) -> None:
    with db.writing() as session:
        assert configuration.quarantine(session, "a", "it hung", clock.now())
        assert not configuration.quarantine(session, "a", "it failed", clock.now())
    assert directory(db).quarantined == {"a": "it hung"}
    with db.writing() as session:
        assert configuration.release_plugin(session, "a")
        assert not configuration.release_plugin(session, "a")
    assert directory(db).quarantined == {}


def test_every_change_raises_the_revision(db: Database) -> None:
    before = directory(db).revision
    with db.writing() as session:
        configuration.set_channel_options(session, "smtp", {"host": "a"})
    middle = directory(db).revision
    with db.writing() as session:
        configuration.set_channel_options(session, "smtp", {"host": "b"})
    assert before < middle < directory(db).revision

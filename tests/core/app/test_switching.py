"""Options and ticks by hand, on both databases: what is judged, sealed, refused, and where each value comes from."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import attrs
import pytest

from deskbell.core.app import plugin_views, switching
from deskbell.core.app.opening import Desk
from deskbell.core.contract.errors import DeskbellError
from deskbell.core.contract.kinds import AgentAlert, Level
from deskbell.core.contract.people import Role
from deskbell.core.contract.structuring import described, secret
from deskbell.core.store.rows import OptionRow
from stand_ins.clock import FrozenClock
from stand_ins.desks import new_desk, opened

DESK = """
[departments.Hardware]
parent = "Support"
[departments.Printers]
parent = "Hardware"
[topics.Paper]
"""


@attrs.frozen(kw_only=True)
class Login:
    user: str = ""
    password: str = secret()


@attrs.define(eq=False)
class VipAlert(AgentAlert):
    """Tells of those who matter most."""

    title = "VIP alert"
    audience = {Role.DEPARTMENT_MANAGER: True, Role.DEPARTMENT_MEMBER: False}

    @attrs.frozen(kw_only=True)
    class Options:
        domains: tuple[str, ...] = ()
        patience: timedelta = timedelta(minutes=15)
        limit: int = described(20, help="How many.", validator=attrs.validators.ge(0))
        token: str = secret()
        login: Login = Login()


@pytest.fixture
def desk(database_url: str, tmp_path: Path, clock: FrozenClock) -> Iterator[Desk]:
    folder = new_desk(tmp_path / "desk", database_url=database_url, toml=DESK)
    with opened(folder, clock=clock, plugins={"vip-alert": VipAlert()}) as open_desk:
        yield open_desk


def set_value(desk: Desk, field: str, text: str, *, department: str | None = None, plugin: str = "vip-alert") -> str:
    return switching.set_value(desk, plugin, field, text, department=department, by=None)


def view(desk: Desk, department: str | None = None) -> dict[str, tuple[object, str]]:
    found = plugin_views.viewed(desk, "vip-alert", department=department, topic=None, mailbox=None)
    return {each.name: (each.value, each.origin) for each in found.values}


def test_every_value_says_where_it_comes_from(desk: Desk) -> None:
    assert set_value(desk, "limit", "7") == "'limit' of 'vip-alert' is now 7 for the whole desk."
    set_value(desk, "domains", "a.example, b.example", department="Support")
    set_value(desk, "audience.department_member", "yes", department="Hardware")
    assert (
        set_value(desk, "patience", "90m", department="printers")
        == "'patience' of 'vip-alert' is now 90m in department 'Printers'."
    )
    assert view(desk, "Printers") == {
        "audience.department_manager": (True, "by default"),
        "audience.department_member": (True, "in department 'Hardware', parent of 'Printers'"),
        "domains": (["a.example", "b.example"], "in department 'Support', above 'Printers'"),
        "patience": ("1h30m", "in department 'Printers'"),
        "limit": (7, "for the whole desk"),
        "token": ("", "by default"),
        "login": ({"user": "", "password": ""}, "by default"),
    }
    assert view(desk)["audience.department_member"] == (False, "by default")


def test_a_secret_is_sealed_and_never_shown(desk: Desk) -> None:
    assert set_value(desk, "token", "hush-hush") == "'token' of 'vip-alert' is now (secret) for the whole desk."
    set_value(desk, "login.user", "kim")
    set_value(desk, "login.password", "quite-quiet")
    with desk.db.reading() as session:
        kept = {row.field: row.value for row in session.query(OptionRow)}
    assert desk.secrets.opened(kept) == {"token": "hush-hush", "login": {"user": "kim", "password": "quite-quiet"}}
    assert "hush" not in str(kept)
    assert "quiet" not in str(kept)
    assert (view(desk)["token"], view(desk)["login"]) == (
        ("(secret)", "for the whole desk"),
        ("(secret)", "for the whole desk"),
    )


def test_what_is_taken_away_is_decided_above(desk: Desk) -> None:
    set_value(desk, "limit", "7")
    set_value(desk, "limit", "8", department="Support")
    said = switching.unset_value(desk, "vip-alert", "limit", department="Support", by=None)
    assert said == "'limit' of 'vip-alert' is not set in department 'Support' any more."
    assert view(desk, "Printers")["limit"] == (7, "for the whole desk")


@pytest.mark.parametrize(
    ("plugin", "field", "text", "department", "words"),
    [
        (
            "vip-alert",
            "limit",
            "-1",
            None,
            "limit must be at least 0, not -1.",
        ),
        ("vip-alert", "limit", "many", None, 'limit must be a whole number, not "many".'),
        ("vip-alert", "limits", "1", None, "limits is not known. Did you mean 'limit'?"),
        ("vip-alert", "login", "x", None, "login is not known. Did you mean 'login.user'?"),
        (
            "vip-alert",
            "audience.department_membr",
            "true",
            None,
            "options.vip-alert.audience.department_membr is not known. Did you mean 'department_member'?",
        ),
        (
            "vip-alert",
            "audience.department_member",
            "maybe",
            None,
            'audience.department_member must be true or false, not "maybe".',
        ),
        ("vip-alert", "limit", "1", "Suport", "There is no department named 'Suport'. Did you mean 'Support'?"),
        ("vip-alrt", "limit", "1", None, "There is no plugin named 'vip-alrt'. Did you mean 'vip-alert'?"),
        (
            "system-error-alert",
            "audience.admin_address",
            "true",
            "Support",
            "options.system-error-alert.departments cannot be set: this plugin has no options per department.",
        ),
        (
            "system-error-alert",
            "audience.admin_address",
            "false",
            None,
            "options.system-error-alert.audience.admin_address must stay true: what is always on is always told to the admin address.",
        ),
    ],
)
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_what_cannot_be_set_is_one_sentence(
    desk: Desk, plugin: str, field: str, text: str, department: str | None, words: str
) -> None:
    with pytest.raises(DeskbellError) as refused:
        set_value(desk, field, text, department=department, plugin=plugin)
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)
    assert desk_options(desk) == 0


def desk_options(desk: Desk) -> int:
    with desk.db.reading() as session:
        return session.query(OptionRow).count()


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_what_is_not_set_cannot_be_unset(desk: Desk) -> None:
    with pytest.raises(DeskbellError) as refused:
        switching.unset_value(desk, "vip-alert", "limit", department=None, by=None)
    assert str(refused.value) == "'limit' of 'vip-alert' is not set for the whole desk. Nothing is set there."
    set_value(desk, "token", "x")
    with pytest.raises(DeskbellError, match=r"Set there: token\.$"):
        switching.unset_value(desk, "vip-alert", "limit", department=None, by=None)


@pytest.mark.parametrize("position", ["on", "off", "opt-in", "shadow"])
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_what_is_always_on_has_no_switch(desk: Desk, position: str) -> None:
    with pytest.raises(DeskbellError) as refused:
        switching.switch(desk, "system-error-alert", position, department=None, topic=None, mailbox=None)
    assert "\n" not in str(refused.value)
    with desk.db.reading() as session:
        assert desk.db.directory(session).switches == ()
    found = plugin_views.viewed(desk, "system-error-alert", department=None, topic=None, mailbox=None)
    assert (found.on, found.because, found.path) == (True, "'system-error-alert' is always on: it has no switch.", ())


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_the_way_of_a_switch(desk: Desk) -> None:
    def turn(position: str, **where: str) -> None:
        places: dict[str, str | None] = {"department": None, "topic": None, "mailbox": None} | dict(where)
        switching.switch(desk, "vip-alert", position, **places)

    turn("opt-in")
    turn("on", department="Support")
    turn("shadow", department="Hardware")
    turn("off", topic="Paper")
    found = plugin_views.viewed(desk, "vip-alert", department="Printers", topic="Paper", mailbox=None)
    assert [(each.level, each.where, each.position, each.shadow, each.decides) for each in found.path] == [
        ("default", "by default", "on", "", False),
        ("global", "for the whole desk", "opt-in", "", False),
        (Level.DEPARTMENT, "in department 'Support', above 'Printers'", "on", "", False),
        (Level.DEPARTMENT, "in department 'Hardware', parent of 'Printers'", "inherit", "yes", False),
        (Level.DEPARTMENT, "in department 'Printers'", "inherit", "", False),
        (Level.TOPIC, "for help topic 'Paper'", "off", "", True),
    ]

"""A desk written down: the text, and that it makes the same desk again, for desks of every shape."""

import sqlite3
import tomllib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deskbell.core.contract.kinds import AgentAlert
from deskbell.core.desk import blueprint
from stand_ins.blueprint_bench import CATALOGUE, Bench

SMALL_DESK = """
[settings]
desk_name = "Acme \\"Help\\""
[agents."ann@example.com"]
name = "Ann"
admin = true
leave_from = 2026-08-01T10:00:00+02:00
[departments.Support]
members = ["ann@example.com"]
signature = "Yours\\nAcme"
[departments."North & South"]
parent = "support"
extended."ann@example.com".alerts = false
[mailboxes.support]
address = "support@example.com"
department = "Support"
[switches.vip-alert]
departments."North & South" = "off"
[options.vip-alert]
domains = ["b.example", "a.example"]
departments.Support.audience.department_manager = false
[channels.pigeon]
headers = { "X-Loft" = "roof" }
speed = 50
"""

EXPORTED = """\
# The desk as code: change this file, look at what would change with `deskbell apply FILE --dry-run`, then apply it.
# What a file does not name is left alone; with --prune, what its tables do not name is removed.

[settings]
desk_name = "Acme \\"Help\\""
admin_address = ""
domain = "example.com"
base_url = ""
ticket_limit = 20
reopen_days = 30
claim_on_reply = true
pause_while_waiting = false
sla_plan = ""
keep_decisions_days = 0
login_failures = 10
login_window_minutes = 15
agent_mail = "off"
answers_per_hour = 5
answers_per_day = 20
mailbox_answers_per_hour = 300
reply_marker = "-- Please write your answer above this line --"
bounce_domain = ""
largest_files_kib = 10240

[agents."ann@example.com"]
name = "Ann"
admin = true
active = true
alert_only = false
leave_from = 2026-08-01T08:00:00Z
leave_until = ""
substitute = ""

[organizations]

[schedules]

[sla_plans]

[departments."North & South"]
parent = "Support"
manager = ""
members = []
recipients_mode = "members"
address = ""
autoresponse_address = ""
signature = ""
template_set = ""
sla_plan = ""
ticket_limit = "inherit"
reopen_days = "inherit"
claim_on_reply = "inherit"
pause_while_waiting = "inherit"
agent_mail = "inherit"

[departments."North & South".extended."ann@example.com"]
role = ""
alerts = false

[departments.Support]
parent = ""
manager = ""
members = ["ann@example.com"]
recipients_mode = "members"
address = ""
autoresponse_address = ""
signature = "Yours\\nAcme"
template_set = ""
sla_plan = ""
ticket_limit = "inherit"
reopen_days = "inherit"
claim_on_reply = "inherit"
pause_while_waiting = "inherit"
agent_mail = "inherit"

[departments.Support.extended]

[teams]

[topics]

[mailboxes.support]
address = "support@example.com"
aliases = []
department = "Support"
topic = ""
answer_unaddressed = false
plus_addresses = false
auth_server = ""
arc_sealers = []
agents_unproven = false

[end_users]

[channels.pigeon]
held = false
speed = 50.0

[channels.pigeon.headers]
X-Loft = "roof"

[switches.vip-alert.departments]
"North & South" = "off"

[options.vip-alert]
domains = ["a.example", "b.example"]

[options.vip-alert.departments.Support.audience]
department_manager = false
"""


def test_a_desk_is_written_in_full(bench: Bench) -> None:
    bench.apply(SMALL_DESK)
    # On SQLite a number that is whole comes back as a whole number, which says the same.
    assert bench.export().replace("speed = 50\n", "speed = 50.0\n") == EXPORTED


def test_an_empty_desk_has_every_table(bench: Bench) -> None:
    tables = tomllib.loads(bench.export())
    assert list(tables) == [
        "settings",
        "agents",
        "organizations",
        "schedules",
        "sla_plans",
        "departments",
        "teams",
        "topics",
        "mailboxes",
        "end_users",
        "channels",
        "switches",
        "options",
    ]
    assert bench.apply(bench.export(), prune=True) == []


def test_secrets_leave_as_tokens_that_are_taken_as_they_are(bench: Bench) -> None:
    # The same secret in two places has two tokens.
    bench.apply('[channels.pigeon]\nkey = "hunter22"\nlogin = { user = "u", password = "hunter22" }')
    text = bench.export()
    assert "hunter" not in text
    assert text.count("enc:") == 2
    assert bench.plan(text).render() == []
    bench.apply("[channels]", prune=True)
    bench.apply(text)
    assert bench.export() == text


def test_a_token_of_another_desk_is_refused(bench: Bench, tmp_path: Path) -> None:
    bench.apply('[channels.pigeon]\nkey = "hunter22"')
    text = bench.export()
    bench.secrets = type(bench.secrets).create(tmp_path / "other.key")
    assert bench.refusal(text) == (
        "desk.toml: channels.pigeon.key was sealed with another key than this desk's. "
        'Write the secret itself, or { env = "NAME" }.'
    )
    # With the old key lost, a new secret can be set over the old one.
    assert bench.apply('[channels.pigeon]\nkey = "hunter33"') == [
        "~ channels.pigeon",
        "~     key: (secret) -> (secret)",
    ]


def test_an_export_undoes_what_was_done_since(bench: Bench) -> None:
    bench.apply(SMALL_DESK)
    text = bench.export()
    bench.apply(
        """
        [agents."bob@example.com"]
        name = "Bob"
        [departments.Support]
        manager = "bob@example.com"
        extended."bob@example.com" = {}
        [teams.Night]
        [switches.vip-alert]
        position = "off"
        [switches.thanks]
        shadow = true
        """
    )
    bench.apply(text, prune=True)
    assert bench.export() == text


def test_what_no_installed_plugin_knows_is_left_out_in_words(bench: Bench) -> None:
    bench.apply(
        """
        [switches.thanks]
        position = "off"
        [options.vip-alert]
        limit = 3
        patience = 60
        audience.department_member = true
        [channels.pigeon]
        loft = "roof"
        """
    )

    catalogue = blueprint.Catalogue(plugins={"vip-alert": NewerAlert()}, channels={})
    text = bench.export(catalogue)
    left_out = "is left out: no plugin or channel that is installed here knows it."
    assert [line for line in text.splitlines()[2:] if line.startswith("#")] == [
        f"# channels.pigeon.held {left_out}",
        f"# channels.pigeon.loft {left_out}",
        f"# switches.thanks.position {left_out}",
        f"# options.vip-alert.audience.department_member {left_out}",
        f"# options.vip-alert.patience {left_out}",
    ]
    data = tomllib.loads(text)
    assert (data["channels"], data["switches"], data["options"]) == ({}, {}, {"vip-alert": {"limit": 3}})


@attrs.define(eq=False)
class NewerAlert(AgentAlert):
    """The alert of the bench in a version that knows less."""

    @attrs.frozen
    class Options:
        limit: int = 1


# --- desks of every shape ---

NAMES = ["Support", "Sales", "Über uns", "a.b", 'say "hi"', "tab\u00a0", "日本"]
PEOPLE = ["ann@example.com", "Bob@Example.org", "o'neil+x@mail.example", '"a b"@example.net', "eve@bücher.example"]
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
LINE = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=12)
FILLED = LINE.filter(str.strip)
MOMENT = st.datetimes().map(lambda moment: moment.isoformat() + "Z")


def one_of_or_nothing(names: list[str]) -> st.SearchStrategy[str]:
    return st.sampled_from(["", *names])


def some_of(names: list[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(names), unique=True) if names else st.just([])


def table_of(names: list[str], values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.sampled_from(names), values) if names else st.just({})


def partly(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=fields)


OPTIONS = {
    "domains": st.lists(st.sampled_from(["a.example", "b.example"])),
    "patience": st.integers(0, 10**7),
    "limit": st.integers(0, 2**63 - 1),
    "token": TEXT.filter(lambda text: not text.startswith("enc:")),
}
AUDIENCE = partly(department_manager=st.booleans(), department_member=st.booleans())


DURATION = st.integers(0, 10**8)
SPANS = st.sampled_from([[], ["00:00-24:00"], ["09:00-12:30", "12:30-18:00"], ["22:15-24:00"]])
WEEK = st.dictionaries(st.sampled_from(["mon", "tue", "sun"]), SPANS).filter(lambda week: any(week.values()))
STEPS = st.lists(st.integers(1, 10**8), unique=True, max_size=3).map(
    lambda times: [{"after": time, "roles": ["assigned_agent", "vip-alert:boss"]} for time in sorted(times)]
)


@st.composite
def desks(draw: st.DrawFn) -> dict[str, Any]:
    """A file that is sound in itself."""
    agents = draw(some_of(PEOPLE[:4]))
    departments, teams, topics = draw(some_of(NAMES)), draw(some_of(NAMES)), draw(some_of(NAMES))
    schedules, plans = draw(some_of(NAMES)), draw(some_of(NAMES))
    one_plan = one_of_or_nothing(plans)
    organizations, boxes = draw(some_of(NAMES)), draw(some_of(NAMES)) if departments else []
    one_agent, one_department = one_of_or_nothing(agents), one_of_or_nothing(departments)
    scope = {
        key: table_of(names, st.sampled_from(["off", "inherit"]))
        for key, names in (("topics", topics), ("mailboxes", boxes))
    }
    desk: dict[str, Any] = {
        "settings": draw(
            partly(
                desk_name=FILLED,
                admin_address=st.sampled_from(["", *PEOPLE]),
                sla_plan=one_plan,
                ticket_limit=st.integers(0, 1_000_000),
                keep_decisions_days=st.integers(0, 36_500),
                pause_while_waiting=st.booleans(),
            )
        ),
        "agents": {
            key: draw(
                partly(
                    admin=st.booleans(),
                    active=st.booleans(),
                    alert_only=st.booleans(),
                    leave_from=MOMENT,
                    substitute=one_agent,
                )
            )
            | {"name": draw(FILLED)}
            for key in agents
        },
        "organizations": {key: draw(partly(account_manager=one_agent)) for key in organizations},
        "schedules": {
            key: draw(
                partly(
                    time_zone=st.sampled_from(["UTC", "Europe/Berlin", "America/St_Johns"]),
                    country=st.sampled_from(["", "DE", "US"]),
                    days_off=st.lists(st.dates().map(str), unique=True, max_size=3),
                )
            )
            | {"week": draw(WEEK)}
            for key in schedules
        },
        "sla_plans": {
            key: draw(
                partly(
                    schedule=one_of_or_nothing(schedules),
                    due_soon=DURATION,
                    repeat=DURATION,
                    repeat_cap=st.integers(0, 1000),
                    steps=STEPS,
                )
            )
            | {"grace": draw(DURATION.filter(lambda seconds: seconds != 0))}
            for key in plans
        },
        "departments": {
            # A parent comes before its children in the list: no circles.
            key: draw(
                partly(
                    parent=one_of_or_nothing(departments[:number]),
                    manager=one_agent,
                    members=some_of(agents),
                    recipients_mode=st.sampled_from(["members", "members_and_extended", "nobody"]),
                    address=st.sampled_from(["", *PEOPLE]),
                    signature=TEXT,
                    template_set=st.sampled_from(["", "billing", "Über uns"]),
                    sla_plan=one_plan,
                    ticket_limit=st.just("inherit") | st.integers(0, 1_000_000),
                    reopen_days=st.just("inherit") | st.integers(0, 36_500),
                    claim_on_reply=st.just("inherit") | st.booleans(),
                    pause_while_waiting=st.just("inherit") | st.booleans(),
                    extended=table_of(agents, partly(role=LINE, alerts=st.booleans())),
                )
            )
            for number, key in enumerate(departments)
        },
        "teams": {key: draw(partly(lead=one_agent, alerts=st.booleans())) for key in teams},
        "topics": {
            key: draw(
                partly(
                    department=one_department,
                    agent=one_agent,
                    team=one_of_or_nothing(teams),
                    sla_plan=one_plan,
                    priority=st.sampled_from(["low", "urgent"]),
                )
            )
            for key in topics
        },
        "mailboxes": {
            key: draw(
                partly(
                    topic=one_of_or_nothing(topics),
                    answer_unaddressed=st.booleans(),
                    plus_addresses=st.booleans(),
                    auth_server=st.sampled_from(["", "mx.example.com"]),
                    arc_sealers=st.sampled_from([[], ["example.net"]]),
                    agents_unproven=st.booleans(),
                )
            )
            | {
                "address": f"box{number}@example.com",
                "aliases": [f"alias{number}@example.com"],
                "department": departments[0],
            }
            for number, key in enumerate(boxes)
        },
        "end_users": {
            key: draw(partly(name=LINE, organization=one_of_or_nothing(organizations)))
            | {"addresses": [f"more{number}@example.org"]}
            for number, key in enumerate(draw(some_of(PEOPLE)))
        },
        "switches": {
            "vip-alert": draw(
                partly(
                    position=st.sampled_from(["on", "off", "opt-in"]),
                    shadow=st.booleans(),
                    departments=table_of(departments, st.sampled_from(["on", "off", "inherit"])),
                    shadow_departments=table_of(departments, st.booleans()),
                    topics=scope["topics"],
                )
            ),
            "thanks": draw(partly(topics=scope["topics"], mailboxes=scope["mailboxes"])),
        },
        "options": {
            "vip-alert": draw(
                partly(
                    audience=AUDIENCE,
                    departments=table_of(departments, partly(audience=AUDIENCE, **OPTIONS)),
                    **OPTIONS,
                )
            )
        },
        "channels": draw(
            partly(
                pigeon=partly(
                    held=st.booleans(),
                    loft=TEXT.filter(lambda text: not text.startswith("enc:")),
                    speed=st.floats(allow_nan=False, allow_infinity=False),
                    key=TEXT.filter(lambda text: not text.startswith("enc:")),
                    login=st.fixed_dictionaries(
                        {"user": LINE, "password": FILLED.filter(lambda text: not text.startswith("enc:"))}
                    ),
                    headers=st.dictionaries(TEXT, TEXT, max_size=3),
                )
            )
        ),
    }
    for team in desk["teams"].values():
        team["members"] = draw(some_of(agents))
        team["without_alerts"] = draw(some_of(team["members"]))
    return desk


@pytest.fixture(scope="module")
def two_desks(migrated_sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Bench, Bench]]:
    """Two empty desks with one key."""
    folder = tmp_path_factory.mktemp("two-desks")
    desks = []
    for name in ("first", "second"):
        file = folder / f"{name}.sqlite3"
        with closing(sqlite3.connect(migrated_sqlite_file)) as source, closing(sqlite3.connect(file)) as copy:
            source.backup(copy)
        desks.append(Bench(f"sqlite:///{file}", key_file=folder / "secret.key"))
    yield desks[0], desks[1]
    for desk in desks:
        desk.close()


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=desks())
def test_an_export_makes_the_same_desk_of_an_empty_one(two_desks: tuple[Bench, Bench], data: dict[str, Any]) -> None:
    first, second = two_desks
    with first.db.writing() as one, second.db.writing() as other:
        first.apply_in(one, data)
        assert first.plan_in(one, data).render() == []
        assert first.plan_in(one, data, prune=True).render() == []
        text = blueprint.export(one, catalogue=CATALOGUE)
        assert first.plan_in(one, tomllib.loads(text), prune=True).render() == []
        second.apply_in(other, tomllib.loads(text))
        assert blueprint.export(other, catalogue=CATALOGUE) == text
        assert second.plan_in(other, tomllib.loads(text), prune=True).render() == []
        assert second.plan_in(other, data).render() == []
        # Both desks stay empty for the next example.
        one.rollback()
        other.rollback()

"""What a plan shows, what it leaves alone, and which contradictions it refuses."""

import pytest

from stand_ins.blueprint_bench import Bench

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)

DESK = """
[agents."ann@example.com"]
name = "Ann Lee"
admin = true
[agents."bob@example.com"]
name = "Bob"
[departments.Support]
manager = "ann@example.com"
members = ["ann@example.com"]
[departments.Sales]
parent = "Support"
[teams.Night]
members = ["bob@example.com", "ann@example.com"]
[topics.Printing]
department = "Support"
[mailboxes.support]
address = "support@example.com"
aliases = ["help@example.com"]
department = "Support"
[organizations.Acme]
account_manager = "bob@example.com"
[end_users."eve@example.org"]
addresses = ["eve@home.example"]
organization = "Acme"
"""


@pytest.fixture
def desk(bench: Bench) -> Bench:
    bench.apply(DESK)
    return bench


# --- what is shown ---


def test_a_plan_is_a_diff(desk: Bench) -> None:
    plan = desk.plan(
        """
        [settings]
        desk_name = "Acme Help"
        [agents."cleo@example.com"]
        name = "Cleo"
        leave_from = 2026-08-01
        substitute = "ann@example.com"
        [agents."ann@example.com"]
        active = true
        [departments.Support]
        manager = "bob@example.com"
        members = ["ann@example.com", "cleo@example.com"]
        [departments.Sales]
        parent = ""
        extended."bob@example.com" = { role = "reader" }
        [switches.vip-alert]
        position = "opt-in"
        departments.Support = "on"
        shadow_departments.Sales = true
        """
    )
    assert plan.render() == [
        "~ settings",
        '~     desk_name: "Helpdesk" -> "Acme Help"',
        '+ agents."cleo@example.com"',
        '+     name = "Cleo"',
        "+     leave_from = 2026-08-01T00:00:00Z",
        '+     substitute = "ann@example.com"',
        "~ departments.Support",
        '~     manager: "ann@example.com" -> "bob@example.com"',
        '~     members: ["ann@example.com"] -> ["ann@example.com", "cleo@example.com"]',
        "~ departments.Sales",
        '-     parent = "Support"',
        '+     extended."bob@example.com" = {}',
        '+     extended."bob@example.com".role = "reader"',
        "+ switches.vip-alert",
        '+     position = "opt-in"',
        '+     departments.Support = "on"',
        "+     shadow_departments.Sales = true",
    ]


def test_a_plan_is_data_for_programs(desk: Bench) -> None:
    desk.apply('[channels.pigeon]\nkey = "old"')
    plan = desk.plan(
        """
        [agents."bob@example.com"]
        leave_from = 2026-08-01
        substitute = "ann@example.com"
        [departments.Support]
        members = []
        [channels.pigeon]
        key = "new"
        """
    )
    assert plan.as_data() == [
        {
            "action": "change",
            "table": "agents",
            "key": "bob@example.com",
            "fields": [
                {"field": "leave_from", "before": None, "after": "2026-08-01T00:00:00+00:00"},
                {"field": "substitute", "before": None, "after": "ann@example.com"},
            ],
        },
        {
            "action": "change",
            "table": "departments",
            "key": "Support",
            "fields": [{"field": "members", "before": ["ann@example.com"], "after": []}],
        },
        {
            "action": "change",
            "table": "channels",
            "key": "pigeon",
            "fields": [{"field": "key", "before": "(secret)", "after": "(secret)"}],
        },
    ]


def test_planning_changes_nothing(desk: Bench) -> None:
    before = desk.directory()
    assert desk.plan('[agents."bob@example.com"]\nname = "Robert"')
    assert desk.directory() == before


@pytest.mark.parametrize(
    "toml",
    [
        DESK,
        "",
        "[departments]",
        "[departments.Support]",
        "[switches.vip-alert]",
        "[options.vip-alert.departments.Support]",
        '[departments.Support]\nmanager = "ANN@Example.com"',
        '[departments.Sales]\nparent = "SUPPORT"',
        '[teams.Night]\nmembers = ["ann@example.com", "BOB@example.com"]',
        '[end_users."eve@home.example"]\norganization = "acme"',
        '[switches.vip-alert.departments]\nSupport = "inherit"',
        '[settings]\ndesk_name = "Helpdesk"',
        '[agents."bob@example.com"]\nleave_from = ""\nsubstitute = ""',
    ],
)
def test_what_the_desk_says_already_is_no_change(desk: Bench, toml: str) -> None:
    assert desk.plan(toml).render() == []


def test_another_spelling_of_a_key_is_a_change_of_its_name(desk: Bench) -> None:
    assert desk.apply('[departments.SUPPORT]\n[agents."Bob@example.com"]') == [
        '~ agents."Bob@example.com"',
        '~     address: "bob@example.com" -> "Bob@example.com"',
        "~ departments.SUPPORT",
        '~     name: "Support" -> "SUPPORT"',
    ]
    assert desk.plan('[departments.SUPPORT]\n[agents."Bob@example.com"]').render() == []


# --- contradictions ---


REFERENCES = [
    ('[departments.Support]\nmanager = "amn@example.com"', "departments.Support.manager names 'amn@example.com', but there is no such agent. Did you mean 'ann@example.com'?"),
    ('[departments.Support]\nmembers = ["zoe@elsewhere.test"]', "departments.Support.members names 'zoe@elsewhere.test', but there is no such agent."),
    ('[departments.Sales]\nparent = "Suport"', "departments.Sales.parent names 'Suport', but there is no such department. Did you mean 'Support'?"),
    ('[departments.Support.extended."bobb@example.com"]', "departments.Support.extended.\"bobb@example.com\" names no agent of this desk. Did you mean 'bob@example.com'?"),
    ('[teams.Night]\nlead = "zoe@elsewhere.test"', "teams.Night.lead names 'zoe@elsewhere.test', but there is no such agent."),
    ('[topics.Printing]\nteam = "Nihgt"', "topics.Printing.team names 'Nihgt', but there is no such team. Did you mean 'Night'?"),
    ('[mailboxes.support]\ntopic = "Printers"', "mailboxes.support.topic names 'Printers', but there is no such topic. Did you mean 'Printing'?"),
    ('[organizations.Acme]\naccount_manager = "zoe@elsewhere.test"', "organizations.Acme.account_manager names 'zoe@elsewhere.test', but there is no such agent."),
    ('[end_users."eve@example.org"]\norganization = "Acne"', "end_users.\"eve@example.org\".organization names 'Acne', but there is no such organization. Did you mean 'Acme'?"),
    ('[agents."ann@example.com"]\nsubstitute = "eve@home.example"', "agents.\"ann@example.com\".substitute names 'eve@home.example', but there is no such agent."),
    ('[switches.vip-alert.departments]\nSuport = "off"', "switches.vip-alert.departments.Suport names no department of this desk. Did you mean 'Support'?"),
    ('[switches.thanks.mailboxes]\nsuport = "off"', "switches.thanks.mailboxes.suport names no mailbox of this desk. Did you mean 'support'?"),
    ("[options.vip-alert.departments.Sails]\nlimit = 1", "options.vip-alert.departments.Sails names no department of this desk. Did you mean 'Sales'?"),
]  # fmt: skip

CONTRADICTIONS = [
    ('[agents."new@example.com"]', 'agents."new@example.com".name is missing.'),
    ('[mailboxes.sales]\naddress = "sales@example.com"', "mailboxes.sales.department is missing."),
    ('[mailboxes.sales]\ndepartment = "Sales"', "mailboxes.sales.address is missing."),
    ('[mailboxes.support]\ndepartment = ""', "mailboxes.support.department is missing."),
    ('[departments.Support]\nparent = "Support"', "departments.Support.parent would make a circle: Support below Support."),
    ('[departments.Support]\nparent = "Sales"', "departments.Support.parent would make a circle: Support below Sales below Support."),
    ('[mailboxes.sales]\naddress = "HELP@example.com"\ndepartment = "Sales"', "mailboxes.sales.address names 'HELP@example.com', which belongs to the mailbox 'support'."),
    ('[mailboxes.support]\naliases = ["Support@Example.com"]', "mailboxes.support.aliases names 'Support@Example.com', which is an address of its own already."),
    ('[mailboxes.support]\naliases = ["Bob@example.com"]', "mailboxes.support.aliases names 'Bob@example.com', which belongs to the agent 'bob@example.com'."),
    ('[agents."help@example.com"]\nname = "Help"', "agents.\"help@example.com\" belongs to the mailbox 'support'."),
    ('[end_users."adam@example.org"]\naddresses = ["EVE@home.example"]', "end_users.\"adam@example.org\".addresses names 'EVE@home.example', which belongs to the end user 'eve@example.org'."),
    ('[end_users."eve@example.org"]\naddresses = ["EVE@example.org"]', "end_users.\"eve@example.org\".addresses names 'EVE@example.org', which is an address of its own already."),
    ('[end_users."eve@example.org"]\n[end_users."eve@home.example"]', "end_users.\"eve@home.example\" is on the desk the same person as 'eve@example.org' above it. Take the address away from that person first."),
    ('[agents."bob@example.com"]\nleave_from = 2026-08-02\nleave_until = 2026-08-01', 'agents."bob@example.com".leave_until must not end the leave before it begins.'),
    ('[teams.Night]\nwithout_alerts = ["ann@example.com"]\nmembers = ["bob@example.com"]', "teams.Night.without_alerts names 'ann@example.com', who is no member."),
    ('[agents."ann@example.com"]\nadmin = false', 'agents."ann@example.com".admin must stay true: the desk has no other active administrator.'),
    ('[agents."ann@example.com"]\nactive = false', 'agents."ann@example.com".active must stay true: the desk has no other active administrator.'),
]  # fmt: skip


@pytest.mark.parametrize(("toml", "words"), REFERENCES + CONTRADICTIONS)
def test_a_file_that_contradicts_the_desk_is_one_sentence(desk: Bench, toml: str, words: str) -> None:
    assert desk.refusal(toml) == f"desk.toml: {words}"


def test_a_longer_circle_is_told_from_where_the_file_closes_it(desk: Bench) -> None:
    desk.apply('[departments.North]\nparent = "Sales"')
    assert desk.refusal('[departments.Support]\nparent = "north"') == (
        "desk.toml: departments.Support.parent would make a circle: Support below North below Sales below Support."
    )


def test_the_last_administrator_may_go_when_the_file_names_another(desk: Bench) -> None:
    desk.apply('[agents."bob@example.com"]\nadmin = true\n[agents."ann@example.com"]\nadmin = false')
    administrators = [agent.address for agent in desk.directory().agents.values() if agent.is_admin]
    assert administrators == ["bob@example.com"]


def test_half_a_leave_is_judged_with_the_half_that_the_desk_has(desk: Bench) -> None:
    desk.apply('[agents."bob@example.com"]\nleave_until = 2026-08-10')
    assert desk.refusal('[agents."bob@example.com"]\nleave_from = 2026-08-10') == (
        'desk.toml: agents."bob@example.com".leave_from must not end the leave before it begins.'
    )


# --- options and secrets ---


OPTIONS = [
    ("[options.vip-alert]\nlimit = -1", "options.vip-alert.limit must be at least 0, not -1."),
    ("[options.vip-alert.departments.Sales]\npatience = true", 'options.vip-alert.departments.Sales.patience must be a duration such as "15m", not true.'),
    ("[channels.pigeon]\nspeed = 'fast'", 'channels.pigeon.speed must be a number, not "fast".'),
    ("[channels.pigeon.login]\nusr = 'x'", "channels.pigeon.login.usr is not known. Did you mean 'user'?"),
    ("[channels.pigeon.login]\nuser = 'x'", "channels.pigeon must have login.password when it has login.user."),
    ("[channels.pigeon]\nkey = 5", "channels.pigeon.key must be text."),
    ("[channels.pigeon]\nkey = { env = 'NO_SUCH' }", "channels.pigeon.key names the environment variable 'NO_SUCH', which is not set."),
    ("[channels.pigeon]\nkey = { file = 'x' }", 'channels.pigeon.key must be text or { env = "NAME" }.'),
    ("[channels.pigeon]\nkey = 'enc:gAAAA'", 'channels.pigeon.key was sealed with another key than this desk\'s. Write the secret itself, or { env = "NAME" }.'),
    ("[channels.pigeon]\nloft = { env = 'LOFT_KEY' }", "channels.pigeon.loft must be text, not a table."),
]  # fmt: skip


@pytest.mark.parametrize(("toml", "words"), OPTIONS)
def test_options_that_their_class_refuses_are_one_sentence(desk: Bench, toml: str, words: str) -> None:
    assert desk.refusal(toml) == f"desk.toml: {words}"


def test_a_refused_secret_is_not_told(desk: Bench) -> None:
    words = desk.refusal(f"[channels.pigeon]\nkey = '{'hunter2' * 10}'")
    assert words.startswith("desk.toml: channels.pigeon.key ")
    assert "hunter2" not in words


@pytest.mark.parametrize(
    "toml",
    [
        '[channels.pigeon]\nkey = "coo-coo-coo"',
        '[channels.pigeon]\nkey = { env = "LOFT_KEY" }',
        '[channels.pigeon]\nlogin.password = "p"',
        '[channels.pigeon]\nlogin.user = "u"\nheaders = { a = "1" }',
    ],
)
def test_what_is_set_already_is_no_change_in_whatever_form(desk: Bench, toml: str) -> None:
    desk.apply(
        """
        [channels.pigeon]
        key = "coo-coo-coo"
        login = { user = "u", password = "p" }
        headers = { a = "1", b = "2" }
        """
    )
    assert desk.plan(toml).render() == []


def test_a_secret_is_never_shown(desk: Bench) -> None:
    desk.apply('[channels.pigeon]\nkey = "first"')
    lines = desk.plan('[channels.pigeon]\nkey = "second"\nlogin = { user = "u", password = "third" }').render()
    assert lines == ["~ channels.pigeon", "~     key: (secret) -> (secret)", "+     login = (secret)"]


def test_options_of_a_department_are_judged_on_top_of_those_of_the_desk(desk: Bench) -> None:
    assert desk.apply(
        '[options.vip-alert]\nlimit = 5\ntoken = "t"\n[options.vip-alert.departments.Sales]\nlimit = 9'
    ) == [
        "+ options.vip-alert",
        "+     limit = 5",
        "+     token = (secret)",
        "+     departments.Sales.limit = 9",
    ]


def test_a_value_is_kept_in_one_form(desk: Bench) -> None:
    assert desk.apply('[options.vip-alert]\ndomains = ["b.example", "a.example"]\npatience = "90m"') == [
        "+ options.vip-alert",
        '+     domains = ["a.example", "b.example"]',
        '+     patience = "1h30m"',
    ]
    assert desk.plan('[options.vip-alert]\ndomains = ["a.example", "b.example"]\npatience = 5400').render() == []

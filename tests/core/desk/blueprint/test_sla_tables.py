"""Business hours, SLA plans and ways of working in the file: how they reach the desk, and every refusal in words."""

import pytest

from deskbell.core.desk.blueprint import InUse
from deskbell.core.store.directory import AgentMail, EscalationStep, Policy, ScheduleRecord, SlaPlanRecord
from stand_ins.blueprint_bench import Bench

DESK = """
[settings]
sla_plan = "standard"
ticket_limit = 5

[schedules."Office hours"]
time_zone = "Europe/Berlin"
country = "DE"
subdivision = "BY"
days_off = [2026-12-24, "2026-12-31"]
week = { tue = ["09:00-12:30", "13:30-24:00"], mon = ["00:00-24:00"], sun = [] }

[sla_plans.Standard]
schedule = "office hours"
grace = "8h"
due_soon = 1800
repeat = "0"
repeat_cap = 3
steps = [
    { after = "90m", roles = ["assigned_agent"] },
    { after = "4h", roles = ["department_manager", "vip-alert:boss"] },
]
[sla_plans.Slow]
grace = "5d"

[departments.Support]
template_set = "friendly"
sla_plan = "Slow"
ticket_limit = 0
reopen_days = 7
claim_on_reply = false
pause_while_waiting = true
agent_mail = "note"
[departments.Printers]
parent = "Support"
reopen_days = 0

[topics.Paper]
sla_plan = "Standard"
"""


@pytest.fixture
def desk(bench: Bench) -> Bench:
    bench.apply(DESK)
    return bench


def test_they_reach_the_desk(desk: Bench) -> None:
    found = desk.directory()
    hours, standard, slow = found.schedule("Office hours"), found.sla_plan("Standard"), found.sla_plan("Slow")
    assert hours == ScheduleRecord(
        id=hours.id,
        name="Office hours",
        time_zone="Europe/Berlin",
        week={"mon": (("00:00", "24:00"),), "tue": (("09:00", "12:30"), ("13:30", "24:00"))},
        country="DE",
        subdivision="BY",
        days_off=("2026-12-24", "2026-12-31"),
    )
    assert standard == SlaPlanRecord(
        id=standard.id,
        name="Standard",
        schedule_id=hours.id,
        grace_seconds=28_800,
        due_soon_seconds=1_800,
        repeat_seconds=0,
        repeat_cap=3,
        steps=(
            EscalationStep(after_seconds=5_400, roles=("assigned_agent",)),
            EscalationStep(after_seconds=14_400, roles=("department_manager", "vip-alert:boss")),
        ),
    )
    assert slow == SlaPlanRecord(id=slow.id, name="Slow", grace_seconds=432_000)
    assert found.topic("Paper").sla_plan_id == standard.id
    assert found.department("Support").template_set == "friendly"
    assert found.policy(found.department("Support").id) == Policy(
        ticket_limit=0,
        reopen_days=7,
        claim_on_reply=False,
        pause_while_waiting=True,
        agent_mail=AgentMail.NOTE,
        sla_plan_id=slow.id,
    )
    assert found.policy(found.department("Printers").id) == Policy(
        ticket_limit=0,
        reopen_days=0,
        claim_on_reply=False,
        pause_while_waiting=True,
        agent_mail=AgentMail.NOTE,
        sla_plan_id=slow.id,
    )


def test_the_same_file_twice_and_an_export_change_nothing(desk: Bench) -> None:
    assert desk.apply(DESK, prune=True) == []
    assert desk.apply(desk.export(), prune=True) == []


def test_what_is_taken_away_is_inherited_again(desk: Bench) -> None:
    file = """
    [settings]
    sla_plan = ""
    [departments.Support]
    template_set = ""
    sla_plan = ""
    ticket_limit = "inherit"
    reopen_days = "inherit"
    claim_on_reply = "inherit"
    pause_while_waiting = "inherit"
    agent_mail = "inherit"
    [topics.Paper]
    sla_plan = ""
    """
    assert desk.apply(file) == [
        "~ settings",
        '-     sla_plan = "standard"',
        "~ departments.Support",
        '~     template_set: "friendly" -> ""',
        '-     sla_plan = "Slow"',
        '~     ticket_limit: 0 -> "inherit"',
        '~     reopen_days: 7 -> "inherit"',
        '~     claim_on_reply: false -> "inherit"',
        '~     pause_while_waiting: true -> "inherit"',
        '~     agent_mail: "note" -> "inherit"',
        "~ topics.Paper",
        '-     sla_plan = "Standard"',
    ]
    found = desk.directory()
    assert found.policy(found.department("Support").id) == Policy(
        ticket_limit=5,
        reopen_days=30,
        claim_on_reply=True,
        pause_while_waiting=False,
        agent_mail=AgentMail.OFF,
        sla_plan_id=None,
    )
    assert found.department("Support").template_set == ""
    assert found.topic("Paper").sla_plan_id is None
    assert desk.apply(file) == []


def test_a_plan_shows_the_difference_in_words(desk: Bench) -> None:
    file = """
    [schedules."Office hours"]
    week.mon = ["08:00-16:00"]
    [sla_plans.Standard]
    schedule = ""
    grace = "7d12h"
    steps = []
    """
    assert desk.apply(file) == [
        '~ schedules."Office hours"',
        '~     week: { mon = ["00:00-24:00"], tue = ["09:00-12:30", "13:30-24:00"] } -> { mon = ["08:00-16:00"] }',
        "~ sla_plans.Standard",
        '-     schedule = "Office hours"',
        '~     grace: "8h" -> "7d12h"',
        (
            '~     steps: [{ after = "1h30m", roles = ["assigned_agent"] }, '
            '{ after = "4h", roles = ["department_manager", "vip-alert:boss"] }] -> []'
        ),
    ]
    assert (desk.directory().sla_plan("Standard").schedule_id, desk.directory().sla_plan("Standard").steps) == (
        None,
        (),
    )


def test_what_is_named_is_not_removed(desk: Bench) -> None:
    with pytest.raises(InUse) as refused:
        desk.plan("[sla_plans]", prune=True)
    assert str(refused.value) == (
        "sla_plans.Standard cannot be removed: topics.Paper.sla_plan still names it. "
        "Change that in the file, or keep what it names."
    )
    with pytest.raises(InUse, match=r'^schedules\."Office hours" cannot be removed: sla_plans\.Standard\.schedule'):
        desk.plan("[schedules]", prune=True)


def test_what_nothing_names_any_more_is_removed(desk: Bench) -> None:
    lines = desk.apply(
        """
        [settings]
        sla_plan = ""
        [schedules]
        [sla_plans]
        [departments.Support]
        sla_plan = ""
        [departments.Printers]
        [topics.Paper]
        sla_plan = ""
        """,
        prune=True,
    )
    assert '- schedules."Office hours"' in lines
    found = desk.directory()
    assert (found.schedules, found.sla_plans) == ({}, {})


WEEK = 'week = { mon = ["09:00-17:00"] }'


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("[settings]\nticket_limit = -1", "settings.ticket_limit must be a whole number from 0 to 1000000, not -1."),
        ("[settings]\nreopen_days = 36501", "settings.reopen_days must be a whole number from 0 to 36500, not 36501."),
        (
            "[settings]\nlogin_window_minutes = 0",
            "settings.login_window_minutes must be a whole number from 1 to 44640, not 0.",
        ),
        ('[settings]\nticket_limit = "inherit"', 'settings.ticket_limit must be a whole number, not "inherit".'),
        (
            '[settings]\nsla_plan = "Standart"',
            "settings.sla_plan names 'Standart', but there is no such SLA plan. Did you mean 'Standard'?",
        ),
        (
            '[departments.Support]\nticket_limit = "none"',
            'departments.Support.ticket_limit must be a whole number, not "none".',
        ),
        (
            '[departments.Support]\ntemplate_set = "../x"',
            'departments.Support.template_set must be the name of one folder, not "../x".',
        ),
        (
            '[departments.Support]\ntemplate_set = ".."',
            'departments.Support.template_set must be the name of one folder, not "..".',
        ),
        ("[schedules.New]", "schedules.New.week is missing."),
        ("[sla_plans.New]", "sla_plans.New.grace is missing."),
        (
            f'[schedules.New]\n{WEEK}\ntime_zone = "Europe/Berln"',
            "schedules.New.time_zone names 'Europe/Berln', which is no time zone. Did you mean 'Europe/Berlin'?",
        ),
        (
            f'[schedules.New]\n{WEEK}\ntime_zone = "../../etc/passwd"',
            "schedules.New.time_zone names '../../etc/passwd', which is no time zone.",
        ),
        ("[schedules.New]\nweek = {}", "schedules.New.week must have hours on at least one day."),
        (
            '[schedules.New]\nweek.monday = ["09:00-17:00"]',
            "schedules.New.week must have days of mon, tue, wed, thu, fri, sat, sun, not 'monday'.",
        ),
        (
            '[schedules.New]\nweek.mon = ["9-17"]',
            'schedules.New.week must have hours such as "09:00-17:30", not "9-17" (mon).',
        ),
        (
            '[schedules.New]\nweek.mon = ["24:00-24:00"]',
            'schedules.New.week must have hours such as "09:00-17:30", not "24:00-24:00" (mon).',
        ),
        (
            '[schedules.New]\nweek.mon = ["22:00-06:00"]',
            'schedules.New.week must not end "22:00-06:00" before it begins (mon); a night is two days.',
        ),
        (
            '[schedules.New]\nweek.mon = ["09:00-12:00", "11:59-13:00"]',
            'schedules.New.week must have the hours of a day in order and without overlap, not "11:59-13:00" (mon).',
        ),
        (
            f'[schedules.New]\n{WEEK}\ndays_off = ["24.12.2026"]',
            'schedules.New.days_off must be dates such as 2026-12-24, not "24.12.2026".',
        ),
        (
            f'[schedules.New]\n{WEEK}\nsubdivision = "BY"',
            "schedules.New.subdivision is set without a country.",
        ),
        ('[sla_plans.New]\ngrace = "0"', "sla_plans.New.grace must be longer than 0."),
        ('[sla_plans.New]\ngrace = "3651d"', "sla_plans.New.grace must not be longer than 3650 days."),
        ("[sla_plans.New]\ngrace = 1.5", "sla_plans.New.grace must be whole seconds."),
        ('[sla_plans.New]\ngrace = "soon"', 'sla_plans.New.grace must be a duration such as "15m", not "soon".'),
        (
            '[sla_plans.Slow]\nschedule = "Nights"',
            "sla_plans.Slow.schedule names 'Nights', but there is no such schedule.",
        ),
        (
            '[sla_plans.Slow]\nsteps = [{ after = "2h", roles = [] }]',
            "sla_plans.Slow.steps[0].roles must name at least one role.",
        ),
        (
            '[sla_plans.Slow]\nsteps = [{ after = "2h", roles = ["department_manger"] }]',
            (
                'sla_plans.Slow.steps[0].roles must be roles, not "department_manger" '
                "(Did you mean 'department_manager'?)."
            ),
        ),
        (
            '[sla_plans.Slow]\nsteps = [{ after = "2h", roles = ["owner"] }]',
            'sla_plans.Slow.steps[0].roles must be roles of agents whom the ticket leads to, not "owner".',
        ),
        *(
            (
                f'[sla_plans.Slow]\nsteps = [{{ after = "2h", roles = ["{role}"] }}]',
                f'sla_plans.Slow.steps[0].roles must be roles of agents whom the ticket leads to, not "{role}".',
            )
            for role in ("newly_assigned_agent", "mentioned_agent")
        ),
        (
            '[sla_plans.Slow]\nsteps = [{ after = "2h", roles = ["watcher"] }, { after = "120m", roles = ["watcher"] }]',
            "sla_plans.Slow.steps must come one after the other: each step later than the one before it.",
        ),
        ('[sla_plans.Slow]\nsteps = [{ roles = ["watcher"] }]', "sla_plans.Slow.steps[0].after is missing."),
    ],
)
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_what_cannot_be_used_is_one_sentence(desk: Bench, file: str, words: str) -> None:
    assert desk.refusal(file) == f"desk.toml: {words}"


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ('country = "XX"', "country names 'XX', whose public holidays are not known. Use the codes of ISO 3166"),
        (
            'country = "DE"\nsubdivision = "BX"',
            "subdivision names 'BX', which is no part of 'DE' with public holidays of its own. Known are: BB, BE, BW, BY, ",
        ),
    ],
)
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_holidays_that_nobody_knows_are_one_sentence(desk: Bench, place: str, words: str) -> None:
    pytest.importorskip("holidays", reason="pip install holidays")
    refusal = desk.refusal(f"[schedules.New]\n{WEEK}\n{place}")
    assert refusal.startswith(f"desk.toml: schedules.New.{words}")

"""A file applied to a desk, on both databases: every table, changes of it, addresses that change hands."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from deskbell.core.contract.kinds import Level, Switch
from deskbell.core.contract.tickets import Priority
from deskbell.core.store import configuration, records
from deskbell.core.store.directory import (
    AgentRecord,
    ChannelRecord,
    DepartmentRecord,
    ExtendedMember,
    MailboxRecord,
    OrganizationRecord,
    Profile,
    RecipientsMode,
    SwitchRecord,
    TeamMember,
    TeamRecord,
    TopicRecord,
)
from deskbell.core.store.records import EndUserRecord
from deskbell.core.store.rows import ChannelRow, EndUserRow, OptionRow
from stand_ins.blueprint_bench import Bench

EVERYTHING = """
[settings]
desk_name = "Acme Help"
admin_address = "root@example.com"
domain = "acme.example"
base_url = "https://desk.acme.example"

[agents."ann@example.com"]
name = "Ann Lee"
admin = true
leave_from = 2026-08-01
leave_until = 2026-08-15T12:00:00+02:00
substitute = "bob@example.com"
[agents."bob@example.com"]
name = "Bob"
active = false
alert_only = true

[departments.Sales]
parent = "Support"
[departments.Support]
manager = "ann@example.com"
members = ["bob@example.com", "ann@example.com"]
recipients_mode = "members_and_extended"
address = "support@acme.example"
autoresponse_address = "noreply@acme.example"
signature = \"\"\"
Yours
Acme\"\"\"
[departments.Sales.extended."bob@example.com"]
role = "reader"
alerts = false
[departments.Sales.extended."ann@example.com"]

[teams.Night]
lead = "ann@example.com"
alerts = false
members = ["ann@example.com", "bob@example.com"]
without_alerts = ["bob@example.com"]

[topics.Printing]
department = "Sales"
priority = "high"
agent = "bob@example.com"
team = "Night"

[mailboxes.support]
address = "support@acme.example"
aliases = ["help@acme.example"]
department = "Support"
topic = "Printing"
answer_unaddressed = true

[organizations.Customer]
account_manager = "bob@example.com"

[end_users."eve@customer.example"]
name = "Eve"
addresses = ["eve@home.example", "e@home.example"]
organization = "Customer"
[end_users."adam@customer.example"]

[switches.vip-alert]
position = "opt-in"
shadow = true
departments = { Support = "on", Sales = "inherit" }
shadow_departments.Support = false
topics.Printing = "off"
[switches.thanks]
mailboxes.support = "off"

[options.vip-alert]
audience.department_member = true
limit = 7
[options.vip-alert.departments.Sales]
audience.department_manager = false
token = "hush-hush"

[channels.pigeon]
held = true
loft = "roof"
key = { env = "LOFT_KEY" }
login = { user = "u", password = "p" }
"""


def test_every_table_reaches_the_desk(bench: Bench) -> None:
    bench.apply(EVERYTHING)
    desk = bench.directory()
    assert desk.profile == Profile(
        desk_name="Acme Help",
        admin_address="root@example.com",
        domain="acme.example",
        base_url="https://desk.acme.example",
    )
    ann, bob = desk.agent("ann@example.com").id, desk.agent("bob@example.com").id
    support, sales = desk.department("Support").id, desk.department("Sales").id
    night, printing, mailbox = desk.team("Night").id, desk.topic("Printing").id, desk.mailbox("support").id
    assert desk.agents == {
        ann: AgentRecord(
            id=ann,
            name="Ann Lee",
            address="ann@example.com",
            is_admin=True,
            leave_from=datetime(2026, 8, 1, tzinfo=UTC),
            leave_until=datetime(2026, 8, 15, 10, tzinfo=UTC),
            substitute_id=bob,
        ),
        bob: AgentRecord(id=bob, name="Bob", address="bob@example.com", active=False, alert_only=True),
    }
    assert desk.departments == {
        support: DepartmentRecord(
            id=support,
            name="Support",
            manager_id=ann,
            recipients_mode=RecipientsMode.MEMBERS_AND_EXTENDED,
            address="support@acme.example",
            autoresponse_address="noreply@acme.example",
            signature="Yours\nAcme",
            members=(bob, ann),
        ),
        sales: DepartmentRecord(
            id=sales,
            name="Sales",
            parent_id=support,
            extended=(ExtendedMember(agent_id=bob, role="reader", alerts=False), ExtendedMember(agent_id=ann)),
        ),
    }
    assert desk.teams == {
        night: TeamRecord(
            id=night,
            name="Night",
            lead_id=ann,
            alerts=False,
            members=(TeamMember(agent_id=ann), TeamMember(agent_id=bob, alerts=False)),
        )
    }
    assert desk.topics == {
        printing: TopicRecord(
            id=printing, name="Printing", department_id=sales, priority=Priority.HIGH, agent_id=bob, team_id=night
        )
    }
    assert desk.mailboxes == {
        mailbox: MailboxRecord(
            id=mailbox,
            name="support",
            address="support@acme.example",
            aliases=("help@acme.example",),
            department_id=support,
            topic_id=printing,
            answer_unaddressed=True,
        )
    }
    customer = next(iter(desk.organizations))
    assert desk.organizations == {customer: OrganizationRecord(id=customer, name="Customer", account_manager_id=bob)}


def test_switches_options_and_channels_reach_the_desk(bench: Bench) -> None:
    bench.apply(EVERYTHING)
    desk = bench.directory()
    support, sales = desk.department("Support").id, desk.department("Sales").id
    assert set(desk.switches) == {
        SwitchRecord(plugin="vip-alert", level=Level.GLOBAL, position=Switch.OPT_IN, shadow=True),
        SwitchRecord(plugin="vip-alert", level=Level.DEPARTMENT, scope_id=support, position=Switch.ON, shadow=False),
        SwitchRecord(plugin="vip-alert", level=Level.TOPIC, scope_id=desk.topic("Printing").id, position=Switch.OFF),
        SwitchRecord(plugin="thanks", level=Level.MAILBOX, scope_id=desk.mailbox("support").id, position=Switch.OFF),
    }
    options = {(each.level, each.scope_id, each.field): each.value for each in desk.options}
    assert bench.secrets.open(str(options.pop((Level.DEPARTMENT, sales, "token")))) == "hush-hush"
    assert options == {
        (Level.GLOBAL, 0, "audience.department_member"): True,
        (Level.GLOBAL, 0, "limit"): 7,
        (Level.DEPARTMENT, sales, "audience.department_manager"): False,
    }
    assert desk.channels == {"pigeon": ChannelRecord(name="pigeon", held=True)}
    with bench.db.reading() as session:
        stored = configuration.channel_options(session, "pigeon")
    assert bench.secrets.opened(stored) == {
        "loft": "roof",
        "key": "coo-coo-coo",
        "login": {"user": "u", "password": "p"},
    }


def test_end_users_reach_the_desk(bench: Bench) -> None:
    bench.apply(EVERYTHING)
    customer = next(iter(bench.directory().organizations))
    with bench.db.reading() as session:
        found = records.end_users(session)
        created = set(session.scalars(select(EndUserRow.created_at)))
    assert found == (
        EndUserRecord(
            id=found[0].id,
            name="Eve",
            addresses=("eve@customer.example", "eve@home.example", "e@home.example"),
            organization_id=customer,
        ),
        EndUserRecord(id=found[1].id, addresses=("adam@customer.example",)),
    )
    assert created == {bench.clock.now()}


def test_the_same_file_twice_changes_nothing(bench: Bench) -> None:
    bench.apply(EVERYTHING)
    before = bench.directory()
    assert bench.apply(EVERYTHING) == []
    assert bench.apply(EVERYTHING, prune=True) == []
    assert bench.directory() == before


def test_no_secret_is_at_rest_in_plain_text(bench: Bench) -> None:
    bench.apply(EVERYTHING)
    with bench.db.reading() as session:
        kept = [str(value) for value in session.scalars(select(OptionRow.value))]
        kept += [str(value) for value in session.scalars(select(ChannelRow.options))]
    text = " ".join(kept)
    assert text.count("enc:") == 3
    for secret in ("hush-hush", "coo-coo-coo", "'p'"):
        assert secret not in text


def test_a_change_leaves_all_else_as_it_was(bench: Bench) -> None:
    bench.apply(EVERYTHING)
    before = bench.directory()
    bench.apply('[departments.Support]\nsignature = "New"\n[teams.Night]\nmembers = ["bob@example.com"]')
    desk = bench.directory()
    assert desk.revision > before.revision
    support = desk.department("Support")
    assert (support.signature, support.members, support.manager_id) == (
        "New",
        before.department("Support").members,
        before.department("Support").manager_id,
    )
    # Bob keeps his own flag.
    assert desk.team("Night").members == (TeamMember(agent_id=desk.agent("bob@example.com").id, alerts=False),)
    assert desk.agents == before.agents
    assert desk.options == before.options


def test_what_an_empty_text_takes_away_is_gone(bench: Bench) -> None:
    bench.apply(EVERYTHING)
    bench.apply(
        """
        [agents."ann@example.com"]
        leave_from = ""
        leave_until = ""
        substitute = ""
        [departments.Sales]
        parent = ""
        [departments.Support]
        manager = ""
        members = []
        address = ""
        [teams.Night]
        lead = ""
        without_alerts = []
        [topics.Printing]
        department = ""
        agent = ""
        team = ""
        [mailboxes.support]
        topic = ""
        aliases = []
        [organizations.Customer]
        account_manager = ""
        [end_users."eve@customer.example"]
        addresses = []
        organization = ""
        [switches.vip-alert.departments]
        Support = "inherit"
        """
    )
    desk = bench.directory()
    ann, support = desk.agent("ann@example.com"), desk.department("Support")
    assert (ann.leave_from, ann.leave_until, ann.substitute_id) == (None, None, None)
    assert desk.department("Sales").parent_id is None
    assert (support.manager_id, support.members, support.address) == (None, (), "")
    assert (desk.team("Night").lead_id, [each.alerts for each in desk.team("Night").members]) == (None, [True, True])
    topic = desk.topic("Printing")
    assert (topic.department_id, topic.agent_id, topic.team_id) == (None, None, None)
    assert (desk.mailbox("support").topic_id, desk.mailbox("support").aliases) == (None, ())
    assert [each.account_manager_id for each in desk.organizations.values()] == [None]
    with bench.db.reading() as session:
        [eve] = records.end_users(session, ["eve@customer.example"])
    assert (eve.addresses, eve.organization_id) == (("eve@customer.example",), None)
    # The shadow that was set for the department stays.
    assert desk.switch_index["vip-alert", Level.DEPARTMENT, support.id].position is None
    assert desk.switch_index["vip-alert", Level.DEPARTMENT, support.id].shadow is False


def test_mailboxes_and_people_can_trade_addresses(bench: Bench) -> None:
    bench.apply(
        """
        [departments.Support]
        [mailboxes.one]
        address = "one@example.com"
        department = "Support"
        [mailboxes.two]
        address = "two@example.com"
        department = "Support"
        [end_users."eve@example.org"]
        addresses = ["shared@example.org"]
        [end_users."adam@example.org"]
        """
    )
    bench.apply(
        """
        [mailboxes.one]
        address = "two@example.com"
        [mailboxes.two]
        address = "one@example.com"
        [end_users."eve@example.org"]
        addresses = []
        [end_users."adam@example.org"]
        addresses = ["shared@example.org"]
        """
    )
    assert {box.name: box.address for box in bench.directory().mailboxes.values()} == {
        "one": "two@example.com",
        "two": "one@example.com",
    }
    with bench.db.reading() as session:
        assert [each.addresses for each in records.end_users(session)] == [
            ("eve@example.org",),
            ("adam@example.org", "shared@example.org"),
        ]


def test_a_further_address_becomes_the_primary_one(bench: Bench) -> None:
    bench.apply('[end_users."old@example.org"]\nname = "Eve"\naddresses = ["new@example.org"]')
    file = '[end_users."new@example.org"]\naddresses = ["old@example.org"]'
    assert bench.apply(file) == [
        '~ end_users."new@example.org"',
        '~     address: "old@example.org" -> "new@example.org"',
        '~     addresses: ["new@example.org"] -> ["old@example.org"]',
    ]
    with bench.db.reading() as session:
        [eve] = records.end_users(session)
    assert (eve.name, eve.addresses) == ("Eve", ("new@example.org", "old@example.org"))
    assert bench.apply(file) == []


def test_a_person_is_found_by_a_further_address(bench: Bench) -> None:
    bench.apply('[end_users."eve@example.org"]\naddresses = ["eve@home.example"]')
    assert bench.apply('[end_users."eve@home.example"]\nname = "Eve"') == [
        '~ end_users."eve@home.example"',
        '~     name: "" -> "Eve"',
    ]
    with bench.db.reading() as session:
        [eve] = records.end_users(session)
    assert (eve.name, eve.addresses) == ("Eve", ("eve@example.org", "eve@home.example"))


def test_a_respelt_key_is_kept_as_it_is_written_last(bench: Bench) -> None:
    bench.apply('[departments.support]\n[agents."ann@example.com"]\nname = "Ann"')
    bench.apply('[departments.Support]\n[agents."Ann@example.com"]')
    desk = bench.directory()
    assert [each.name for each in desk.departments.values()] == ["Support"]
    assert [each.address for each in desk.agents.values()] == ["Ann@example.com"]


def test_a_new_department_may_stand_above_an_old_one(bench: Bench) -> None:
    bench.apply("[departments.Sales]")
    bench.apply('[departments.Sales]\nparent = "Company"\n[departments.Company]')
    desk = bench.directory()
    assert desk.department("Sales").parent_id == desk.department("Company").id


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_many_end_users_are_found_by_address(bench: Bench) -> None:
    bench.apply("\n".join(f'[end_users."user{number}@example.org"]' for number in range(1201)))
    with bench.db.reading() as session:
        wanted = [f"USER{number}@example.org" for number in range(1201)]
        assert len(records.end_users(session, wanted)) == 1201
        assert len(records.end_users(session)) == 1201

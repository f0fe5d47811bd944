"""What --prune removes, and what it refuses to: each refusal one sentence, and nothing is changed then."""

import pytest

from deskbell.core.contract.kinds import Level, Switch
from deskbell.core.desk.blueprint import InUse
from deskbell.core.store import configuration, records
from deskbell.core.store.rows import CollaboratorRow, EntryRow, JournalRow, TicketRow
from stand_ins.blueprint_bench import Bench

DESK = """
[agents."ann@example.com"]
name = "Ann"
admin = true
[agents."bob@example.com"]
name = "Bob"
[departments.Support]
[departments.Sales]
parent = "Support"
extended = { "ann@example.com" = { role = "reader" }, "bob@example.com" = {} }
[departments.North]
parent = "Sales"
[teams.Night]
[topics.Printing]
[mailboxes.support]
address = "support@example.com"
department = "Support"
[organizations.Acme]
[end_users."eve@example.org"]
[switches.vip-alert]
position = "on"
departments = { Support = "off", North = "off" }
shadow_departments.North = true
topics.Printing = "off"
[switches.thanks]
position = "off"
mailboxes.support = "off"
[options.vip-alert]
limit = 3
departments.North.limit = 5
[channels.pigeon]
held = true
loft = "roof"
"""


@pytest.fixture
def desk(bench: Bench) -> Bench:
    bench.apply(DESK)
    return bench


def ticket(desk: Bench, *, agent: str = "", team: str = "", collaborator: str = "") -> int:
    """A ticket of Eve's in Support; answers its id."""
    now, directory = desk.clock.now(), desk.directory()
    with desk.db.writing() as session:
        [eve] = records.end_users(session, ["eve@example.org"])
        row = TicketRow(
            number="1",
            subject="Help",
            origin="mail",
            owner_id=eve.id,
            owner_address="eve@example.org",
            department_id=directory.department("Support").id,
            agent_id=directory.agent(agent).id if agent else None,
            team_id=directory.team(team).id if team else None,
            created_at=now,
            updated_at=now,
        )
        session.add(row)
        session.flush()
        if collaborator:
            [other] = records.end_users(session, [collaborator])
            session.add(CollaboratorRow(ticket_id=row.id, user_id=other.id, address=collaborator, added_at=now))
        return row.id


def test_without_prune_nothing_is_removed(desk: Bench) -> None:
    assert desk.apply("[departments]\n[switches]\n[agents]\n[channels]") == []


def test_tables_that_the_file_does_not_have_are_left_alone(desk: Bench) -> None:
    assert desk.apply('[agents."ann@example.com"]\n[agents."bob@example.com"]', prune=True) == []


def test_what_the_tables_of_the_file_do_not_name_goes(desk: Bench) -> None:
    lines = desk.apply(
        """
        [agents."ann@example.com"]
        [departments.Support]
        [departments.Sales]
        extended = { "ann@example.com" = {} }
        [teams]
        [organizations]
        [end_users]
        [channels]
        [switches.vip-alert]
        position = "on"
        departments.Support = "off"
        [options]
        """,
        prune=True,
    )
    assert lines == [
        '- agents."bob@example.com"',
        "- organizations.Acme",
        "~ departments.Sales",
        '-     extended."bob@example.com" = {}',
        "- departments.North",
        "- teams.Night",
        '- end_users."eve@example.org"',
        "- channels.pigeon",
        "~ switches.vip-alert",
        '-     departments.North = "off"',
        "-     shadow_departments.North = true",
        '-     topics.Printing = "off"',
        "- switches.thanks",
        '-     position = "off"',
        '-     mailboxes.support = "off"',
        "- options.vip-alert",
        "-     limit = 3",
        "-     departments.North.limit = 5",
    ]
    after = desk.directory()
    assert [agent.name for agent in after.agents.values()] == ["Ann"]
    assert sorted(each.name for each in after.departments.values()) == ["Sales", "Support"]
    assert [each.role for each in after.department("Sales").extended] == ["reader"]
    assert (after.teams, after.organizations, after.channels, after.options) == ({}, {}, {}, ())
    assert {(each.level, each.position) for each in after.switches} == {
        (Level.GLOBAL, Switch.ON),
        (Level.DEPARTMENT, Switch.OFF),
    }
    with desk.db.reading() as session:
        assert records.end_users(session) == ()
        assert configuration.channel_options(session, "pigeon") == {}


def test_what_was_switched_for_a_thing_goes_with_it(desk: Bench) -> None:
    assert desk.apply("[topics]\n[mailboxes]\n[departments.Support]\n[departments.Sales]", prune=True) == [
        "- departments.North",
        "- topics.Printing",
        "- mailboxes.support",
        "~ switches.vip-alert",
        '-     departments.North = "off"',
        "-     shadow_departments.North = true",
        '-     topics.Printing = "off"',
        "~ switches.thanks",
        '-     mailboxes.support = "off"',
        "~ options.vip-alert",
        "-     departments.North.limit = 5",
    ]
    assert {each.level for each in desk.directory().switches} == {Level.GLOBAL, Level.DEPARTMENT}


def test_a_whole_tree_of_departments_can_go(desk: Bench) -> None:
    lines = desk.apply("[departments]\n[mailboxes]", prune=True)
    assert [line for line in lines if line.startswith("- departments")] == [
        "- departments.Support",
        "- departments.Sales",
        "- departments.North",
    ]
    assert desk.directory().departments == {}


def test_an_empty_table_of_extended_members_removes_them_all(desk: Bench) -> None:
    file = "[departments.Support]\n[departments.North]\n[departments.Sales.extended]"
    assert desk.apply(file, prune=True) == [
        "~ departments.Sales",
        '-     extended."ann@example.com" = {}',
        '-     extended."bob@example.com" = {}',
    ]
    assert desk.apply(file, prune=True) == []


def test_extended_members_stay_where_the_file_does_not_speak_of_them(desk: Bench) -> None:
    assert desk.apply("[departments.Support]\n[departments.North]\n[departments.Sales]", prune=True) == []


def test_an_address_of_what_goes_is_free_for_what_comes(desk: Bench) -> None:
    desk.apply(
        """
        [mailboxes.help]
        address = "support@example.com"
        department = "Support"
        [end_users."adam@example.org"]
        addresses = ["eve@example.org"]
        """,
        prune=True,
    )
    assert [each.name for each in desk.directory().mailboxes.values()] == ["help"]


# --- what cannot go ---


def in_use(desk: Bench, toml: str) -> str:
    before = desk.directory()
    with pytest.raises(InUse) as refused:
        desk.apply(toml, prune=True)
    assert desk.directory() == before
    return str(refused.value)


def test_a_department_with_tickets_stays(desk: Bench) -> None:
    ticket(desk)
    assert in_use(desk, "[departments]\n[mailboxes]") == (
        "departments.Support cannot be removed: it holds 1 ticket. Transfer them first."
    )


def test_an_agent_with_tickets_stays(desk: Bench) -> None:
    desk.apply('[departments.Sales.extended."ann@example.com"]\n[departments.Support]\n[departments.North]', prune=True)
    ticket(desk, agent="bob@example.com")
    assert in_use(desk, '[agents."ann@example.com"]') == (
        'agents."bob@example.com" cannot be removed: it is assigned to, or was the last to answer, 1 ticket. '
        "Keep it with active = false."
    )


def test_an_agent_whom_the_history_names_stays(desk: Bench) -> None:
    desk.apply('[departments.Sales.extended."ann@example.com"]\n[departments.Support]\n[departments.North]', prune=True)
    number, bob = ticket(desk), desk.directory().agent("bob@example.com").id
    with desk.db.writing() as session:
        session.add(
            EntryRow(
                ticket_id=number,
                kind="note",
                origin="web",
                author_kind="agent",
                author_id=bob,
                text="Seen",
                posted_at=desk.clock.now(),
            )
        )
    assert in_use(desk, '[agents."ann@example.com"]') == (
        'agents."bob@example.com" cannot be removed: the history of tickets names it. Keep it with active = false.'
    )


# People write in after a file was made: who takes part in a ticket is left alone, and the rest of the plan goes on.


def test_a_person_who_acted_stays(desk: Bench) -> None:
    with desk.db.writing() as session:
        [eve] = records.end_users(session)
        session.add(
            JournalRow(
                act="1", event="ticket_closed", actor_kind="end_user", actor_id=eve.id, at=desk.clock.now(), data={}
            )
        )
    desk.apply("[end_users]", prune=True)
    with desk.db.reading() as session:
        assert [each.id for each in records.end_users(session)] == [eve.id]


@pytest.mark.parametrize("collaborator", ["", "adam@example.org"])
def test_a_participant_of_a_ticket_stays(desk: Bench, collaborator: str) -> None:
    desk.apply('[end_users."adam@example.org"]')
    ticket(desk, collaborator=collaborator)
    named = "eve@example.org" if collaborator else "adam@example.org"
    desk.apply(f'[end_users."{named}"]', prune=True)
    with desk.db.reading() as session:
        kept = {address for each in records.end_users(session) for address in each.addresses}
    assert kept == {"adam@example.org", "eve@example.org"}


def test_a_team_with_tickets_stays(desk: Bench) -> None:
    ticket(desk, team="Night")
    assert in_use(desk, "[teams]") == (
        "teams.Night cannot be removed: it is assigned to 1 ticket. Assign them to somebody else first."
    )


def test_the_last_administrator_stays(desk: Bench) -> None:
    assert in_use(
        desk,
        '[agents."bob@example.com"]\n[departments.Sales.extended."bob@example.com"]\n[departments.Support]\n[departments.North]',
    ) == (
        'agents."ann@example.com" cannot be removed: the desk has no other active administrator. '
        "Make somebody else one first."
    )


@pytest.mark.parametrize(
    ("setup", "toml", "words"),
    [
        ("", '[agents."ann@example.com"]', 'agents."bob@example.com" cannot be removed: departments.Sales.extended."bob@example.com" still names it.'),
        ("", "[departments.Sales]\n[departments.North]", "departments.Support cannot be removed: mailboxes.support.department still names it."),
        ("", "[departments.Support]\n[departments.North]", "departments.Sales cannot be removed: departments.North.parent still names it."),
        ('[mailboxes.support]\ntopic = "Printing"', "[topics]", "topics.Printing cannot be removed: mailboxes.support.topic still names it."),
        ('[topics.Printing]\nteam = "Night"', "[teams]", "teams.Night cannot be removed: topics.Printing.team still names it."),
        ('[end_users."eve@example.org"]\norganization = "Acme"', "[organizations]", 'organizations.Acme cannot be removed: end_users."eve@example.org".organization still names it.'),
    ],
)  # fmt: skip
def test_what_something_else_names_stays(desk: Bench, setup: str, toml: str, words: str) -> None:
    desk.apply(setup)
    assert in_use(desk, toml) == f"{words} Change that in the file, or keep what it names."


def test_a_member_may_leave_team_and_desk_at_once(desk: Bench) -> None:
    desk.apply('[teams.Night]\nmembers = ["ann@example.com", "bob@example.com"]\nwithout_alerts = ["bob@example.com"]')
    desk.apply(
        """
        [agents."ann@example.com"]
        [teams.Night]
        members = ["ann@example.com"]
        [departments.Support]
        [departments.North]
        [departments.Sales.extended."ann@example.com"]
        """,
        prune=True,
    )
    assert [agent.name for agent in desk.directory().agents.values()] == ["Ann"]


def test_settings_are_never_pruned(desk: Bench) -> None:
    desk.apply('[settings]\ndesk_name = "Acme"\nbase_url = "https://acme.example"')
    assert desk.apply('[settings]\ndesk_name = "Acme"', prune=True) == []

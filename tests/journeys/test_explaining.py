"""Explain, simulate and replay as a person types them, with every option."""

import json
from pathlib import Path

import click
import pytest

from deskbell.core.app import keeping
from deskbell.core.app.opening import open_desk
from deskbell.core.cli.replay import Span
from deskbell.core.store.rows import DecisionRow
from stand_ins.command_line import Cli
from stand_ins.desks import MAIL, new_desk, receive
from stand_ins.lively_desk import TOML, every_row, how_many, mail

OFF = """
[switches.new-ticket-autoresponse]
position = "off"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return new_desk(tmp_path / "desk", database_url="", toml=TOML)


@pytest.fixture
def cli(folder: Path) -> Cli:
    desk = Cli(folder)
    desk("mail", "receive", stdin=mail(1))
    return desk


def test_explain_with_what_would_change_it(cli: Cli) -> None:
    plain = cli("explain", "100001")
    assert "What would change this?" not in plain
    assert "new-ticket-alert" in plain
    assert "role_not_selected" in plain
    both = cli("explain", "100001", "--change")
    assert both.startswith(plain.rstrip("\n"))
    tick = "deskbell plugins set new-ticket-alert audience.administrator true --department 'Support'"
    assert f"new-ticket-alert, administrator, role_not_selected: Select the role: {tick}" in both
    lines = cli.json("explain", "100001")
    assert all(line["change"] for line in lines)

    # What it says to type works: the role is no longer unselected.
    cli("plugins", "set", "new-ticket-alert", "audience.administrator", "true", "--department", "Support")
    simulated = cli.json("simulate", "ticket_created", "--ticket", "100001")
    of_role = [(line["address"], line["outcome"]) for line in simulated if "administrator" in line["roles"]]
    assert of_role == [("admin@example.com", "notified")]


def test_explain_one_person_in_sentences(cli: Cli) -> None:
    said = cli("explain", "100001", "--person", "ann@example.com").splitlines()
    assert said[0].startswith("Ann Lee was told of ticket_created by 'new-ticket-alert': Ann Lee is told as ")
    assert said[1] == (
        "Ann Lee was not told of ticket_created by 'new-ticket-autoresponse': "
        "Ann Lee was in none of the roles that 'new-ticket-autoresponse' speaks to: owner."
    )
    assert cli("explain", "100001", "--person", "ann@example.com", "--change").count("What would change this?") == 1
    [first, *_] = cli.json("explain", "100001", "--person", "ann@example.com")
    assert (first["person"], first["outcome"]) == ("Ann Lee", "notified")
    cli("ticket", "close", "100001")
    assert "No plugin listens to ticket_closed." in cli("explain", "100001", "--person", "ann@example.com")
    assert [line["outcome"] for line in cli.json("explain", "100001") if line["event"] == "ticket_closed"] == ["-"]


def test_explain_an_event_and_a_mail(cli: Cli) -> None:
    [line, *_] = cli.json("explain", "100001")
    assert cli.json("explain", "--event", str(line["event_id"])) == cli.json("explain", "100001")
    cli("mail", "receive", stdin=b"From: ada@customer.example\n" + b"X-Line: y\n" * 5_000 + b"\nhello\n")
    [kept] = cli.json("mail", "list")
    [first] = cli.json("explain", "--refused", str(kept["id"]))
    assert first["change"] == f"When its cause is gone, process it again: deskbell mail retry {kept['id']}"
    assert "Name one of" in cli("explain", code=2)
    assert "Name one of" in cli("explain", "100001", "--event", "1", code=2)
    assert "There is no event" in cli("explain", "--event", "999", code=1)


SIMULATED = [
    ("ticket_created", ["--actor", "bob@example.com"], ("new-ticket-alert", "bob@example.com", "actor")),
    ("message_posted", ["--from", "ada@customer.example"], ("new-message-autoresponse", "ada@customer.example", "")),
    ("message_posted", ["--from", "eve@elsewhere.example"], ("new-message-autoresponse", "eve@elsewhere.example", "sender_unverified")),
    ("message_posted", ["--from", "ada@customer.example", "--check", "mailing_list"], ("new-message-autoresponse", "ada@customer.example", "automatic_message:mailing_list")),
    ("message_posted", ["--from", "ada@customer.example", "--automatic", "--check", "report"], ("new-message-autoresponse", "ada@customer.example", "automatic_message:report")),
    ("message_posted", ["--from", "ada@customer.example", "--unverified"], ("new-message-autoresponse", "ada@customer.example", "")),
    ("message_posted", ["--from", "ada@customer.example", "--mailbox", "support"], ("new-message-autoresponse", "ada@customer.example", "")),
    ("agent_mentioned", ["--agent", "cleo@example.com"], ("mention-alert", "cleo@example.com", "no_access")),
    ("ticket_assigned", ["--team", "Night"], ("ticket-assignment-alert", "cleo@example.com", "")),
    ("ticket_transferred", ["--to", "Billing"], ("ticket-transfer-alert", "cleo@example.com", "")),
    ("ticket_overdue", ["--department", "Billing"], ("ticket-overdue-alert", "cleo@example.com", "")),
    ("ticket_escalated", ["--step", "1"], ("escalation-alert", "ann@example.com", "")),
]  # fmt: skip


def test_simulate_with_every_option(cli: Cli) -> None:
    for event, options, expected in SIMULATED:
        lines = cli.json("simulate", event, "--ticket", "100001", *options)
        assert expected in {(line["plugin"], line["address"], line["reason"]) for line in lines}, (event, options)
        assert {line["event"] for line in lines} == {event}


def test_simulate_in_words(cli: Cli) -> None:
    assert "What would change this?" in cli("simulate", "ticket_created", "--ticket", "100001", "--change")
    assert cli("simulate", "ticket_closed", "--ticket", "100001").strip() == "No plugin listens to ticket_closed."
    assert "ticket_created" in cli("simulate", "ticket_creatd", "--ticket", "100001", code=1)
    assert "has 1 steps" in cli("simulate", "ticket_escalated", "--ticket", "100001", "--step", "2", code=1)
    assert "Invalid value" in cli("simulate", "message_posted", "--ticket", "100001", "--check", "odd", code=2)


def test_replay(cli: Cli, folder: Path, tmp_path: Path) -> None:
    changes = tmp_path / "changes.toml"
    changes.write_text(OFF)
    with open_desk(folder) as desk:
        before = every_row(desk)
    same = cli("replay", "--last", "24h")
    assert "1 event since" in same
    assert "0 notices more, 0 fewer. Nothing was sent." in same
    other = cli("replay", "--last", "7d", "--with", str(changes))
    assert "ticket_created 100001 new-ticket-autoresponse: Ada Moss <ada@customer.example> (plugin_off:global)" in other
    assert [line for line in other.splitlines() if line.startswith("- ")] != []
    assert "0 notices more, 1 fewer." in other
    found = json.loads(cli("replay", "--last", "24h", "--with", str(changes), "--json"))
    [difference] = found["differences"]
    assert (difference["change"], difference["plugin"], difference["address"]) == (
        "removed",
        "new-ticket-autoresponse",
        "ada@customer.example",
    )
    assert (found["summary"]["events"], found["summary"]["left_out"]) == (1, 0)
    alone = json.loads(cli("replay", "--last", "24h", "--with", str(changes), "--plugin", "new-ticket-alert", "--json"))
    assert alone["differences"] == []
    assert [each["plugin"] for each in alone["summary"]["tallies"]] == ["new-ticket-alert"]
    with open_desk(folder) as desk:
        assert every_row(desk) == before


@pytest.mark.parametrize("span", ["", "7", "7w", "0h", "-1d", "999999d", "1.5h"])
def test_what_is_no_span_of_time(span: str) -> None:
    with pytest.raises(click.BadParameter, match="is no span of time: say for example 24h or 7d"):
        Span().convert(span, None, None)


def test_replay_with_a_mistake(cli: Cli, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.toml"
    wrong.write_text("[departments.Support]\nmaneger = ''\n")
    assert "Did you mean 'manager'?" in cli("replay", "--with", str(wrong), code=1)
    assert "is no span of time" in cli("replay", "--last", "7w", code=2)
    assert "Did you mean 'new-ticket-alert'?" in cli("replay", "--plugin", "new-ticket-alrt", code=1)


def test_work_once_lets_old_decisions_go(cli: Cli, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import timedelta

    from sqlalchemy import update

    with open_desk(folder) as desk:
        made = how_many(desk, DecisionRow)
        with desk.db.writing() as session:
            session.execute(update(DecisionRow).values(decided_at=desk.clock.now() - timedelta(days=40)))
        receive(desk, MAIL.replace(b"<one@", b"<young@"))
        young = how_many(desk, DecisionRow) - made
    cli("work", "--once")
    with open_desk(folder) as desk:
        assert how_many(desk, DecisionRow) == made + young > young > 0
    more = folder.parent / "keep.toml"
    more.write_text("[settings]\nkeep_decisions_days = 30\n")
    cli("apply", str(more))
    cli("work", "--once")
    with open_desk(folder) as desk:
        assert how_many(desk, DecisionRow) == young
        assert keeping.purge_old_decisions(desk).decisions == 0

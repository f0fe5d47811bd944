"""More mails of one person than the desk allows open tickets, through the pipe: kept, explained, tried again by hand."""

from pathlib import Path

import pytest

from stand_ins.command_line import Cli
from stand_ins.desks import new_desk
from stand_ins.letters import raw_mail
from stand_ins.smtp_sink import SmtpSink

TOML = """
[agents."ann@example.com"]
name = "Ann Lee"
admin = true

[settings]
ticket_limit = 2
"""
BECAUSE = "the sender has too many open tickets"


@pytest.fixture
def cli(tmp_path: Path, smtp_sink: SmtpSink, database_url: str) -> Cli:
    return Cli(new_desk(tmp_path / "desk", database_url=database_url, smtp_port=smtp_sink.port, toml=TOML))


def receive(cli: Cli, number: int) -> str:
    sender = "Ada Moss <ada@customer.example>"
    raw = raw_mail(sender=sender, message_id=f"<{number}@customer.example>", text=f"Trouble number {number}.")
    return cli("mail", "receive", "--from", "ada@customer.example", stdin=raw)


def test_mails_beyond_the_limit_are_kept_and_can_be_tried_again(cli: Cli) -> None:
    for number in (1, 2, 3, 4):
        receive(cli, number)
    assert [row["number"] for row in cli.json("ticket", "list")] == ["100002", "100001"]

    refused = cli.json("mail", "list", "--state", "refused")
    assert [row["id"] for row in refused] == [4, 3]
    assert all(row["reason"].startswith(BECAUSE) for row in refused)
    assert "Trouble number 3." in cli("mail", "show", "3")

    first = cli.json("explain", "--refused", "3")[0]
    assert (first["event"], first["outcome"]) == ("mail_refused", "refused")
    assert first["because"].startswith(BECAUSE)

    history = cli.json("ticket", "show", "100002")["history"]
    assert [event["name"] for event in history] == ["ticket_created", "ticket_limit_reached"]
    assert (history[1]["limit"], history[1]["open_tickets"]) == (2, 2)

    again = cli("mail", "retry", "3")
    assert again.startswith("ticket_refused: ")
    assert f"\nIt is refused again: {BECAUSE}" in again
    cli("ticket", "close", "100001")
    assert cli("mail", "retry", "3").startswith("ticket_created: ticket 100003 (event ")
    assert [row["number"] for row in cli.json("ticket", "list")] == ["100003", "100002"]
    assert [row["id"] for row in cli.json("mail", "list", "--state", "refused")] == [4]


def test_an_agent_opens_a_ticket_with_collaborators_beyond_the_limit(cli: Cli) -> None:
    for number in (1, 2):
        receive(cli, number)
    opening = ("ticket", "open", "--from", "ada@customer.example", "--subject", "Toner", "--text", "We looked into it.")
    # Who types at this machine has been let in: what came by unverified mail does not count against it.
    assert "ticket_refused" not in cli(*opening)
    assert "ticket_limit_reached" in cli(*opening)
    refused = cli(*opening, code=1)
    assert refused == (
        "Error: No ticket was opened for ada@customer.example: the sender has too many open tickets: 'Support' allows 2. "
        "Close one of them, let an agent open it (--by), or raise 'ticket_limit'.\n"
    )
    assert [row["number"] for row in cli.json("ticket", "list", "--limit", "1")] == ["100004"]

    by_agent = (*opening, "--by", "ann@example.com", "--cc", "ben@customer.example", "--cc", "ADA@customer.example")
    assert "ticket_limit_reached" in cli(*by_agent)
    shown = cli.json("ticket", "show", "100005")
    assert [each["user"]["address"] for each in shown["ticket"]["collaborators"]] == ["ben@customer.example"]
    assert [entry["kind"] for entry in shown["entries"]] == ["reply"]
    assert shown["history"][1]["open_tickets"] == 3

    assert "the desk itself" in cli(*opening, "--by", "ann@example.com", "--cc", "support@example.com", code=1)
    assert "no mail address" in cli(*opening, "--by", "ann@example.com", "--cc", "ben", code=1)

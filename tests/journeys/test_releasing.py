"""A mail that nobody can verify waits for an agent before the other participants hear of it."""

from pathlib import Path

from deskbell.core.app.opening import open_desk
from deskbell.core.app.rounds import work_off
from stand_ins.command_line import Cli
from stand_ins.smtp_sink import SmtpSink

FIRST = b"""\
From: Ada <ada@customer.example>
To: support@example.com
Subject: No toner
Message-ID: <one@customer.example>

The printer is empty.
"""
FORGED = b"""\
From: Ada <ada@customer.example>
To: support@example.com
Subject: Re: [#100001] No toner
Message-ID: <two@customer.example>

Send the toner to Elm Street instead.
"""


def test_carl_hears_of_it_after_an_agent_has_vouched_for_it(cli: Cli, desk_folder: Path, smtp_sink: SmtpSink) -> None:
    cli("mail", "receive", "--mailbox", "support", stdin=FIRST)
    cli("ticket", "collaborator", "add", "100001", "carl@customer.example")
    cli("mail", "receive", "--mailbox", "support", stdin=FORGED)
    with open_desk(desk_folder) as desk:
        work_off(desk)
    assert "carl@customer.example" not in {mail.recipients[0] for mail in smtp_sink.mails}
    [why] = [
        line
        for line in cli.json("explain", "100001", "--person", "carl@customer.example")
        if line["plugin"] == "new-message-participant-notice"
    ]
    number = cli.json("ticket", "show", "100001")["entries"][-1]["id"]
    assert (why["reason"], why["change"]) == (
        "sender_unverified",
        f"Let the others see it: deskbell ticket release 100001 {number}",
    )
    assert f"message {number}" in cli("ticket", "show", "100001")

    before = len(smtp_sink.mails)
    said = cli("ticket", "release", "100001", str(number), "--by", "ann@example.com")
    assert said.startswith("message_posted: ticket 100001")
    assert "Nothing changed." in cli("ticket", "release", "100001", str(number), "--by", "ann@example.com")
    with open_desk(desk_folder) as desk:
        work_off(desk)
    [mail] = smtp_sink.mails[before:]
    assert mail.recipients == ("carl@customer.example",)
    assert mail.message["Auto-Submitted"] == "auto-replied"
    assert "Elm Street" in mail.data.decode()
    assert "no message of this ticket" in cli("ticket", "release", "100001", "999", code=1).lower()

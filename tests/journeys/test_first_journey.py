"""A raw multipart mail with an attachment, through the pipe and through LMTP, to the mails that a real server received."""

import hashlib
import smtplib
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from deskbell.core.app.opening import open_desk
from deskbell.core.app.service import Service
from stand_ins.command_line import Cli
from stand_ins.smtp_sink import ReceivedMail, SmtpSink

PDF = b"%PDF-1.4 not really, but with every octet: " + bytes(range(256))


def multipart(message_id: str = "<one@customer.example>") -> bytes:
    mail = EmailMessage()
    mail["From"] = "Ada Möss <ada@customer.example>"
    mail["To"] = "support@example.com"
    mail["Subject"] = "Der Drucker druckt nicht: größtes Problem"
    mail["Message-ID"] = message_id
    mail["Date"] = "Mon, 02 Mar 2026 09:00:00 +0000"
    mail.set_content("Grüße,\nder Drucker druckt nicht.\n")
    mail.add_alternative("<p>Grüße,<br>der Drucker druckt nicht.</p>", subtype="html")
    mail.add_attachment(PDF, maintype="application", subtype="pdf", filename="Rechnung größer.pdf")
    return mail.as_bytes()


def by_address(sink: SmtpSink) -> dict[str, ReceivedMail]:
    assert len({mail.recipients[0] for mail in sink.mails}) == len(sink.mails), "somebody was told twice"
    return {mail.recipients[0]: mail for mail in sink.mails}


def text_of(mail: ReceivedMail) -> str:
    body = mail.message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def outcomes(lines: list[dict[str, Any]]) -> set[tuple[str, str, str, str]]:
    return {
        (line["plugin"], line["address"] or ",".join(line["roles"]), line["outcome"], line["reason"]) for line in lines
    }


TOLD = {"admin@example.com", "ann@example.com", "bob@example.com", "cleo@example.com", "ada@customer.example"}

EXPECTED = {
    ("new-ticket-alert", "admin@example.com", "notified", ""),
    ("new-ticket-alert", "ann@example.com", "notified", ""),
    ("new-ticket-alert", "ann@example.com", "refused", "duplicate_of"),
    ("new-ticket-alert", "bob@example.com", "notified", ""),
    ("new-ticket-alert", "cleo@example.com", "notified", ""),
    ("new-ticket-alert", "administrator", "refused", "role_not_selected"),
    ("new-ticket-alert", "account_manager", "refused", "role_not_selected"),
    ("new-ticket-autoresponse", "ada@customer.example", "notified", ""),
    ("new-ticket-by-agent-notice", "", "refused", "plugin_declined"),
    ("reply-to-end-user", "", "refused", "plugin_declined"),
}


def check_received(sink: SmtpSink) -> None:
    mails = by_address(sink)
    assert set(mails) == TOLD

    answer = mails["ada@customer.example"]
    assert answer.sender == ""
    assert answer.message["In-Reply-To"] == "<one@customer.example>"
    assert answer.message["References"] == "<one@customer.example>"
    assert answer.message["Auto-Submitted"] == "auto-replied"
    assert answer.message["X-Auto-Response-Suppress"] == "All"
    # Nobody verified the sender: subject, name and body are not repeated to a perhaps forged address.
    assert answer.message["Subject"] == "[#100001] We have received your request"
    assert "Drucker" not in answer.data.decode()
    assert "Möss" not in text_of(answer)
    assert answer.message["To"] == "ada@customer.example"

    alert = mails["bob@example.com"]
    # What comes back of an alert is read, so that it leaves with an address.
    assert alert.sender == "support@example.com"
    assert alert.message["Subject"] == "[#100001] New ticket: Der Drucker druckt nicht: größtes Problem"
    assert alert.message["Auto-Submitted"] == "auto-generated"
    assert "der Drucker druckt nicht." in text_of(alert)
    assert "(sender not verified)" in text_of(alert)
    assert "Rechnung größer.pdf" in text_of(alert)
    for mail in sink.mails:
        for field in ("From", "Date", "Message-ID"):
            assert len(mail.message.get_all(field, [])) == 1
    assert len({mail.message["Message-ID"] for mail in sink.mails}) == len(TOLD)


def test_through_the_pipe(cli: Cli, smtp_sink: SmtpSink, desk_folder: Path) -> None:
    raw = multipart()
    cli("mail", "receive", "--mailbox", "support", stdin=raw)
    assert not smtp_sink.mails
    assert "Sent: 5." in cli("work", "--once")
    check_received(smtp_sink)

    [ticket] = cli.json("ticket", "list")
    assert (ticket["number"], ticket["subject"]) == ("100001", "Der Drucker druckt nicht: größtes Problem")
    assert ticket["topic"]["name"] == "Printers"

    shown = cli.json("ticket", "show", "100001")
    [attachment] = shown["entries"][0]["attachments"]
    assert attachment["file_name"] == "Rechnung größer.pdf"
    assert attachment["digest"] == hashlib.sha256(PDF).hexdigest()
    [stored] = [file for file in (desk_folder / "attachments").rglob("*") if file.is_file()]
    assert stored.read_bytes() == PDF

    lines = cli.json("explain", "100001")
    assert outcomes(lines) == EXPECTED
    assert set(lines[0]) >= {"event", "plugin", "person", "address", "roles", "outcome", "reason", "because"}
    assert {line["event"] for line in lines} == {"ticket_created"}

    # The same mail once more is one entry, and nobody is told again.
    cli("mail", "receive", "--mailbox", "support", stdin=raw)
    cli("work", "--once")
    assert len(cli.json("ticket", "list")) == 1
    assert len(smtp_sink.mails) == 5


def test_through_lmtp(desk_folder: Path, smtp_sink: SmtpSink, cli: Cli) -> None:
    file = desk_folder / "deskbell.toml"
    file.write_text(file.read_text().replace("[listener]", '[listener]\nprotocol = "lmtp"\nport = 0', 1))
    with open_desk(desk_folder) as desk:
        service = Service(desk, listen=True)
        service.start()
        try:
            host, _, port = service.listening_on.rpartition(":")
            with smtplib.LMTP(host, int(port)) as client:
                refused = client.sendmail(
                    "ada@customer.example", ["support@example.com", "stranger@elsewhere.example"], multipart()
                )
            assert list(refused) == ["stranger@elsewhere.example"]
            smtp_sink.wait_for(5)
        finally:
            service.stop()
    check_received(smtp_sink)
    assert outcomes(cli.json("explain", "100001")) == EXPECTED
    assert {row["state"] for row in cli.json("outbox", "list")} == {"sent"}


def test_an_answer_to_our_mail_joins_the_ticket_verified(cli: Cli, smtp_sink: SmtpSink) -> None:
    cli("mail", "receive", stdin=multipart())
    cli("work", "--once")
    answered = by_address(smtp_sink)["ada@customer.example"]
    reply = EmailMessage()
    reply["From"] = "ada@customer.example"
    reply["To"] = "support@example.com"
    reply["Subject"] = "Re: something else entirely"
    reply["In-Reply-To"] = answered.message["Message-ID"]
    reply["Message-ID"] = "<two@customer.example>"
    reply.set_content("It works again.")
    cli("mail", "receive", stdin=reply.as_bytes())
    first, second = cli.json("ticket", "show", "100001")["entries"]
    assert (first["verified"], second["verified"]) == (False, True)
    assert second["text"].strip() == "It works again."


def test_a_number_in_the_subject_needs_a_participant(cli: Cli) -> None:
    """M22: the right number from somebody else is a ticket of its own."""
    cli("mail", "receive", stdin=multipart())
    for sender, message_id in (("ada@customer.example", "<a@x>"), ("eve@elsewhere.example", "<b@x>")):
        mail = EmailMessage()
        mail["From"] = sender
        mail["To"] = "support@example.com"
        mail["Subject"] = "Re: [#100001] the printer"
        mail["Message-ID"] = message_id
        mail.set_content("More about it.")
        cli("mail", "receive", stdin=mail.as_bytes())
    numbers = {ticket["number"]: ticket["owner"]["address"] for ticket in cli.json("ticket", "list")}
    assert numbers == {"100001": "ada@customer.example", "100002": "eve@elsewhere.example"}
    assert len(cli.json("ticket", "show", "100001")["entries"]) == 2


SWITCHES = [
    (("new-ticket-autoresponse", "off"), "plugin_off:global"),
    (("new-ticket-autoresponse", "opt-in"), "plugin_off:global"),
    (("new-ticket-autoresponse", "off", "--department", "Support"), "plugin_off:department"),
    (("new-ticket-autoresponse", "off", "--topic", "Printers"), "plugin_off:topic"),
    (("new-ticket-autoresponse", "off", "--mailbox", "support"), "plugin_off:mailbox"),
    (("new-ticket-autoresponse", "shadow"), "shadow:global"),
    (("new-ticket-autoresponse", "shadow", "--department", "Support"), "shadow:department"),
    (("new-ticket-alert", "off"), "plugin_off:global"),
    (("new-ticket-alert", "off", "--department", "support"), "plugin_off:department"),
    (("new-ticket-alert", "off", "--topic", "Printers"), "plugin_off:topic"),
    (("new-ticket-alert", "shadow"), "shadow:global"),
]


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("switch", "reason"), SWITCHES, ids=[" ".join(case[0]) for case in SWITCHES])
def test_off_is_off_at_every_level(cli: Cli, smtp_sink: SmtpSink, switch: tuple[str, ...], reason: str) -> None:
    cli("plugins", "switch", *switch)
    cli("mail", "receive", stdin=multipart())
    simulated = cli.json("simulate", "ticket_created", "--ticket", "100001")
    lines = cli.json("explain", "100001")
    assert outcomes(simulated) == outcomes(lines)
    of_plugin = [line for line in lines if line["plugin"] == switch[0]]
    if reason.startswith("shadow"):
        assert "notified" not in {line["outcome"] for line in of_plugin}
        assert reason in {line["reason"] for line in of_plugin if line["outcome"] == "shadowed"}
    else:
        assert [(line["outcome"], line["reason"]) for line in of_plugin] == [("refused", reason)]
    cli("work", "--once")
    other = {"ada@customer.example"} if switch[0] == "new-ticket-alert" else TOLD - {"ada@customer.example"}
    assert set(by_address(smtp_sink)) == other

    cli("plugins", "switch", switch[0], "on" if len(switch) == 2 else "inherit", *switch[2:])
    assert {line["outcome"] for line in cli.json("simulate", "ticket_created", "--ticket", "100001")} == {
        "notified",
        "refused",
    }
    assert not [
        line
        for line in cli.json("simulate", "ticket_created", "--ticket", "100001")
        if line["reason"].startswith(("plugin_off", "shadow"))
    ]


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_ticket_opened_by_an_agent(cli: Cli, smtp_sink: SmtpSink) -> None:
    """The actor is not alerted, whom it is assigned to keeps the members out, and the owner gets no autoresponse."""
    cli(
        "ticket", "open", "--from", "ada@customer.example", "--subject", "By phone", "--text", "She called.",
        "--by", "ann@example.com", "--agent", "bob@example.com",
    )  # fmt: skip
    assert outcomes([line for line in cli.json("explain", "100001") if line["event"] == "ticket_created"]) == {
        ("new-ticket-alert", "admin@example.com", "notified", ""),
        ("new-ticket-alert", "ann@example.com", "refused", "actor"),
        ("new-ticket-alert", "ann@example.com", "refused", "assigned_at_creation"),
        ("new-ticket-alert", "bob@example.com", "refused", "assigned_at_creation"),
        ("new-ticket-alert", "cleo@example.com", "refused", "assigned_at_creation"),
        ("new-ticket-alert", "administrator", "refused", "role_not_selected"),
        ("new-ticket-alert", "account_manager", "refused", "role_not_selected"),
        ("new-ticket-autoresponse", "", "refused", "plugin_declined"),
        ("new-ticket-by-agent-notice", "ada@customer.example", "notified", ""),
        ("reply-to-end-user", "", "refused", "plugin_declined"),
    }
    assert outcomes([line for line in cli.json("explain", "100001") if line["event"] == "ticket_assigned"]) == {
        ("ticket-assignment-alert", "bob@example.com", "notified", ""),
        ("ticket-assignment-alert", "assigned_team_member", "refused", "role_not_selected"),
    }
    cli("work", "--once")
    assert set(by_address(smtp_sink)) == {"admin@example.com", "bob@example.com", "ada@customer.example"}


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_explain_knows_also_who_was_never_thought_of(cli: Cli) -> None:
    cli("mail", "receive", stdin=multipart())
    lines = cli.json("explain", "100001", "--person", "stranger@elsewhere.example")
    assert {(line["plugin"], line["reason"]) for line in lines} == {
        ("new-ticket-alert", "not_a_candidate"),
        ("new-ticket-autoresponse", "not_a_candidate"),
        ("new-ticket-by-agent-notice", "plugin_declined"),
        ("reply-to-end-user", "plugin_declined"),
    }
    assert all(line["because"].endswith(".") for line in lines)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_explain_says_why_a_mail_became_no_ticket(cli: Cli) -> None:
    cli("mail", "receive", stdin=b"From: ada@customer.example\n" + b"X-Line: y\n" * 5_000 + b"\nhello\n")
    [kept] = cli.json("mail", "list")
    [line] = cli.json("explain", "--refused", str(kept["id"]))
    assert (line["event"], line["outcome"], line["reason"]) == ("mail_quarantined", "refused", "quarantined")
    assert line["because"] == kept["reason"] != ""


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_simulate_asks_as_if_somebody_else_had_done_it_and_writes_nothing(cli: Cli) -> None:
    cli("mail", "receive", stdin=multipart())
    before = cli.json("outbox", "list")
    lines = cli.json("simulate", "ticket_created", "--ticket", "100001", "--actor", "ann@example.com")
    assert ("new-ticket-alert", "ann@example.com", "refused", "actor") in outcomes(lines)
    assert ("new-ticket-autoresponse", "", "refused", "plugin_declined") in outcomes(lines)
    assert cli.json("outbox", "list") == before
    assert outcomes(cli.json("explain", "100001")) == EXPECTED

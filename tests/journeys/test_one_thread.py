"""A ticket's whole life is one thread in its owner's mail program, and what each mail repeats of the others is read over."""

from pathlib import Path

from deskbell.core.app.opening import open_desk
from deskbell.core.app.rounds import work_off
from deskbell.core.intake.markers import strip_subject
from stand_ins.command_line import Cli
from stand_ins.smtp_sink import ReceivedMail, SmtpSink

FIRST = b"""\
From: Ada <ada@customer.example>
To: support@example.com
Subject: No toner
Message-ID: <one@customer.example>

The printer is empty.
"""
MARKER = "-- Please write your answer above this line --"


def answer(mail: ReceivedMail, *, message_id: str, text: str) -> bytes:
    """What a mail program makes of Ada's words when she answers a mail: the earlier one stands below them."""
    header = mail.message
    quoted = "\n".join(f"> {line}" for line in text_of(mail).rstrip().splitlines())
    lines = [
        "From: Ada <ada@customer.example>",
        "To: support@example.com",
        f"Subject: Re: {header['Subject']}",
        f"Message-ID: {message_id}",
        f"In-Reply-To: {header['Message-ID']}",
        f"References: {header['References']} {header['Message-ID']}",
        "Content-Type: text/plain; charset=utf-8",
        "",
        text,
        "",
        "On Mon, Mar 2, 2026 at 10:12 AM Example Support <support@example.com> wrote:",
        "",
        quoted,
    ]
    return "\n".join(lines).encode()


def text_of(mail: ReceivedMail) -> str:
    body = mail.message.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def work(desk_folder: Path) -> None:
    with open_desk(desk_folder) as desk:
        work_off(desk)


def to_ada(sink: SmtpSink) -> list[ReceivedMail]:
    return [mail for mail in sink.mails if mail.recipients == ("ada@customer.example",)]


def test_rfc_13_all_mails_to_the_owner_are_one_thread(cli: Cli, desk_folder: Path, smtp_sink: SmtpSink) -> None:
    cli("mail", "receive", "--mailbox", "support", stdin=FIRST)
    work(desk_folder)
    for round_number in range(2):
        cli("ticket", "reply", "100001", "--by", "ann@example.com", "--text", f"Which printer? ({round_number})")
        work(desk_folder)
        words = f"The one in the hall, number {round_number}."
        raw = answer(to_ada(smtp_sink)[-1], message_id=f"<answer-{round_number}@customer.example>", text=words)
        cli("mail", "receive", "--mailbox", "support", stdin=raw)
        work(desk_folder)
    cli("ticket", "reply", "100001", "--by", "ann@example.com", "--text", "It is filled.", "--status", "closed")
    work(desk_folder)

    mails = to_ada(smtp_sink)
    assert [text_of(mail).split("\n")[0] for mail in mails] == [MARKER] * len(mails)
    assert len([mail for mail in mails if "Which printer?" in text_of(mail)]) >= 2
    for mail in mails:
        assert "<one@customer.example>" in mail.message["References"].split()
        assert mail.message["In-Reply-To"] in mail.message["References"].split()
    # The confirmation of a mail that nobody verified does not repeat its words.
    assert mails[0].message["Subject"] == "[#100001] We have received your request"
    assert {mail.message["Subject"] for mail in mails[1:]} == {"[#100001] No toner"}
    assert {strip_subject(f"Re: {mail.message['Subject']}") for mail in mails[1:]} == {"No toner"}

    entries = cli.json("ticket", "show", "100001")["entries"]
    asked = [entry for entry in entries if entry["kind"] == "message"]
    assert len(asked) == 3
    assert all(MARKER in entry["text"] and entry["quoted"] for entry in asked[1:])


def test_alerts_and_the_thread_show_what_was_written_new(cli: Cli, desk_folder: Path, smtp_sink: SmtpSink) -> None:
    cli("mail", "receive", "--mailbox", "support", stdin=FIRST)
    cli("ticket", "reply", "100001", "--by", "ann@example.com", "--text", "Which printer?")
    work(desk_folder)
    raw = answer(to_ada(smtp_sink)[-1], message_id="<two@customer.example>", text="The one in the hall.")
    before = len(smtp_sink.mails)
    cli("mail", "receive", "--mailbox", "support", stdin=raw)
    work(desk_folder)
    alerts = [mail for mail in smtp_sink.mails[before:] if "New message" in mail.message["Subject"]]
    assert alerts
    for alert in alerts:
        assert "The one in the hall.\n\n(quoted text left out)\n" in text_of(alert)
        assert "Which printer?" not in text_of(alert)

    shown = cli("ticket", "show", "100001")
    assert shown.count("Which printer?") == 1
    assert "The one in the hall." in shown
    assert "quoted lines hidden; --full shows all)" in shown
    whole = cli("ticket", "show", "100001", "--full")
    assert whole.count("Which printer?") == 2
    assert "hidden" not in whole


def test_a_desk_without_a_marker_sends_none(cli: Cli, desk_folder: Path, smtp_sink: SmtpSink, tmp_path: Path) -> None:
    file = tmp_path / "plain.toml"
    file.write_text('[settings]\nreply_marker = ""\n', encoding="utf-8")
    cli("apply", str(file))
    cli("mail", "receive", "--mailbox", "support", stdin=FIRST)
    work(desk_folder)
    assert smtp_sink.mails
    assert all(MARKER not in mail.data.decode() for mail in smtp_sink.mails)
    assert text_of(to_ada(smtp_sink)[0]).startswith("Hello,")

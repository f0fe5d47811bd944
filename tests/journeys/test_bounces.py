"""Bounces from the mail that did not arrive to the people who hear of it, over the pipe, on both databases."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from deskbell.core.app import acting, suppressed, undelivered
from deskbell.core.app.opening import Desk
from deskbell.core.contract.events import DeliveryBounced, Event
from deskbell.core.store import journal, tickets
from deskbell.core.store.rows import DecisionRow, DeliveryReportRow, DeliveryRow, RawMailRow, SuppressionRow
from stand_ins.bounce_mails import report
from stand_ins.clock import FrozenClock
from stand_ins.command_line import Cli
from stand_ins.desks import new_desk, opened
from stand_ins.letters import raw_mail
from stand_ins.smtp_sink import ReceivedMail, SmtpSink

TOML = """
[agents."ann@example.com"]
name = "Ann Lee"

[departments.Support]
manager = "ann@example.com"
members = ["ann@example.com"]
address = "support@example.com"

[mailboxes.support]
address = "support@example.com"
department = "Support"
plus_addresses = true
"""
ADA = "ada@customer.example"
CARL = "carl@customer.example"


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture
def folder(tmp_path: Path, smtp_sink: SmtpSink, database_url: str) -> Path:
    return new_desk(tmp_path / "desk", database_url=database_url, smtp_port=smtp_sink.port, toml=TOML)


@pytest.fixture
def desk(folder: Path, clock: FrozenClock) -> Iterator[Desk]:
    with opened(folder, clock=clock) as desk:
        yield desk


def take_in(
    desk: Desk, raw: bytes, *, envelope_from: str, envelope_to: str = "support@example.com"
) -> tuple[Event, ...]:
    mail_id = desk.intake.accept(raw, envelope_from=envelope_from, envelope_to=(envelope_to,), source="pipe")
    return desk.take_in([mail_id])


def write(desk: Desk, number: int = 1, sender: str = ADA) -> None:
    take_in(desk, raw_mail(sender=sender, message_id=f"<{number}@customer.example>"), envelope_from=sender)


def deliver(desk: Desk) -> None:
    while desk.deliver_round().claimed:
        pass


def sent_to(sink: SmtpSink, address: str) -> list[ReceivedMail]:
    return [mail for mail in sink.mails if mail.recipients == (address,)]


def returned_head(mail: ReceivedMail) -> str:
    """What servers send back of a mail; a mail to one person refers to nothing."""
    references = mail.message["References"]
    more = f"References: {references}\n" if references else ""
    return f"Message-ID: {mail.message['Message-ID']}\n{more}Subject: Auto"


def bounce(
    mail: ReceivedMail,
    *,
    recipient: str = ADA,
    status: str = "5.1.1",
    action: str = "failed",
    named: bool = True,
    words: str = "no such user here",
) -> bytes:
    """The bounce of a mail that was really sent; without `named` nothing of it is returned."""
    return report(
        "Mail Delivery System <MAILER-DAEMON@mx.customer.example>",
        "Undelivered Mail Returned to Sender",
        f"<{recipient}>: {status} user unknown",
        f"Reporting-MTA: dns; mx.customer.example\n\nFinal-Recipient: rfc822; {recipient}\nAction: {action}\nStatus: {status}\n"
        f"Diagnostic-Code: smtp; 550 {status} {words}",
        returned=returned_head(mail) if named else None,
        returned_type="text/rfc822-headers",
    )


def reports(desk: Desk) -> list[DeliveryReportRow]:
    with desk.db.reading() as session:
        return list(session.scalars(select(DeliveryReportRow).order_by(DeliveryReportRow.id)))


def suppressions(desk: Desk) -> list[SuppressionRow]:
    with desk.db.reading() as session:
        return list(session.scalars(select(SuppressionRow)))


def raw_mails(desk: Desk) -> list[RawMailRow]:
    with desk.db.reading() as session:
        return list(session.scalars(select(RawMailRow).order_by(RawMailRow.id)))


def alerts(desk: Desk) -> int:
    with desk.db.reading() as session:
        wanted = select(DeliveryRow.id).where(DeliveryRow.plugin == "delivery-bounced-alert")
        return len(session.scalars(wanted).all())


def reasons(desk: Desk, plugin: str) -> list[str]:
    """The reasons of all candidates of a plugin, '' for those who were told."""
    with desk.db.reading() as session:
        rows = session.scalars(select(DecisionRow).where(DecisionRow.plugin == plugin).order_by(DecisionRow.id))
        return [each["reason"] for row in rows for each in row.candidates if each["person"]]


def test_rfc_38_and_39_a_bounce_with_our_token_suppresses_the_address_until_it_is_released(
    desk: Desk, folder: Path, smtp_sink: SmtpSink, clock: FrozenClock
) -> None:
    write(desk)
    deliver(desk)
    [answer] = sent_to(smtp_sink, ADA)
    assert answer.sender.startswith("support+b.")
    raw = bounce(answer, named=False)
    events = take_in(desk, raw, envelope_from="", envelope_to=answer.sender)
    assert [event.name for event in events] == ["delivery_bounced"]
    [event] = events
    assert isinstance(event, DeliveryBounced)
    assert (event.address, event.permanent, event.to_end_user, event.ticket is not None) == (ADA, True, True, True)
    [row] = reports(desk)
    assert (row.kind, row.recipient, row.action, row.status) == ("bounce", ADA, "failed", "5.1.1")
    assert (row.permanent, row.confirmed, row.delivery_id) == (True, True, event.delivery_id)
    assert row.diagnostic == "550 5.1.1 no such user here"
    [suppression] = suppressions(desk)
    assert (suppression.address_key, suppression.until) == (ADA, None)
    assert suppression.reason == "bounce: mailbox does not exist (5.1.1)"
    assert suppression.evidence == "550 5.1.1 no such user here"
    [_, kept] = raw_mails(desk)
    assert event.ticket is not None
    assert (kept.state, kept.reason) == ("stored", f"a bounce of delivery {event.delivery_id}")
    assert kept.ticket_id == event.ticket.id
    deliver(desk)
    told = sent_to(smtp_sink, "ann@example.com")
    assert [mail.message["Subject"].startswith("[#") and "Came back" in mail.message["Subject"] for mail in told].count(
        True
    ) == 1
    clock.advance(hours=2)
    [remark] = undelivered.remarks(desk, event.ticket.id)
    assert remark.line(clock.now()) == f"not delivered to {ADA}: mailbox does not exist (5.1.1), 2 hours ago"
    write(desk, 2)
    deliver(desk)
    assert len(sent_to(smtp_sink, ADA)) == 1
    assert reasons(desk, "new-ticket-autoresponse")[-1] == "address_suppressed"
    suppressed.release(desk, ADA, by=None)
    write(desk, 3)
    deliver(desk)
    assert len(sent_to(smtp_sink, ADA)) == 2
    cli = Cli(folder)
    assert f"Mail: not delivered to {ADA}: mailbox does not exist (5.1.1)" in cli("ticket", "show", event.ticket.number)
    assert [each["recipient"] for each in cli.json("reports", "--confirmed")] == [ADA]
    assert "suppression of" in cli("changes")


def test_rfc_39_the_returned_message_id_confirms_a_bounce_of_the_address_that_it_went_to(
    desk: Desk, smtp_sink: SmtpSink
) -> None:
    write(desk)
    deliver(desk)
    [answer] = sent_to(smtp_sink, ADA)
    events = take_in(desk, bounce(answer), envelope_from="")
    assert [event.name for event in events] == ["delivery_bounced"]
    assert [row.address_key for row in suppressions(desk)] == [ADA]


def test_m33_a_forged_bounce_opens_a_ticket_with_a_warning_and_changes_nothing(
    desk: Desk, folder: Path, smtp_sink: SmtpSink
) -> None:
    write(desk)
    deliver(desk)
    forged = report(
        "MAILER-DAEMON@mx.customer.example",
        "Undelivered Mail Returned to Sender",
        f"<{ADA}>: user unknown",
        f"Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; {ADA}\nAction: failed\nStatus: 5.1.1",
        returned="Message-ID: <db.aaaabbbbccccddddeeeeffffgg@example.com>\nSubject: x",
    )
    events = take_in(desk, forged, envelope_from="")
    assert [event.name for event in events] == ["ticket_created"]
    assert suppressions(desk) == []
    [row] = reports(desk)
    assert (row.recipient, row.confirmed, row.delivery_id) == (ADA, False, None)
    ticket = events[0].ticket  # type: ignore[attr-defined]
    assert row.ticket_id == ticket.id
    with desk.db.reading() as session:
        [entry] = tickets.entries(session, ticket.id)
    assert entry.automatic
    assert "unconfirmed_report" in entry.warnings
    deliver(desk)
    assert len(smtp_sink.mails) == len(
        [mail for mail in smtp_sink.mails if mail.recipients[0] in (ADA, "ann@example.com", "admin@example.com")]
    )
    assert len(sent_to(smtp_sink, ADA)) == 1
    write(desk, 2)
    deliver(desk)
    assert len(sent_to(smtp_sink, ADA)) == 2
    cli = Cli(folder)
    assert "unconfirmed" in cli("ticket", "show", ticket.number)
    assert [each["confirmed"] for each in cli.json("reports", "--unconfirmed")] == [False]
    assert cli.json("suppressions", "list") == []


def test_m33_who_got_a_mail_of_ours_cannot_disable_the_address_of_somebody_else(
    desk: Desk, smtp_sink: SmtpSink
) -> None:
    write(desk)
    deliver(desk)
    [answer] = sent_to(smtp_sink, ADA)
    take_in(desk, bounce(answer, recipient="victim@customer.example"), envelope_from="")
    take_in(
        desk,
        bounce(answer, recipient="victim@customer.example", named=False),
        envelope_from="",
        envelope_to="support+b.1.aaaaaaaaaaaaaaaaaaaaaaaaaa@example.com",
    )
    assert suppressions(desk) == []
    assert [row.confirmed for row in reports(desk)] == [False, False]
    # By the token of a mail the bounce is about that mail: nobody else's address is touched.
    take_in(
        desk,
        bounce(answer, recipient="behind@elsewhere.example", named=False),
        envelope_from="",
        envelope_to=answer.sender,
    )
    assert [row.address_key for row in suppressions(desk)] == [ADA]
    assert reports(desk)[-1].recipient == "behind@elsewhere.example"


def answered_by_ann(desk: Desk) -> None:
    """Ada and Carl are on a ticket and get the same answer."""
    write(desk)
    acting.add_collaborator(desk, "100001", by=None, address=CARL, name="Carl Fox")
    acting.reply(desk, "100001", acting.ReplyWish(text="It is on its way."), by="ann@example.com")
    deliver(desk)


def test_m33_who_got_the_same_mail_cannot_disable_the_address_of_another_recipient(
    desk: Desk, smtp_sink: SmtpSink
) -> None:
    """A shared Message-ID is no secret among those who share it: only what the one copy holds proves its bounce."""
    answered_by_ann(desk)
    copy = sent_to(smtp_sink, CARL)[-1]
    take_in(desk, bounce(copy, recipient=ADA), envelope_from="")
    take_in(
        desk,
        bounce(copy, recipient=ADA),
        envelope_from="",
        envelope_to="support+b.1.aaaaaaaaaaaaaaaaaaaaaaaaaa@example.com",
    )
    assert suppressions(desk) == []
    assert {row.confirmed for row in reports(desk)} == {False}


def test_rfc_39_the_returned_copy_of_a_shared_mail_confirms_its_bounce(desk: Desk, smtp_sink: SmtpSink) -> None:
    answered_by_ann(desk)
    take_in(desk, bounce(sent_to(smtp_sink, CARL)[-1], recipient=CARL), envelope_from="")
    assert [row.address_key for row in suppressions(desk)] == [CARL]


@pytest.mark.parametrize(
    ("status", "days"), [("5.2.2", 7), ("5.7.1", 7), ("5.0.0", 30), ("5.1.1", None), ("5.2.1", None)]
)
def test_rfc_38_how_long_an_address_is_left_in_peace(
    desk: Desk, smtp_sink: SmtpSink, clock: FrozenClock, status: str, days: int | None
) -> None:
    write(desk)
    deliver(desk)
    [answer] = sent_to(smtp_sink, ADA)
    take_in(desk, bounce(answer, status=status, words="no"), envelope_from="", envelope_to=answer.sender)
    [row] = suppressions(desk)
    assert row.until == (None if days is None else clock.now() + timedelta(days=days))


def test_rfc_38_a_mail_that_was_too_large_says_nothing_about_its_address(desk: Desk, smtp_sink: SmtpSink) -> None:
    write(desk)
    deliver(desk)
    [answer] = sent_to(smtp_sink, ADA)
    take_in(desk, bounce(answer, status="5.3.4"), envelope_from="", envelope_to=answer.sender)
    assert suppressions(desk) == []
    assert alerts(desk) == 1


def test_rfc_38_delays_are_noted_and_ring_nothing_and_five_of_them_suppress_for_three_days(
    desk: Desk, smtp_sink: SmtpSink, clock: FrozenClock
) -> None:
    for number in range(5):
        write(desk, number)
        deliver(desk)
        answer = sent_to(smtp_sink, ADA)[-1]
        assert suppressions(desk) == []
        delayed = bounce(answer, status="4.4.1", action="delayed")
        assert take_in(desk, delayed, envelope_from="", envelope_to=answer.sender) == ()
        clock.advance(hours=1)
    [row] = suppressions(desk)
    assert row.until == clock.now() - timedelta(hours=1) + timedelta(days=3)
    assert alerts(desk) == 0


@pytest.mark.parametrize("action", ["delivered", "relayed", "expanded"])
def test_rfc_38_a_report_of_success_is_a_note_only(desk: Desk, smtp_sink: SmtpSink, action: str) -> None:
    write(desk)
    deliver(desk)
    [answer] = sent_to(smtp_sink, ADA)
    assert take_in(desk, bounce(answer, status="2.0.0", action=action), envelope_from="") == ()
    [row] = reports(desk)
    assert (row.kind, row.action, row.confirmed) == ("delivered", action, True)
    assert suppressions(desk) == []


def test_m34_a_storm_of_bounces_of_one_mail_is_one_alert_and_no_answer(desk: Desk, smtp_sink: SmtpSink) -> None:
    write(desk)
    deliver(desk)
    [answer] = sent_to(smtp_sink, ADA)
    before = len(smtp_sink.mails)
    base = bounce(answer, named=False)
    ids = [
        desk.intake.accept(
            base.replace(b"<report@mx.example.net>", f"<{number}@mx.example.net>".encode()),
            envelope_from="",
            envelope_to=(answer.sender,),
            source="pipe",
        )
        for number in range(1_000)
    ]
    events = desk.take_in(ids)
    assert [event.name for event in events] == ["delivery_bounced"]
    deliver(desk)
    new = smtp_sink.mails[before:]
    assert [mail.recipients for mail in new] == [("ann@example.com",)]
    # The alert's own bounce, and the bounce of that: nothing is said about it.
    [alert] = new
    events = take_in(
        desk, bounce(alert, recipient="ann@example.com", named=False), envelope_from="", envelope_to=alert.sender
    )
    assert [(event.name, event.to_end_user) for event in events if isinstance(event, DeliveryBounced)] == [
        ("delivery_bounced", False)
    ]
    deliver(desk)
    assert len(smtp_sink.mails) == before + 1


def test_m34_a_storm_of_bounces_of_many_mails_is_one_grouped_alert(desk: Desk, smtp_sink: SmtpSink) -> None:
    for number in range(18):
        write(desk, number, f"person{number}@customer.example")
    deliver(desk)
    answers = [sent_to(smtp_sink, f"person{number}@customer.example")[0] for number in range(18)]
    before = len(smtp_sink.mails)
    ids = [
        desk.intake.accept(
            bounce(mail, recipient=mail.recipients[0], named=False),
            envelope_from="",
            envelope_to=(mail.sender,),
            source="pipe",
        )
        for mail in answers
    ]
    events = desk.take_in(ids)
    assert [event.name for event in events] == ["delivery_bounced"] * 18
    deliver(desk)
    new = smtp_sink.mails[before:]
    assert [mail.recipients for mail in new] == [("ann@example.com",)]
    assert "18 mails of the desk came back within ten minutes" in new[0].message.get_body(
        ("plain",)
    ).get_content().replace("\n", " ")  # type: ignore[union-attr]


def complaint(mail: ReceivedMail, *, sender: str = "feedback@isp.example") -> bytes:
    return report(
        sender,
        "Complaint",
        "This is an email abuse report.",
        f"Feedback-Type: abuse\nUser-Agent: Loop/1.0\nVersion: 1\nOriginal-Mail-From: <{mail.sender}>\nOriginal-Rcpt-To: <{ADA}>",
        status_type="message/feedback-report",
        top="multipart/report; report-type=feedback-report",
        returned=mail.data.decode(),
        return_path="<feedback@isp.example>",
    )


def test_rfc_41_a_complaint_takes_the_recipient_off_autoresponses_and_alerts_the_administrator_once(
    desk: Desk, smtp_sink: SmtpSink
) -> None:
    write(desk)
    deliver(desk)
    [answer] = sent_to(smtp_sink, ADA)
    take_in(desk, complaint(answer), envelope_from="feedback@isp.example")
    take_in(desk, complaint(answer).replace(b"<report@", b"<another@"), envelope_from="feedback@isp.example")
    desk.ring(())
    [row] = suppressions(desk)
    assert (row.address_key, row.reason.partition(":")[0], row.until) == (ADA, "complaint", None)
    with desk.db.reading() as session:
        numbers = [ticket.number for ticket in tickets.list_tickets(session, limit=10)]
        system = session.scalars(select(DeliveryRow).where(DeliveryRow.plugin == "system-error-alert")).all()
    assert len(numbers) == 1
    assert len(system) == 1
    write(desk, 2)
    assert reasons(desk, "new-ticket-autoresponse")[-1] == "address_suppressed"
    # A person's own words still reach whoever complained.
    acting.reply(desk, numbers[0], acting.ReplyWish(text="I am sorry."), by="ann@example.com")
    assert reasons(desk, "reply-to-end-user")[-1] == ""


def test_rfc_42_a_read_receipt_is_shown_on_the_ticket_and_rings_nothing(
    desk: Desk, smtp_sink: SmtpSink, clock: FrozenClock
) -> None:
    write(desk)
    deliver(desk)
    [answer] = sent_to(smtp_sink, ADA)
    receipt = report(
        f"Ada <{ADA}>",
        "Read: Auto",
        "Your mail was read.",
        f"Reporting-UA: mail; phone\nFinal-Recipient: rfc822; {ADA}\nOriginal-Message-ID: {answer.message['Message-ID']}\n"
        "Disposition: manual-action/MDN-sent-manually; displayed",
        status_type="message/disposition-notification",
        top="multipart/report; report-type=disposition-notification",
        returned=None,
    )
    assert take_in(desk, receipt, envelope_from="") == ()
    [row] = reports(desk)
    assert (row.kind, row.recipient, row.confirmed) == ("read", ADA, True)
    with desk.db.reading() as session:
        [ticket] = tickets.list_tickets(session, limit=10)
    [remark] = undelivered.remarks(desk, ticket.id)
    assert remark.line(clock.now()) == f"read by {ADA}, just now"


def test_rfc_42_we_send_no_read_receipts(desk: Desk, smtp_sink: SmtpSink) -> None:
    asked = raw_mail(sender=ADA, message_id="<1@customer.example>").replace(
        b"Subject:", f"Disposition-Notification-To: {ADA}\r\nReturn-Receipt-To: {ADA}\r\nSubject:".encode(), 1
    )
    take_in(desk, asked, envelope_from=ADA)
    deliver(desk)
    [answer] = sent_to(smtp_sink, ADA)
    assert answer.message.get_content_type() != "multipart/report"


def test_rfc_37_every_recipient_of_a_report_is_stored(desk: Desk, smtp_sink: SmtpSink) -> None:
    write(desk)
    deliver(desk)
    [answer] = sent_to(smtp_sink, ADA)
    both = bounce(answer, named=False).replace(
        b"\n--cut--",
        b"\n\nFinal-Recipient: rfc822; inner@elsewhere.example\nOriginal-Recipient: rfc822;list@customer.example\nAction: failed\nStatus: 5.2.2\n--cut--",
        1,
    )
    take_in(desk, both, envelope_from="", envelope_to=answer.sender)
    stored = [(row.recipient, row.action, row.status, row.confirmed) for row in reports(desk)]
    assert stored == [(ADA, "failed", "5.1.1", True), ("list@customer.example", "failed", "5.2.2", False)]
    assert [row.address_key for row in suppressions(desk)] == [ADA]


def test_the_same_bounce_taken_in_twice_is_a_copy(desk: Desk, smtp_sink: SmtpSink) -> None:
    write(desk)
    deliver(desk)
    [answer] = sent_to(smtp_sink, ADA)
    for _ in range(2):
        take_in(desk, bounce(answer), envelope_from="")
    assert len(reports(desk)) == 1
    assert raw_mails(desk)[-1].reason == f"copy of mail {raw_mails(desk)[-2].id}"


def test_rfc_52_a_mail_that_waits_for_four_hours_is_marked_and_so_is_one_that_was_given_up(
    desk: Desk, clock: FrozenClock
) -> None:
    write(desk)
    with desk.db.reading() as session:
        [ticket] = tickets.list_tickets(session, limit=1)
    clock.advance(hours=3, minutes=59)
    assert undelivered.remarks(desk, ticket.id) == ()
    clock.advance(minutes=2)
    [remark] = undelivered.remarks(desk, ticket.id)
    assert remark.line(clock.now()) == f"delayed to {ADA}: it still waits, 4 hours ago"
    with desk.db.writing() as session:
        for row in session.scalars(select(DeliveryRow)):
            row.state, row.detail = "dead", "550 5.1.1 no such user"
    [remark] = undelivered.remarks(desk, ticket.id)
    assert remark.line(clock.now()) == f"not delivered to {ADA}: 550 5.1.1 no such user, 4 hours ago"


def test_the_journal_of_the_ticket_knows_the_bounce(desk: Desk, smtp_sink: SmtpSink) -> None:
    write(desk)
    deliver(desk)
    [answer] = sent_to(smtp_sink, ADA)
    [event] = take_in(desk, bounce(answer), envelope_from="")
    assert isinstance(event, DeliveryBounced)
    assert event.ticket is not None
    with desk.db.reading() as session:
        assert journal.history(session, event.ticket.id)[-1] == event


def test_rfc_39_bounces_come_back_to_a_domain_of_their_own(
    tmp_path: Path, smtp_sink: SmtpSink, database_url: str, clock: FrozenClock
) -> None:
    toml = f'{TOML.replace("plus_addresses = true", "")}\n[settings]\nbounce_domain = "bounces.example.com"\n'
    folder = new_desk(tmp_path / "other", database_url=database_url, smtp_port=smtp_sink.port, toml=toml)
    with opened(folder, clock=clock) as desk:
        write(desk)
        deliver(desk)
        [answer] = sent_to(smtp_sink, ADA)
        assert answer.sender.endswith("@bounces.example.com")
        assert desk.intake.router().takes(answer.sender)
        assert not desk.intake.router().takes("anybody@bounces.example.com")
        take_in(desk, bounce(answer, named=False), envelope_from="", envelope_to=answer.sender)
        assert [row.address_key for row in suppressions(desk)] == [ADA]


def test_suppressions_by_hand_are_listed_audited_and_released(folder: Path) -> None:
    cli = Cli(folder)
    assert cli("suppressions", "list") == "Every address gets its mail.\n"
    assert cli("suppressions", "add", "Ada@Customer.example", "--reason", "asked us to") == (
        "ada@customer.example gets no mail until it is released.\n"
    )
    added = cli.json("suppressions", "add", "bea@customer.example", "--reason", "full", "--days", "3")
    assert (added["reason"], added["mail"], added["holds"]) == ("by hand: full", "all", True)
    assert [each["address"] for each in cli.json("suppressions", "list")] == ["bea@customer.example", ADA]
    assert cli("suppressions", "release", "ADA@customer.example") == "ADA@customer.example gets mail again.\n"
    assert "There is no suppressed address" in cli("suppressions", "release", ADA, code=1)
    assert "no mail address" in cli("suppressions", "add", "ada", "--reason", "x", code=1)
    assert "The reason: it is empty." in cli("suppressions", "add", "cy@customer.example", "--reason", " ", code=1)
    newest = cli.json("changes")[0]
    assert (newest["what"], newest["after"]) == (f"suppression of {ADA}", "not set")
    undone = cli("changes", "undo", str(newest["id"]), code=1)
    assert f'it has a command of its own. Use: deskbell suppressions add {ADA} --reason "..."' in undone
    added_first = cli.json("changes")[2]["id"]
    assert f"Use: deskbell suppressions release {ADA}" in cli("changes", "undo", str(added_first), code=1)


@pytest.mark.parametrize("own", ["Support@example.com", "support+anything@example.com", "admin@example.com"])
def test_m34_the_administrator_and_the_desk_itself_are_not_suppressed_by_hand(folder: Path, own: str) -> None:
    cli = Cli(folder)
    assert cli("suppressions", "add", own, "--reason", "x", code=1).startswith(
        f"Error: '{own}': it is an address of the desk and always gets its mail."
    )
    assert cli.json("suppressions", "list") == []


def test_m34_the_administrator_and_the_desk_itself_are_never_suppressed(desk: Desk, smtp_sink: SmtpSink) -> None:
    write(desk)
    deliver(desk)
    with desk.db.reading() as session:
        admin = desk.db.directory(session).profile.admin_address
    [alert] = sent_to(smtp_sink, admin)
    events = take_in(desk, bounce(alert, recipient=admin, named=False), envelope_from="", envelope_to=alert.sender)
    assert [(each.to_end_user, each.address) for each in events if isinstance(each, DeliveryBounced)] == [
        (False, admin)
    ]
    assert suppressions(desk) == []
    assert alerts(desk) == 0


def test_reports_go_with_their_delivery(desk: Desk, smtp_sink: SmtpSink) -> None:
    write(desk)
    deliver(desk)
    [answer] = sent_to(smtp_sink, ADA)
    take_in(desk, bounce(answer), envelope_from="")
    with desk.db.writing() as session:
        for row in session.scalars(select(DeliveryRow).where(DeliveryRow.address == ADA)):
            session.delete(row)
    assert reports(desk) == []

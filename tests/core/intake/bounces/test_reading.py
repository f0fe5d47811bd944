"""Reports read: every form of the corpus with its recipients, no ordinary mail, and nothing that hostile mails can break."""

import random
import time

import pytest

from deskbell.core.contract.addresses import normalise
from deskbell.core.intake.bounces import Recipient, Report, read_report
from deskbell.core.intake.parsing import read_mail
from deskbell.core.store.delivery_reports import ReportKind
from stand_ins.bounce_mails import BOUNCES, DAEMON, ORIGINAL, UNDELIVERED, plain, report
from stand_ins.mails.ordinary import ordinary_mails
from stand_ins.no_bounces import no_bounces

SECONDS = 1.0
OURS = "<db.aaaabbbbccccddddeeeeffffgg@example.com>"


def read(raw: bytes, *, envelope_from: str | None = None) -> Report | None:
    return read_report(read_mail(raw), envelope_from=envelope_from)


def found(raw: bytes) -> Report:
    told = read(raw)
    assert told is not None
    return told


@pytest.mark.parametrize("name", BOUNCES)
def test_rfc_37_and_40_every_form_is_read_with_its_recipients(name: str) -> None:
    raw, kind, recipients = BOUNCES[name]
    told = found(raw)
    assert told.kind is kind
    assert {normalise(each) for each in told.addresses} == {normalise(each) for each in recipients}


def test_the_corpus_is_as_large_as_it_should_be() -> None:
    assert len(BOUNCES) >= 60
    assert len(no_bounces()) >= 150


@pytest.mark.parametrize("name", no_bounces())
def test_rfc_40_what_only_speaks_of_a_delivery_is_no_report(name: str) -> None:
    assert read(no_bounces()[name]) is None


def test_rfc_40_no_ordinary_mail_is_a_report() -> None:
    assert [name for name, raw in ordinary_mails().items() if read(raw) is not None] == []


@pytest.mark.parametrize("name", [name for name, (raw, _, _) in BOUNCES.items() if b"db.aaaabbbb" in raw])
def test_rfc_39_the_message_id_of_the_returned_mail_is_told(name: str) -> None:
    assert OURS in found(BOUNCES[name][0]).message_ids


def test_rfc_39_return_paths_that_look_signed_are_told() -> None:
    path = "support+b.2s.abcdefghijklmnopqrstuvwxyz@example.com"
    raw = report(
        DAEMON,
        UNDELIVERED,
        "failed",
        "Final-Recipient: rfc822; ada@example.org\nAction: failed\nStatus: 5.1.1",
        returned=f"Return-Path: <{path}>\nSubject: x",
    )
    assert found(raw).return_paths == (path,)


def test_rfc_37_the_fields_of_a_recipient() -> None:
    raw = report(
        DAEMON,
        UNDELIVERED,
        "failed",
        "Reporting-MTA: dns; mx\n\nOriginal-Recipient: rfc822;ada@example.org\nFinal-Recipient: rfc822; inner@example.net\n"
        "Action: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 552 5.2.2 mailbox\n full",
    )
    [recipient] = found(raw).recipients
    assert recipient == Recipient(
        address="ada@example.org",
        final="inner@example.net",
        action="failed",
        status="5.2.2",
        diagnostic="552 5.2.2 mailbox full",
        permanent=True,
    )


@pytest.mark.parametrize(
    ("action", "status", "permanent", "kind"),
    [
        ("failed", "5.1.1", True, ReportKind.BOUNCE),
        ("failed", "4.4.7", False, ReportKind.BOUNCE),
        ("delayed", "4.4.1", False, ReportKind.DELAYED),
        ("delivered", "2.0.0", False, ReportKind.DELIVERED),
        ("relayed", "2.1.9", False, ReportKind.DELIVERED),
        ("expanded", "2.0.0", False, ReportKind.DELIVERED),
    ],
)
def test_rfc_38_what_an_action_and_a_status_mean(action: str, status: str, permanent: bool, kind: ReportKind) -> None:
    fields = f"Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; ada@example.org\nAction: {action}\nStatus: {status}"
    told = found(report(DAEMON, "Report", "A report.", fields))
    assert told.kind is kind
    assert [(each.action, each.status, each.permanent) for each in told.recipients] == [(action, status, permanent)]


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("550 5.7.1 Message rejected as spam", "5.7.1"),
        ("552 mailbox full", "5.2.2"),
        ("550 user unknown", "5.1.1"),
        ("452 mailbox full, try again later", "4.2.2"),
        ("554 Message size exceeds the limit", "5.3.4"),
        ("550 account has been disabled", "5.2.1"),
        ("no", ""),
    ],
)
def test_rfc_40_the_status_of_a_bounce_in_words(words: str, status: str) -> None:
    raw = plain(DAEMON, UNDELIVERED, f"I'm sorry, delivery failed.\n\n<ada@example.org>: host mx said:\n    {words}\n")
    assert [each.status for each in found(raw).recipients] == [status]


def complaint(feedback: str, *, returned: str = ORIGINAL.format(to="ada@example.org")) -> bytes:
    return report(
        "Feedback <feedback@isp.example>",
        "FW: Auto: We got your mail",
        "This is an email abuse report.",
        feedback,
        status_type="message/feedback-report",
        top="multipart/report; report-type=feedback-report",
        returned=returned,
        return_path="<feedback@isp.example>",
    )


def test_rfc_41_a_feedback_report_names_who_complained() -> None:
    told = found(
        complaint(
            "Feedback-Type: abuse\nUser-Agent: Loop/1.0\nVersion: 1\nOriginal-Rcpt-To: <ada@example.org>\nOriginal-Rcpt-To: bob@example.org"
        )
    )
    assert (told.kind, told.addresses) == (ReportKind.COMPLAINT, ("ada@example.org", "bob@example.org"))
    assert OURS in told.message_ids
    assert {each.action for each in told.recipients} == {"abuse"}


def test_rfc_41_a_report_that_keeps_the_address_to_itself_is_read_by_the_returned_mail() -> None:
    assert found(complaint("Feedback-Type: abuse\nVersion: 1")).addresses == ("ada@example.org",)
    assert found(complaint("Feedback-Type: abuse\nVersion: 1", returned="Subject: x\nTo: undisclosed")).addresses == ()


def test_rfc_41_what_no_recipient_complained_by_says_so() -> None:
    [recipient] = found(
        complaint("Feedback-Type: auth-failure\nVersion: 1\nOriginal-Rcpt-To: ada@example.org")
    ).recipients
    assert recipient.action == "auth-failure"


def test_rfc_41_a_complaint_that_is_only_the_mail_sent_back() -> None:
    raw = report(
        "staff@hotmail.example",
        "complaint about message from 192.0.2.1",
        "",
        "X-HmXmrOriginalRecipient: ada@example.org\nMessage-ID: " + OURS + "\n\nText",
        status_type="message/rfc822",
        top="multipart/mixed",
        returned=None,
        return_path="<staff@hotmail.example>",
    )
    told = found(raw)
    assert (told.kind, told.addresses, told.message_ids) == (ReportKind.COMPLAINT, ("ada@example.org",), (OURS,))


def receipt(disposition: str, text: str = "Your mail was read.", *, sender: str = "Ada <ada@example.org>") -> bytes:
    return report(
        sender,
        "Read: Re: The printer",
        text,
        f"Reporting-UA: mail\nFinal-Recipient: rfc822;ada@example.org\nOriginal-Message-ID: {OURS}\nDisposition: {disposition}",
        status_type="message/disposition-notification",
        top="multipart/report; report-type=disposition-notification",
        returned=None,
        return_path="<ada@example.org>",
    )


@pytest.mark.parametrize("action", ["displayed", "deleted", "processed", "denied"])
def test_rfc_42_a_read_receipt_says_what_was_done(action: str) -> None:
    told = found(receipt(f"manual-action/MDN-sent-manually; {action}"))
    assert (told.kind, told.addresses, told.message_ids) == (ReportKind.READ, ("ada@example.org",), (OURS,))
    assert [each.action for each in told.recipients] == [action]


def test_rfc_40_a_rejection_in_the_form_of_a_receipt_is_a_bounce() -> None:
    text = "Your message to <ada@example.org> was automatically rejected:\nQuota exceeded"
    told = found(receipt("automatic-action/MDN-sent-automatically; deleted", text, sender="postmaster@example.org"))
    assert told.kind is ReportKind.BOUNCE
    assert [(each.status, each.permanent) for each in told.recipients] == [("5.2.2", True)]


def test_rfc_40_the_null_sender_of_the_envelope_counts_like_a_return_path() -> None:
    raw = plain("Mailserver <info@example.org>", "Mail delivery failed", "<ada@example.org>: 550 user unknown\n")
    bare = raw.replace(b"Return-Path: <>\n", b"")
    assert read(bare) is None
    assert read(bare, envelope_from="ann@example.org") is None
    told = read(bare, envelope_from="")
    assert told is not None
    assert told.addresses == ("ada@example.org",)


def test_our_own_addresses_are_no_recipients() -> None:
    raw = plain(
        DAEMON,
        UNDELIVERED,
        "Your message from support@example.com could not be delivered.\n\nsupport@example.com\nada@example.org\n550 user unknown\n",
    )
    assert found(raw).addresses == ("ada@example.org",)


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("rfc822; ada@example.org", "ada@example.org"),
        ("RFC822;<ada@example.org>", "ada@example.org"),
        ("rfc822; ada@example.org (Ada Moss)", "ada@example.org"),
        ("rfc822; Ada Moss <ada@example.org>", "ada@example.org"),
        ("rfc822; @relay.example:ada@example.org", "ada@example.org"),
        ("smtp;ada@example.org", "ada@example.org"),
        ("rfc822; 'ada@example.org'", "ada@example.org"),
        ("ada@example.org", "ada@example.org"),
        ("x400; /PN=ada/", ""),
        ("unknown; ada", ""),
    ],
)
def test_rfc_37_the_address_of_a_final_recipient(value: str, address: str) -> None:
    raw = report(
        DAEMON, "Report", "Not told here.", f"Final-Recipient: {value}\nAction: failed\nStatus: 5.1.1", returned=None
    )
    assert [each.address for each in found(raw).recipients] == [address]


HOSTILE = {
    "words without end": "a" * 200_000,
    "at signs": "@" * 100_000,
    "addresses": "<a@b.example>: 550\n" * 20_000,
    "one long line": "<a@b.example>: 550 " * 20_000,
    "opening words": "\n".join(
        [
            "the following addresses had",
            "failed addresses follow:",
            "Your message to:",
            "Your message with Subject:",
            "not yet been delivered",
            "a" * 400,
        ]
        * 400
    ),
    "dots and blanks": " ." * 100_000,
    "keywords": "user mailbox account address " * 8_000,
    "brackets": "<" * 100_000,
    "fields": "Final-Recipient: rfc822; a@b.example\nAction: failed\n" * 10_000,
    "folded": "Final-Recipient: rfc822;\n" + " a\n" * 50_000,
    "headers": "Message-ID:\n" * 20_000 + "To: " + "a@b.example," * 20_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_rfc_40_nothing_takes_long(name: str) -> None:
    text = HOSTILE[name]
    mails = [
        plain(DAEMON, UNDELIVERED, f"I'm sorry, delivery failed.\n{text}"),
        report(DAEMON, UNDELIVERED, text, text, returned=text),
        report(
            "feedback@isp.example",
            "x",
            text,
            f"Feedback-Type: abuse\n{text}",
            status_type="message/feedback-report",
            returned=text,
        ),
        receipt(text, text),
    ]
    for mail in map(read_mail, mails):
        begun = time.process_time()
        read_report(mail, envelope_from="")
        assert time.process_time() - begun < SECONDS


def test_rfc_40_no_damage_breaks_the_reader() -> None:
    dice = random.Random(40)
    corpus = [raw for raw, _, _ in BOUNCES.values()]
    for _ in range(1_500):
        raw = bytearray(dice.choice(corpus))
        for _ in range(dice.randrange(1, 20)):
            at = dice.randrange(len(raw))
            raw[at : at + dice.randrange(3)] = dice.randbytes(dice.randrange(4))
        read(bytes(raw), envelope_from=dice.choice([None, "", "a@b.example"]))

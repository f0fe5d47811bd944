"""Ordinary mails and robots' mails by their kind: the words, the files, the answer of the gate, the report."""

import pytest

from deskbell.core.intake.bounces import read_report
from deskbell.core.intake.gate import judge
from deskbell.core.intake.parsing import Attachment, read_mail
from deskbell.core.intake.quoting import quoted_spans
from stand_ins.mails.hostile import hostile_mails
from stand_ins.mails.ordinary import ATTRIBUTIONS, CHARSETS, OUTLOOK_BLOCKS, PNG, TNEF, ordinary_mails
from stand_ins.mails.robots import TEXT_BOUNCES, robots_mails
from stand_ins.mails.whole_path import OWN

ORDINARY = ordinary_mails()
ROBOTS = robots_mails()
QUOTING = [*ATTRIBUTIONS, *(f"outlook-{language}" for language in OUTLOOK_BLOCKS), "gmail-html"]
GONE = "gone@customer.example"


def said(text: str) -> str:
    """The text without what it quotes."""
    at, kept = 0, ""
    for start, end in (*quoted_spans(text), (len(text), len(text))):
        kept += text[at:start]
        at = end
    return kept.strip()


@pytest.mark.parametrize(("label", "text"), [(label, text) for label, _, text in CHARSETS])
def test_rfc_34_words_in_every_charset(label: str, text: str) -> None:
    mail = read_mail(ORDINARY[f"charset-{label}"])
    assert (mail.text, mail.subject) == (text, text[:12].strip())


@pytest.mark.parametrize("kind", QUOTING)
def test_what_somebody_answered_in_every_language(kind: str) -> None:
    mail = read_mail(ORDINARY[f"reply-{kind}"])
    assert said(mail.text) == "It is a LaserJet."
    assert "What is the model?" in mail.text


@pytest.mark.parametrize(
    ("kind", "words"),
    [("inline", "LaserJet\nGrey"), ("original-message", "Yes."), ("from-a-phone", "Yes\n\nSent from my phone")],
)
def test_answers_of_other_forms(kind: str, words: str) -> None:
    assert said(read_mail(ORDINARY[f"reply-{kind}"]).text) == words


@pytest.mark.parametrize(
    ("kind", "files"),
    [
        ("plain", {}),
        ("related", {"attachment-1.png": PNG}),
        ("attachment-2231", {"Rechnung März.pdf": b"%PDF"}),
        ("attachments", {"photo.png": PNG, "notes.txt": b"one\ntwo\n", "table.csv": b"a;b\n1;2\n"}),
        ("tnef", {"winmail.dat": TNEF}),
        ("smime-encrypted", {"smime.p7m": bytes(range(200))}),
        ("smime-signed", {"smime.p7s": bytes(range(200))}),
        ("uuencode", {}),
    ],
)
def test_rfc_35_and_m35_files_of_every_kind(kind: str, files: dict[str, bytes]) -> None:
    assert {each.file_name: each.content for each in read_mail(ORDINARY[kind]).attachments} == files


def test_rfc_35_a_mail_inside_a_mail_is_kept_whole() -> None:
    [inner] = read_mail(ORDINARY["forwarded-as-part"]).attachments
    assert inner.file_name == "Inner.eml"
    assert read_mail(inner.content).text == "Inner text."


@pytest.mark.parametrize("kind", ["bomb-zip", "bomb-gzip"])
def test_m11_archives_are_kept_as_they_came(kind: str) -> None:
    [archive] = read_mail(hostile_mails()[kind]).attachments
    assert isinstance(archive, Attachment)
    assert len(archive.content) < 10_000
    assert archive.content.startswith(b"PK\x03\x04" if kind == "bomb-zip" else b"\x1f\x8b")


@pytest.mark.parametrize("kind", [kind for kind in ORDINARY if kind != "nothing-but-text"])
def test_mail_of_people_may_be_answered_and_is_no_report(kind: str) -> None:
    mail = read_mail(ORDINARY[kind])
    verdict = judge(mail, envelope_from="ann@customer.example", own_addresses=OWN)
    assert (verdict.check, verdict.allowed, verdict.automatic) == ("", True, False)
    assert read_report(mail) is None


@pytest.mark.parametrize(
    ("kind", "check", "automatic"),
    [
        ("newsletter", "mailing_list", True),
        ("discussion-list", "mailing_list", False),
        ("vacation", "auto_submitted", True),
        ("vacation-outlook", "auto_header", True),
        ("vacation-old", "precedence", True),
        ("monitoring", "auto_submitted", True),
        ("receipt", "report", True),
        ("complaint", "report", True),
        *((f"bounce-{kind}", "null_sender", True) for kind in TEXT_BOUNCES),
    ],
)
def test_mail_of_robots_is_not_answered(kind: str, check: str, automatic: bool) -> None:
    verdict = judge(read_mail(ROBOTS[kind]), envelope_from=None, own_addresses=OWN)
    assert (verdict.check, verdict.automatic) == (check, automatic)


@pytest.mark.parametrize(
    ("kind", "report", "recipients"),
    [
        ("bounce", "bounce", [(GONE, "5.1.1")]),
        ("bounce-of-two", "bounce", [(GONE, "5.1.1"), ("full@customer.example", "4.2.2")]),
        ("bounce-delayed", "delayed", [("ann@customer.example", "4.4.1")]),
        ("report-of-success", "delivered", [("ann@customer.example", "2.0.0")]),
        ("receipt", "read", [("ann@customer.example", "")]),
        ("complaint", "complaint", [("ann@customer.example", "")]),
        ("bounce-qmail", "bounce", [(GONE, "5.1.1")]),
        ("bounce-exim", "bounce", [(GONE, "5.1.1")]),
        ("bounce-yahoo", "bounce", [(GONE, "5.2.2")]),
        ("bounce-plain", "bounce", [(GONE, "5.1.1")]),
    ],
)
def test_rfc_37_and_rfc_40_reports_tell_who_and_why(kind: str, report: str, recipients: list[tuple[str, str]]) -> None:
    found = read_report(read_mail(ROBOTS[kind]))
    assert found is not None
    assert found.kind.value == report
    assert [(each.address, each.status) for each in found.recipients] == recipients

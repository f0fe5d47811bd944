"""Mails of the real world that keep to no RFC, category by category, each read as its sender meant it."""

import base64

import pytest

from deskbell.core.intake.parsing import Attachment, Fault, Mailbox, Quarantine, read_mail
from deskbell.core.intake.parsing.other_texts import calendar_to_text, enriched_to_text

TOP = b"From: Ann Lee <ann@example.org>\r\nTo: support@example.com\r\nSubject: Printer\r\n"
MIME = TOP + b"MIME-Version: 1.0\r\n"


def files_of(raw: bytes) -> list[tuple[str, str, bytes]]:
    return [(kept.file_name, kept.content_type, kept.content) for kept in read_mail(raw).attachments]


# --- headers ---


@pytest.mark.parametrize(
    ("raw", "subject", "text"),
    [
        (b"\r\n\r\nFrom: a@b.example\r\nSubject: s\r\n\r\nbody", "s", "body"),
        (b" From: a@b.example\r\nSubject: s\r\n\r\nbody", "s", "body"),
        (b"From: a@b.example\r\r\nSubject: s\r\r\n\r\r\nbody\r\r\nmore", "s", "body\nmore"),
        (b"From: a@b.example\rSubject: s\r\rbody\rmore", "s", "body\nmore"),
        (b"From: a@b.example\nSubject: s\r\n\nbody\rmore\r\nend", "s", "body\nmore\nend"),
        (b"From: a@b.example\r\nSubject: s\r\nHello there,\r\nno empty line.\r\n", "s", "Hello there,\nno empty line."),
        (b"From: a@b.example\r\nno colon here\r\nX-Odd: x\r\nSubject: s\r\n\r\nbody", "s", "body"),
        (b"From: a@b.example\r\nno colon\r\nOdd: x\r\nSubject: s\r\n\r\nbody", "s", "body"),
        (b"Subject: a long\r\nsubject line\r\nFrom: a@b.example\r\n\r\nbody", "a long subject line", "body"),
        (b"From: a@b.example\r\n: nameless\r\nSubject: s\r\n\r\nbody", "s", "body"),
        (b"From: a@b.example\r\nX-\xe4: y\r\nSubject: s\r\n\r\nbody", "s", "body"),
        (b"From : a@b.example\r\nSubject : s\r\n\r\nbody", "s", "body"),
        (b"From: a@b.example\r\nSubject: s\r\n\t\r\nbody text\r\n", "s", "body text"),
        (b">From a@b Mon Jun  2 10:00:00 2025\r\nFrom: a@b.example\r\nSubject: s\r\n\r\nbody", "s", "body"),
        (b"From: a@b.example\r\nSubject: one\r\nSubject: two\r\n\r\nbody", "one", "body"),
    ],
)
def test_rfc_33_headers_that_are_out_of_order(raw: bytes, subject: str, text: str) -> None:
    mail = read_mail(raw)
    assert (mail.subject, mail.text, mail.quarantine) == (subject, text, Quarantine.NONE)


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        (b"=?utf-8?Q?=3D=3Futf-8=3FQ=3FGr=3DC3=3DBC=3DC3=3D9Fe=3F=3D?=", "Grüße"),
        (b"=?utf-8?B?4oK?= =?utf-8?B?rA==?=", "€"),
        (b"=?utf-8?Q?=E2=82?=\r\n\t=?UTF-8?Q?=AC_x?=", "€ x"),
        (b"=?utf-8?Q?a?==?utf-8?Q?b?=", "ab"),
        (b"=?utf-8?Q?a?= =?iso-8859-1?Q?=E4?=", "aä"),
        (b"x=?utf-8?Q?=C3=A4?=y", "xäy"),
        (b"=?utf-8?q?words with blanks?=", "words with blanks"),
        (b"=?utf-8?B?R3LDvMOfZQ?=", "Grüße"),
        (b"=?utf-8?B?R3L\r\n DvMOfZQ==?=", "Grüße"),
        (b"=?no-such-charset?Q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        (b"=?unknown-8bit?Q?Gr=FC=DFe?=", "Grüße"),
        (b"=?us-ascii?Q?Gr=C3=BC?=", "Grü"),
        (b"=?iso-2022-jp?B?GyRCJUYlOSVI?= =?iso-2022-jp?B?JUYlOSVIGyhC?=", "テストテスト"),
        (b"=?ks_c_5601-1987?B?x8G4sMXN?=", "프린터"),
        (b"=?cp1252?Q?=80?=", "€"),
        (b"=?utf-8?Q?=ED=A0=BD=ED=B8=80?=", "😀"),
        (b"=?utf-8?Q?=FF=FE?=", "ÿþ"),
        (b"=?utf-8?Q?ends nowhere", "=?utf-8?Q?ends nowhere"),
        (b"=?utf-8?X?what?=", "=?utf-8?X?what?="),
        (b"a\x00b\x07c\x9b", "abc\u203a"),
        ("Grüße".encode(), "Grüße"),
        ("Grüße aus Köln".encode("latin-1"), "Grüße aus Köln"),
        ("Заявка на ремонт".encode("koi8-r"), "Заявка на ремонт"),
        ("Заявка на ремонт".encode("cp1251"), "Заявка на ремонт"),
        ("关于打印机的问题".encode("gbk"), "关于打印机的问题"),
        ("プリンタの問題".encode("cp932"), "プリンタの問題"),
        ("プリンタの問題".encode("euc_jp"), "プリンタの問題"),
        ("プリンタの問題".encode("iso2022_jp"), "プリンタの問題"),
        ("프린터 문제입니다".encode("cp949"), "프린터 문제입니다"),
    ],
)
def test_rfc_26_subjects(subject: bytes, expected: str) -> None:
    assert read_mail(b"Subject: " + subject + b"\r\n\r\nx").subject == expected


def test_rfc_26_raw_octets_everywhere_are_read_by_what_the_mail_names() -> None:
    raw = (
        "From: Иван <a@b.example>\r\nSubject: Счёт\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: text/plain; charset=koi8-r\r\n\r\nПривет\r\n"  # noqa: RUF001 - they are letters of Russian
        '--b\r\nContent-Type: application/pdf; name="Счёт.pdf"\r\n\r\nx\r\n--b--\r\n'
    ).encode("koi8-r")
    mail = read_mail(raw)
    assert mail.sender == Mailbox("Иван", "a@b.example")
    assert (mail.subject, mail.text) == ("Счёт", "Привет")
    assert [kept.file_name for kept in mail.attachments] == ["Счёт.pdf"]


@pytest.mark.parametrize(
    ("value", "sender"),
    [
        (b"Lee, Ann <ann@example.org>", Mailbox("Lee, Ann", "ann@example.org")),
        (b"Shop: Support <ann@example.org>", Mailbox("Shop: Support", "ann@example.org")),
        (b"'ann@example.org' <ann@example.org>", Mailbox("'ann@example.org'", "ann@example.org")),
        (b"Ann Lee <ann@example.org>;", Mailbox("Ann Lee", "ann@example.org")),
        (b"Ann Lee<ann@example.org>", Mailbox("Ann Lee", "ann@example.org")),
        (b"Ann M. Lee < ann@example.org >", Mailbox("Ann M. Lee", "ann@example.org")),
        (b'Ann "The" Lee <ann@example.org>', Mailbox("Ann The Lee", "ann@example.org")),
        (b"=?utf-8?Q?M=C3=BCller=2C_Ann?= <ann@example.org>", Mailbox("Müller, Ann", "ann@example.org")),
        (b"Lee, ann@example.org <ann@example.org>", None),
        (b"Lee, Ann <ann@example.org>, bob@example.org", None),
        (b"Lee, Ann <ann@example.org> <bob@example.org>", None),
        (b"Lee, (Ann) <ann@example.org", None),
        (b"Group: ann@example.org;", None),
        (b"Group: Ann <ann@example.org>;", None),
        (b"MAILER-DAEMON", None),
    ],
)
def test_rfc_32_senders(value: bytes, sender: Mailbox | None) -> None:
    assert read_mail(b"From: " + value + b"\r\n\r\nx").sender == sender


# --- file names ---


@pytest.mark.parametrize(
    ("parameter", "expected"),
    [
        (b'filename*0="=?utf-8?Q?Gr=C3=BC?="; filename*1="=?utf-8?Q?=C3=9Fe.pdf?="', "Grüße.pdf"),
        (b"filename*1*=%C3%9Fe.pdf; filename*0*=utf-8'de'Gr%C3%BC", "Grüße.pdf"),
        (b"filename*0*=iso-8859-1''Gr%FC; filename*1=\"sse.pdf\"", "Grüsse.pdf"),
        (b"filename*0*=utf-8''%E2%82; filename*1*=%AC.pdf", "€.pdf"),
        (b"filename*2=c.pdf; filename*0=a", "ac.pdf"),
        (b"filename*01=b.pdf; filename*00=a", "ab.pdf"),
        (b"filename*=\"utf-8''Gr%C3%BC.pdf\"", "Grü.pdf"),
        (b"filename*=koi8-r''%D4%C5%D3%D4.pdf; filename=test.pdf", "тест.pdf"),
        (b"filename==?utf-8?Q?Gr=C3=BC.pdf?=", "Grü.pdf"),
        (b'filename="=?utf-8?B?R3LDvMOfZQ==?=\r\n =?utf-8?B?LnBkZg==?="', "Grüße.pdf"),
        (b'filename="=?iso-2022-jp?B?GyRCJUYlOSVIGyhC?=.pdf"', "テスト.pdf"),
        ('filename="Grüße.pdf"'.encode(), "Grüße.pdf"),
        ('filename="Grüße.pdf"'.encode("latin-1"), "Grüße.pdf"),
        ('filename="打印机问题.pdf"'.encode("gbk"), "打印机问题.pdf"),
        (b'filename="C:\\Users\\ann\\a.pdf"', "a.pdf"),
        (b'filename="a \\"b\\" c.pdf"', "a _b_ c.pdf"),
        (b'filename="no end.pdf', "no end.pdf"),
        (b'filename="a;b.pdf"', "a;b.pdf"),
        (b"filename=two words.pdf", "two words.pdf"),
    ],
)
def test_rfc_27_and_28_file_names(parameter: bytes, expected: str) -> None:
    raw = TOP + b"Content-Type: application/pdf\r\nContent-Disposition: attachment; " + parameter + b"\r\n\r\nx"
    assert files_of(raw) == [(expected, "application/pdf", b"x")]


def test_rfc_27_no_name_is_longer_than_255_octets() -> None:
    pieces = b"".join(b"; filename*%d*=%s%%C3%%BC" % (n, b"utf-8''" if n == 0 else b"") for n in range(400))
    raw = TOP + b"Content-Type: application/pdf\r\nContent-Disposition: attachment" + pieces + b"; x=.pdf\r\n\r\nx"
    [(name, *_)] = files_of(raw)
    assert len(name.encode()) in (254, 255)
    assert set(name) == {"ü"}


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("photo\u2066gpj\u2069.exe", "photogpj.exe"),
        ("in\u200bvoice\ufeff.pdf.exe", "invoice.pdf.exe"),
        ("a.pdf" + " " * 50 + ".exe", "a.pdf .exe"),
        ("a\r\nb\u2028c.pdf", "abc.pdf"),
    ],
)
def test_m27_and_m32_the_real_extension_is_shown(name: str, shown: str) -> None:
    encoded = base64.b64encode(name.encode()).decode()
    header = f'Content-Type: application/pdf; name="=?utf-8?B?{encoded}?="\r\n\r\nx'
    assert files_of(TOP + header.encode()) == [(shown, "application/pdf", b"x")]


def test_m27_names_and_subjects_cannot_turn_the_line() -> None:
    mail = read_mail("From: Ann\u202egro.live\u200b <a@b.example>\r\nSubject: Pay\u2066\u202e now\r\n\r\nx".encode())
    assert mail.sender == Mailbox("Anngro.live", "a@b.example")
    assert mail.subject == "Pay now"


@pytest.mark.parametrize(
    ("subject", "shown"),
    [
        ("pay\u200cpal p\u2060a\u00ady", "paypal pay"),
        ("in\U000e0061voice\u2063", "invoice"),
        ("می\u200cخواهم", "می\u200cخواهم"),  # noqa: RUF001 - it is Persian
        ("👩\u200d💻", "👩\u200d💻"),
    ],
)
def test_m27_what_has_no_width_goes_unless_it_is_writing(subject: str, shown: str) -> None:
    assert read_mail(f"Subject: {subject}\r\n\r\nx".encode()).subject == shown


# --- boundaries and types ---

TEXT_AND_FILE = (
    b"--%s\r\nContent-Type: text/plain\r\n\r\ntext\r\n"
    b"--%s\r\nContent-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERi0=\r\n--%s--\r\n"
)


@pytest.mark.parametrize(
    ("content_type", "used"),
    [
        (b"multipart/mixed; boundary=abc", b"abc"),
        (b'multipart/mixed; boundary="abc', b"abc"),
        (b'multipart/mixed; boundary="abc "', b"abc"),
        (b"multipart/mixed; boundary==_Next(1)/x:y", b"=_Next(1)/x:y"),
        (b'multipart/mixed; boundary*0="ab"; boundary*1="c"', b"abc"),
        (b'multipart/mixed;\r\n\tboundary="ab\r\n c"', b"ab c"),
        (b"multipart / mixed; boundary=abc", b"abc"),
        (b"multipart/mixed boundary=abc", b"abc"),
        (b"multipart/mixed; boundary=another", b"abc"),
        (b"multipart/mixed", b"abc"),
        (b"multipart/mixed; charset=utf-8; boundary=abc", b"abc"),
        (b"multipart/unheard-of; boundary=abc", b"abc"),
    ],
)
def test_m16_boundaries_as_programs_write_them(content_type: bytes, used: bytes) -> None:
    raw = MIME + b"Content-Type: " + content_type + b"\r\n\r\n" + TEXT_AND_FILE % (used, used, used)
    assert read_mail(raw).text == "text"
    assert files_of(raw) == [("a.pdf", "application/pdf", b"%PDF-")]


def test_m16_an_inner_multipart_with_the_boundary_of_the_outer_one() -> None:
    mail = read_mail(
        MIME + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
        b"Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nplain\r\n"
        b"--b\r\nContent-Type: text/html\r\n\r\n<p>rich</p>\r\n--b--\r\n"
        b"--b\r\nContent-Type: image/png; name=a.png\r\n\r\nP\r\n--b--\r\n"
    )
    assert (mail.text, mail.untrusted_html) == ("plain", "<p>rich</p>")
    assert [kept.file_name for kept in mail.attachments] == ["a.png"]


def test_m16_what_follows_no_closing_boundary_is_read() -> None:
    raw = MIME + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + (TEXT_AND_FILE % (b"b", b"b", b"b"))[:-9]
    assert read_mail(raw).text == "text"
    assert [name for name, *_ in files_of(raw)] == ["a.pdf"]


@pytest.mark.parametrize(
    ("content_type", "html"),
    [
        (b"html", True),
        (b"Text/HTML;", True),
        (b'text/html (comment); charset="utf-8"', True),
        (b"text/html charset=utf-8", True),
        (b"text / html", True),
        (b"text", False),
        (b"", False),
        (b"text/", False),
        (b"plain text", False),
    ],
)
def test_types_that_are_none(content_type: bytes, html: bool) -> None:
    mail = read_mail(MIME + b"Content-Type: " + content_type + b"\r\n\r\n<p>hi</p>")
    assert mail.text == ("hi" if html else "<p>hi</p>")
    assert bool(mail.untrusted_html) is html


# --- what is shown and what is kept ---


def test_rfc_35_a_text_with_a_name_is_shown_when_nothing_else_is() -> None:
    raw = (
        MIME + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type: text/plain; name=message.txt\r\nContent-Disposition: inline\r\n\r\nThe text\r\n"
        b"--b\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=log.txt\r\n\r\nlog\r\n--b--\r\n"
    )
    assert read_mail(raw).text == "The text"
    assert [name for name, *_ in files_of(raw)] == ["message.txt", "log.txt"]


def test_rfc_35_an_attached_text_beside_nothing_is_not_taken_for_the_message() -> None:
    raw = (
        MIME + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n\r\n"
        b"--b\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=log.txt\r\n\r\nlog\r\n--b--\r\n"
    )
    assert read_mail(raw).text == ""
    assert [name for name, *_ in files_of(raw)] == ["log.txt"]


def test_rfc_35_a_plain_text_beside_html_in_related_is_its_alternative() -> None:
    mail = read_mail(
        MIME + b"Content-Type: multipart/related; boundary=b\r\n\r\n--b\r\n\r\nplain\r\n"
        b"--b\r\nContent-Type: text/html\r\n\r\n<p>rich <img src=cid:p></p>\r\n"
        b"--b\r\nContent-Type: image/png\r\nContent-ID: <p>\r\n\r\nP\r\n--b--\r\n"
    )
    assert (mail.text, mail.untrusted_html) == ("plain", "<p>rich <img src=cid:p></p>")
    assert mail.attachments == (Attachment("attachment-1.png", "image/png", b"P", content_id="p", inline=True),)


def test_rfc_35_and_m30_pictures_are_bound_within_their_own_mail() -> None:
    raw = (
        MIME + b"Content-Type: multipart/related; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n"
        b'<img src="cid:a%24b"><img src="cid:of-another-mail"><img src="http://x.example/a.png">\r\n'
        b"--b\r\nContent-Type: image/png\r\nContent-ID: <a$b>\r\n\r\n1\r\n"
        b"--b\r\nContent-Type: image/png\r\nContent-Location: http://x.example/a.png\r\n\r\n2\r\n"
        b"--b\r\nContent-Type: image/png\r\nContent-ID: <unused>\r\n\r\n3\r\n--b--\r\n"
    )
    kept = read_mail(raw).attachments
    assert [(each.content_id, each.inline) for each in kept] == [("a$b", True), ("", True), ("unused", False)]
    other = read_mail(raw.replace(b"<a$b>", b"<of-another-desk>"))
    assert [each.inline for each in other.attachments] == [False, True, False]


@pytest.mark.parametrize(
    ("inner", "name"),
    [
        (b"From: x@y.example\r\nSubject: =?utf-8?Q?Gr=C3=BC=C3=9Fe/an?=\r\n\r\ninner", "Grüße_an.eml"),
        (b"From: x@y.example\r\nSubject: ../../etc\r\n\r\ninner", "_.._etc.eml"),
        (b"From: x@y.example\r\n\r\ninner", "attachment-1.eml"),
        (b"no header at all", "attachment-1.eml"),
        (b"", "attachment-1.eml"),
    ],
)
def test_rfc_35_a_forwarded_mail_is_kept_whole_under_its_subject(inner: bytes, name: str) -> None:
    raw = MIME + b"Content-Type: message/rfc822\r\n\r\n" + inner
    assert files_of(raw) == [(name, "message/rfc822", inner)]


@pytest.mark.parametrize(
    ("content_type", "body", "kept"),
    [
        (b"application/pkcs7-mime; smime-type=signed-data; name=smime.p7m", b"0\x80", "smime.p7m"),
        (b"application/ms-tnef; name=winmail.dat", b"x\x9f>\x22", "winmail.dat"),
        (b"application/vnd.ms-tnef", b"x\x9f>\x22", "attachment-1.dat"),
        (
            b'message/external-body; access-type=URL; URL="http://e.example/"',
            b"Content-Type: image/png",
            "attachment-1.bin",
        ),
        (b"message/partial; id=x; number=1; total=2", b"Content-Type: text/plain", "attachment-1.bin"),
        (b"application/applefile; name=a.doc", b"\x00\x05\x16\x07", "a.doc"),
        (b"application/pgp-encrypted", b"Version: 1", "attachment-1.asc"),
        (b"text/vcard", b"BEGIN:VCARD", "attachment-1.vcf"),
    ],
)
def test_m35_kept_and_neither_opened_nor_fetched(content_type: bytes, body: bytes, kept: str) -> None:
    raw = MIME + b"Content-Type: " + content_type + b"\r\n\r\n" + body
    assert [(name, octets) for name, _, octets in files_of(raw)] == [(kept, body)]


def test_m35_both_forks_of_an_apple_file_are_kept() -> None:
    raw = (
        MIME + b"Content-Type: multipart/appledouble; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type: application/applefile; name=a.doc\r\n\r\nAF\r\n"
        b"--b\r\nContent-Type: application/msword; name=a.doc\r\n\r\nDOC\r\n--b--\r\n"
    )
    assert [(kind, octets) for _, kind, octets in files_of(raw)] == [
        ("application/applefile", b"AF"),
        ("application/msword", b"DOC"),
    ]


MEETING = """BEGIN:VCALENDAR
BEGIN:VTIMEZONE
DTSTART:19700101T000000
END:VTIMEZONE
BEGIN:VEVENT
SUMMARY;LANGUAGE=en:Printer\\, again
DTSTART;TZID=Europe/Berlin:20250602T100000
DTEND:20250602T110000Z
LOCATION:Room 1
ORGANIZER;CN=Ann:MAILTO:Ann@Example.org
DESCRIPTION:It sm
 okes.\\nBring water.
END:VEVENT
END:VCALENDAR
"""
SHOWN = """Summary: Printer, again
Dtstart: 2025-06-02 10:00
Dtend: 2025-06-02 11:00 UTC
Location: Room 1
Organizer: ann@example.org
Description: It smokes.
Bring water."""


def test_m35_an_appointment_is_shown_when_nothing_else_is_and_always_kept() -> None:
    raw = MIME + b"Content-Type: text/calendar; method=REQUEST; charset=utf-8\r\n\r\n" + MEETING.encode()
    mail = read_mail(raw)
    assert mail.text == SHOWN
    assert [kept.file_name for kept in mail.attachments] == ["attachment-1.ics"]
    assert calendar_to_text("BEGIN:VCALENDAR\nSUMMARY:no event\n") == ""


@pytest.mark.parametrize("content_type", ["text/calendar", "text/plain; name=long.txt", "text/x-odd"])
def test_what_is_shown_for_want_of_others_is_kept_once(content_type: str) -> None:
    part = f"Content-Type: {content_type}\r\n\r\nBEGIN:VEVENT\r\n" + "SUMMARY:x\r\n" * 400_000
    raw = MIME + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" + part.encode() + b"--b--\r\n"
    mail = read_mail(raw)
    assert len(mail.attachments) == 1
    assert "x" in mail.text
    assert Fault.TEXT_CUT in mail.faults


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<bold>Hi</bold> there", "Hi there"),
        ("one\ntwo\n\nthree", "one two\nthree"),
        ("<color><param>red</param>x</color> << y", "x < y"),
        ("one<nl>two", "one\ntwo"),
    ],
)
def test_rich_text_is_shown_without_its_commands(source: str, text: str) -> None:
    assert enriched_to_text(source) == text
    assert read_mail(MIME + b"Content-Type: text/enriched\r\n\r\n" + source.encode()).text == text


def test_an_unencoded_text_that_is_said_to_be_base64() -> None:
    raw = MIME + b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\nHello, here is plain text.\r\n"
    mail = read_mail(raw)
    assert mail.text == "Hello, here is plain text."
    assert Fault.DAMAGED_BASE64 in mail.faults

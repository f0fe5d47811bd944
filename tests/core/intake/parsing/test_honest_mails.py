"""Mails as honest programs write them, each read whole."""

import base64
from datetime import UTC, datetime

from deskbell.core.intake.parsing import Attachment, Fault, Mailbox, Quarantine, read_mail

TOP = (
    b"From: Ann Lee <ann@example.org>\r\n"
    b"To: Support <support@example.com>\r\n"
    b"Subject: Printer\r\n"
    b"Date: Mon, 2 Jun 2025 10:00:00 +0200\r\n"
    b"Message-ID: <1@example.org>\r\n"
)


def test_plain() -> None:
    mail = read_mail(
        b"Delivered-To: support@example.com\r\n"
        + TOP
        + b"Cc: Bob <bob@example.org>, carol@example.org (Carol)\r\n"
        + b"Reply-To: ann.lee@example.net\r\n"
        + b"In-Reply-To: <a@example.com>\r\n"
        + b"References: <z@example.com>\r\n <y@example.com>\t<a@example.com>\r\n"
        + b"\r\nHello,\r\n\r\nit is broken.\r\n"
    )
    assert mail.message_id == "<1@example.org>"
    assert mail.in_reply_to == ("<a@example.com>",)
    assert mail.references == ("<z@example.com>", "<y@example.com>", "<a@example.com>")
    assert mail.sender == Mailbox("Ann Lee", "ann@example.org")
    assert mail.to == (Mailbox("Support", "support@example.com"),)
    assert mail.cc == (Mailbox("Bob", "bob@example.org"), Mailbox("Carol", "carol@example.org"))
    assert mail.reply_to == (Mailbox("", "ann.lee@example.net"),)
    assert mail.delivered_to == ("support@example.com",)
    assert mail.subject == "Printer"
    assert mail.date == datetime(2025, 6, 2, 8, 0, tzinfo=UTC)
    assert mail.text == "Hello,\n\nit is broken."
    assert mail.untrusted_html == ""
    assert mail.attachments == ()
    assert mail.faults == ()
    assert mail.quarantine == Quarantine.NONE
    assert mail.headers.get("message-id") == "<1@example.org>"
    assert mail.headers.get_all("REFERENCES") == ("<z@example.com> <y@example.com>\t<a@example.com>",)
    assert mail.headers.get("X-None") is None


def test_line_feeds_alone_give_the_same_mail() -> None:
    raw = TOP + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\none\r\n--b--\r\n"
    assert read_mail(raw) == read_mail(raw.replace(b"\r\n", b"\n"))


def test_alternatives_give_plain_text_and_html() -> None:
    mail = read_mail(
        TOP
        + b'MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary="=_x y"\r\n\r\npreamble\r\n'
        + b"--=_x y\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
        + b"Gr=C3=BC=\r\n=C3=9Fe\r\n"
        + b"--=_x y\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + base64.encodebytes("<p>Grüße</p>".encode())
        + b"--=_x y--\r\nepilogue\r\n"
    )
    assert mail.text == "Grüße"
    assert mail.untrusted_html == "<p>Grüße</p>"
    assert mail.attachments == ()
    assert mail.faults == ()


def test_an_empty_plain_alternative_does_not_hide_the_html() -> None:
    mail = read_mail(
        TOP + b"Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n \r\n"
        b"--b\r\nContent-Type: text/html\r\n\r\n<p>Only <b>here</b></p>\r\n--b--\r\n"
    )
    assert mail.text == "Only here"


def test_an_alternative_that_cannot_be_shown_is_kept() -> None:
    mail = read_mail(
        TOP + b"Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nMeet?\r\n"
        b"--b\r\nContent-Type: text/calendar; method=REQUEST\r\n\r\nBEGIN:VCALENDAR\r\n--b--\r\n"
    )
    assert mail.text == "Meet?"
    assert mail.attachments == (Attachment("attachment-1.ics", "text/calendar", b"BEGIN:VCALENDAR"),)


def test_of_many_alternatives_the_last_are_shown_and_all_are_kept() -> None:
    mail = read_mail(
        TOP
        + b"Content-Type: multipart/alternative; boundary=b\r\n\r\n"
        + b"--b\r\n\r\nfirst\r\n--b\r\n\r\nsecond\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>third</p>\r\n"
        + b"--b\r\nContent-Type: multipart/related; boundary=c\r\n\r\n"
        + b"--c\r\nContent-Type: text/html\r\n\r\n<p>fourth</p>\r\n"
        + b"--c\r\nContent-Type: image/png\r\n\r\nP\r\n--c--\r\n--b--\r\n"
    )
    assert mail.text == "second"
    assert mail.untrusted_html == "<p>fourth</p>"
    assert [(kept.content_type, kept.content) for kept in mail.attachments] == [
        ("image/png", b"P"),
        ("text/plain", b"first"),
        ("text/html", b"<p>third</p>"),
    ]


def test_attachment() -> None:
    mail = read_mail(
        TOP
        + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nSee file.\r\n"
        + b"--b\r\nContent-Type: application/pdf; name=invoice.pdf\r\n"
        + b"Content-Disposition: attachment; filename=invoice.pdf; size=5\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + b"JVBERgo=\r\n--b\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=log.txt\r\n\r\n"
        + b"line 1\r\nline 2\r\n\r\n--b--\r\n"
    )
    assert mail.text == "See file."
    assert mail.attachments == (
        Attachment("invoice.pdf", "application/pdf", b"%PDF\n"),
        Attachment("log.txt", "text/plain", b"line 1\r\nline 2\r\n"),
    )


def test_html_only_becomes_text() -> None:
    mail = read_mail(
        TOP + b"Content-Type: text/html; charset=iso-8859-1\r\n\r\n"
        b"<html><head><style>p {color: red}</style><title>no</title></head><body><p>Gr\xfc\xdfe &amp; Dank</p>"
        b'<div style="display:none">hidden</div><ul><li>one</li><li>two</li></ul><script>no()</script></body></html>'
    )
    assert [line.strip() for line in mail.text.split("\n") if line.strip()] == ["Grüße & Dank", "* one", "* two"]
    assert "<script>" in mail.untrusted_html


def test_inline_picture() -> None:
    mail = read_mail(
        TOP
        + b"Content-Type: multipart/related; boundary=b; type=text/html\r\n\r\n"
        + b'--b\r\nContent-Type: text/html\r\n\r\n<img src="cid:logo%40x"> <p>Hi</p>\r\n'
        + b"--b\r\nContent-Type: image/png\r\nContent-ID: <logo@x>\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + b"iVBORw==\r\n"
        + b"--b\r\nContent-Type: image/gif; name=other.gif\r\nContent-ID: <other@x>\r\n\r\nGIF\r\n--b--\r\n"
    )
    assert mail.text == "Hi"
    assert mail.attachments == (
        Attachment("attachment-1.png", "image/png", b"\x89PNG", content_id="logo@x", inline=True),
        Attachment("other.gif", "image/gif", b"GIF", content_id="other@x", inline=False),
    )


def test_the_root_of_related_parts_need_not_be_the_first() -> None:
    mail = read_mail(
        TOP + b'Content-Type: multipart/related; boundary=b; start="<root@x>"\r\n\r\n'
        b"--b\r\nContent-Type: image/png\r\nContent-ID: <p@x>\r\n\r\nP\r\n"
        b"--b\r\nContent-Type: text/html\r\nContent-ID: <root@x>\r\n\r\n<p>Root</p>\r\n--b--\r\n"
    )
    assert mail.text == "Root"
    assert [attachment.content_type for attachment in mail.attachments] == ["image/png"]


def test_forwarded_mail_is_kept_whole() -> None:
    inner = b"From: x@example.net\r\nContent-Type: multipart/mixed; boundary=i\r\n\r\n--i\r\n\r\nInner\r\n--i--\r\n"
    mail = read_mail(
        TOP
        + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nLook.\r\n"
        + b"--b\r\nContent-Type: message/rfc822; name=Problem\r\n\r\n"
        + inner
        + b"\r\n--b--\r\n"
    )
    assert mail.text == "Look."
    assert mail.attachments == (Attachment("Problem.eml", "message/rfc822", inner),)


def test_a_digest_holds_mails() -> None:
    mail = read_mail(
        TOP + b"Content-Type: multipart/digest; boundary=b\r\n\r\n--b\r\n\r\nFrom: x@y\r\n\r\nhi\r\n--b--\r\n"
    )
    assert mail.attachments == (Attachment("attachment-1.eml", "message/rfc822", b"From: x@y\r\n\r\nhi"),)
    assert mail.faults == (Fault.NO_BODY,)


def test_texts_around_a_picture_are_shown_below_each_other() -> None:
    mail = read_mail(
        TOP
        + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>Before</p>\r\n"
        b"--b\r\nContent-Type: image/png; name=a.png\r\nContent-Disposition: inline; filename=a.png\r\n\r\nP\r\n"
        b"--b\r\nContent-Type: text/plain\r\n\r\nlist <footer>\r\n--b--\r\n"
    )
    assert mail.text == "Before\n\nlist <footer>"
    assert mail.untrusted_html == "<p>Before</p>\n<pre>list &lt;footer&gt;</pre>"
    assert [attachment.file_name for attachment in mail.attachments] == ["a.png"]


def test_signed_mail_shows_what_was_signed() -> None:
    mail = read_mail(
        TOP + b"Content-Type: multipart/signed; boundary=b; micalg=pgp-sha256\r\n\r\n--b\r\n\r\nSigned.\r\n"
        b"--b\r\nContent-Type: application/pgp-signature\r\n\r\n-----BEGIN PGP SIGNATURE-----\r\n--b--\r\n"
    )
    assert mail.text == "Signed."
    assert mail.attachments[0].file_name == "attachment-1.asc"


def test_m35_what_cannot_be_opened_is_kept_as_file() -> None:
    for content_type, file_name in (
        (b"application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m", "smime.p7m"),
        (b"application/ms-tnef", "attachment-1.dat"),
        (b"message/external-body; access-type=URL; URL=http://evil.example/", "attachment-1.bin"),
        (b"image/jpeg", "attachment-1.jpg"),
    ):
        mail = read_mail(TOP + b"Content-Type: " + content_type + b"\r\n\r\ndata\r\n")
        assert [(kept.file_name, kept.content) for kept in mail.attachments] == [(file_name, b"data\r\n")]
        assert mail.text == ""


def test_m35_encodings_inside_text_stay_text() -> None:
    mail = read_mail(TOP + b"\r\nbegin 644 a.txt\r\n#86)C\r\n`\r\nend\r\n=ybegin line=128 size=1 name=x\r\n")
    assert mail.text.startswith("begin 644 a.txt\n#86)C")


def test_report_shows_its_first_part() -> None:
    mail = read_mail(
        TOP + b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
        b"--b\r\n\r\nCould not be delivered.\r\n"
        b"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns;x\r\n"
        b"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nSubject: y\r\n--b--\r\n"
    )
    assert mail.text == "Could not be delivered."
    assert [kept.content_type for kept in mail.attachments] == ["message/delivery-status", "text/rfc822-headers"]


def test_charsets_of_bodies() -> None:
    for label, codec, text in (
        ("iso-8859-1", "latin-1", "Grüße"),
        ("iso-8859-1", "cp1252", "„Grüße“ €"),
        ("gb2312", "gb18030", "打印机坏了 €"),
        ("ks_c_5601-1987", "cp949", "프린터 똠"),
        ("shift_jis", "cp932", "プリンタ①"),
        ("iso-2022-jp", "iso2022_jp", "プリンタ"),
        ("koi8-r", "koi8-r", "Принтер"),
        ("windows-1251", "cp1251", "Принтер"),
        ("big5", "big5", "印表機"),
        ("utf-16", "utf-16", "Grüße\n"),
    ):
        body = base64.encodebytes(text.encode(codec))
        head = f'Content-Type: text/plain; charset="{label}"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
        mail = read_mail(TOP + head.encode() + body)
        assert mail.text == text.strip()
        assert mail.faults == ()


def test_header_charsets() -> None:
    for subject, expected in (
        (b"=?utf-8?Q?Gr=C3=BC=C3=9Fe?= an =?iso-8859-1?B?R3L832U=?=", "Grüße an Grüße"),
        (b"=?UTF-8?B?R3LDvA==?=\r\n =?UTF-8?B?w59l?=", "Grüße"),
        ("Grüße".encode(), "Grüße"),
        ("Grüße".encode("latin-1"), "Grüße"),
        (b"=?gb2312?B?tPLTobv6?=", "打印机"),
        (b"=?us-ascii*en?Q?Keith_Moore?=", "Keith Moore"),
        (b"a\r\n\tfolded\r\n subject", "a folded subject"),
    ):
        mail = read_mail(TOP.replace(b"Subject: Printer", b"Subject: " + subject) + b"\r\nx")
        assert mail.subject == expected


def test_raw_header_takes_the_charset_of_the_body() -> None:
    raw = TOP.replace(b"Printer", "打印机".encode("gb18030")) + b"Content-Type: text/plain; charset=gb2312\r\n\r\nx"
    assert read_mail(raw).subject == "打印机"


def test_file_names_of_all_kinds() -> None:
    for parameter, expected in (
        (b'filename="Gr\xc3\xbc\xc3\x9fe.pdf"', "Grüße.pdf"),
        (b'filename="=?utf-8?Q?Gr=C3=BC=C3=9Fe.pdf?="', "Grüße.pdf"),
        (b"filename*=utf-8''Gr%C3%BC%C3%9Fe.pdf", "Grüße.pdf"),
        (b"filename=x.pdf; filename*=iso-8859-1'de'Gr%FC%DFe.pdf", "Grüße.pdf"),
        (b"filename*1*=%C3%9Fe.pdf; filename*0*=utf-8''Gr%C3%BC", "Grüße.pdf"),
        (b'filename*0="a long "; filename*2="name.pdf"', "a long name.pdf"),
        (b"filename=plain name.pdf", "plain name.pdf"),
        (b'filename="a \\"quoted\\" name.pdf"', "a _quoted_ name.pdf"),
    ):
        raw = TOP + b"Content-Type: application/pdf\r\nContent-Disposition: attachment; " + parameter + b"\r\n\r\nx"
        assert [kept.file_name for kept in read_mail(raw).attachments] == [expected]


def test_missing_fields_give_a_mail_all_the_same() -> None:
    mail = read_mail(b"")
    assert mail.sender is None
    assert mail.subject == mail.text == mail.message_id == mail.untrusted_html == ""
    assert mail.date is None
    assert mail.quarantine == Quarantine.NONE
    assert set(mail.faults) == {
        Fault.NO_FROM,
        Fault.NO_DATE,
        Fault.NO_MESSAGE_ID,
        Fault.NO_SUBJECT,
        Fault.NO_BODY,
    }


def test_a_text_without_header_is_a_body() -> None:
    mail = read_mail(b"just a sentence without any header\nand a second\n")
    assert mail.text == "just a sentence without any header\nand a second"
    assert Fault.ODD_HEADER_LINE in mail.faults


def test_an_envelope_line_before_the_header_is_passed_over() -> None:
    mail = read_mail(b"From ann@example.org Mon Jun  2 10:00:00 2025\n" + TOP + b"\r\nHello")
    assert mail.sender == Mailbox("Ann Lee", "ann@example.org")
    assert mail.faults == ()


def test_a_broken_line_does_not_end_the_header() -> None:
    mail = read_mail(b"To: support@example.com\r\nbroken line\r\n" + TOP + b"\r\nHello")
    assert mail.subject == "Printer"
    assert mail.text == "Hello"
    assert mail.faults == (Fault.ODD_HEADER_LINE,)


def test_dates() -> None:
    for value, expected in (
        (b"Mon, 02 Jun 2025 10:00:00 +0000 (UTC)", datetime(2025, 6, 2, 10, tzinfo=UTC)),
        (b"2 Jun 25 10:00 EST", datetime(2025, 6, 2, 15, tzinfo=UTC)),
        (b"Mon, 2 Jun 2025 10:00:60 -0000", datetime(2025, 6, 2, 10, 0, 59, tzinfo=UTC)),
        (b"Mon, 2 Jun 2025 10:00:00", datetime(2025, 6, 2, 10, tzinfo=UTC)),
        (b"Mon, 2 Jun 125 10:00:00 +0200", datetime(2025, 6, 2, 8, tzinfo=UTC)),
        (b"Mon, 2 Jun 2025 10:00:00 +02:00", datetime(2025, 6, 2, 8, tzinfo=UTC)),
        (b"Mo, 2 Jun 2025 10.00.00 +0200 (MESZ)", datetime(2025, 6, 2, 8, tzinfo=UTC)),
        (b"2025-06-02 10:00:00 +0200", datetime(2025, 6, 2, 8, tzinfo=UTC)),
        (b"2025-06-02T10:00:00Z", datetime(2025, 6, 2, 10, tzinfo=UTC)),
        (b"2025-06-02 10:00", datetime(2025, 6, 2, 10, tzinfo=UTC)),
        (b"2025-13-02 10:00", None),
        (b"0001-01-01 00:00:00 +2300", None),
        (b"31 Feb 2025 10:00:00 +0000", None),
        (b"Mon, 2 Jun 2025 10:00:00 +9999", None),
        (b"Mon, 2 Jun 99999 10:00:00 +0000", None),
        (b"yesterday", None),
        (b"(" * 20_000, None),
    ):
        mail = read_mail(b"Date: " + value + b"\r\n\r\n")
        assert mail.date == expected
        assert (Fault.ODD_DATE in mail.faults) == (expected is None)


def test_identifiers_folded_inside_are_mended() -> None:
    mail = read_mail(b"Message-ID: <a.b.c\r\n @example.org>\r\nIn-Reply-To: Your mail of today <x@y> (ann)\r\n\r\n")
    assert mail.message_id == "<a.b.c@example.org>"
    assert mail.in_reply_to == ("<x@y>",)


def test_an_identifier_without_brackets_is_kept_as_it_is() -> None:
    assert read_mail(b"Message-ID: abc@example.org\r\n\r\n").message_id == "abc@example.org"


def test_long_text_is_shown_cut_and_kept_as_file() -> None:
    body = b"0123456789abcde\n" * 100_000
    mail = read_mail(TOP + b"\r\n" + body)
    assert len(mail.text) == 999_999  # 62,500 lines of 16, less the last line end
    assert mail.attachments == (Attachment("attachment-1.txt", "text/plain", body),)
    assert mail.faults == (Fault.TEXT_CUT,)

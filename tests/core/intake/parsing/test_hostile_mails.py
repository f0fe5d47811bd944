"""Mails that want to crash, stall or fool the reader (M10 to M20): each is read or put aside within two seconds."""

import tracemalloc
from collections.abc import Iterator

import pytest

from deskbell.core.intake.parsing import Fault, Mail, Mailbox, MailLimits, Quarantine, read_mail, reading
from deskbell.core.intake.parsing.mail import SenderFault
from stand_ins.stopwatch import at_most

MIB = 1024 * 1024
TOP = b"From: a@example.org\nTo: support@example.com\nSubject: s\n"


@pytest.fixture(autouse=True)
def within_two_seconds() -> Iterator[None]:
    with at_most(2):
        yield


def mixed(body: bytes, *, boundary: bytes = b"b") -> bytes:
    return TOP + b"Content-Type: multipart/mixed; boundary=" + boundary + b"\n\n" + body


def nested(depth: int, *, innermost: bytes = b"\ndeep\n") -> bytes:
    opening = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (i, i) for i in range(depth))
    closing = b"".join(b"--b%d--\n" % i for i in reversed(range(depth)))
    return TOP + opening + innermost + closing


def test_m10_over_25_mib_is_put_aside_with_its_header() -> None:
    mail = read_mail(TOP + b"\n" + b"x" * (25 * MIB))
    assert mail.quarantine == Quarantine.TOO_LARGE
    assert mail.subject == "s"
    assert mail.sender == Mailbox("", "a@example.org")
    assert mail.text == ""
    assert mail.attachments == ()


def test_m10_an_attachment_that_just_fits_is_read() -> None:
    body = (b"QUJD" * 19 + b"\n") * (24 * MIB // 77)
    mail = read_mail(TOP + b"Content-Type: application/zip\nContent-Transfer-Encoding: base64\n\n" + body)
    assert mail.quarantine == Quarantine.NONE
    assert len(mail.attachments[0].content) == 24 * MIB // 77 * 57


def test_m13_a_hundred_levels_are_read() -> None:
    assert read_mail(nested(100)).text == "deep"


@pytest.mark.parametrize("depth", [101, 1_000, 100_000])
def test_m13_more_levels_are_put_aside(depth: int) -> None:
    assert read_mail(nested(depth)).quarantine == Quarantine.NESTED_TOO_DEEP


def test_m13_alternatives_in_alternatives() -> None:
    raw = nested(100, innermost=b"Content-Type: text/html\n\n<p>deep</p>\n").replace(b"/mixed", b"/alternative")
    assert read_mail(raw).text == "deep"


def test_m13_mails_in_mails_are_not_opened() -> None:
    mail = read_mail(TOP + b"Content-Type: message/rfc822\n\n" * 1_000 + b"deep")
    assert [kept.file_name for kept in mail.attachments] == ["attachment-1.eml"]
    assert mail.attachments[0].content.endswith(b"deep")


def test_m13_deep_parts_above_a_long_text() -> None:
    mail = read_mail(nested(95, innermost=b"\n" + b"x\n" * MIB))
    assert len(mail.text) == 1_000_000 - 1
    assert mail.quarantine == Quarantine.NONE


def test_m14_a_header_line_of_1_mb() -> None:
    mail = read_mail(b"Subject: " + b"x" * 1_000_000 + b"\nFrom: a@example.org\n\nHello")
    assert mail.subject == "x" * 998
    assert mail.text == "Hello"
    assert Fault.LONG_HEADER in mail.faults
    assert mail.quarantine == Quarantine.NONE


def test_m14_a_header_of_nothing_but_folds() -> None:
    mail = read_mail(b"Subject: a\n" + b" \n" * (12 * MIB) + b"\nHello")
    assert mail.subject == "a"
    assert mail.text == "Hello"


def test_m14_100_000_header_fields() -> None:
    mail = read_mail(TOP + b"X: y\n" * 100_000 + b"\nHello")
    assert mail.quarantine == Quarantine.TOO_MANY_HEADERS
    assert len(mail.headers.fields) == 1_000
    assert mail.subject == "s"


def test_m14_header_fields_up_to_the_limit_are_read() -> None:
    assert read_mail(TOP + b"X: y\n" * 997 + b"\nHello").text == "Hello"


def test_m14_header_fields_of_a_part_count_too() -> None:
    assert read_mail(mixed(b"--b\n" + b"X: y\n" * 1_001 + b"\n")).quarantine == Quarantine.TOO_MANY_HEADERS


@pytest.mark.parametrize("field", [b"To", b"Cc", b"Reply-To"])
def test_m14_100_000_addresses(field: bytes) -> None:
    mail = read_mail(b"From: a@example.org\n" + field + b": " + b"x@example.com,\n " * 100_000 + b"y@z\n\nHello")
    assert mail.quarantine == Quarantine.TOO_MANY_ADDRESSES
    assert len(mail.to) + len(mail.cc) + len(mail.reply_to) == 1_000


def test_m14_a_thousand_addresses_are_read() -> None:
    mail = read_mail(b"From: a@example.org\nTo: " + b", ".join([b"x@example.com"] * 1_000) + b"\n\nHello")
    assert mail.quarantine == Quarantine.NONE
    assert len(mail.to) == 1_000


def test_m14_100_000_senders_are_nobody() -> None:
    mail = read_mail(b"From: " + b"x@example.com, " * 100_000 + b"\n\nHello")
    assert mail.sender is None
    assert mail.sender_fault == SenderFault.SEVERAL_MAILBOXES


def test_m14_16_000_encoded_words() -> None:
    mail = read_mail(b"Subject: " + b"=?utf-8?Q?=C3=A4?=\n " * 16_000 + b"\n\nHello")
    assert mail.quarantine == Quarantine.TOO_MANY_ENCODED_WORDS


def test_m14_a_thousand_encoded_words_are_read() -> None:
    mail = read_mail(b"Subject: " + b"=?utf-8?Q?=C3=A4?=\n " * 1_000 + b"\n\nHello")
    assert mail.quarantine == Quarantine.NONE
    assert mail.subject == "ä" * 998


def test_m14_16_000_pieces_of_a_file_name() -> None:
    pieces = b"".join(b"; filename*%d=%d" % (i, i % 10) for i in range(16_000))
    mail = read_mail(TOP + b"Content-Type: application/pdf\nContent-Disposition: attachment" + pieces + b"\n\nx")
    assert mail.attachments[0].file_name == ("0123456789" * 26)[:255]
    assert Fault.PARAMETERS_CUT in mail.faults


@pytest.mark.parametrize("part", [b"--b\n\n", b"--b\n\nx\n", b"--b\nContent-Type: application/pdf\n\nx\n"])
def test_m14_100_000_parts(part: bytes) -> None:
    assert read_mail(mixed(part * 100_000)).quarantine == Quarantine.TOO_MANY_PARTS


def test_m14_parts_up_to_the_limit_are_read() -> None:
    mail = read_mail(mixed(b"--b\nContent-Type: application/pdf\n\nx\n" * 999))
    assert mail.quarantine == Quarantine.NONE
    assert len(mail.attachments) == 999


def test_m14_many_texts_in_one_mail() -> None:
    mail = read_mail(mixed(b"--b\n\nx\n" * 999))
    assert mail.text == "\n\n".join(["x"] * 20)
    assert len(mail.attachments) == 979


@pytest.mark.parametrize("line", [b"--\n", b"--x\n", b"--b x\n", b"--bb\n"])
def test_m14_lines_that_look_like_boundaries(line: bytes) -> None:
    mail = read_mail(mixed(b"--b\n\n" + line * (20 * MIB // len(line))))
    assert mail.quarantine == Quarantine.TOO_MANY_PARTS


def test_m14_memory_stays_near_the_size_of_the_mail() -> None:
    raw = TOP + b"To: " + b"x@example.com, " * 100_000 + b"\nX: " + b"=?a?Q?b?= " * 100_000 + b"\n\nHello"
    tracemalloc.start()
    try:
        read_mail(raw)
        assert tracemalloc.get_traced_memory()[1] < 64 * MIB
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "value",
    [
        b"(" * 20_000,
        b"(" * 20_000 + b")" * 20_000 + b" a@b.example (",
        b'"' + b"a" * 20_000 + b" <a@b.example>",
        b'"\\' * 20_000,
        b"<" * 20_000,
        b"a@b.example)c@d.example",
        b"a@trusted.example<b@evil.example>",
        b"a@b.example, c@d.example",
        b"<a@b.example> <c@d.example>",
        b"<a@b.example> and more",
        b"Group: a@b.example;",
        b"Group:;",
        b"a@b.example\x00.evil.example",
        b"a b@c.example",
        b"<>",
        b"",
        b" ",
        b",,,",
        b"=?utf-8?Q?a=40b.example,?= <c@d.example>, <e@f.example>",
        b"=?utf-8?Q?a?=@trusted.example <b@evil.example>",
    ],
)
def test_m15_a_from_that_is_not_clear_names_nobody(value: bytes) -> None:
    mail = read_mail(b"From: " + value + b"\n\nHello")
    assert mail.sender is None
    assert mail.sender_fault
    assert mail.text == "Hello"


def test_m15_two_from_fields_name_nobody() -> None:
    mail = read_mail(b"From: a@b.example\nFrom: a@b.example\n\nHello")
    assert (mail.sender, mail.sender_fault) == (None, SenderFault.SEVERAL_FIELDS)


@pytest.mark.parametrize(
    ("content_type", "body", "text"),
    [
        (b"multipart/mixed", b"--b\n\nx\n--b--\n", "--b\n\nx\n--b--"),
        (b'multipart/mixed; boundary=""', b"--\n\nx\n----\n", "--\n\nx\n----"),
        (b"multipart/mixed; boundary=b", b"nothing like it\n", "nothing like it"),
        (b"multipart/mixed; boundary=b", b"", ""),
        (b"multipart/mixed; boundary=b", b"--b--", ""),
        (b"multipart/mixed; boundary=b", b"--b", ""),
        (b"multipart/mixed; boundary=b", b"--b\n--b\n\nx", "x"),
        (b"multipart/mixed; boundary=b", b"--b\n\nx\n--b \t\n\ny\n--b--  \n", "x\n\ny"),
        (b"multipart/mixed; boundary=b; boundary=c", b"--b\n\nx\n--c\n\ny\n--b--", "x\n--c\n\ny"),
        (b"multipart/mixed; boundary=b", b"--bb\n\nx\n--b\n\ny\n--b--bb\n--b--", "y\n--b--bb"),
        (b"multipart/mixed; boundary=b--", b"--b--\n\nx\n--b----\n", "x"),
        (b"multipart/mixed; boundary=b", b"--b\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b--", "x"),
        (b"multipart/mixed; boundary=" + b"l" * 10_240, b"--" + b"l" * 10_240 + b"\n\nx\n", "x"),
        (b"multipart/; boundary=b", b"--b\n\nx", "--b\n\nx"),
    ],
)
def test_m16_boundaries_of_all_kinds(content_type: bytes, body: bytes, text: str) -> None:
    mail = read_mail(b"Content-Type: " + content_type + b"\n\n" + body)
    assert mail.text == text
    assert mail.quarantine == Quarantine.NONE


def test_m16_an_outer_boundary_ends_an_inner_part() -> None:
    inner = b"Content-Type: multipart/mixed; boundary=bx\n\n--bx\n\ninner\n"
    assert read_mail(mixed(b"--b\n" + inner + b"--b\n\nouter\n--bx\nstill outer\n--b--")).text == (
        "inner\n\nouter\n--bx\nstill outer"
    )


@pytest.mark.parametrize(
    ("charset", "body", "text"),
    [
        (b"no-such-charset", "Grüße".encode(), "Grüße"),
        (b"", "Grüße".encode(), "Grüße"),
        (b'""', "Grüße".encode("cp1252"), "Grüße"),
        (b"unknown-8bit", "Grüße".encode("cp1252"), "Grüße"),
        (b"us-ascii", "Grüße".encode(), "Grüße"),
        (b"iso-8859-1", "Grüße".encode(), "Grüße"),
        (b"utf-8", b"Gr\xfc\xdfe", "Grüße"),
        (b"utf-8", "Grüße".encode() + b"\xff", "Grüße\ufffd"),
        (b"utf-16", b"H\0i\0", "Hi"),
        (b"utf-16", b"\0H\0i", "Hi"),
        (b"utf-16", b"\xfe\xff\0H\0i", "Hi"),
        (b"utf-16", b"plain after all", "plain after all"),
        (b"utf-16le", b"H\0\0\xd8i\0", "H\ufffdi"),
        (b"iso-2022-jp", b"\x1b$B%W%j", "プリ"),
        (b"us-ascii", b"\x1b$B%W%j\x1b(B", "プリ"),
        (b"hz", b"~{;", "\ufffd"),
        (b"zip", b"text", "text"),
        (b"punycode", b"abc-", "abc-"),
        (b"unicode_escape", b"\\u0041", "\\u0041"),
        (b"rot13", b"text", "text"),
        (b"undefined", b"text", "text"),
        (b"\x00", b"text", "text"),
        (b"c" * 50_000, b"text", "text"),
    ],
)
def test_m17_charsets_that_lie(charset: bytes, body: bytes, text: str) -> None:
    assert read_mail(b"Content-Type: text/plain; charset=" + charset + b"\n\n" + body).text == text


def test_m17_utf_7_is_text_and_marked() -> None:
    mail = read_mail(b"Content-Type: text/plain; charset=utf-7\n\n+ADw-script+AD4-alert(1)+ADw-/script+AD4-")
    assert mail.text == "<script>alert(1)</script>"
    assert mail.untrusted_html == ""
    assert Fault.UTF7 in mail.faults


def test_m17_utf_7_in_html_gives_no_script_in_the_text() -> None:
    mail = read_mail(b"Content-Type: text/html; charset=utf-7\n\n<p>Hi</p>+ADw-script+AD4-alert(1)+ADw-/script+AD4-")
    assert mail.text == "Hi"


@pytest.mark.parametrize(
    "subject",
    [
        b"x\rBcc: victim@example.org",
        b"=?utf-8?Q?x=0D=0ABcc:_victim@example.org?=",
        b"x\r\n Bcc: victim@example.org",
        "x\u2028Bcc: victim@example.org".encode(),
        b"x\x0bBcc: victim@example.org",
        b"x\x0cBcc: victim@example.org",
        "x\u0085Bcc: victim@example.org".encode(),
    ],
)
def test_m19_a_subject_is_one_line(subject: bytes) -> None:
    mail = read_mail(b"Subject: " + subject + b"\r\nFrom: a@example.org\r\n\r\nHello")
    assert mail.subject == "x Bcc: victim@example.org"
    assert mail.headers.get("Bcc") is None
    assert mail.text == "Hello"


def test_m20_a_name_gives_no_second_recipient() -> None:
    for value, expected in (
        (b'"victim@x.example" <a@b.example>', Mailbox("victim@x.example", "a@b.example")),
        (b"=?utf-8?Q?x=0D=0ABcc:_v=40w.example?= <a@b.example>", Mailbox("x Bcc: v@w.example", "a@b.example")),
        (b"=?utf-8?Q?v@w.example,?= <a@b.example>", None),
        (b"=?utf-8?Q?v=40w.example,?= <a@b.example>", Mailbox("v@w.example,", "a@b.example")),
        (b'"a, v@w.example" <a@b.example>', Mailbox("a, v@w.example", "a@b.example")),
        (b"=?utf-8?Q?a@b.example?= <a@b.example>", Mailbox("a@b.example", "a@b.example")),
        (b"A@B.example <a@b.example>", Mailbox("A@B.example", "a@b.example")),
        (b"<@relay.example,@other.example:a@b.example>", Mailbox("", "a@b.example")),
        ("gpj.\u202eexe <a@b.example>".encode(), Mailbox("gpj.exe", "a@b.example")),
    ):
        assert read_mail(b"From: " + value + b"\n\n").sender == expected


@pytest.mark.parametrize(
    "raw",
    [
        b"\n" * (25 * MIB),
        b"\r" * (25 * MIB),
        b"\0" * (25 * MIB),
        b"a" * (25 * MIB),
        b":" * (25 * MIB),
        b"a:\n" * (8 * MIB),
        b"a: b\n c\n" * (3 * MIB),
        TOP + b"\n" + b"=\n" * (12 * MIB),
        TOP + b"Content-Transfer-Encoding: quoted-printable\n\n" + b"=\n" * (12 * MIB),
        TOP + b"Content-Transfer-Encoding: base64\n\n" + b"AA==" * (6 * MIB),
        TOP + b"Content-Transfer-Encoding: base64\n\n" + b"=" * (24 * MIB),
        TOP + b"Content-Transfer-Encoding: base64\n\n" + b"A!" * (12 * MIB),
        TOP + b"Content-Type: text/plain; charset=utf-8\n\n" + b"\xc3\x28" * (12 * MIB),
        TOP + b"Content-Type: text/plain; charset=iso-2022-jp\n\n" + b"\x1b$B" * (8 * MIB),
        TOP + b"Content-Type: text/plain; charset=utf-7\n\n" + b"+" * (24 * MIB),
        TOP + b"Content-Type: text/html\n\n" + b"<" * (24 * MIB),
        TOP + b"Content-Type: text/html\n\n" + b"<div>" * (4 * MIB),
        TOP + b"Content-Type: text/html\n\n" + b"<table><tr><td>" * MIB,
        TOP + b"Content-Type: text/html\n\n" + b"cid:" * (6 * MIB),
        TOP + b"Content-Type: text/html\n\n" + b"<meta " * (4 * MIB),
        TOP + b"Content-Type: text/html\n\n<pre>" + (b" " * 400_000 + b"x\n") * 60,
        TOP + b"Content-Type: text/html\n\n<pre>" + (b" " * 400 + b"x") * 1_000,
        TOP + b"Content-Type: text/html\n\n<table>" + b"<tr><td><p align=right>x<td>" + b"y" * 1_900 + b"<tr>" * 900,
        TOP + b"Content-Type: text/html\n\n" + b"<ul><li>" * 90 + b"<br>x" * 100_000,
        TOP + b"Content-Type: text/html\n\n" + b"<b style='display:" + b" " * 500_000,
        TOP + b"Content-Type: text/html\n\n" + b"<i>x" * 19_000,
        TOP + b"Content-Type: text/plain\n\n" + b" " * 900_000 + b"x" + b"\n" * 900_000,
        b"Content-Type: text/plain; " + b"a" * (24 * MIB) + b"\n\n",
        b"Content-Type: text/plain; " + b";" * (24 * MIB) + b"\n\n",
        b"Content-Type: text/plain; " + b'a="\\";' * (4 * MIB) + b"\n\n",
        b"Content-Type: " + b"multipart/" * (2 * MIB) + b"\n\n",
        b"Subject: " + b"=?utf-8?Q?" * 999 + b"?" * (20 * MIB) + b"\n\n",
        b"References: " + b"<" * (20 * MIB) + b"\n\n",
        b"References: " + b"<a>" * (8 * MIB) + b"\n\n",
        b"Date: " + b"1 " * (12 * MIB) + b"\n\n",
        b"Message-ID: " + b" " * (24 * MIB) + b"\n\n",
        b"From: " + b"()" * (12 * MIB) + b"\n\n",
        b"To: " + b"\\" * (24 * MIB) + b"\n\n",
        b"To: " + b"a:" * (12 * MIB) + b"\n\n",
    ],
    ids=range(39),
)
def test_25_mib_of_the_worst(raw: bytes) -> None:
    assert read_mail(raw).quarantine != Quarantine.UNREADABLE


def test_limits_can_be_set() -> None:
    assert read_mail(TOP + b"\nHello", limits=MailLimits(raw_octets=10)).quarantine == Quarantine.TOO_LARGE


def test_what_breaks_the_reader_is_put_aside(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    def broken(*args: object, **options: object) -> None:
        raise RecursionError("too deep")

    monkeypatch.setattr(reading, "read_structure", broken)
    assert read_mail(TOP + b"\nHello") == Mail(quarantine=Quarantine.UNREADABLE)
    assert "put aside" in caplog.text
    assert "too deep" in caplog.text

"""Whatever the octets are: reading gives a mail, soon, and its text is fit for PostgreSQL and for a screen (M18)."""

from collections.abc import Iterator
from datetime import timedelta

import attrs
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deskbell.core.contract.addresses import valid
from deskbell.core.intake.gate import judge
from deskbell.core.intake.markers import is_ours, strip_subject, subject_numbers
from deskbell.core.intake.parsing import Mail, Quarantine, read_mail
from stand_ins.stopwatch import at_most

FORBIDDEN = frozenset(chr(code) for code in (*range(9), *range(11, 32), 127, *range(0xD800, 0xE000)))

MANY_PARTS = (
    b"From: =?utf-8?Q?Ann_L=C3=A9e?= <ann@example.org>\r\nTo: Support <support@example.com>, b@example.net\r\n"
    b"Subject: =?iso-2022-jp?B?GyRCJVclaRsoQg==?= [#123]\r\nDate: Mon, 2 Jun 2025 10:00:00 +0200\r\n"
    b"Message-ID: <1@example.org>\r\nReferences: <a@b> <c@d>\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/mixed; boundary="=_1"\r\n\r\npre\r\n--=_1\r\n'
    b"Content-Type: multipart/alternative; boundary=two\r\n\r\n--two\r\nContent-Type: text/plain; charset=gb2312\r\n"
    b"Content-Transfer-Encoding: quoted-printable\r\n\r\n=B4=F2=D3=A1\r\n--two\r\n"
    b"Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\nPHA+SGk8L3A+\r\n--two--\r\n"
    b"--=_1\r\nContent-Type: application/pdf;\r\n name*0*=iso-8859-1'de'Gr%FC; name*1=n.pdf\r\n"
    b"Content-Disposition: attachment\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERgo=\r\n--=_1--\r\n"
)
REPORT = (
    b"Return-Path: <>\nFrom: MAILER-DAEMON\nTo: undisclosed-recipients:;\nSubject: Gr\xfc\xdfe\n"
    b"Content-Type: multipart/report; report-type=delivery-status; boundary=r\n\n--r\n\nfailed\n--r\n"
    b"Content-Type: message/delivery-status\n\nAction: failed\n--r\nContent-Type: message/rfc822\n\n"
    b"From: x@y\n\nhello\n--r--\n"
)
HTML_IN_UTF7 = (
    b"From: x@example.org (X (nested) Y)\nContent-Type: text/html; charset=utf-7\n\n"
    b"<table><tr><td style='display:none'>+AGE-<td>b</table><img src=cid:x><p align=center>c"
)
PIECES = (
    b"\r\n", b"\n", b"\r", b"\0", b"\x1b$B", b"\xff", b"\xed\xa0\x80", b"--two\r\n", b"--=_1", b"--",
    b"=?utf-8?B?", b"?=", b"=?utf-16?Q?=00=D8?=", b"<", b">", b"(", b")", b'"', b"\\", b",", b";", b":", b"=", b"'",
    b"%00", b"charset=utf-16\r\n", b"Content-Type: ", b"multipart/mixed; boundary=two\r\n\r\n", b"text/html",
    b"base64", b"From: ", b"@", b"[#", b"cid:", b"filename*9*=", b"<div>", b"</table>", b"&#0;", b"&#xD800;",
    "\u202e".encode(), "\u2028".encode(),
)  # fmt: skip

edits = st.lists(
    st.tuples(
        st.integers(0, 10_000),
        st.integers(0, 60),
        st.one_of(st.sampled_from(PIECES), st.binary(max_size=12)),
        st.integers(1, 3),
    ),
    min_size=1,
    max_size=12,
)


def mutated(seed: bytes, changes: list[tuple[int, int, bytes, int]]) -> bytes:
    """The seed with stretches replaced by pieces, some of them several times."""
    for at, length, piece, times in changes:
        start = at % (len(seed) + 1)
        seed = seed[:start] + piece * times + seed[start + length :]
    return seed


def strings(value: object) -> Iterator[str]:
    """Every string inside a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple | list):
        for item in value:
            yield from strings(item)
    elif isinstance(value, dict):
        yield from strings(tuple(value.values()))


def check_is_clean(mail: Mail) -> None:
    for text in strings(attrs.asdict(mail)):
        assert FORBIDDEN.isdisjoint(text)
    assert "\n" not in mail.subject
    for box in (*mail.to, *mail.cc, *mail.reply_to, *filter(None, [mail.sender])):
        assert valid(box.address)
        assert "\n" not in box.name
    for kept in mail.attachments:
        assert 0 < len(kept.file_name.encode()) <= 255
        assert not set(kept.file_name) & set('/\\<>:"|?*\n')
        assert not kept.file_name.startswith(".")


@settings(
    max_examples=1_000,
    deadline=timedelta(seconds=2),
    database=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(st.sampled_from([MANY_PARTS, REPORT, HTML_IN_UTF7]), edits)
def test_mutated_mails_never_raise(seed: bytes, changes: list[tuple[int, int, bytes, int]]) -> None:
    raw = mutated(seed, changes)
    mail = read_mail(raw)
    assert mail.quarantine == Quarantine.NONE
    check_is_clean(mail)
    judge(mail, envelope_from=None, own_addresses=frozenset({"support@example.com"}))
    is_ours(mail, domains=frozenset({"example.com"}))
    assert strip_subject(strip_subject(mail.subject)) == strip_subject(mail.subject)
    subject_numbers(mail.subject)


@settings(max_examples=300, deadline=timedelta(seconds=2), database=None, print_blob=True)
@given(st.binary(max_size=2_000))
def test_any_octets_give_a_mail(raw: bytes) -> None:
    check_is_clean(read_mail(raw))


def test_m18_no_text_holds_what_postgresql_refuses() -> None:
    dirt = bytes(range(256)).replace(b"\n", b"").replace(b"\r", b"") + b"\xed\xa0\x80"
    words = b" =?utf-8?Q?=00=01=0D=0A=ED=A0=80?= =?utf-7?Q?+2AA-?= =?utf-16le?B?ANg=?= "
    raw = (
        b"From: x" + words + b"<a@example.org>\nTo: " + dirt + b" <b@example.org>\nSubject: " + dirt + words
        + b"\nMessage-ID: <" + dirt + b">\nContent-Type: multipart/mixed; boundary=b\n\n"
        + b"--b\nContent-Type: text/html\n\n" + dirt + b"\n--b\n\n" + dirt
        + b'\n--b\nContent-Type: application/pdf; name="' + dirt.replace(b'"', b"") + words + b'"\n'
        + b"Content-ID: <" + dirt + b">\n\nx\n--b--\n"
    )  # fmt: skip
    with at_most(2):
        mail = read_mail(raw)
    assert mail.quarantine == Quarantine.NONE
    assert len(mail.attachments) == 1
    check_is_clean(mail)
    "".join(strings(attrs.asdict(mail))).encode("utf-8")

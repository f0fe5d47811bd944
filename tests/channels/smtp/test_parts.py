"""Files that go along with a mail: the tree of parts, names as RFC 2231 has them, pictures bound by Content-ID."""

import email
import email.policy
from collections.abc import Callable
from email.message import EmailMessage, Message

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deskbell.channels.smtp.parts import body
from deskbell.channels.smtp.writer import compose
from deskbell.core.contract.channel import Delivery, File, PermanentFailure

MakeDelivery = Callable[..., Delivery]

PDF = File(file_name="report.pdf", content_type="application/pdf", content=b"%PDF-1.7 \0\r\n.\r\n" * 20)
LOGO = File(file_name="logo.png", content_type="image/png", content=b"\x89PNG", content_id="logo@desk")


def parsed(content: bytes) -> EmailMessage:
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert not any(part.defects for part in message.walk())
    return message


def octets(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content


def tree(message: EmailMessage) -> list[str]:
    return [part.get_content_type() for part in message.walk()]


def test_a_file_goes_along_beside_the_text(delivery: MakeDelivery) -> None:
    message = parsed(compose(delivery(files=(PDF,)), utf8=False).content)
    assert tree(message) == ["multipart/mixed", "text/plain", "application/pdf"]
    [file] = message.iter_attachments()
    assert file.get_filename() == "report.pdf"
    assert file.get_content_disposition() == "attachment"
    assert file["Content-Transfer-Encoding"] == "base64"
    assert file.get_payload(decode=True) == PDF.content


def test_pictures_stand_beside_the_html_that_shows_them(delivery: MakeDelivery) -> None:
    mail = compose(delivery(html='<p>x</p><img src="cid:logo@desk">', files=(PDF, LOGO)), utf8=False)
    message = parsed(mail.content)
    assert tree(message) == [
        "multipart/mixed", "multipart/related", "multipart/alternative", "text/plain", "text/html", "image/png",
        "application/pdf",
    ]  # fmt: skip
    [picture] = [part for part in message.walk() if part.get_content_type() == "image/png"]
    assert picture["Content-ID"] == "<logo@desk>"
    assert picture.get_content_disposition() == "inline"
    related = message.get_payload(0)
    assert isinstance(related, EmailMessage)
    # RFC 2387 section 3.1: the type of the part that the others belong to.
    assert related.get_param("type") == "multipart/alternative"


def test_a_picture_that_is_shown_twice_travels_once(delivery: MakeDelivery) -> None:
    html = '<img src="cid:logo@desk"><img src=\'CID:LOGO@desk\'><div style="background:url(cid:logo@desk)"></div>'
    message = parsed(compose(delivery(html=html, files=(LOGO, LOGO)), utf8=False).content)
    assert tree(message).count("image/png") == 1


def test_another_picture_by_the_same_id_is_not_lost(delivery: MakeDelivery) -> None:
    other = File(file_name="b.png", content_type="image/png", content=b"other", content_id="logo@desk")
    message = parsed(compose(delivery(html='<img src="cid:logo@desk">', files=(LOGO, other)), utf8=False).content)
    kinds = [part.get_content_disposition() for part in message.walk() if part.get_content_type() == "image/png"]
    assert kinds == ["inline", "attachment"]


def test_a_picture_that_the_html_does_not_show_is_a_file(delivery: MakeDelivery) -> None:
    message = parsed(compose(delivery(html="<p>cid: is a word</p>", files=(LOGO,)), utf8=False).content)
    assert tree(message) == ["multipart/mixed", "multipart/alternative", "text/plain", "text/html", "image/png"]
    assert [each.get_content_disposition() for each in message.iter_attachments()] == ["attachment"]


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("report.pdf", b'Content-Disposition: attachment;\r\n filename="report.pdf"\r\n'),
        ("Büro.pdf", b"Content-Disposition: attachment;\r\n filename*=utf-8''B%C3%BCro.pdf\r\n"),
        ('a"b\\c.txt', b"Content-Disposition: attachment;\r\n filename*=utf-8''a%22b%5Cc.txt\r\n"),
        ("x\r\nBcc: v@example.com", b"Content-Disposition: attachment;\r\n filename*=utf-8''x__Bcc%3A%20v%40example.com\r\n"),
        ("", b"Content-Disposition: attachment\r\n"),
    ],
)  # fmt: skip
def test_rfc_21_and_m19_the_name_of_a_file_begins_no_field(delivery: MakeDelivery, name: str, line: bytes) -> None:
    content = compose(
        delivery(files=(File(file_name=name, content_type="text/plain", content=b"x"),)), utf8=False
    ).content
    assert line in content
    assert b"\r\nBcc:" not in content


def test_a_long_name_goes_in_pieces(delivery: MakeDelivery) -> None:
    name = "プリンタの報告書" * 12 + ".pdf"
    content = compose(
        delivery(files=(File(file_name=name, content_type="application/pdf", content=b"x"),)), utf8=False
    ).content
    assert b"filename*0*=utf-8''%E3%83%97" in content
    [file] = parsed(content).iter_attachments()
    assert file.get_filename() == name


@pytest.mark.parametrize(
    ("content_type", "sent"),
    [
        ("Image/PNG; name=x", "image/png"),
        ("text/html", "text/html"),
        ("message/rfc822", "application/octet-stream"),
        ("multipart/mixed", "application/octet-stream"),
        ("", "application/octet-stream"),
        ("text", "application/octet-stream"),
        ("text/plain\r\nBcc: v@example.com", "application/octet-stream"),
    ],
)
def test_only_a_type_that_may_stand_in_base64_is_told(delivery: MakeDelivery, content_type: str, sent: str) -> None:
    file = File(file_name="x", content_type=content_type, content=b"x")
    [part] = parsed(compose(delivery(files=(file,)), utf8=False).content).iter_attachments()
    assert part.get_content_type() == sent


def test_a_content_id_that_would_begin_a_field_is_refused(delivery: MakeDelivery) -> None:
    evil = File(file_name="x", content_type="image/png", content=b"x", content_id="a>b")
    html = "<img src='cid:a>b'>"
    shown = File(file_name="x", content_type="image/png", content=b"x", content_id="a\u00fcb")
    assert b"Content-ID" not in body(delivery(html=html, files=(evil,)))
    with pytest.raises(PermanentFailure, match="Content-ID"):
        body(delivery(html='<img src="cid:a\u00fcb">', files=(shown,)))


files = st.builds(
    File,
    file_name=st.text(st.characters(exclude_categories=["Cs"]), max_size=200),
    content_type=st.sampled_from(["image/png", "text/plain", "application/pdf", "x\r\ny/z", "message/rfc822"]),
    content=st.binary(max_size=300),
    content_id=st.sampled_from(["", "a@b", "c@d"]),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(carried=st.lists(files, max_size=4))
def test_rfc_21_any_files_make_a_mail_that_is_well_formed(delivery: MakeDelivery, carried: list[File]) -> None:
    html = '<img src="cid:a@b">'
    content = compose(delivery(html=html, files=tuple(carried)), utf8=False).content
    lines = content.split(b"\r\n")
    assert content.isascii()
    assert content.endswith(b"\r\n")
    assert max(map(len, lines)) <= 78
    assert not any(control in line for line in lines for control in (b"\r", b"\n", b"\0"))
    arrived = [octets(part) for part in parsed(content).walk() if not part.is_multipart()][2:]
    shown = [each.content for each in carried if each.content_id == "a@b"]
    others = [each.content for each in carried if each.content_id != "a@b"]
    # Of the pictures with one id the first is shown, and what differs from it goes along as a file.
    expected = [*shown[:1], *(each for each in shown[1:] if each != shown[0]), *others]
    assert sorted(arrived) == sorted(expected)

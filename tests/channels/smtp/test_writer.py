"""A delivery as a whole mail: reliability lines 11, 13, 21 to 25 and 30, M36, with the standard library as the oracle."""

import email
import email.policy
from collections.abc import Callable
from email.message import EmailMessage

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deskbell.channels.smtp.writer import compose
from deskbell.core.contract.channel import Delivery, PermanentFailure

MakeDelivery = Callable[..., Delivery]

PLAIN = b"""\
From: Support <support@desk.example>\r
To: Ann 7 <ann7@example.com>\r
Subject: [#7] Printer on fire\r
Date: Mon, 02 Mar 2026 09:00:00 +0000\r
Message-ID: <db.token7@desk.example>\r
X-Deskbell-Token: <db.token7@desk.example>\r
MIME-Version: 1.0\r
Content-Type: text/plain; charset="utf-8"\r
Content-Transfer-Encoding: 7bit\r
\r
Ticket 7 was opened.\r
"""

ALTERNATIVE = b"""\
From: Support <support@desk.example>\r
To: Ann <ann@example.com>, Bob <bob@example.com>\r
Cc: carol@example.com\r
Reply-To: Support <reply@desk.example>\r
Subject: [#7] x\r
Date: Mon, 02 Mar 2026 09:00:00 +0000\r
Message-ID: <db.token7@desk.example>\r
X-Deskbell-Token: <db.token7@desk.example>\r
In-Reply-To: <mail@example.com>\r
References: <first@example.com> <mail@example.com>\r
Auto-Submitted: auto-replied\r
X-Auto-Response-Suppress: All\r
MIME-Version: 1.0\r
Content-Type: multipart/alternative;\r
 boundary="ae14f03b11460d9ce045f0ee90707b9ffe092dc1"\r
\r
--ae14f03b11460d9ce045f0ee90707b9ffe092dc1\r
Content-Type: text/plain; charset="utf-8"\r
Content-Transfer-Encoding: 7bit\r
\r
Ticket 7 was opened.\r
\r
--ae14f03b11460d9ce045f0ee90707b9ffe092dc1\r
Content-Type: text/html; charset="utf-8"\r
Content-Transfer-Encoding: 7bit\r
\r
<p>Hello</p>\r
\r
--ae14f03b11460d9ce045f0ee90707b9ffe092dc1--\r
"""

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=500)
words = st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]), max_size=120)


def parsed(content: bytes) -> EmailMessage:
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert not any(part.defects for part in message.walk())
    return message


def expected(delivery: Delivery) -> EmailMessage:
    """The same mail made by the standard library."""
    message = EmailMessage()
    message["From"] = "Support <support@desk.example>"
    message["To"] = f"{delivery.to[0][0]} <{delivery.to[0][1]}>"
    message["Subject"] = delivery.subject
    message["Date"] = delivery.date
    message["Message-ID"] = delivery.message_id
    message.set_content(delivery.text)
    if delivery.html:
        message.add_alternative(delivery.html, subtype="html")
    return message


def body(message: EmailMessage, subtype: str) -> str:
    part = message.get_body((subtype,))
    assert isinstance(part, EmailMessage)
    return str(part.get_content()).replace("\r\n", "\n")


def test_a_plain_mail_to_the_byte(delivery: MakeDelivery) -> None:
    mail = compose(delivery(7), utf8=False)
    assert mail.content == PLAIN
    assert (mail.sender, mail.recipient, mail.utf8) == ("support@desk.example", "ann7@example.com", False)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"html": "<p>Ticket 1 was opened.</p>\n"},
        {"subject": "Drucker für Büro " * 20, "text": "Grüße\n" * 50, "html": "<p>Grüße</p>\n" * 50},
        {"subject": "プリンタが燃えています", "text": "プリンタ\n", "html": "<p>プリンタ</p>\n"},
        {"text": "a" * 5000 + "\n", "html": "<p>" + "a" * 5000 + "</p>\n"},
        {"text": ".\n..\n. \nFrom here\n", "html": ".\n"},
    ],
)
def test_the_standard_library_would_carry_the_same(delivery: MakeDelivery, changes: dict[str, str]) -> None:
    given_delivery = delivery(**changes)
    ours, theirs = parsed(compose(given_delivery, utf8=False).content), expected(given_delivery)
    for name in ("From", "To", "Subject", "Date", "Message-ID"):
        # The library's own long subjects are folded at blanks, and unfolded without them.
        assert str(ours[name]).split() == str(theirs[name]).split()
    assert ours.get_content_type() == theirs.get_content_type()
    assert [part.get_content_type() for part in ours.walk()] == [part.get_content_type() for part in theirs.walk()]
    assert body(ours, "plain") == body(theirs, "plain")
    assert not given_delivery.html or body(ours, "html") == body(theirs, "html")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(subject=words, name=words, text=texts, html=texts)
def test_any_mail_is_well_formed(delivery: MakeDelivery, subject: str, name: str, text: str, html: str) -> None:
    to = ((name, "ann@example.com"),)
    content = compose(delivery(subject=subject, to=to, text=text, html=html), utf8=False).content
    assert content.isascii()
    assert content.endswith(b"\r\n")
    lines = content.split(b"\r\n")
    assert not any(control in line for line in lines for control in (b"\r", b"\n", b"\0"))
    assert max(map(len, lines)) <= 998
    message = parsed(content)
    assert [field for field, _ in message.items()][:5] == ["From", "To", "Subject", "Date", "Message-ID"]
    assert str(message["Subject"]) == subject.strip()
    assert [each.addr_spec for each in message["To"].addresses] == ["ann@example.com"]
    assert message.get_content_type() == ("multipart/alternative" if html else "text/plain")


def test_a_mail_with_all_headers_to_the_byte(delivery: MakeDelivery) -> None:
    mail = compose(
        delivery(
            7,
            subject="[#7] x",
            html="<p>Hello</p>",
            to=(("Ann", "ann@example.com"), ("Bob", "bob@example.com")),
            cc=(("", "carol@example.com"),),
            reply_to=("Support", "reply@desk.example"),
            in_reply_to="<mail@example.com>",
            references=("<first@example.com>", "<mail@example.com>"),
            automatic="auto-replied",
            envelope_sender="",
        ),
        utf8=False,
    )
    # The boundary is the beginning of what sha256sum says of the Message-ID.
    assert mail.content == ALTERNATIVE
    assert mail.sender == ""


def test_words_of_a_person_are_not_marked_as_automatic(delivery: MakeDelivery) -> None:
    message = parsed(compose(delivery(automatic=""), utf8=False).content)
    assert "Auto-Submitted" not in message
    assert "X-Auto-Response-Suppress" not in message
    assert "Precedence" not in message


@pytest.mark.parametrize("keyword", ["auto-replied", "auto-generated"])
def test_automatic_mail_says_so_once(delivery: MakeDelivery, keyword: str) -> None:
    message = parsed(compose(delivery(automatic=keyword), utf8=False).content)
    assert message.get_all("Auto-Submitted") == [keyword]
    assert message.get_all("X-Auto-Response-Suppress") == ["All"]


def test_each_field_stands_once(delivery: MakeDelivery) -> None:
    full = delivery(
        cc=(("", "carol@example.com"),), reply_to=("", "r@desk.example"), in_reply_to="<a@b>", references=("<a@b>",)
    )
    names = [name for name, _ in parsed(compose(full, utf8=False).content).items()]
    assert len(names) == len(set(names))


def test_every_try_sends_the_same_bytes(delivery: MakeDelivery) -> None:
    first = compose(delivery(html="<p>x</p>", attempt=1), utf8=False)
    assert compose(delivery(html="<p>x</p>", attempt=9), utf8=False) == first


def test_deliveries_that_share_a_body_differ_in_their_boundary(delivery: MakeDelivery) -> None:
    one, two = (compose(delivery(number, html="<p>x</p>"), utf8=False).content for number in (1, 2))
    assert parsed(one).get_boundary() != parsed(two).get_boundary()


@pytest.mark.parametrize("field", ["subject", "date", "message_id", "in_reply_to", "automatic"])
def test_a_line_break_is_refused_in_every_field(delivery: MakeDelivery, field: str) -> None:
    with pytest.raises(PermanentFailure, match="would inject a header"):
        compose(delivery(**{field: "x\r\nBcc: victim@example.com"}), utf8=False)


@pytest.mark.parametrize("field", ["address", "envelope_sender"])
def test_an_envelope_that_is_no_address_is_refused(delivery: MakeDelivery, field: str) -> None:
    with pytest.raises(PermanentFailure, match="is no mail address"):
        compose(delivery(**{field: "ann@example.com> SIZE=1\r\nRCPT TO:<victim@example.com"}), utf8=False)


# SMTPUTF8 (RFC 6531) and IDN


def test_an_idn_domain_needs_no_utf8(delivery: MakeDelivery) -> None:
    mail = compose(delivery(address="ann@bücher.example", to=(("", "ann@bücher.example"),)), utf8=False)
    assert mail.recipient == "ann@xn--bcher-kva.example"
    assert b"To: ann@xn--bcher-kva.example\r\n" in mail.content


@pytest.mark.parametrize(
    "changes",
    [
        {"address": "jürgen@example.com"},
        {"envelope_sender": "grüße@desk.example"},
        {"sender": ("Support", "grüße@desk.example")},
        {"reply_to": ("Support", "grüße@desk.example")},
    ],
)
def test_an_address_beyond_ascii_is_refused_without_smtputf8(
    delivery: MakeDelivery, changes: dict[str, object]
) -> None:
    with pytest.raises(PermanentFailure, match="only ASCII in addresses"):
        compose(delivery(**changes), utf8=False)
    assert compose(delivery(**changes), utf8=True).utf8


def test_another_person_beyond_ascii_does_not_stop_the_mail(delivery: MakeDelivery) -> None:
    shown = delivery(cc=(("Jürgen", "jürgen@example.com"),))
    assert b"Cc: =?utf-8?q?J=C3=BCrgen?= :;\r\n" in compose(shown, utf8=False).content
    with_utf8 = compose(shown, utf8=True)
    assert with_utf8.utf8
    assert "Cc: =?utf-8?q?J=C3=BCrgen?= <jürgen@example.com>\r\n".encode() in with_utf8.content


def test_utf8_is_asked_for_only_where_it_is_needed(delivery: MakeDelivery) -> None:
    assert not compose(delivery(subject="Grüße", text="Grüße"), utf8=True).utf8

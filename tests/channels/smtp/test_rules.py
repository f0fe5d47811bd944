"""The rules for the header of whatever is sent, over any words: the standard library reads back what was meant."""

import email
import email.policy
import re
from base64 import b64decode
from collections.abc import Callable
from email.message import EmailMessage
from quopri import decodestring

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deskbell.channels.smtp.writer import compose
from deskbell.core.contract.channel import Delivery, PermanentFailure

MakeDelivery = Callable[..., Delivery]

words = st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]), max_size=120)
alphabet = "abcdefghijklmnopqrstuvwxyz0123456789"
addresses = st.builds(
    "{}@{}.example".format,
    st.text(alphabet + "+-_'", min_size=1, max_size=40),
    st.text(alphabet, min_size=1, max_size=20),
)
people = st.lists(st.tuples(words, addresses), min_size=1, max_size=4).map(tuple)
ids = st.lists(st.builds("<{}@x.example>".format, st.text(alphabet, min_size=1, max_size=40)), max_size=30).map(tuple)

ONCE = {
    "From", "To", "Cc", "Reply-To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Auto-Submitted",
    "X-Auto-Response-Suppress", "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "MIME-Version", "Content-Type",
    "Content-Transfer-Encoding", "X-Deskbell-Token",
}  # fmt: skip


def whole(make: MakeDelivery, **changes: object) -> Delivery:
    values: dict[str, object] = {
        "cc": (("", "c@example.com"),),
        "reply_to": ("Support", "support+r.1.abc@desk.example"),
        "in_reply_to": "<a@b.example>",
        "references": ("<a@b.example>",),
        "automatic": "auto-replied",
        "list_id": ("Support", "support.desk.example"),
        "unsubscribe": "https://desk.example/unsubscribe/1.abc",
    }
    return make(**(values | changes))


def head_of(content: bytes) -> str:
    return content.partition(b"\r\n\r\n")[0].decode("ascii")


def parsed(content: bytes) -> EmailMessage:
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def shown(message: EmailMessage, field: str) -> list[tuple[str, str]]:
    return [("".join(each.display_name.split()), each.addr_spec) for each in message[field].addresses]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50)
@given(subject=words, sender=words, to=people, cc=people, references=ids, list_name=words)
def test_rfc_21_and_rfc_22_and_rfc_24_and_rfc_25_any_header(
    delivery: MakeDelivery,
    subject: str,
    sender: str,
    to: tuple[tuple[str, str], ...],
    cc: tuple[tuple[str, str], ...],
    references: tuple[str, ...],
    list_name: str,
) -> None:
    mail = whole(
        delivery,
        subject=subject,
        sender=(sender, "support@desk.example"),
        to=to,
        cc=cc,
        references=references,
        list_id=(list_name, "support.desk.example"),
    )
    content = compose(mail, utf8=False).content
    lines = head_of(content).split("\r\n")
    assert not any("\r" in line or "\n" in line or "\0" in line for line in lines)
    # Longer than 78 is only what holds no blank at which it could be folded.
    assert all(len(line) <= 78 or " " not in re.sub(r'^[\w-]+: |^ |"[^"]*"', "", line).strip() for line in lines)
    message = parsed(content)
    names = message.keys()
    assert len(names) == len(set(names))
    assert set(names) == ONCE - (set() if references else {"References"})
    assert str(message["Subject"]) == subject.strip()
    for field, meant in (("From", ((sender, "support@desk.example"),)), ("To", to), ("Cc", cc)):
        # The library adds and drops blanks between the encoded words of a name; elsewhere they are looked at closely.
        assert shown(message, field) == [("".join(name.split()), address) for name, address in meant]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=words)
def test_rfc_24_each_encoded_word_is_whole(delivery: MakeDelivery, text: str) -> None:
    mail = whole(delivery, subject=text, sender=(text, "support@desk.example"), list_id=(text, "s.desk.example"))
    head = head_of(compose(mail, utf8=False).content)
    for word in re.findall(r"=\?utf-8\?[qb]\?[^?]*\?=", head):
        assert len(word) <= 75
        kind, coded = word[8], word[10:-2]
        octets = b64decode(coded) if kind == "b" else decodestring(coded.encode(), header=True)
        octets.decode("utf-8")
    # None stands in an address.
    assert not re.search(r"<[^>]*=\?", head)


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("victim@bank.example", 'From: "victim@bank.example" <support@desk.example>'),
        ("Ann <ann@bank.example>", 'From: "Ann <ann@bank.example>" <support@desk.example>'),
        ('a" <b@bank.example>, "c', 'From: "a\\" <b@bank.example>, \\"c" <support@desk.example>'),
        ("Ann, Bob; Cleo", 'From: "Ann, Bob; Cleo" <support@desk.example>'),
        ("grüße@bank.example", "From: =?utf-8?q?gr=C3=BC=C3=9Fe=40bank=2Eexample?= <support@desk.example>"),
    ],
)
def test_rfc_25_and_m20_a_name_is_no_identity(delivery: MakeDelivery, name: str, field: str) -> None:
    content = compose(delivery(sender=(name, "support@desk.example")), utf8=False).content
    assert field in head_of(content).split("\r\n")
    assert shown(parsed(content), "From") == [("".join(name.split()), "support@desk.example")]


def test_rfc_49_the_link_ends_a_subscription_with_one_click(delivery: MakeDelivery) -> None:
    head = head_of(compose(whole(delivery), utf8=False).content).split("\r\n")
    assert "List-Unsubscribe: <https://desk.example/unsubscribe/1.abc>" in head
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in head
    assert "List-Id: Support <support.desk.example>" in head


@pytest.mark.parametrize(
    "changes",
    [
        {"unsubscribe": "http://desk.example/x"},
        {"unsubscribe": "https://desk.example/x>\r\nBcc: v@example.com"},
        {"unsubscribe": "https://desk.example/x y"},
        {"list_id": ("Support", "no identifier")},
        {"list_id": ("Support", "nodot")},
        {"list_id": ("x\r\nBcc: v@example.com", "support.desk.example")},
    ],
)
def test_what_cannot_stand_in_a_list_field_is_refused(delivery: MakeDelivery, changes: dict[str, object]) -> None:
    with pytest.raises(PermanentFailure):
        compose(whole(delivery, **changes), utf8=False)


def test_rfc_30_an_idn_domain_goes_as_a_labels_everywhere(delivery: MakeDelivery) -> None:
    mail = compose(
        delivery(
            address="ann@bücher.example",
            to=(("", "ann@bücher.example"),),
            sender=("", "support@bücher.example"),
            reply_to=("", "support+r.1@bücher.example"),
            envelope_sender="support+b.1@bücher.example",
        ),
        utf8=False,
    )
    assert (mail.sender, mail.recipient) == ("support+b.1@xn--bcher-kva.example", "ann@xn--bcher-kva.example")
    head = head_of(mail.content).split("\r\n")
    assert "From: support@xn--bcher-kva.example" in head
    assert "To: ann@xn--bcher-kva.example" in head
    assert "Reply-To: support+r.1@xn--bcher-kva.example" in head

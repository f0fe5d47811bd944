"""The parts of a body: lines 21 and 34 of the reliability list, with the standard library as the oracle."""

import email
import email.policy
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskbell.channels.smtp.bodies import MAX_LINE, BodyPart, body_part

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=2000)
# Long lines, line ends of all kinds, blanks before them, dots and equals signs: what the encodings stumble over.
stumbling_blocks = [
    "\r",
    "\n",
    "\r\n",
    " ",
    "\t",
    ".",
    "=",
    "From ",
    "a" * 70,
    "b" * 1000,
    "ü",
    "\0",
    "\x0b",
    "\u2028",
    "--",
]
rough_texts = st.lists(st.sampled_from(stumbling_blocks)).map("".join)


def decoded(part: BodyPart) -> str:
    message = email.message_from_bytes(part.head.encode() + b"\r\n" + part.content, policy=email.policy.default)
    assert isinstance(message, email.message.EmailMessage)
    assert not message.defects
    return str(message.get_content()).replace("\r\n", "\n")


def expected(text: str) -> str:
    lines = re.sub(r"\r\n|\r|\n", "\n", text.replace("\0", ""))
    return lines if lines.endswith("\n") else lines + "\n"


def assert_fit_for_the_wire(content: bytes) -> None:
    assert content.isascii()
    assert b"\0" not in content
    assert content.endswith(b"\r\n")
    lines = content.split(b"\r\n")
    assert max(map(len, lines)) <= MAX_LINE
    assert not any(b"\r" in line or b"\n" in line for line in lines)


@pytest.mark.parametrize(
    ("text", "encoding", "content"),
    [
        ("plain\n", "7bit", b"plain\r\n"),
        ("no end", "7bit", b"no end\r\n"),
        ("", "7bit", b"\r\n"),
        ("all\rkinds\nof\r\nends", "7bit", b"all\r\nkinds\r\nof\r\nends\r\n"),
        ("nul\0l", "7bit", b"null\r\n"),
        ("Grüße aus dem Büro, Zimmer 12", "quoted-printable", b"Gr=C3=BC=C3=9Fe aus dem B=C3=BCro, Zimmer 12\r\n"),
        ("Nur ein Zeichen darüber ", "quoted-printable", b"Nur ein Zeichen dar=C3=BCber=20\r\n"),
        ("プリンタ", "base64", b"44OX44Oq44Oz44K/DQo=\r\n"),
    ],
)
def test_part(text: str, encoding: str, content: bytes) -> None:
    part = body_part("plain", text)
    assert part.head == f'Content-Type: text/plain; charset="utf-8"\r\nContent-Transfer-Encoding: {encoding}\r\n'
    assert part.content == content


@pytest.mark.parametrize(("length", "encoding"), [(998, "7bit"), (999, "quoted-printable")])
def test_a_line_that_is_too_long_is_encoded(length: int, encoding: str) -> None:
    part = body_part("plain", "a" * length)
    assert f"Content-Transfer-Encoding: {encoding}\r\n" in part.head
    assert_fit_for_the_wire(part.content)
    assert decoded(part) == "a" * length + "\n"


@given(texts | rough_texts)
def test_every_text_comes_back(text: str) -> None:
    part = body_part("plain", text)
    assert_fit_for_the_wire(part.content)
    assert decoded(part) == expected(text)


def test_lone_surrogates_do_no_harm() -> None:
    assert body_part("plain", "a\ud800b").content == b"a?b\r\n"


def test_shared_text_is_encoded_once() -> None:
    text = "shared by fifty recipients\n" * 10
    assert body_part("html", text) is body_part("html", text)

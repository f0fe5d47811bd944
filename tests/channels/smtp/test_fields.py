"""Header fields against the standard library as the oracle: reliability lines 21, 22, 24, 25, 29 and 30, M19 and M20."""

import email
import email.policy
import re
from collections.abc import Callable
from email.header import decode_header, make_header
from email.headerregistry import AddressHeader

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskbell.channels.smtp.fields import (
    MAX_REFERENCES,
    address_field,
    ids_field,
    text_field,
    wire_address,
    word_field,
)
from deskbell.core.contract.channel import PermanentFailure

ENCODED_WORD = re.compile(r"=\?utf-8\?[qb]\?[^? ]*\?=")
ADDRESS = "ann@example.com"

# Everything but what is refused, and lone surrogates, which are no characters.
texts = st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]), max_size=300)
ascii_texts = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=1500)


def parsed(field: str) -> email.message.EmailMessage:
    message = email.message_from_bytes(field.encode() + b"\r\nbody", policy=email.policy.default)
    assert isinstance(message, email.message.EmailMessage)
    assert not message.defects
    return message


def only_person(field: str) -> tuple[str, str]:
    """Name and address of the only person in a field.

    Python 3.11 keeps the blanks between the encoded words of a name, against RFC 2047 section 6.2; its older decoder does not.
    """
    header = parsed(field)["To"]
    assert isinstance(header, AddressHeader)
    assert len(header.addresses) == 1
    person = header.addresses[0]
    if "=?" in field:
        phrase = field.replace("\r\n", "").removeprefix("To: ").removesuffix(f" <{person.addr_spec}>")
        return str(make_header(decode_header(phrase))), person.addr_spec
    return person.display_name, person.addr_spec


def assert_well_formed(field: str) -> None:
    """Only ASCII, CRLF at the end of each line, no line that is blank or too long, encoded words of at most 75."""
    assert field.isascii()
    assert field.endswith("\r\n")
    lines = field.removesuffix("\r\n").split("\r\n")
    assert not re.search(r"[\r\n\0]", "".join(lines))
    assert all(line.strip() for line in lines)
    assert all(line[0] == " " for line in lines[1:])
    assert all(len(line) <= 998 for line in lines)
    for line in lines:
        words = ENCODED_WORD.findall(line)
        assert all(len(word) <= 75 for word in words)
        assert len(line) <= 76 or not words


# Text


@pytest.mark.parametrize(
    ("subject", "field"),
    [
        ("[#42] Printer on fire", "Subject: [#42] Printer on fire\r\n"),
        ("", "Subject:\r\n"),
        ("  around  and between  ", "Subject: around  and between\r\n"),
        ("Drucker für Büro", "Subject: =?utf-8?q?Drucker_f=C3=BCr_B=C3=BCro?=\r\n"),
        ("プリンタ", "Subject: =?utf-8?b?44OX44Oq44Oz44K/?=\r\n"),
        # Text that looks like an encoded word is text, and must still be when it is read.
        ("=?utf-8?q?x?=", "Subject: =?utf-8?q?=3D=3Futf-8=3Fq=3Fx=3F=3D?=\r\n"),
        ("tab\there", "Subject: =?utf-8?q?tab=09here?=\r\n"),
    ],
)
def test_subject(subject: str, field: str) -> None:
    assert text_field("Subject", subject) == field


def test_a_long_subject_is_folded_at_blanks() -> None:
    subject = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
    assert text_field("Subject", subject) == (
        "Subject: one two three four five six seven eight nine ten eleven twelve\r\n thirteen fourteen fifteen\r\n"
    )


def test_encoded_words_are_split_between_characters() -> None:
    lines = text_field("Subject", "aaä" * 20).removesuffix("\r\n").split("\r\n")
    # The name takes 9, the frame of a word 12; so there is room for 55 on the first line, for 63 on the others.
    assert [line.count("=C3=A4") for line in lines] == [6, 8, 6]
    assert lines[0] == "Subject: =?utf-8?q?aa=C3=A4aa=C3=A4aa=C3=A4aa=C3=A4aa=C3=A4aa=C3=A4aa?="


def test_encoded_words_in_base64_are_split_between_characters() -> None:
    lines = text_field("Subject", "プリンタ" * 6).removesuffix("\r\n").split("\r\n")
    # Whole groups of four stand for three bytes, one such character each: 13 of them in 55, 15 in 63.
    assert [len(ENCODED_WORD.findall(line)[0]) for line in lines] == [12 + 13 * 4, 12 + 11 * 4]


@given(texts)
def test_every_text_comes_back(text: str) -> None:
    field = text_field("Subject", text)
    assert_well_formed(field)
    assert str(parsed(field)["Subject"]) == text.strip()


@given(ascii_texts)
def test_every_ascii_text_comes_back(text: str) -> None:
    field = text_field("Subject", text)
    assert_well_formed(field)
    assert str(parsed(field)["Subject"]) == text.strip()


def test_lone_surrogates_do_no_harm() -> None:
    assert text_field("Subject", "a\ud800b") == "Subject: =?utf-8?q?a=3Fb?=\r\n"


# M19: nothing begins a header of its own


@pytest.mark.parametrize("evil", ["x\r\nBcc: victim@example.com", "x\ny", "x\ry", "x\0y"])
def test_breaks_are_refused_everywhere(evil: str) -> None:
    fields: list[Callable[[str], str]] = [
        lambda text: text_field("Subject", text),
        lambda text: word_field("Date", text),
        lambda text: address_field("To", ((text, ADDRESS),), utf8=True),
        lambda text: ids_field("References", [f"<{text}@example.com>"]),
    ]
    for field in fields:
        with pytest.raises(PermanentFailure, match="would inject a header"):
            field(evil)


@pytest.mark.parametrize("separator", ["\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"])
def test_other_line_separators_travel_encoded(separator: str) -> None:
    field = text_field("Subject", f"x{separator}Bcc: victim@example.com")
    assert_well_formed(field)
    assert field.count("\r\n") == 1
    assert [name for name, _ in parsed(field).items()] == ["Subject"]


# People


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("", "To: ann@example.com\r\n"),
        ("Ann Example", "To: Ann Example <ann@example.com>\r\n"),
        ("Example, Ann", 'To: "Example, Ann" <ann@example.com>\r\n'),
        ("J. Doe", 'To: "J. Doe" <ann@example.com>\r\n'),
        ('Ann "the" \\ Best', 'To: "Ann \\"the\\" \\\\ Best" <ann@example.com>\r\n'),
        ("victim@example.net", 'To: "victim@example.net" <ann@example.com>\r\n'),
        ('"victim@example.net" <a@b>, x', 'To: "\\"victim@example.net\\" <a@b>, x" <ann@example.com>\r\n'),
        ("Jürgen", "To: =?utf-8?q?J=C3=BCrgen?= <ann@example.com>\r\n"),
        ("Jürgen, <a@b>", "To: =?utf-8?q?J=C3=BCrgen=2C_=3Ca=40b=3E?= <ann@example.com>\r\n"),
        ("=?utf-8?q?x?=", "To: =?utf-8?q?=3D=3Futf-8=3Fq=3Fx=3F=3D?= <ann@example.com>\r\n"),
    ],
)
def test_display_name(name: str, field: str) -> None:
    assert address_field("To", ((name, ADDRESS),), utf8=False) == field


@pytest.mark.parametrize(("length", "quoted"), [(60, True), (61, False), (1500, False)])
def test_a_long_name_is_encoded_because_a_quoted_one_cannot_be_folded(length: int, quoted: bool) -> None:
    field = address_field("To", (("," * length, ADDRESS),), utf8=False)
    assert_well_formed(field)
    assert ('"' in field) is quoted
    assert only_person(field) == ("," * length, ADDRESS)


@given(texts)
def test_every_name_is_one_person(name: str) -> None:
    field = address_field("To", ((name, ADDRESS),), utf8=False)
    assert_well_formed(field)
    assert only_person(field) == (name.strip(), ADDRESS)


@given(ascii_texts)
def test_every_ascii_name_is_one_person(name: str) -> None:
    field = address_field("To", ((name, ADDRESS),), utf8=False)
    assert_well_formed(field)
    assert only_person(field) == (name.strip(), ADDRESS)


def test_many_people_are_folded_between_them() -> None:
    people = tuple((f"Agent Number {number}", f"agent{number}@example.com") for number in range(50))
    field = address_field("To", people, utf8=False)
    assert_well_formed(field)
    assert max(map(len, field.split("\r\n"))) <= 76
    header = parsed(field)["To"]
    assert isinstance(header, AddressHeader)
    assert [(each.display_name, each.addr_spec) for each in header.addresses] == list(people)


def test_the_domain_goes_as_a_labels() -> None:
    assert address_field("To", (("", "ann@bücher.example"),), utf8=True) == "To: ann@xn--bcher-kva.example\r\n"


def test_a_person_beyond_ascii_is_shown_by_name_where_the_address_cannot_go() -> None:
    people = (("Jürgen", "jürgen@example.com"), ("", "grün@example.com"), ("Ann", ADDRESS))
    field = address_field("Cc", people, utf8=False)
    assert field == (
        "Cc: =?utf-8?q?J=C3=BCrgen?= :;, =?utf-8?q?gr=C3=BCn=40example=2Ecom?= :;,\r\n Ann <ann@example.com>\r\n"
    )
    header = parsed(field)["Cc"]
    assert isinstance(header, AddressHeader)
    assert [each.addr_spec for each in header.addresses] == [ADDRESS]


def test_a_person_beyond_ascii_is_shown_whole_where_utf8_is_taken() -> None:
    field = address_field("Cc", (("Jürgen", "jürgen@example.com"),), utf8=True)
    assert field == "Cc: =?utf-8?q?J=C3=BCrgen?= <jürgen@example.com>\r\n"


# Addresses


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ann",
        "ann@",
        "@example.com",
        "ann@exa mple.com",
        "a b@example.com",
        "ann@example.com>",
        "<ann@example.com>",
        "ann@example.com\0",
        "ann@example.com\r\nRCPT TO:<victim@example.com>",
        f"{'a' * 65}@example.com",
        f"ann@{'a' * 64}.com",
    ],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(PermanentFailure, match="is no mail address") as refused:
        wire_address(address)
    assert "\r" not in refused.value.detail
    assert "\0" not in refused.value.detail


def test_the_local_part_stays_as_it_is() -> None:
    assert wire_address('"Ann B"@EXAMPLE.com') == '"Ann B"@example.com'
    assert wire_address("Ann.B+tag@example.com") == "Ann.B+tag@example.com"


# Message-IDs


def test_ids_are_folded_between_them() -> None:
    ids = [f"<token-of-a-usual-length-{number}@desk.example>" for number in range(3)]
    assert ids_field("References", ids) == f"References: {ids[0]}\r\n {ids[1]}\r\n {ids[2]}\r\n"


def test_a_long_thread_keeps_the_first_and_the_newest() -> None:
    ids = [f"<{number}@example.com>" for number in range(500)]
    named = str(parsed(ids_field("References", ids))["References"]).split()
    assert len(named) == MAX_REFERENCES
    assert named[0] == "<0@example.com>"
    assert named[1:] == [f"<{number}@example.com>" for number in range(481, 500)]


@pytest.mark.parametrize("rubbish", ["", "a@b", "<a b@c>", "<ä@b>", "<>", "<a@b><c@d>", f"<{'a' * 2000}@b>"])
def test_what_a_stranger_calls_an_id_is_left_out(rubbish: str) -> None:
    assert ids_field("References", [rubbish, "<good@example.com>"]) == "References: <good@example.com>\r\n"
    assert ids_field("In-Reply-To", [rubbish]) == ""


def test_a_word_must_be_ascii() -> None:
    with pytest.raises(PermanentFailure, match="Date holds characters"):
        word_field("Date", "Mön")

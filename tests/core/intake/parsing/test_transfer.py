"""Transfer encodings, whole and damaged."""

import pytest

from deskbell.core.intake.parsing import Fault
from deskbell.core.intake.parsing.transfer import decode_base64, decode_transfer


@pytest.mark.parametrize(
    ("text", "octets", "fault"),
    [
        (b"aGVsbG8=", b"hello", None),
        (b"aGVs\r\nbG8=\r\n", b"hello", None),
        (b"aGVsbG8", b"hello", Fault.DAMAGED_BASE64),
        (b"aGVsbG8gd", b"hello ", Fault.DAMAGED_BASE64),
        (b"aGVs!bG8=", b"hello", Fault.DAMAGED_BASE64),
        (b"aGVsbG8=\naGVsbG8=\n", b"hellohello", None),
        (b"-_-_", b"\xfb\xff\xbf", None),
        (b"aGVsbG8=\n-- \nfooter of a list\n", b"hello", Fault.DAMAGED_BASE64),
        (b"aGVs\r\n_____________\r\nlist", b"hel", Fault.DAMAGED_BASE64),
        (b"====", b"", None),
        (b"", b"", None),
    ],
)
def test_base64(text: bytes, octets: bytes, fault: Fault | None) -> None:
    assert decode_base64(text) == (octets, fault)


@pytest.mark.parametrize(
    ("encoding", "body", "octets"),
    [
        ("quoted-printable", b"a=3Db=\r\nc =\n d=ZZ=", b"a=bc  d=ZZ"),
        ("Quoted-Printable; x=y", b"=C3=A4", b"\xc3\xa4"),
        ("BASE64", b"YQ==", b"a"),
        ("8bit", b"=41", b"=41"),
        ('"7bit"', b"=41", b"=41"),
        ("", b"=41", b"=41"),
    ],
)
def test_known_encodings(encoding: str, body: bytes, octets: bytes) -> None:
    assert decode_transfer(body, encoding=encoding) == (octets, None)


def test_an_unknown_encoding_leaves_the_octets() -> None:
    assert decode_transfer(b"begin 644 x", encoding="x-secret") == (b"begin 644 x", Fault.ODD_TRANSFER_ENCODING)


@pytest.mark.parametrize(
    ("encoding", "body", "octets"),
    [
        ("base64 (a comment)", b"YQ==", b"a"),
        ("base-64", b"YQ==", b"a"),
        ("quotedprintable", b"=C3=A4", b"\xc3\xa4"),
        ("quoted printable", b"=C3=A4", b"\xc3\xa4"),
        ("quoted-printable", b"a= \r\nb=\t\nc", b"abc"),
        ("quoted-printable", b"=c3=a4 =zz =", b"\xc3\xa4 =zz "),
        ("x-uuencode", b"begin 644 a.txt\r\n#86)C\r\n`\r\nend\r\n", b"abc"),
        ("uuencode", b"preamble\nbegin 644 a\n#86)C rubbish\n`\nend\n", b"abc"),
    ],
)
def test_encodings_as_programs_name_and_bend_them(encoding: str, body: bytes, octets: bytes) -> None:
    assert decode_transfer(body, encoding=encoding) == (octets, None)


@pytest.mark.parametrize("body", [b"begin 644 a\n\xff\xff\n", b"nothing of the kind", b""])
def test_a_body_that_is_no_uuencoding_stays(body: bytes) -> None:
    assert decode_transfer(body, encoding="uuencode") == (body, Fault.ODD_TRANSFER_ENCODING)


def test_a_text_that_is_not_base64_at_all_stays() -> None:
    body = b"Hello, this is plain text, whatever the field says.\r\n"
    assert decode_transfer(body, encoding="base64") == (body, Fault.DAMAGED_BASE64)

"""Charsets by name, and octets read in them (RFC checklist line 34)."""

import pytest

from deskbell.core.intake.parsing.charset_names import codec_for
from deskbell.core.intake.parsing.charsets import decode
from stand_ins.stopwatch import at_most


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        ("utf-8", "utf-8"),
        ("UTF8", "utf-8"),
        ('"utf-8"', "utf-8"),
        (" charset=utf-8 ", "utf-8"),
        ("us-ascii", "ascii"),
        ("ANSI_X3.4-1968", "ascii"),
        ("iso-8859-1", "cp1252"),
        ("ISO_8859-1", "cp1252"),
        ("latin1", "cp1252"),
        ("windows-1252", "cp1252"),
        ("iso-8859-9", "cp1254"),
        ("latin5", "cp1254"),
        ("iso-8859-2", "iso8859-2"),
        ("iso-8859-8-i", "iso8859-8"),
        ("tis-620", "cp874"),
        ("gb2312", "gb18030"),
        ("GBK", "gb18030"),
        ("gb18030", "gb18030"),
        ("big5", "big5hkscs"),
        ("ks_c_5601-1987", "cp949"),
        ("euc-kr", "cp949"),
        ("shift_jis", "cp932"),
        ("Shift-JIS", "cp932"),
        ("euc-jp", "euc_jp"),
        ("iso-2022-jp", "iso2022_jp_ext"),
        ("koi8-r", "koi8-r"),
        ("utf-7", "utf-7"),
        ("utf-16", "utf-16"),
        ("x-mac-cyrillic", "mac-cyrillic"),
        ("", ""),
        ("unknown-8bit", ""),
        ("x-unknown", ""),
        ("hex", ""),
        ("base64", ""),
        ("zlib", ""),
        ("rot13", ""),
        ("idna", ""),
        ("punycode", ""),
        ("unicode_escape", ""),
        ("raw_unicode_escape", ""),
        ("undefined", ""),
        ("utf-8\x00", "utf-8"),
        ("../../etc", ""),
        ("\ud800", ""),
    ],
)
def test_labels(label: str, codec: str) -> None:
    assert codec_for(label) == codec


def test_a_raw_field_takes_the_second_label_only_when_it_is_not_utf_8() -> None:
    assert decode("打印机".encode("gb18030"), label="", fallback="gb2312") == ("打印机", False)
    assert decode("打印机".encode(), label="", fallback="gb2312") == ("打印机", False)


def test_statistics_choose_when_no_label_serves() -> None:
    text = "Здравствуйте, принтер сломался, помогите пожалуйста. Спасибо большое."
    assert decode(text.encode("cp1251"), label="x-none", guess=True) == (text, True)


def test_octets_that_are_not_defined_give_the_replacement_character() -> None:
    assert decode(b"a\x81b", label="windows-1252") == ("a\ufffdb", True)


def test_a_byte_order_mark_is_no_text() -> None:
    assert decode(b"\xef\xbb\xbfGr\xc3\xbc", label="utf-8") == ("Grü", False)


def test_every_codec_takes_any_octets_in_time() -> None:
    with at_most(5):
        for label in (
            "utf-7",
            "utf-16",
            "utf-32",
            "iso-2022-jp",
            "iso-2022-kr",
            "hz",
            "gb2312",
            "big5",
            "euc-jp",
            "cp949",
        ):
            assert isinstance(decode(bytes(range(256)) * 4_000, label=label)[0], str)

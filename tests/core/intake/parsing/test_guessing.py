"""Charsets that a mail names in odd ways, wrongly or not at all: the text is what its sender wrote (RFC line 34, M17)."""

# ruff: noqa: RUF001 - the letters that look alike are the point

import pytest

from deskbell.core.intake.parsing import Fault, read_mail
from deskbell.core.intake.parsing.guessing import guess_codec

RUSSIAN = "Привет, принтер сломан"


def text_of(label: str, octets: bytes) -> str:
    return read_mail(f"Content-Type: text/plain; charset={label}\r\n\r\n".encode() + octets).text


@pytest.mark.parametrize(
    ("label", "codec", "text"),
    [
        ("ks_c_5601-1987", "cp949", "프린터 똠"),
        ("cseuckr", "cp949", "프린터"),
        ("uhc", "cp949", "프린터"),
        ("gb2312", "gb18030", "打印机 €"),
        ("gb_2312-80", "gb18030", "打印机"),
        ("x-gbk", "gb18030", "打印机"),
        ("chinese", "gb18030", "打印机"),
        ("cn-big5", "big5", "印表機"),
        ("x-x-big5", "big5", "印表機"),
        ("shift_jis", "cp932", "髙①"),
        ("ms932", "cp932", "髙①"),
        ("x-euc-jp", "euc_jp", "プリンタ"),
        ("iso-2022-jp-ms", "iso2022_jp", "プリンタ"),
        ("cp50220", "iso2022_jp", "プリンタ"),
        ("windows-874", "cp874", "เครื่องพิมพ์"),
        ("logical", "iso8859-8", "שלום"),
        ("dos-862", "cp862", "שלום"),
        ("win-1251", "cp1251", RUSSIAN),
        ("x-cp1251", "cp1251", RUSSIAN),
        ("koi8r", "koi8-r", RUSSIAN),
        ("unicode", "utf-16", RUSSIAN),
        ("ucs-2", "utf-16-be", RUSSIAN),
        ("utf8", "utf-8", RUSSIAN),
        ("cp65001", "utf-8", RUSSIAN),
        ("3DUTF-8", "utf-8", RUSSIAN),
        ('"utf-8', "utf-8", RUSSIAN),
        ("'utf-8'", "utf-8", RUSSIAN),
        ("utf-8 (a comment)", "utf-8", RUSSIAN),
        ("iso-8859-01", "latin-1", "Grüße"),
        ("iso8859_1", "latin-1", "Grüße"),
        ("iso-8859-1?", "latin-1", "Grüße"),
        ("ibm850", "cp850", "Grüße"),
        ("windows-1252http-equivcontent-type", "cp1252", "Grüße"),
        ("x-mac-ce", "mac-latin2", "žluť"),
        ("asmo-708", "iso8859-6", "مرحبا"),
    ],
)
def test_rfc_34_labels_as_programs_write_them(label: str, codec: str, text: str) -> None:
    assert text_of(label, text.encode(codec)) == text


@pytest.mark.parametrize(
    ("label", "codec", "text"),
    [
        ("iso-8859-1", "cp1252", "„Grüße“ – 5 €"),
        ("us-ascii", "cp1252", "it’s “fine”"),
        ("iso-8859-2", "cp1250", "žluťoučký kůň"),
        ("iso-8859-1", "utf-8", "Grüße"),
        ("iso-8859-1", "cp1251", RUSSIAN),
        ("iso-8859-1", "koi8-r", RUSSIAN),
        ("utf-8", "koi8-r", RUSSIAN),
        ("utf-8", "cp1252", "Grüße – „Zitat“"),
        ("us-ascii", "cp1251", RUSSIAN),
        ("us-ascii", "gb18030", "打印机坏了，请帮忙"),
        ("us-ascii", "big5", "印表機壞了，請幫忙"),
        ("us-ascii", "cp932", "プリンタが壊れました"),
        ("us-ascii", "euc_jp", "プリンタが壊れました"),
        ("us-ascii", "cp949", "프린터가 고장났습니다"),
        ("iso-2022-jp", "cp932", "プリンタが壊れた"),
        ("iso-2022-jp", "utf-8", "プリンタ"),
        ("gb2312", "utf-8", "打印机坏了"),
        ("shift_jis", "utf-8", "プリンタが壊れた"),
        ("euc-kr", "utf-8", "프린터"),
        ("big5", "utf-8", "印表機"),
        ("x-unknown", "cp866", RUSSIAN),
        ("unknown-8bit", "koi8-r", RUSSIAN),
        ("_autodetect", "cp1251", RUSSIAN),
        ("binary", "utf-8", RUSSIAN),
        ("", "utf-16", RUSSIAN),
    ],
)
def test_rfc_34_and_m17_labels_that_lie(label: str, codec: str, text: str) -> None:
    assert text_of(label, text.encode(codec)) == text


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        (b"\x1b$B-!%F%9%H-j\x1b(B ok", "①テスト㈱ ok"),
        (b"\x1b$B%F%9\x1b(B\r\n\x1b(I6E\x1b(Jx", "テス\nｶﾅx"),
        (b"\x1b$B-!\n%F", "①\nテ"),
        (b"\x1b$B-!\x1b$B%F", "①テ"),
        (b"\x1b$B-!%", "①\ufffd"),
    ],
)
def test_rfc_34_japanese_with_the_signs_of_windows(octets: bytes, text: str) -> None:
    assert text_of("iso-2022-jp", octets) == text


def test_rfc_34_a_repair_is_marked_and_an_alias_is_not() -> None:
    head = b"From: a@b.example\r\nContent-Type: text/plain; charset="
    assert Fault.CHARSET_REPAIRED in read_mail(head + b"iso-8859-1\r\n\r\n" + RUSSIAN.encode("koi8-r")).faults
    assert Fault.CHARSET_REPAIRED not in read_mail(head + b"iso-8859-1\r\n\r\n" + "„Grüße“".encode("cp1252")).faults
    assert Fault.CHARSET_REPAIRED not in read_mail(head + b"gb2312\r\n\r\n" + "打印机坏了".encode("gb18030")).faults


@pytest.mark.parametrize("label", ["gb2312", "big5", "shift_jis", "euc-kr"])
def test_rfc_34_two_octets_that_could_be_utf_8_are_what_the_label_says(label: str) -> None:
    # In UTF-8 these octets are the letters "ͨ" and "Ħ" and the like.
    octets = b"\xc1\xaa\xcd\xa8"
    assert text_of(label, octets) == octets.decode({"gb2312": "gb18030", "shift_jis": "cp932"}.get(label, label))


@pytest.mark.parametrize(
    ("codec", "text"),
    [
        ("cp1251", "Заявка"),
        ("koi8-r", "Заявка"),
        ("cp1251", "ОШИБКА ПРИНТЕРА"),
        ("koi8-r", "ОШИБКА ПРИНТЕРА"),
        ("cp1251", "Їжак і їжачиха"),
        ("koi8-u", "Їжак і їжачиха"),
        ("gb18030", "测试邮件"),
        ("gb18030", "你好"),
        ("big5", "訂單問題"),
        ("cp949", "주문 문의"),
        ("cp932", "お問い合わせ"),
        ("euc_jp", "お問い合わせ"),
        ("cp1253", "εκτυπωτής"),
        ("cp1255", "שלום לכולם"),
        ("cp1256", "مرحبا بالعالم"),
        ("cp874", "เครื่องพิมพ์เสีย"),
        ("cp1250", "Zażółć gęślą jaźń"),
        ("cp1252", "Überfällig: größere Störung"),
        ("cp1252", "Réponse à été"),
        ("cp1252", "Año"),
        ("cp1252", "ÄÖÜ"),
        ("cp1252", "öäüß"),
        ("cp1252", "“”"),
        ("cp1252", ""),
    ],
)
@pytest.mark.parametrize("thorough", [False, True])
def test_short_texts_without_a_label(codec: str, text: str, thorough: bool) -> None:
    octets = text.encode(codec)
    assert octets.decode(guess_codec(octets, thorough=thorough)) == text

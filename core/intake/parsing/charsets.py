"""Octets to text by the charset that a mail names, by the one that it means, or by the one that fits."""

import codecs
import re
from functools import lru_cache

from charset_normalizer import from_bytes

_LABEL = re.compile(r"[a-z0-9][a-z0-9.:-]{0,39}")

# Names that mean more than they say: the superset that senders really use, and what Python calls otherwise.
_MEANT = {
    "us-ascii": "ascii",
    "ansi-x3.4-1968": "ascii",
    "646": "ascii",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "ansi": "cp1252",
    "iso-8859-1-windows-3.1-latin-1": "cp1252",
    "iso-8859-8-i": "iso8859-8",
    "iso-8859-8-e": "iso8859-8",
    "iso-8859-9": "cp1254",
    "iso8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "cp936": "gb18030",
    "x-gbk": "gb18030",
    "euc-cn": "gb18030",
    "gb-2312-80": "gb18030",
    "hz-gb-2312": "hz",
    "ks-c-5601-1987": "cp949",
    "ks-c-5601": "cp949",
    "ksc-5601": "cp949",
    "ksc5601": "cp949",
    "euc-kr": "cp949",
    "windows-949": "cp949",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "sjis": "cp932",
    "windows-31j": "cp932",
    "iso-2022-jp": "iso2022_jp_ext",
    "iso2022-jp": "iso2022_jp_ext",
    "big5": "big5hkscs",
    "big5-hkscs": "big5hkscs",
    "unicode-1-1-utf-7": "utf-7",
    "unicode-1-1-utf-8": "utf-8",
    "x-unicode-2-0-utf-7": "utf-7",
    "x-mac-roman": "mac-roman",
    "macintosh": "mac-roman",
    "x-mac-cyrillic": "mac-cyrillic",
}

# Everything else that Python can decode (hex, zip, punycode, unicode-escape ...) is no charset of a mail.
_NAMES = (
    "ascii utf-8 utf-7 utf-16 utf-16-le utf-16-be utf-32 utf-32-le utf-32-be utf-8-sig gb18030 hz big5hkscs cp950 cp932"
    " cp949 euc_jp iso2022_jp_ext iso2022_jp_1 iso2022_jp_2 iso2022_jp_3 iso2022_jp_2004 iso2022_kr johab koi8-r koi8-u"
    " koi8-t kz1048 ptcp154 mac-roman mac-cyrillic mac-greek mac-latin2 mac-turkish mac-iceland hp-roman8"
    " iso8859-2 iso8859-3 iso8859-4 iso8859-5 iso8859-6 iso8859-7 iso8859-8 iso8859-10 iso8859-13 iso8859-14 iso8859-15"
    " iso8859-16 cp437 cp737 cp775 cp850 cp852 cp855 cp857 cp858 cp860 cp861 cp862 cp863 cp864 cp865 cp866 cp869 cp874"
    " cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258"
)
_KNOWN = frozenset(_NAMES.split())
_GUESSED = ("cp1252", "cp1251", "cp1250", "koi8_r", "gb18030", "cp932", "euc_jp", "cp949", "big5hkscs")
_GUESS_OCTETS = 4096
_UNLIKE_ASCII = frozenset(name for name in _KNOWN if name.startswith(("utf-7", "utf-16", "utf-32", "hz", "iso2022")))
_SINGLE_OCTET = frozenset(name for name in _KNOWN if name.startswith(("cp4", "cp8", "cp12", "iso8859", "koi8", "mac-")))
_VAGUE = frozenset({"", "ascii"})
_JIS_ESCAPE = b"\x1b$"
_HIGH = bytes(range(128, 256))


@lru_cache(maxsize=256)
def codec_for(label: str) -> str:
    """The Python codec for a charset's label as found in a mail, `""` when it names none.

    The label may be quoted or carry blanks and a language; `gb2312` gives `gb18030`, `iso-8859-1` gives `cp1252` and so
    on, as every reader of mail does (WHATWG Encoding, section 4.2).
    """
    name = label[:80].strip(" \t\"'<>").lower().replace("_", "-").replace(" ", "-").removeprefix("charset=")
    if not _LABEL.fullmatch(name):
        return ""
    try:
        found = codecs.lookup(_MEANT.get(name, name)).name
    except (LookupError, ValueError):
        return ""
    found = _MEANT.get(found.replace("_", "-"), found)
    return found if found in _KNOWN else ""


def decode(data: bytes, *, label: str, fallback: str = "", guess: bool = False) -> tuple[str, bool]:
    """The text of octets; no octets and no label make it raise.

    :param label: the charset that the mail names, possibly unknown, wrong or empty.
    :param fallback: a second label, tried when the first does not serve (a field in raw octets takes the body's).
    :param guess: whether statistics may choose when nothing else fits; too slow for the many small pieces of a header.
    :returns: the text, undecodable octets as U+FFFD, and whether it had to be read otherwise than labelled.
    """
    codec = codec_for(label)
    if data.isascii():
        # Text in UTF-16 or UTF-32 holds zeros, if only in its line ends.
        wide = codec.startswith(("utf-16", "utf-32"))
        if (wide and 0 not in data) or (codec not in _UNLIKE_ASCII and _JIS_ESCAPE not in data):
            return data.decode("ascii"), wide
        codec = codec if codec in _UNLIKE_ASCII else "iso2022_jp_ext"
    elif codec in _VAGUE or codec in _SINGLE_OCTET:
        # UTF-8 does not come about by chance: octets that are well formed in it are meant so, whatever the label says.
        text = _strict(data, "utf-8")
        if text is not None:
            return text.removeprefix("\ufeff"), codec != ""
        codec = codec_for(fallback) if codec in _VAGUE else codec
    if codec == "utf-16":
        codec = _order_of_utf16(data)
    text = None if codec in _VAGUE else _strict(data, codec)
    if text is not None:
        return text.removeprefix("\ufeff"), False
    return _repaired(data, codec, guess), True


def _repaired(data: bytes, codec: str, guess: bool) -> str:
    """Text from octets that do not fit their label: a few stray octets are replaced, a false label is left."""
    if codec not in _VAGUE:
        text = data.decode(codec, "replace")
        high = len(data) - len(data.translate(None, _HIGH))
        if codec in _UNLIKE_ASCII or not high or text.count("\ufffd") * 2 < high:
            return text
    best = from_bytes(data[:_GUESS_OCTETS], cp_isolation=list(_GUESSED)).best() if guess else None
    return data.decode(best.encoding if best else "cp1252", "replace")


def _strict(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except (UnicodeError, ValueError):
        return None


def _order_of_utf16(data: bytes) -> str:
    """The octet order of UTF-16: by its mark, else by where the zeros of ASCII letters stand, else little-endian."""
    if data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return "utf-16"
    return "utf-16-be" if data[0:400:2].count(0) > data[1:400:2].count(0) else "utf-16-le"

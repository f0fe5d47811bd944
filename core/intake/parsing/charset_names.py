"""The Python codec that is meant by a charset's label, as mails write labels."""

import codecs
import re
from functools import lru_cache

_LABEL = re.compile(r"[a-z0-9][a-z0-9.:+-]{0,39}")
# `cp-1251`, `x-win1251`, `dos-862`, `ibm850`, `windows-1252http-equiv`: the number of a code page tells.
_CODE_PAGE = re.compile(r"(?:x-)?(?:cp|win|windows|ms|dos|ibm|oem)-?0*(\d{3,5})(?!\d)")
_LATIN = re.compile(r"(?:x-)?latin-?0*(\d{1,2})")
_ISO_8859 = re.compile(r"(?:x-)?iso-?8859-0*(\d{1,2})(?:[^\d].*)?")

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
    "646-us": "ascii",
    "iso646-us": "ascii",
    "l1": "cp1252",
    "l5": "cp1254",
    "ibm819": "cp1252",
    "cp819": "cp1252",
    "iso-8859": "cp1252",
    "iso8859": "cp1252",
    "iso-8559-1": "cp1252",
    "logical": "iso8859-8",
    "visual": "iso8859-8",
    "csiso88598i": "iso8859-8",
    "csiso88598e": "iso8859-8",
    "asmo-708": "iso8859-6",
    "ecma-114": "iso8859-6",
    "ecma-118": "iso8859-7",
    "elot-928": "iso8859-7",
    "sun-eu-greek": "iso8859-7",
    "koi": "koi8-r",
    "koi8": "koi8-r",
    "koi8r": "koi8-r",
    "koi8u": "koi8-u",
    "koi8-ru": "koi8-u",
    "chinese": "gb18030",
    "gb": "gb18030",
    "x-gb2312": "gb18030",
    "gb-2312": "gb18030",
    "gb2312-80": "gb18030",
    "gb2312-1980": "gb18030",
    "gb18030-2000": "gb18030",
    "csgb2312": "gb18030",
    "csiso58gb231280": "gb18030",
    "iso-ir-58": "gb18030",
    "cn-gb": "gb18030",
    "cn-big5": "big5hkscs",
    "csbig5": "big5hkscs",
    "x-x-big5": "big5hkscs",
    "big-5": "big5hkscs",
    "big5-eten": "big5hkscs",
    "cseuckr": "cp949",
    "csksc56011987": "cp949",
    "iso-ir-149": "cp949",
    "korean": "cp949",
    "ks-c-5601-1989": "cp949",
    "ksc5601-1987": "cp949",
    "uhc": "cp949",
    "x-windows-949": "cp949",
    "csshiftjis": "cp932",
    "shiftjis": "cp932",
    "x-shift-jis": "cp932",
    "ms-kanji": "cp932",
    "shift-jisx0213": "cp932",
    "x-euc-jp": "euc_jp",
    "cseucpkdfmtjapanese": "euc_jp",
    "eucjp-ms": "euc_jp",
    "csiso2022jp": "iso2022_jp_ext",
    "iso-2022-jp-ms": "iso2022_jp_ext",
    "cp50220": "iso2022_jp_ext",
    "cp50221": "iso2022_jp_ext",
    "cp50222": "iso2022_jp_ext",
    "jis": "iso2022_jp_ext",
    "csiso2022kr": "iso2022_kr",
    "unicode": "utf-16",
    "ucs-2": "utf-16",
    "ucs-2be": "utf-16-be",
    "ucs-2le": "utf-16-le",
    "iso-10646-ucs-2": "utf-16",
    "csunicode": "utf-16",
    "unicodefeff": "utf-16",
    "ucs-4": "utf-32",
    "iso-10646-ucs-4": "utf-32",
    "unicode-2-0-utf-7": "utf-7",
    "cesu-8": "utf-8",
    "utf-8-mac": "utf-8",
    "utf8mb4": "utf-8",
    "unicode-utf-8": "utf-8",
    "en-us.utf-8": "utf-8",
    "cp65001": "utf-8",
    "cp1200": "utf-16-le",
    "cp1201": "utf-16-be",
    "cp20127": "ascii",
    "cp28591": "cp1252",
    "cp28592": "iso8859-2",
    "cp28595": "iso8859-5",
    "cp28597": "iso8859-7",
    "cp28598": "iso8859-8",
    "cp38598": "iso8859-8",
    "cp28599": "cp1254",
    "cp28605": "iso8859-15",
    "cp20866": "koi8-r",
    "cp21866": "koi8-u",
    "cp51932": "euc_jp",
    "cp20932": "euc_jp",
    "cp51949": "cp949",
    "cp51936": "gb18030",
    "cp20936": "gb18030",
    "cp54936": "gb18030",
    "cp52936": "hz",
    "cp950": "big5hkscs",
    "cp10000": "mac-roman",
    "x-mac-ce": "mac-latin2",
    "x-mac-centraleurroman": "mac-latin2",
    "x-mac-greek": "mac-greek",
    "x-mac-turkish": "mac-turkish",
    "x-mac-icelandic": "mac-iceland",
    "mac": "mac-roman",
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
KNOWN_CODECS = frozenset(_NAMES.split())
"""The codecs that a mail may be read by."""


@lru_cache(maxsize=256)
def codec_for(label: str) -> str:
    """The Python codec for a charset's label as found in a mail, `""` when it names none.

    The label may be quoted or carry blanks and a language; `gb2312` gives `gb18030`, `iso-8859-1` gives `cp1252` and so
    on, as every reader of mail does (WHATWG Encoding, section 4.2).
    """
    name = _LABEL.match(_tidied(label))
    if name is None:
        return ""
    for known in (name[0], _by_number(name[0])):
        found = _python_name(known)
        if found:
            return found
    return ""


def _tidied(label: str) -> str:
    """The label in small letters, without quotes, comment, repeated field and what undecoded quoted-printable leaves."""
    name = label[:80].partition("(")[0].strip(" \t\"'<>\\?;,=-").lower()
    return name.removeprefix("charset=").removeprefix("3d").strip("\"' ").replace("_", "-").replace(" ", "-")


def _by_number(name: str) -> str:
    """The name by the number in it: of a code page, of a Latin alphabet, or of a part of ISO 8859."""
    if page := _CODE_PAGE.match(name):
        return f"cp{page[1]}"
    if latin := _LATIN.fullmatch(name):
        return f"latin{latin[1]}"
    part = _ISO_8859.fullmatch(name)
    return f"iso-8859-{part[1]}" if part else ""


def _python_name(name: str) -> str:
    """The Python codec that is meant by a tidy name, `""` when none is."""
    try:
        found = codecs.lookup(_MEANT.get(name, name)).name
    except (LookupError, ValueError):
        return ""
    found = _MEANT.get(found.replace("_", "-"), found)
    return found if found in KNOWN_CODECS else ""

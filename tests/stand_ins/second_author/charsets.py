# ruff: noqa: RUF001 - people write with other letters
"""Texts of many regions, in the character sets and with the mistakes that real programs make."""

import base64
import quopri

from .sample import Sample, letter


def _body(key: str, text: str, codec: str, label: str | None = None, octets: bytes | None = None) -> Sample:
    """A plain text with that label, sent as 8 bit."""
    raw = text.encode(codec) if octets is None else octets
    return Sample(
        id=f"body-{key}",
        raw=letter(raw + b"\r\n", kind=f'text/plain; charset="{label or codec}"', encoding="8bit"),
        text=text,
    )


def _word(key: str, text: str, value: bytes) -> Sample:
    """The same words as Subject and as name beside the address."""
    return Sample(
        id=f"word-{key}",
        raw=letter(b"x\r\n", subject=value, sender=value + b" <ann@example.org>"),
        subject=text,
        name=text,
        address="ann@example.org",
        text="x",
    )


def _b(text: str, codec: str, label: str | None = None) -> bytes:
    return b"=?" + (label or codec).encode() + b"?B?" + base64.b64encode(text.encode(codec)) + b"?="


def _q(text: str, codec: str, label: str | None = None) -> bytes:
    quoted = b"".join(b"=%02X" % octet for octet in text.encode(codec))
    return b"=?" + (label or codec).encode() + b"?Q?" + quoted + b"?="


RUSSIAN = "Здравствуйте, не работает принтер на втором этаже."
UKRAINIAN = "Доброго дня, не працює принтер; їжак і ґанок є."
POLISH = "Zażółć gęślą jaźń, proszę o pomoc."
CZECH = "Příliš žluťoučký kůň úpěl ďábelské ódy."
CZECH_LETTER = "Dobrý den, tiskárna ve druhém patře přestala včera fungovat, prosím o pomoc ještě dnes. Můžete?"
DANISH = "Æblegrød på øen følger også; høje ære på søen, løber »så« hurtigt som ålen."
GREEK = "Καλημέρα, ο εκτυπωτής δεν λειτουργεί από χθες."
HEBREW = "שלום, המדפסת לא עובדת מאתמול."
ARABIC = "مرحبا، الطابعة لا تعمل منذ الأمس."
TURKISH = "Yazıcı çalışmıyor, lütfen yardım edin. Şimdi ığdır İzmir ğ"
BALTIC = "Labas, spausdintuvas neveikia: ąčęėįšųūž."
VIETNAMESE = "Xin chào, máy in không hoạt động từ hôm qua."
JAPANESE = "こんにちは。プリンターが動きません。"
CHINESE = "您好,打印机从昨天起不能用了。"
TAIWANESE = "您好,印表機從昨天起不能用了。"
KOREAN = "안녕하세요, 프린터가 작동하지 않습니다."
THAI = "สวัสดีครับ เครื่องพิมพ์ใช้งานไม่ได้"
GERMAN = "Grüße aus Köln – 5 € für „Straße“"
FRENCH = "L’été à Orléans… cœur, 5 €"

SAMPLES = (
    _body("koi8-r", RUSSIAN, "koi8-r", "KOI8-R"),
    _body("koi8-u", UKRAINIAN, "koi8-u"),
    _body("koi8-ru", UKRAINIAN, "koi8-u", "koi8-ru"),
    _body("windows-1251", RUSSIAN, "cp1251", "windows-1251"),
    _body("cp1251", UKRAINIAN, "cp1251", "CP1251"),
    _body("x-cp1251", RUSSIAN, "cp1251", "x-cp1251"),
    _body("iso-8859-5", RUSSIAN, "iso-8859-5"),
    _body("ibm866", RUSSIAN, "cp866", "IBM866"),
    _body("mac-cyrillic", RUSSIAN, "mac_cyrillic", "x-mac-cyrillic"),
    _body("ptcp154", "Қазақстан әріптері ңғүұқөһ", "ptcp154"),
    _body("windows-1250", POLISH, "cp1250", "windows-1250"),
    _body("iso-8859-2", CZECH, "iso-8859-2"),
    _body("latin2", CZECH, "iso-8859-2", "latin2"),
    _body("csisolatin2", POLISH, "iso-8859-2", "csISOLatin2"),
    _body("ibm852", POLISH, "cp852", "ibm852"),
    _body("windows-1252", GERMAN, "cp1252", "windows-1252"),
    _body("cp-1252", FRENCH, "cp1252", "cp-1252"),
    _body("windows1252", FRENCH, "cp1252", "Windows1252"),
    _body("latin1-means-1252", GERMAN, "cp1252", "iso-8859-1"),
    _body("iso-8859-1-1987", "Grüße", "latin-1", "ISO_8859-1:1987"),
    _body("latin-1-name", "Grüße", "latin-1", "Latin-1"),
    _body("iso8859-1-name", "Grüße", "latin-1", "iso8859-1"),
    _body("8859-1", "Grüße", "latin-1", "8859-1"),
    _body("iso-8859-1-e", "Grüße", "latin-1", "iso-8859-1 "),
    _body("iso-8859-15", "5 € Œuvre Škoda", "iso-8859-15"),
    _body("latin9", "5 € Œuvre Škoda", "iso-8859-15", "latin-9"),
    _body("iso-8859-3", "Ĉu vi parolas Esperanton? ĝ ŭ", "iso-8859-3"),
    _body("iso-8859-4", "Ąžuolas ģ ņ", "iso-8859-4"),
    _body("iso-8859-6", "مرحبا الطابعة", "iso-8859-6"),
    _body("iso-8859-7", GREEK, "iso-8859-7"),
    _body("windows-1253", "Άγιος Ώρα " + GREEK, "cp1253", "windows-1253"),
    _body("greek-name", GREEK, "iso-8859-7", "greek"),
    _body("elot", GREEK, "iso-8859-7", "ELOT_928"),
    _body("iso-8859-8-i", HEBREW, "iso-8859-8", "iso-8859-8-i"),
    _body("iso-8859-8", HEBREW, "iso-8859-8"),
    _body("windows-1255", HEBREW + " ₪", "cp1255", "windows-1255"),
    _body("windows-1256", ARABIC, "cp1256", "windows-1256"),
    _body("windows-1254", TURKISH + " €", "cp1254", "windows-1254"),
    _body("iso-8859-9", TURKISH, "iso-8859-9"),
    _body("iso-8859-9-means-1254", "Fiyat 5 € – ışık", "cp1254", "iso-8859-9"),
    _body("iso-8859-10", "Þór á Ísafirði ŋ", "iso-8859-10"),
    _body("windows-1257", BALTIC, "cp1257", "windows-1257"),
    _body("iso-8859-13", BALTIC, "iso-8859-13"),
    _body("iso-8859-14", "Ŵyn ŷd ẁ", "iso-8859-14"),
    _body("iso-8859-16", "Bună ziua, școală și țară – 5".replace("–", "-"), "iso-8859-16"),
    _body("windows-1258", "đô\u0300ng y\u0301", "cp1258", "windows-1258"),
    _body("macintosh", "Grüße – „Straße“", "mac_roman", "macintosh"),
    _body("x-mac-roman", "Éléphant à Noël", "mac_roman", "x-mac-roman"),
    _body("macce", CZECH, "mac_latin2", "x-mac-ce"),
    _body("cp437", "Größe ½", "cp437", "IBM437"),
    _body("cp850", "Größe àéî", "cp850", "cp850"),
    _body("iso-2022-jp", JAPANESE, "iso-2022-jp"),
    _body("iso-2022-jp-halfwidth", "ﾃｽﾄのｶﾅ", "", "iso-2022-jp", b"\x1b(I\x43\x3d\x44\x1b$B$N\x1b(I\x36\x45\x1b(B"),
    _body("iso-2022-jp-212", "丂と丄", "iso-2022-jp-1", "iso-2022-jp"),
    _body("iso-2022-jp-nec", "①②㈱", "", "iso-2022-jp", b'\x1b$B-!-"-j\x1b(B'),
    _body("iso-2022-jp-ibm", "髙﨑", "", "iso-2022-jp", b"\x1b$B\x7c\x62\x79\x75\x1b(B"),
    _body("iso-2022-jp-ms", JAPANESE, "iso-2022-jp", "iso-2022-jp-ms"),
    _body("cp50220", JAPANESE, "iso-2022-jp", "cp50220"),
    _body("iso-2022-jp-8bit-sjis", JAPANESE, "cp932", "iso-2022-jp"),
    _body("shift_jis", JAPANESE, "cp932", "Shift_JIS"),
    _body("shift_jis-extensions", "①㈱髙橋～－", "cp932", "shift_jis"),
    _body("x-sjis", JAPANESE, "cp932", "x-sjis"),
    _body("windows-31j", "①髙", "cp932", "Windows-31J"),
    _body("ms932", "①髙", "cp932", "MS932"),
    _body("euc-jp", JAPANESE, "euc-jp"),
    _body("x-euc-jp", JAPANESE, "euc-jp", "x-euc-jp"),
    _body("euc-jp-nec", "①㈱", "", "euc-jp", b"\xad\xa1\xad\xea"),
    _body("gb2312", CHINESE, "gb2312"),
    _body("gb2312-gbk", "朱镕基喆", "gbk", "gb2312"),
    _body("gb2312-18030", "㐀𠀀文", "gb18030", "GB2312"),
    _body("gbk", CHINESE, "gbk", "GBK"),
    _body("gb18030", "㐀𠀀" + CHINESE, "gb18030", "GB18030"),
    _body("x-gbk", CHINESE, "gbk", "x-gbk"),
    _body("cp936", CHINESE, "gbk", "cp936"),
    _body("gb_2312-80", CHINESE, "gb2312", "GB_2312-80"),
    _body("hz", "打印机 ABC", "hz", "HZ-GB-2312"),
    _body("big5", TAIWANESE, "big5", "Big5"),
    _body("big5-hkscs", "我哋嘅嘢", "big5hkscs", "big5-hkscs"),
    _body("big5-with-hkscs", "我哋嘅嘢喺度", "big5hkscs", "big5"),
    _body("big5-eten", "恒銹裏碁", "cp950", "big5"),
    _body("cp950", TAIWANESE, "cp950", "cp950"),
    _body("euc-tw-not-known", TAIWANESE, "big5", "x-x-big5"),
    _body("euc-kr", KOREAN, "euc-kr"),
    _body("euc-kr-uhc", "뷁 똠방각하 펲시콜라", "cp949", "euc-kr"),
    _body("ks_c_5601-1987", "뷁 " + KOREAN, "cp949", "ks_c_5601-1987"),
    _body("ks_c_5601", KOREAN, "cp949", "ks_c_5601"),
    _body("ksc5601", KOREAN, "cp949", "KSC5601"),
    _body("iso-2022-kr", KOREAN, "iso-2022-kr"),
    _body("johab", KOREAN, "johab"),
    _body("tis-620", THAI, "tis-620"),
    _body("windows-874", THAI + " – “ก”", "", "windows-874", THAI.encode("cp874") + b" \x96 \x93\xa1\x94"),
    _body("iso-8859-11", THAI, "iso8859-11", "iso-8859-11"),
    _body("utf-7", "Größe & 日本", "utf-7"),
    _body("unicode-1-1-utf-7", "Größe", "utf-7", "unicode-1-1-utf-7"),
    _body("utf-16-bom", "Größe 日本", "utf-16"),
    _body("utf-16le", "Größe 日本", "utf-16-le", "utf-16le"),
    _body("utf-16be", "Größe 日本", "utf-16-be", "utf-16be"),
    _body("utf-32", "Größe 日本", "utf-32"),
    _body("utf8", VIETNAMESE, "utf-8", "utf8"),
    _body("utf_8", VIETNAMESE, "utf-8", "utf_8"),
    _body("UTF-8-quoted", VIETNAMESE, "utf-8", "UTF-8"),
    _body("utf-8-bom", VIETNAMESE, "utf-8", "utf-8", b"\xef\xbb\xbf" + VIETNAMESE.encode()),
    _body("unicode-1-1-utf-8", VIETNAMESE, "utf-8", "unicode-1-1-utf-8"),
    _body("utf8mb4", "Hallo 😀 ü", "utf-8", "utf8mb4"),
    _body("utf-8-in-us-ascii", GERMAN, "utf-8", "us-ascii"),
    _body("latin-1-in-us-ascii", "Grüße aus Köln, die Tür ist zu", "latin-1", "us-ascii"),
    _body("windows-1252-in-utf-8", GERMAN, "cp1252", "utf-8"),
    _body("utf-8-in-latin-1", GERMAN, "utf-8", "iso-8859-1"),
    _body("utf-8-in-gb2312", CHINESE, "utf-8", "gb2312"),
    _body("utf-8-in-iso-2022-jp", JAPANESE, "utf-8", "iso-2022-jp"),
    _body("x-unknown", GERMAN, "utf-8", "x-unknown"),
    _body("unknown-8bit-utf-8", RUSSIAN, "utf-8", "unknown-8bit"),
    _body("unknown-8bit-latin", "Grüße aus Köln, die Tür ist zu", "latin-1", "unknown-8bit"),
    _body("x-user-defined", "Grüße aus Köln", "latin-1", "x-user-defined"),
    _body("ansi_x3.4-1968", "plain", "ascii", "ANSI_X3.4-1968"),
    _body("ansi_x3.110-1983", "Grüße aus Köln", "latin-1", "ansi_x3.110-1983"),
    _body("iso_646", "plain", "ascii", "ISO_646.irv:1991"),
    _body("binary", GERMAN, "utf-8", "binary"),
    _body("8bit", GERMAN, "utf-8", "8bit"),
    _body("default", GERMAN, "utf-8", "default"),
    _body("empty", GERMAN, "utf-8", " "),
    _body("us-ascii-with-kana", JAPANESE, "iso-2022-jp", "us-ascii"),
    Sample(id="no-type-utf-8", raw=letter((RUSSIAN + "\r\n").encode()), text=RUSSIAN),
    Sample(id="no-type-koi8", raw=letter((RUSSIAN + "\r\n").encode("koi8-r")), text=RUSSIAN),
    Sample(id="no-type-1251", raw=letter((RUSSIAN + "\r\n").encode("cp1251")), text=RUSSIAN),
    Sample(id="no-type-iso-2022-jp", raw=letter((JAPANESE + "\r\n").encode("iso-2022-jp")), text=JAPANESE),
    Sample(
        id="mixed-utf-8-and-latin",
        raw=letter(b"Gr\xc3\xbc\xc3\x9fe\r\n\r\nK\xf6ln\r\n", kind="text/plain; charset=utf-8", encoding="8bit"),
        text="Grüße\n\nK\ufffdln",
    ),
    Sample(
        id="quoted-printable-splits-a-character",
        raw=letter(b"Gr=C3=\r\n=BC=C3=9F=\r\ne\r\n", kind="text/plain; charset=utf-8", encoding="quoted-printable"),
        text="Grüße",
    ),
    Sample(
        id="quoted-printable-lower-case-and-bad",
        raw=letter(
            b"Gr=c3=bc=c3=9fe 100=% a=b =\r\nend=20\r\n", kind="text/plain; charset=utf-8", encoding="Quoted-Printable"
        ),
        text="Grüße 100=% a=b end",
    ),
    Sample(
        id="base64-lines-of-odd-length",
        raw=letter(
            b"\r\n".join(base64.b64encode(GERMAN.encode())[at : at + 5] for at in range(0, 100, 5)) + b"\r\n",
            kind="text/plain; charset=utf-8",
            encoding="BASE64",
        ),
        text=GERMAN,
    ),
    Sample(
        id="html-meta-against-header",
        raw=letter(
            '<html><head><meta charset="windows-1252"></head><body>Größe</body></html>\r\n'.encode(),
            kind="text/html; charset=utf-8",
            encoding="8bit",
        ),
        text="Größe",
        html='<html><head><meta charset="windows-1252"></head><body>Größe</body></html>',
    ),
    Sample(
        id="html-meta-without-header",
        raw=letter(
            b'<html><head><meta http-equiv="Content-Type" content="text/html; charset=koi8-r"></head><body>'
            + "Привет".encode("koi8-r")
            + b"</body></html>\r\n",
            kind="text/html",
            encoding="8bit",
        ),
        text="Привет",
    ),
    Sample(
        id="unquoted-charset-with-comment",
        raw=letter("Größe".encode("cp1252"), kind="text/plain; charset=iso-8859-1 (Western); format=flowed"),
        text="Größe",
    ),
    Sample(
        id="single-quoted-charset",
        raw=letter("Größe\r\n".encode(), kind="text/plain; charset='utf-8'"),
        text="Größe",
    ),
    Sample(
        id="charset-twice",
        raw=letter("Größe\r\n".encode(), kind="text/plain; charset=utf-8; charset=utf-8"),
        text="Größe",
    ),
    Sample(id="charset-with-colon", raw=letter("Größe\r\n".encode(), kind="text/plain; charset:utf-8"), text="Größe"),
    Sample(
        id="charset-with-spaces", raw=letter("Größe\r\n".encode(), kind="text/plain; charset = utf-8"), text="Größe"
    ),
    Sample(
        id="charset-without-semicolon", raw=letter("Größe\r\n".encode(), kind="text/plain charset=utf-8"), text="Größe"
    ),
    Sample(
        id="charset-2231",
        raw=letter("Größe\r\n".encode("cp1252"), kind="text/plain; charset*=us-ascii'en'windows-1252"),
        text="Größe",
    ),
    _word("b", RUSSIAN.replace(",", ""), _b(RUSSIAN.replace(",", ""), "koi8-r")),
    _word("q", "Grüße", b"=?iso-8859-1?Q?Gr=FC=DFe?="),
    _word("small-letters", "Grüße", b"=?utf-8?q?Gr=c3=bc=c3=9fe?="),
    _word("small-b", "Grüße", b"=?UTF-8?b?R3LDvMOfZQ==?="),
    _word("b-without-padding", "Grüße", b"=?UTF-8?B?R3LDvMOfZQ?="),
    _word("language-tag", "Grüße", b"=?utf-8*de?Q?Gr=C3=BC=C3=9Fe?="),
    _word("underscores", "Grüße an dich", b"=?utf-8?Q?Gr=C3=BC=C3=9Fe_an_dich?="),
    _word("spaces-inside", "Grüße an dich", b"=?utf-8?Q?Gr=C3=BC=C3=9Fe an dich?="),
    _word("equals-sign", "a=b Lee", b"a=b Lee"),
    _word("between-words", "Grüßean", b"=?utf-8?Q?Gr=C3=BC=C3=9Fe?=\r\n =?utf-8?Q?an?="),
    _word("no-space-between", "Grüßean", b"=?utf-8?Q?Gr=C3=BC=C3=9Fe?==?utf-8?Q?an?="),
    _word("text-around", "Re: Grüße you", b"Re: =?utf-8?Q?Gr=C3=BC=C3=9Fe?= you"),
    _word("split-character", "日本語", b"=?utf-8?B?5pel5pw=?= =?utf-8?B?rOiqng==?="),
    _word("split-character-q", "Grüße", b"=?utf-8?Q?Gr=C3?= =?utf-8?Q?=BC=C3=9Fe?="),
    _word("split-jis", "こんにちは", b"=?iso-2022-jp?B?GyRCJDMkcw==?=\r\n\t=?iso-2022-jp?B?JEskQSRPGyhC?="),
    _word("jis", JAPANESE, _b(JAPANESE, "iso-2022-jp", "ISO-2022-JP")),
    _word("jis-halfwidth", "ﾃｽﾄ", b"=?iso-2022-jp?B?" + base64.b64encode(b"\x1b(I\x43\x3d\x44\x1b(B") + b"?="),
    _word("sjis", "①㈱髙橋", _b("①㈱髙橋", "cp932", "Shift_JIS")),
    _word("gb2312-gbk", "朱镕基", _b("朱镕基", "gbk", "gb2312")),
    _word("gb18030", "㐀文", _b("㐀文", "gb18030")),
    _word("big5", TAIWANESE.replace(",", ""), _b(TAIWANESE.replace(",", ""), "big5")),
    _word("ks_c_5601-1987", "뷁 프린터", _b("뷁 프린터", "cp949", "ks_c_5601-1987")),
    _word("euc-kr", KOREAN.replace(",", ""), _b(KOREAN.replace(",", ""), "euc-kr")),
    _word("windows-1251-q", "Привет", _q("Привет", "cp1251", "Windows-1251")),
    _word("windows-1255", "שלום", _b("שלום", "cp1255", "windows-1255")),
    _word("windows-1256", "مرحبا", _b("مرحبا", "cp1256", "windows-1256")),
    _word("iso-8859-7", "Καλημέρα", _q("Καλημέρα", "iso-8859-7")),
    _word("tis-620", THAI, _b(THAI, "tis-620")),
    _word("utf8", "Grüße", b"=?utf8?Q?Gr=C3=BC=C3=9Fe?="),
    _word("cp1252", "Grüße – 5 €", _q("Grüße – 5 €", "cp1252", "cp1252")),
    _word("latin-1-means-1252", "5 €", b"=?iso-8859-1?Q?5_=80?="),
    _word("wrong-charset", "Grüße", b"=?us-ascii?Q?Gr=C3=BC=C3=9Fe?="),
    _word("unknown-charset", "Grüße", b"=?x-unknown?Q?Gr=C3=BC=C3=9Fe?="),
    _word("utf-7", "Größe", b"=?utf-7?Q?Gr+APYA3w-e?="),
    _word("emoji", "Hallo 😀", b"=?UTF-8?Q?Hallo_=F0=9F=98=80?="),
    _word("raw-utf-8", "Grüße aus Köln", "Grüße aus Köln".encode()),
    _word("raw-latin-1", "Grüße aus Köln", "Grüße aus Köln".encode("latin-1")),
    _word("raw-koi8", "Не работает принтер", "Не работает принтер".encode("koi8-r")),
    _word("raw-1251", "Не работает принтер", "Не работает принтер".encode("cp1251")),
    _word("raw-gbk", "打印机从昨天起不能用了", "打印机从昨天起不能用了".encode("gbk")),
    _word("raw-iso-2022-jp", "プリンターが動きません", "プリンターが動きません".encode("iso-2022-jp")),
    _word("raw-sjis", "プリンターが動きません", "プリンターが動きません".encode("cp932")),
    _word("raw-euc-kr", "프린터가 작동하지 않습니다", "프린터가 작동하지 않습니다".encode("euc-kr")),
    _word("mixed-charsets", "Grüße", b"=?utf-8?Q?Gr=C3=BC?= =?iso-8859-1?Q?=DFe?="),
    _word("mixed-encodings", "Grüße", b"=?utf-8?B?R3LD?= =?utf-8?Q?=BC=C3=9Fe?="),
    _word("jis-left-open", "こんにちは", b"=?iso-2022-jp?B?GyRCJDMkcyRLJEEkTw==?="),
    _word("question-mark-inside", "Wie geht's? Gut", b"=?utf-8?Q?Wie_geht's?_Gut?="),
    _word("split-emoji", "😀", b"=?UTF-8?Q?=F0=9F=98?= =?UTF-8?Q?=80?="),
    _word("raw-iso-8859-2", "Zażółć gęślą jaźń", "Zażółć gęślą jaźń".encode("iso-8859-2")),
    Sample(id="no-type-greek", raw=letter((GREEK + "\r\n").encode("iso-8859-7")), text=GREEK),
    Sample(id="no-type-hebrew", raw=letter((HEBREW + "\r\n").encode("cp1255")), text=HEBREW),
    Sample(id="no-type-polish-1250", raw=letter((POLISH + "\r\n").encode("cp1250")), text=POLISH),
    Sample(id="no-type-polish-iso", raw=letter((POLISH + "\r\n").encode("iso-8859-2")), text=POLISH),
    Sample(id="no-type-czech-1250", raw=letter((CZECH_LETTER + "\r\n").encode("cp1250")), text=CZECH_LETTER),
    Sample(id="no-type-czech-iso", raw=letter((CZECH_LETTER + "\r\n").encode("iso-8859-2")), text=CZECH_LETTER),
    Sample(id="no-type-danish", raw=letter((DANISH + "\r\n").encode("cp1252")), text=DANISH),
    Sample(id="no-type-gbk", raw=letter((CHINESE + "\r\n").encode("gbk")), text=CHINESE),
    Sample(id="no-type-big5", raw=letter((TAIWANESE + "\r\n").encode("big5")), text=TAIWANESE),
    Sample(id="no-type-sjis", raw=letter((JAPANESE + "\r\n").encode("cp932")), text=JAPANESE),
    Sample(id="no-type-euc-jp", raw=letter((JAPANESE + "\r\n").encode("euc-jp")), text=JAPANESE),
    Sample(id="no-type-euc-kr", raw=letter((KOREAN + "\r\n").encode("euc-kr")), text=KOREAN),
    Sample(
        id="name-in-quoted-string",
        raw=letter(b"x\r\n", sender=b'"=?utf-8?Q?M=C3=BCller=2C_J=C3=BCrgen?=" <j@example.org>'),
        name="Müller, Jürgen",
        address="j@example.org",
    ),
    Sample(
        id="name-with-comma-in-word",
        raw=letter(b"x\r\n", sender=b"=?utf-8?Q?M=C3=BCller=2C_J=C3=BCrgen?= <j@example.org>"),
        name="Müller, Jürgen",
        address="j@example.org",
    ),
    Sample(
        id="name-in-comment",
        raw=letter(b"x\r\n", sender=b"j@example.org (=?utf-8?Q?J=C3=BCrgen?=)"),
        name="Jürgen",
        address="j@example.org",
    ),
    Sample(
        id="name-raw-in-quotes",
        raw=letter(b"x\r\n", sender='"Müller, Jürgen" <j@example.org>'.encode()),
        name="Müller, Jürgen",
        address="j@example.org",
    ),
    Sample(
        id="name-glued-to-address",
        raw=letter(b"x\r\n", sender=b"=?utf-8?Q?J=C3=BCrgen?=<j@example.org>"),
        name="Jürgen",
        address="j@example.org",
    ),
    Sample(
        id="name-and-address-in-one-word",
        raw=letter(b"x\r\n", sender=b"=?utf-8?Q?J=C3=BCrgen_=3Cj=40example=2Eorg=3E?="),
        subject="Hello",
    ),
    Sample(
        id="name-several-words",
        raw=letter(b"x\r\n", sender=b"=?utf-8?Q?J=C3=BCrgen?= =?utf-8?Q?_M=C3=BCller?= <j@example.org>"),
        name="Jürgen Müller",
        address="j@example.org",
    ),
    Sample(
        id="name-half-in-words",
        raw=letter(b"x\r\n", sender=b"Dr. =?utf-8?Q?J=C3=BCrgen?= Huber <j@example.org>"),
        name="Dr. Jürgen Huber",
        address="j@example.org",
    ),
    Sample(
        id="address-in-utf-8",
        raw=letter(b"x\r\n", sender="Jürgen <jürgen@bücher.example>".encode()),
        name="Jürgen",
        address="jürgen@bücher.example",
    ),
    Sample(
        id="subject-encoded-twice",
        raw=letter(b"x\r\n", subject=_b("=?utf-8?Q?Gr=C3=BC=C3=9Fe?=", "utf-8")),
        subject="Grüße",
    ),
    Sample(
        id="subject-broken-word",
        raw=letter(b"x\r\n", subject=b"=?utf-8?Q?Gr=C3=BC"),
        subject="=?utf-8?Q?Gr=C3=BC",
    ),
    Sample(
        id="flowed-delsp",
        raw=letter(
            "日本語の \r\n文章です。\r\n".encode(),
            kind="text/plain; charset=utf-8; format=flowed; delsp=yes",
            encoding="8bit",
        ),
        text="日本語の文章です。",
    ),
    Sample(
        id="quoted-printable-koi8",
        raw=letter(
            quopri.encodestring(RUSSIAN.encode("koi8-r")),
            kind="text/plain; charset=koi8-r",
            encoding="quoted-printable",
        ),
        text=RUSSIAN,
    ),
    Sample(
        id="base64-sjis-html",
        raw=letter(
            base64.encodebytes(f"<p>{JAPANESE}</p>".encode("cp932")).replace(b"\n", b"\r\n"),
            kind='text/html; charset="shift_jis"',
            encoding="base64",
        ),
        text=JAPANESE,
        html=f"<p>{JAPANESE}</p>",
    ),
)

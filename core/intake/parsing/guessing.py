"""Which charset octets without a usable label are meant in, by what texts in it look like.

The scores are shares between 0 and 1: how much of the text that is not ASCII would be ordinary writing.
"""

import re
import unicodedata
from collections.abc import Callable

from charset_normalizer import from_bytes

SAMPLE = 4_096
_LIKELY = 0.85
_FEWEST_FOREIGN = 4
_FEWEST_FOR_STATISTICS = 12
_FREQUENT_RUSSIAN = frozenset("оеаинтсрі")
_FREQUENT_KOREAN = frozenset(
    "이다는을의에가하고한지도로기사대시리자를인나아어서그정일보라해만수은장주전부구여원과들상문면성제동국연게있것중니스비공조소안요경신우세무감합용물식행발선차실방위교관입청드네녕됩습까터린"
)
_RUSSIAN_OR_UKRAINIAN = frozenset(map(chr, range(0x410, 0x450))) | frozenset("ёЁіІїЇєЄґҐўЎ")
_GREEK_ACCENTED = re.compile("[άέήίόύώΆΈΉΊΌΎΏΐΰ]")
# A vowel or a tone that stands on nothing, a leading vowel before nothing.
_THAI_ODD = re.compile(
    "(?:^|[^\u0e01-\u0e2e\u0e31-\u0e4e])[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]|[\u0e31\u0e34-\u0e39]{2}|[\u0e40-\u0e44](?![\u0e01-\u0e2e])|[\u0e30-\u0e3a]\u0e33"
)
_UNACCENTED_GREEK = 4  # words of one syllable, at most so long, have no accent
_HEBREW_FINAL = frozenset("ךםןףץ")
# In words, these signs of Western Europe are letters of Central Europe: ą ł ż ľ.
_CENTRAL_EUROPEAN = re.compile(rb"[A-Za-z][\xb3\xb9\xbc\xbe\xbf]|[\xb3\xb9\xbf][a-z]")
# Where Windows has plus-minus and pilcrow, ISO 8859-2 has ą and ś. Besides ř and ě, č or ů, which no language of Western
# Europe has together (ø; ì, è, ù), it has š, ť and ž where Windows has signs.
_POLISH_ISO = re.compile(rb"[A-Za-z][\xb1\xb6](?:[a-z\s]|$)|[\xb3\xea\xbf][\xb1\xb6]")
_CZECH_R = re.compile(rb"[A-Za-z]\xf8|\xf8[a-z]")
_CZECH_E = re.compile(rb"[A-Za-z][\xec\xe8\xf9][a-z]")
_CZECH_ISO = re.compile(rb"[A-Za-z\xec\xf9][\xb9\xbb\xbe]|[\xb9\xbb\xbe][a-z]")
_NORDIC = re.compile(rb"[A-Za-z][\xe5\xf8]|[\xe5\xf8][a-z]")
_CONTROLS = re.compile(rb"[\x80-\x9f]")
_WORD = re.compile(r"[^\W\d_]{2,}")
# In words of another alphabet nearly every octet is high, in those of a Latin one few are.
_FOREIGN_WORD = re.compile(rb"[A-Za-z]*+[\x80-\xff][\x80-\xffA-Za-z]*+")
_HIGH = re.compile(rb"[\x80-\xff]")


def guess_codec(data: bytes, *, thorough: bool) -> str:
    """The Python codec that the octets are probably meant in; `cp1252` when nothing speaks for another one.

    :param data: octets that are neither ASCII nor UTF-8; the first ones are looked at.
    :param thorough: whether statistics over letters may choose among Latin alphabets: too slow for small pieces.
    """
    sample = data[:SAMPLE]
    high = len(_HIGH.findall(sample))
    if high >= _FEWEST_FOREIGN and 2 * high >= sum(map(len, _FOREIGN_WORD.findall(sample))):
        scores = [(_score(sample, codec, judge), codec) for codec, judge in _JUDGES]
        best, codec = max(scores, key=lambda scored: scored[0])
        if best >= _LIKELY:
            return codec
    is_czech = bool(_CZECH_R.search(sample) and _CZECH_E.search(sample))
    if not _CONTROLS.search(sample) and (_POLISH_ISO.search(sample) or (is_czech and _CZECH_ISO.search(sample))):
        return "iso8859_2"
    if is_czech or _CENTRAL_EUROPEAN.search(sample):
        return "cp1250"
    if _NORDIC.search(sample):
        return "cp1252"
    if thorough and high >= _FEWEST_FOR_STATISTICS:
        match = from_bytes(sample, cp_isolation=["cp1252", "cp1250"]).best()
        return match.encoding if match else "cp1252"
    return "cp1252"


def _score(sample: bytes, codec: str, judge: Callable[[str], float]) -> float:
    text = sample.decode(codec, "replace")
    if len(sample) == SAMPLE:  # it may end inside a character
        text = text.rstrip("\ufffd")
    foreign = [character for character in text if character > "\x7f"]
    return judge(text) if foreign and "\ufffd" not in text else 0.0


def _korean(text: str) -> float:
    usual = _share(text, lambda character: _row(character, "euc_kr", 0xB0, 0xC8))
    return usual * _tilted(_share(text, _FREQUENT_KOREAN.__contains__), 0.3)


def _chinese(text: str) -> float:
    return 0.97 * _share(text, lambda character: _row(character, "gb2312", 0xB0, 0xD7)) - _kana(text)


def _taiwanese(text: str) -> float:
    return 0.96 * _share(text, lambda character: _row(character, "big5", 0xA4, 0xC6)) - _kana(text)


def _japanese(text: str) -> float:
    if _kana(text) < 0.1:
        return 0.0
    return 1.01 * _share(
        text, lambda character: "\u3041" <= character <= "\u30ff" or _row(character, "euc_jp", 0xB0, 0xCF)
    )


def _kana(text: str) -> float:
    return _share(text, lambda character: "\u3041" <= character <= "\u30fe")


def _cyrillic(text: str) -> float:
    frequent = _share(text.lower(), _FREQUENT_RUSSIAN.__contains__)
    return _share(text, _RUSSIAN_OR_UKRAINIAN.__contains__) * _written(text) * _tilted(frequent, 0.5)


def _rarely_cyrillic(text: str) -> float:
    return 0.97 * _cyrillic(text)


def _greek(text: str) -> float:
    words = [word for word in _WORD.findall(text) if len(word) > 2]
    words = [word for word in words if len(word) > _UNACCENTED_GREEK] or words
    accented = sum(len(_GREEK_ACCENTED.findall(word)) == 1 for word in words)
    usual = accented / len(words) if words else 0.0
    return _share(text, lambda character: "\u0386" <= character <= "\u03ce") * _written(text) * usual


def _written(text: str) -> float:
    """How far the letters form words of one alphabet, in small letters or with a capital first."""
    words = [word for word in _WORD.findall(text) if not word.isascii()]
    letters = sum(map(len, words))
    usual = sum(
        (0.98 if word.isupper() else 1) * len(word)
        for word in words
        if (word[1:].islower() or word.isupper()) and all(character > "\x7f" for character in word)
    )
    return usual / letters if letters else 0.0


def _tilted(frequent: float, expected: float) -> float:
    """A factor of 0.7 to 1, by how many of the letters are among the most frequent ones of the language."""
    return 0.7 + 0.3 * min(1, frequent / expected)


def _hebrew(text: str) -> float:
    words = _WORD.findall(text)
    wrong = sum(not _HEBREW_FINAL.isdisjoint(word[:-1]) for word in words)
    return _share(text, lambda character: "\u05d0" <= character <= "\u05ea") * (1 - wrong / max(1, len(words)))


def _arabic(text: str) -> float:
    return 0.96 * _share(text, lambda character: "\u0621" <= character <= "\u0652" or character == "\u060c")


def _thai(text: str) -> float:
    usual = _share(text, lambda character: "\u0e01" <= character <= "\u0e4d")
    return 0.95 * usual if max(text) > "\u0e31" and not _THAI_ODD.search(text) else 0.0


def _share(text: str, is_usual: Callable[[str], bool]) -> float:
    """How many of the characters that are no ASCII and no punctuation are usual ones."""
    letters = [each for each in text if each > "\x7f" and unicodedata.category(each)[0] in "LMSCN"]
    return sum(map(is_usual, letters)) / len(letters) if letters else 0.0


def _row(character: str, codec: str, first: int, last: int) -> bool:
    """Whether a character stands in the rows of a double-byte set that hold the frequent ones."""
    try:
        octets = character.encode(codec)
    except UnicodeEncodeError:
        return False
    return len(octets) == 2 and first <= octets[0] <= last


# Of equal scores the first one wins.
_JUDGES: tuple[tuple[str, Callable[[str], float]], ...] = (
    ("cp949", _korean),
    ("gb18030", _chinese),
    ("big5hkscs", _taiwanese),
    ("cp932", _japanese),
    ("euc_jp", _japanese),
    ("cp1251", _cyrillic),
    ("koi8_r", _cyrillic),
    ("koi8_u", _cyrillic),
    ("iso8859_5", _rarely_cyrillic),
    ("cp866", _rarely_cyrillic),
    ("cp1253", _greek),
    ("cp1255", _hebrew),
    ("cp1256", _arabic),
    ("cp874", _thai),
)

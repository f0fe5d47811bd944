"""Octets to text by the charset that a mail names, by the one that it means, or by the one that fits."""

import codecs
import re
from itertools import islice

from .charset_names import KNOWN_CODECS, codec_for
from .guessing import guess_codec

_UNLIKE_ASCII = frozenset(
    name for name in KNOWN_CODECS if name.startswith(("utf-7", "utf-16", "utf-32", "hz", "iso2022"))
)
_SINGLE_OCTET = frozenset(
    name for name in KNOWN_CODECS if name.startswith(("cp4", "cp8", "cp12", "iso8859", "koi8", "mac-"))
)
_VAGUE = frozenset({"", "ascii"})
_JIS_ESCAPE = b"\x1b$"
# What Windows fills the controls of ISO 8859 with, and senders label as ISO 8859 all the same.
_C1 = re.compile(rb"[\x80-\x9f]")
_WINDOWS = {
    "iso8859-2": "cp1250",
    "iso8859-4": "cp1257",
    "iso8859-6": "cp1256",
    "iso8859-7": "cp1253",
    "iso8859-8": "cp1255",
    "iso8859-13": "cp1257",
    "iso8859-15": "cp1252",
}
_LATIN = frozenset({"cp1252", "cp1250", "iso8859_2"})
_ESCAPE = frozenset(b"\x1b~+\x0e")
_JIS_SWITCH = re.compile(rb"\x1b(\$[@B]|\$\([A-Z]|\([A-Z])")
_WINDOWS_OCTETS = frozenset({b"$@", b"$B"})
_DOUBLE_OCTETS = frozenset({b"$(Q", b"$(O"})
_WITH_HIGH_BIT = bytes(code | 0x80 if 0x20 < code < 0x7F else code for code in range(256))
# Characters of EUC-JP in runs: of the rows that only Windows fills (13 by NEC, 89 to 92 by IBM), of other rows, stray ones.
_EUC_RUNS = re.compile(
    rb"((?:[\xad\xf9-\xfc][\xa1-\xfe])++)"
    rb"|((?:[\x00-\x7f]|\x8e[\xa1-\xdf]|\x8f[\xa1-\xfe]{2}|[\xa1-\xac\xae-\xf8\xfd\xfe][\xa1-\xfe])++)|.",
    re.DOTALL,
)
_ENOUGH_CHARACTERS = 8
_FEW = 20
_MOST_RUNS = 50_000
_SURROGATE = b"\xed\xa0"
_HIGH = bytes(range(128, 256))


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
    elif codec != "utf-8" and (text := _meant_as_utf_8(data, codec)) is not None:
        return text.removeprefix("\ufeff"), codec != ""
    elif codec in _VAGUE:
        codec = _wide(data) or codec_for(fallback)
    elif codec in _UNLIKE_ASCII and _ESCAPE.isdisjoint(data) and not codec.startswith(("utf-16", "utf-32")):
        codec = ""  # neither what the label says nor anything else in seven bits
    if codec.startswith(("utf-16", "utf-32")):
        data = data.removesuffix(b"\r\n")  # a line end that some gateway put below, in ASCII
    meant = _meant(data, codec, guess)
    text = None if meant in _VAGUE else _strict(data, meant)
    if text is not None:
        return text.removeprefix("\ufeff"), codec == "cp1252" != meant
    return _repaired(data, meant, guess), True


def _meant(data: bytes, codec: str, guess: bool) -> str:
    """The codec that senders mean when they name another one of its family."""
    if codec == "utf-16":
        return _order_of_utf16(data)
    if codec.startswith("iso8859") and _C1.search(data):
        return _WINDOWS.get(codec, codec)
    if codec == "cp1252" and guess:
        looks_like = guess_codec(data, thorough=False)
        return codec if looks_like in _LATIN else looks_like
    return codec


def fits(data: bytes, codec: str) -> bool:
    """Whether every octet means something in the codec."""
    return _strict(data, codec) is not None


def _repaired(data: bytes, codec: str, guess: bool) -> str:
    """Text from octets that do not fit their label: a few stray octets are replaced, a false label is left."""
    if codec == "utf-8" and _SURROGATE in data and (text := _joined_surrogates(data)):
        return text
    if codec == "iso2022_jp_ext":
        return _japanese_of_windows(data)
    if codec == "euc_jp" and (text := _euc_of_windows(data, "euc_jp")).count("\ufffd") * _FEW < len(text):
        return text
    if codec not in _VAGUE:
        text = data.decode(codec, "replace")
        high = len(data) - len(data.translate(None, _HIGH))
        if codec in _UNLIKE_ASCII or not high or text.count("\ufffd") * 2 < high:
            return text
    return data.decode(guess_codec(data, thorough=guess), "replace")


def _japanese_of_windows(data: bytes) -> str:
    """ISO-2022-JP with the circled numbers, names and other signs of rows that only programs of Windows know."""
    text, *switched = _JIS_SWITCH.split(data, maxsplit=_MOST_RUNS)
    rest = b""
    if len(switched) == 2 * _MOST_RUNS:  # no mail is written like that: the rest as the codec knows it
        rest = b"\x1b" + switched[-2] + switched.pop()
        switched.pop()
    pieces = [text.decode("ascii", "replace")]
    for sequence, octets in zip(switched[::2], switched[1::2], strict=True):
        if sequence in _WINDOWS_OCTETS:
            pieces.append(_euc_of_windows(octets.translate(_WITH_HIGH_BIT), "euc_jis_2004"))
        elif sequence in _DOUBLE_OCTETS:
            pieces.append(octets.translate(_WITH_HIGH_BIT).decode("euc_jis_2004", "replace"))
        elif sequence == b"(I":
            pieces.append(octets.translate(_WITH_HIGH_BIT).decode("cp932", "replace"))
        else:
            pieces.append(octets.decode("ascii", "replace"))
    pieces.append(rest.decode("iso2022_jp_ext", "replace"))
    return "".join(pieces)


def _euc_of_windows(data: bytes, codec: str) -> str:
    """EUC-JP whose rows 13 and 89 to 92 hold what Windows has there, the other rows by the codec."""
    pieces: list[str] = []
    end = 0
    for match in islice(_EUC_RUNS.finditer(data), _MOST_RUNS):
        end = match.end()
        if match[1] is not None:
            pieces.append(_shifted(match[1]).decode("cp932", "replace"))
        else:
            pieces.append(match[0].decode(codec, "replace"))
    pieces.append(data[end:].decode(codec, "replace"))
    return "".join(pieces)


def _shifted(data: bytes) -> bytes:
    """Pairs of EUC-JP octets as the pairs of Shift_JIS for the same places."""
    octets = bytearray()
    for first, second in zip(data[::2], data[1::2], strict=True):
        row, place = first - 0xA1, second - 0xA1
        lead = 0x81 + row // 2
        octets.append(lead if lead < 0xA0 else lead + 0x40)
        trail = place + (0x9F if row % 2 else 0x40)
        octets.append(trail + (not row % 2 and trail >= 0x7F))
    return bytes(octets)


def _joined_surrogates(data: bytes) -> str:
    """The text of UTF-8 whose pairs of surrogates were encoded singly (CESU-8); `""` when it is none."""
    try:
        return data.decode("utf-8", "surrogatepass").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    except UnicodeError:
        return ""


def _strict(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except (UnicodeError, ValueError):
        return None


def _meant_as_utf_8(data: bytes, codec: str) -> str | None:
    """The text when the octets are UTF-8 by all appearances: that does not come about by chance, whatever the label says.

    In two octets of an East Asian set it does, so there it takes characters of three octets, or many.
    """
    text = _strict(data, "utf-8")
    if text is None or codec in _VAGUE or codec in _SINGLE_OCTET:
        return text
    if codec.startswith(("utf-16", "utf-32")):
        return None
    foreign = [character for character in text if character > "\x7f"]
    return text if len(foreign) >= _ENOUGH_CHARACTERS or min(foreign) > "\u07ff" else None


def _wide(data: bytes) -> str:
    """UTF-16 without a label, by its mark or by the zeros of its ASCII letters; `""` when it is something else."""
    if data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) or data.count(0, 0, 400) * 3 > len(data[:400]):
        return "utf-16"
    return ""


def _order_of_utf16(data: bytes) -> str:
    """The octet order of UTF-16: by its mark, else by where the zeros of ASCII letters stand, else little-endian."""
    if data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return "utf-16"
    return "utf-16-be" if data[0:400:2].count(0) > data[1:400:2].count(0) else "utf-16-le"

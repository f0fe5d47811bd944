"""Content-Transfer-Encoding (RFC 2045 section 6): the octets of a body, however damaged its base64 is."""

import binascii
import re

from .mail import Fault

_PLAIN = frozenset({"", "7bit", "8bit", "binary"})
_UUENCODE = frozenset({"xuuencode", "uuencode", "xuue", "uue"})
_NAME = re.compile(r"[a-z0-9-]*")
_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_EXPECTED = _LETTERS + b"=\r\n\t "
_NO_LETTERS = bytes(set(range(256)) - set(_LETTERS))
_URL_SAFE = bytes.maketrans(b"-_", b"+/")
_FOOTER = re.compile(rb"\n(?:-- ?|_{5,}+|-{5,}+)\r?\n")
# Blanks that the way put behind a soft line end (section 6.7, rule 3).
_PADDED_BREAKS = ((b"= \n", b"=\n"), (b"= \r\n", b"=\r\n"), (b"=\t\n", b"=\n"), (b"=\t\r\n", b"=\r\n"))
_BEGIN = re.compile(rb"^begin [0-7]{3,4} [^\n]*\n", re.MULTILINE)
_LINE = re.compile(rb"([^\n]*)\n?")
_LOOKED_AT = 4_096
_LETTERS_A_BLANK = 20
_MAX_PIECES = 10_000


def decode_transfer(body: bytes, *, encoding: str) -> tuple[bytes, Fault | None]:
    """The octets that a part was made from.

    :param body: the part as it stands in the mail.
    :param encoding: the value of its Content-Transfer-Encoding; unknown ones leave the octets as they are.
    :returns: the octets, and the fault met on the way, if any.
    """
    match = _NAME.match(encoding.strip(" \t\"'").lower().replace("quoted printable", "quotedprintable"))
    name = match[0].replace("-", "") if match else ""
    if name in _PLAIN:
        return body, None if not encoding.strip() or name else Fault.ODD_TRANSFER_ENCODING
    if name in ("base64", "b64"):
        return (body, Fault.DAMAGED_BASE64) if _is_prose(body) else decode_base64(body)
    if name == "quotedprintable":
        for padded, bare in _PADDED_BREAKS:
            body = body.replace(padded, bare)
        return binascii.a2b_qp(body), None
    if name in _UUENCODE:
        return _decode_uu(body)
    return body, Fault.ODD_TRANSFER_ENCODING


def _is_prose(body: bytes) -> bool:
    """Whether a text stands there as it is although it is said to be base64, which has no blanks between its letters."""
    start = body[:_LOOKED_AT]
    footer = _FOOTER.search(start)
    start = start[: footer.start()] if footer else start
    return start.count(b" ") * _LETTERS_A_BLANK > len(start) and len(start.translate(None, _EXPECTED)) > 0


def _decode_uu(body: bytes) -> tuple[bytes, Fault | None]:
    """The octets of uuencoded lines between `begin` and `end`; the body as it is when there are none."""
    begin = _BEGIN.search(body)
    if begin is None:
        return body, Fault.ODD_TRANSFER_ENCODING
    octets = bytearray()
    for match in _LINE.finditer(body, begin.end()):
        line = match[1].rstrip(b"\r")
        if line in (b"end", b"`", b""):
            break
        # What stands behind the octets that the first letter counts is rubbish of the encoder.
        used = 1 + -(-((line[0] - 32) & 63) // 3) * 4
        try:
            octets += binascii.a2b_uu(line[:used])
        except binascii.Error:
            return body, Fault.ODD_TRANSFER_ENCODING
    return bytes(octets), None


def decode_base64(data: bytes) -> tuple[bytes, Fault | None]:
    """The octets of base64 text, and `Fault.DAMAGED_BASE64` when some of it had to be guessed.

    Foreign characters are skipped, missing padding is added, pieces that were padded singly are joined, the footer that
    a mailing list put below is cut off.
    """
    noise = data.translate(None, _EXPECTED)
    footer = _FOOTER.search(data) if noise else None
    if footer:
        data = data[: footer.start()]
    elif noise and not noise.strip(b"-_"):
        data, noise = data.translate(_URL_SAFE), b""
    if not noise and b"=" in data.rstrip(b"=\r\n\t "):
        pieces = re.split(rb"=[=\s]*", data, maxsplit=_MAX_PIECES)
        return b"".join(_decode_piece(piece) for piece in pieces), None
    try:
        return binascii.a2b_base64(data), Fault.DAMAGED_BASE64 if noise else None
    except binascii.Error:
        return _decode_piece(data), Fault.DAMAGED_BASE64


def _decode_piece(piece: bytes) -> bytes:
    """The octets of base64 letters without padding; a last letter that stands alone holds no octet."""
    letters = piece.translate(None, _NO_LETTERS)
    if len(letters) % 4 == 1:
        letters = letters[:-1]
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))

"""Content-Transfer-Encoding (RFC 2045 section 6): the octets of a body, however damaged its base64 is."""

import binascii
import re

from .mail import Fault

_PLAIN = frozenset({"", "7bit", "8bit", "binary", "7-bit", "8-bit"})
_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_EXPECTED = _LETTERS + b"=\r\n\t "
_NO_LETTERS = bytes(set(range(256)) - set(_LETTERS))
_URL_SAFE = bytes.maketrans(b"-_", b"+/")
_FOOTER = re.compile(rb"\n(?:-- ?|_{5,}+|-{5,}+)\r?\n")
_MAX_PIECES = 10_000


def decode_transfer(body: bytes, *, encoding: str) -> tuple[bytes, Fault | None]:
    """The octets that a part was made from.

    :param body: the part as it stands in the mail.
    :param encoding: the value of its Content-Transfer-Encoding; unknown ones leave the octets as they are.
    :returns: the octets, and the fault met on the way, if any.
    """
    name = encoding.partition(";")[0].strip(" \t\"'").lower()
    if name in _PLAIN:
        return body, None
    if name == "base64":
        return decode_base64(body)
    if name == "quoted-printable":
        return binascii.a2b_qp(body), None
    return body, Fault.ODD_TRANSFER_ENCODING


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

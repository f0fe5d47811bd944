"""Files as parts of a mail (RFC 2045, RFC 2183): always base64, named so that old and new readers find the name."""

import re
from base64 import encodebytes
from urllib.parse import quote

from ...core.contract.channel import File, PermanentFailure
from .bodies import BodyPart

OCTETS = "application/octet-stream"

_TYPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}")
_QUOTABLE = re.compile(r"[A-Za-z0-9 !#$&'()+,.;=@\[\]^_`{}~-]{1,60}")
_CONTENT_ID = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.@-]{1,200}")
_PIECE = 50
"""How many characters of a long name stand on a line."""


def file_part(file: File, *, inline: bool) -> BodyPart:
    """A file as a part.

    :param inline: the HTML shows it by its Content-ID; else it is an attachment.
    :raises PermanentFailure: if it is to be shown and its Content-ID cannot stand in a field.
    """
    fields = [f"Content-Type: {_type(file)}", "Content-Transfer-Encoding: base64"]
    if inline:
        if not _CONTENT_ID.fullmatch(file.content_id):
            raise PermanentFailure("the Content-ID of a picture holds characters that it must not hold, or too many")
        fields.append(f"Content-ID: <{file.content_id}>")
    fields.append(_disposition("inline" if inline else "attachment", file.file_name))
    return BodyPart("".join(f"{field}\r\n" for field in fields), encodebytes(file.content).replace(b"\n", b"\r\n"))


def _type(file: File) -> str:
    """The type without its parameters, which nobody has checked.

    A mail in a mail, and whatever has parts, must not be in base64 (RFC 2045 section 6.4): those go as octets, and their
    name still says what they are.
    """
    kind = file.content_type.partition(";")[0].strip().lower()
    composite = kind.startswith(("message/", "multipart/"))
    return kind if _TYPE.fullmatch(kind) and not composite else OCTETS


def _disposition(kind: str, file_name: str) -> str:
    """Content-Disposition with the name as RFC 2231 has it: plain where it is short ASCII, else in pieces of UTF-8."""
    name = "".join(each if each.isprintable() else "_" for each in file_name)
    if _QUOTABLE.fullmatch(name):
        return f'Content-Disposition: {kind};\r\n filename="{name}"'
    if not name:
        return f"Content-Disposition: {kind}"
    pieces = _pieces(quote(name.encode("utf-8", "replace"), safe=""))
    if len(pieces) == 1:
        return f"Content-Disposition: {kind};\r\n filename*=utf-8''{pieces[0]}"
    first, *others = pieces
    lines = [f"filename*0*=utf-8''{first}", *(f"filename*{number}*={each}" for number, each in enumerate(others, 1))]
    return f"Content-Disposition: {kind};\r\n " + ";\r\n ".join(lines)


def _pieces(encoded: str) -> list[str]:
    """The percent-encoded text in pieces, none of which divides an octet."""
    pieces: list[str] = [""]
    for token in re.findall(r"%[0-9A-F]{2}|.", encoded):
        if len(pieces[-1]) + len(token) > _PIECE:
            pieces.append("")
        pieces[-1] += token
    return pieces

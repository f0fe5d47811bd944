"""The body of a mail as a tree of parts: texts to choose from, the pictures that the HTML shows, files that go along.

``multipart/mixed`` holds ``multipart/related`` holds ``multipart/alternative`` (RFC 2046, RFC 2387); a level that would
hold one part is left out.
"""

import re
from collections.abc import Sequence
from hashlib import sha256

from ...core.contract.channel import Delivery, File
from .bodies import BodyPart, body_part
from .files import file_part

_SHOWN = re.compile(r"""\bcid:([^"'\s)>]+)""", re.IGNORECASE)


def body(delivery: Delivery) -> bytes:
    """The MIME fields, an empty line and the content.

    :raises PermanentFailure: if a picture cannot stand in a mail.
    """
    part = _text(delivery)
    if delivery.files:
        shown, others = _sorted(delivery)
        pictures = [file_part(each, inline=True) for each in shown]
        attachments = [file_part(each, inline=False) for each in others]
        part = _multipart("related", [part, *pictures], delivery) if pictures else part
        part = _multipart("mixed", [part, *attachments], delivery) if attachments else part
    return b"MIME-Version: 1.0\r\n" + part.head.encode() + b"\r\n" + part.content


def _sorted(delivery: Delivery) -> tuple[Sequence[File], Sequence[File]]:
    """The pictures that the HTML names, each once however often it does, and the other files."""
    named = {name.casefold() for name in _SHOWN.findall(delivery.html)}
    shown: dict[str, File] = {}
    others = []
    for file in delivery.files:
        key = file.content_id.casefold()
        if key not in named:
            others.append(file)
        elif key not in shown:
            shown[key] = file
        elif shown[key].content != file.content:
            # Another file by the same id cannot be shown too, and must not be lost.
            others.append(file)
    return list(shown.values()), others


def _text(delivery: Delivery) -> BodyPart:
    text = body_part("plain", delivery.text)
    return _multipart("alternative", [text, body_part("html", delivery.html)], delivery) if delivery.html else text


def _multipart(subtype: str, parts: Sequence[BodyPart], delivery: Delivery) -> BodyPart:
    # No text can hold it: it is the digest of an id that was made when the text was there.
    level = "" if subtype == "alternative" else subtype
    boundary = sha256((level + delivery.message_id).encode()).hexdigest()[:40]
    root = ' type="multipart/alternative";' if subtype == "related" else ""
    head = f'Content-Type: multipart/{subtype};{root}\r\n boundary="{boundary}"\r\n'
    divided = f"\r\n--{boundary}".encode()
    pieces = [piece for part in parts for piece in (divided, f"\r\n{part.head}\r\n".encode(), part.content)]
    # The line end before the first boundary is that of the empty line above it.
    return BodyPart(head, b"".join([*pieces, divided, b"--\r\n"])[2:])

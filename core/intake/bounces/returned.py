"""The mails that a report is about: their Message-IDs, and whom they were to."""

import re
from collections.abc import Iterable

from ...contract.addresses import valid
from ..parsing import Attachment, Mail
from .fields import MOST_OCTETS, text_of

MOST_IDENTIFIERS = 20
MOST_RETURNED = 10
MOST_REFERENCES = 200
LONGEST_REFERENCES = 20_000
RETURNED_TYPES = frozenset(
    {
        "message/rfc822",
        "message/global",
        "text/rfc822-headers",
        "text/rfc822-header",
        "message/rfc822-headers",
        "message/global-headers",
        "message/partial",
    }
)

_IDENTIFIER = re.compile(
    r"^[ \t>|]{0,12}(?:x-)?(?:original[- ])?(?:message|original message|nachrichten|"
    r"correlation)[- ]?id\s?[:=]\s{0,8}(<[^<>\s\x00-\x1f\x7f]{3,300}>)",
    re.IGNORECASE | re.MULTILINE,
)
_REFERENCES = re.compile(r"^[ \t>|]{0,12}references[ \t]?:([^\n]*(?:\n[ \t>|]+<[^\n]*)*)", re.IGNORECASE | re.MULTILINE)
_NAMED = re.compile(r"<[^<>\s\x00-\x1f\x7f]{3,300}>")
_SIGNED = re.compile(r"[A-Za-z0-9._+=-]{0,40}\bb\.[0-9A-Za-z]{1,13}\.[A-Za-z2-7]{26}@[A-Za-z0-9][A-Za-z0-9.-]{1,252}")
_TO = re.compile(r"^[ \t>]{0,8}(?:to|delivered-to)[ \t]?:[ \t]*([^\n]{3,400})$", re.IGNORECASE | re.MULTILINE)
_ADDRESS = re.compile(r"[^\s<>\"',;:()\[\]]{1,64}@[A-Za-z0-9][A-Za-z0-9.-]{1,252}")


def returned_texts(mail: Mail) -> tuple[str, ...]:
    """The beginnings of the mails, or of their headers, that a report sends back as parts."""
    parts = [part for part in mail.attachments if part.content_type in RETURNED_TYPES or _is_header_block(part)]
    return tuple(text_of(part.content) for part in parts[:MOST_RETURNED])


def message_ids(mail: Mail, *, texts: Iterable[str]) -> tuple[str, ...]:
    """The Message-IDs that a report names, the surest first.

    :param texts: all parts of it that may tell one.
    """
    found = (_joined(each) for text in (*texts, mail.text[:200_000]) for each in _IDENTIFIER.findall(text))
    named = dict.fromkeys((*found, *mail.in_reply_to, *mail.references))
    return tuple(named)[:MOST_IDENTIFIERS]


def referred_to(mail: Mail, *, texts: Iterable[str]) -> tuple[str, ...]:
    """What the returned mails refer to, be it in a part or in the text; the report may say so in its own field."""
    told = (value for text in (*texts, mail.text[:MOST_OCTETS]) for value in _REFERENCES.findall(text))
    found = (each for value in told for each in _NAMED.findall(value[:LONGEST_REFERENCES]))
    return tuple(dict.fromkeys((*mail.references, *found)))[:MOST_REFERENCES]


def return_paths(mail: Mail, *, texts: Iterable[str]) -> tuple[str, ...]:
    """The addresses in a report that look like the return path of one of our mails; whether they are is checked elsewhere."""
    found = (each for text in (*texts, mail.text[:MOST_OCTETS]) for each in _SIGNED.findall(text))
    return tuple(dict.fromkeys(found))[:MOST_IDENTIFIERS]


def only_recipient(texts: Iterable[str]) -> str:
    """Whom the returned mail was to, when its To names exactly one address."""
    for text in texts:
        addresses = {each for value in _TO.findall(text)[:3] for each in _ADDRESS.findall(value) if valid(each)}
        if addresses:
            return addresses.pop() if len(addresses) == 1 else ""
    return ""


def _joined(identifier: str) -> str:
    return "".join(identifier.split())


def _is_header_block(part: Attachment) -> bool:
    """Whether a text is the header of a mail: some servers give it no type of its own."""
    if not part.content_type.startswith(("text/", "application/octet-stream")):
        return False
    head = part.content[:2_000].lower()
    return head.startswith((b"received:", b"return-path:", b"from:", b"message-id:")) or b"\nmessage-id:" in head

"""Complaints: feedback reports (RFC 5965), and the one large provider that forwards the mail with a field of its own."""

import re
from collections.abc import Iterable

from .fields import address_of, groups, word_of
from .report import Recipient

MOST_RECIPIENTS = 50
NO_COMPLAINTS = frozenset({"not-spam", "auth-failure", "dmarc"})
"""Types of feedback that no recipient complained by (RFC 6591, RFC 5965 section 7.3)."""

_ORIGINAL_RCPT = re.compile(r"^(?:original-rcpt-to|removal-recipient)[ \t]*:[ \t]*(.+)$", re.IGNORECASE | re.MULTILINE)
_FORWARDED = re.compile(r"^x-hmxmroriginalrecipient[ \t]*:[ \t]*(\S+)", re.IGNORECASE | re.MULTILINE)
_COMPLAINT_SUBJECT = re.compile(r"complaint about message from", re.IGNORECASE)
_TO = re.compile(r"^to[ \t]*:[ \t]*([^\n,]+)$", re.IGNORECASE | re.MULTILINE)


def read_feedback(texts: Iterable[str], *, returned: Iterable[str]) -> tuple[Recipient, ...]:
    """Who complained about which mail: one recipient for each address that the reports name.

    Where a report keeps the address to itself, the only one in the To field of the returned mail is taken.

    :param texts: the feedback-report parts.
    :param returned: the returned mails.
    :returns: with the type of the feedback as their action; one without an address when none is told.
    """
    found: dict[str, Recipient] = {}
    kinds: list[str] = []
    for text in texts:
        fields = next(groups(text), {})
        kinds.append(word_of(fields.get("feedback-type", "")) or "abuse")
        for value in _ORIGINAL_RCPT.findall(text)[:MOST_RECIPIENTS]:
            if address := address_of(value):
                found.setdefault(address.lower(), Recipient(address=address, action=kinds[-1]))
    if not kinds:
        return ()
    return tuple(found.values()) or (Recipient(address=_only_recipient(returned), action=kinds[0]),)


def read_forwarded_complaint(subject: str, *, returned: Iterable[str]) -> tuple[Recipient, ...]:
    """Who complained, where the mail is only sent back with the recipient in a field of its header."""
    if not _COMPLAINT_SUBJECT.match(subject.strip()):
        return ()
    named = (match[1] for text in returned if (match := _FORWARDED.search(text)))
    return tuple(Recipient(address=address, action="abuse") for each in named if (address := address_of(each)))


def _only_recipient(returned: Iterable[str]) -> str:
    addresses = {address_of(value) for text in returned for value in _TO.findall(text.partition("\n\n")[0])}
    return addresses.pop() if len(addresses) == 1 else ""

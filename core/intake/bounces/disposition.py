"""Message disposition notifications (RFC 8098): read receipts, and the rejections that some servers send in this form."""

import re
from collections.abc import Iterable

from .fields import address_of, diagnostic_of, groups, original_of
from .report import Recipient
from .wording import is_permanent, status_in

_DISPOSITION = re.compile(r"([a-z-]{1,40})/([a-z-]{1,40})\s{0,5};\s{0,5}([a-z-]{1,40})", re.IGNORECASE)
_REJECTED = re.compile(r"automatically rejected|was rejected|quota exceeded|mailbox (?:is )?full", re.IGNORECASE)


def read_dispositions(texts: Iterable[str], *, shown: str) -> tuple[tuple[Recipient, ...], bool]:
    """Who read the mail, and whether it was in truth rejected.

    :param texts: the disposition-notification parts.
    :param shown: the text for people beside them, which alone tells a rejection.
    """
    found: list[Recipient] = []
    rejected = False
    for text in texts:
        fields: dict[str, str] = {}
        for group in groups(text):
            fields = {**group, **fields}
        if not fields.keys() & {"disposition", "final-recipient", "original-recipient"}:
            continue
        final = address_of(fields.get("final-recipient", ""))
        address = original_of(fields.get("original-recipient", "")) or final
        disposition = _DISPOSITION.search(fields.get("disposition", ""))
        action = disposition[3].lower() if disposition else "displayed"
        problem = diagnostic_of(fields.get("failure", "") or fields.get("error", "") or fields.get("warning", ""))
        automatic = disposition is not None and disposition[1].lower() == "automatic-action"
        refused = automatic and action == "deleted" and _REJECTED.search(shown) is not None
        rejected = rejected or refused
        found.append(_rejection(address, shown) if refused else _reading(address, final, action, problem))
    return tuple(found), rejected


def _reading(address: str, final: str, action: str, problem: str) -> Recipient:
    return Recipient(address=address, final="" if final == address else final, action=action, diagnostic=problem)


def _rejection(address: str, shown: str) -> Recipient:
    status = status_in(shown[:2_000]) or "5.0.0"
    words = " ".join(shown.split())[:300]
    return Recipient(address=address, action="failed", status=status, diagnostic=words, permanent=is_permanent(status))

"""Delivery status notifications (RFC 3464, RFC 6533): each recipient with what became of the mail."""

from collections.abc import Iterable

from ...contract.addresses import normalise
from .fields import Group, address_of, diagnostic_of, groups, original_of, word_of
from .report import Recipient
from .wording import is_permanent, settled_status

MOST_RECIPIENTS = 200

_BEGINS = frozenset({"final-recipient", "original-recipient"})
_ABOUT_RECIPIENT = ("final-recipient", "original-recipient", "x-actual-recipient")
_ACTIONS = {
    "fail": "failed",
    "failure": "failed",
    "error": "failed",
    "bounced": "failed",
    "delay": "delayed",
    "deferred": "delayed",
    "success": "delivered",
    "deliverable": "delivered",
}
_KNOWN = frozenset({"failed", "delayed", "delivered", "relayed", "expanded"})
_BY_CLASS = {"2": "delivered", "4": "delayed", "5": "failed"}


def read_delivery_status(texts: Iterable[str]) -> tuple[Recipient, ...]:
    """The recipients of all delivery-status parts, each address once; those whose fate is not told are left out.

    A recipient whose address cannot be read is there without one.
    """
    found: dict[str, Recipient] = {}
    for text in texts:
        for group in groups(text, begins=_BEGINS):
            if any(name in group for name in _ABOUT_RECIPIENT):
                recipient = _recipient(group)
                if recipient is not None and len(found) < MOST_RECIPIENTS:
                    key = normalise(recipient.address) or f"{len(found)}"
                    found.setdefault(key, recipient)
    return tuple(found.values())


def _recipient(group: Group) -> Recipient | None:
    diagnostic = diagnostic_of(group.get("diagnostic-code", "")) or diagnostic_of(group.get("x-display-name", ""))
    status = settled_status(group.get("status", ""), diagnostic=diagnostic)
    action = _action(group.get("action", ""), status)
    if not action:
        return None
    final = address_of(group.get("final-recipient", "")) or address_of(group.get("x-actual-recipient", ""))
    address = original_of(group.get("original-recipient", "")) or final
    return Recipient(
        address=address,
        final=final if normalise(final) != normalise(address) else "",
        action=action,
        status=status,
        diagnostic=diagnostic,
        permanent=action == "failed" and is_permanent(status),
    )


def _action(value: str, status: str) -> str:
    word = word_of(value).strip(".,")
    action = _ACTIONS.get(word, word)
    return action if action in _KNOWN else _BY_CLASS.get(status[:1], "")

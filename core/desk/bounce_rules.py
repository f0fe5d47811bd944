"""What a failed delivery means for its address: in words, and for how long nothing more is sent there."""

from datetime import timedelta

import attrs

FULL = timedelta(days=7)
POLICY = timedelta(days=7)
UNCLEAR = timedelta(days=30)
SOFT = timedelta(days=3)
SOFT_FAILURES = 5
"""After failures in passing of so many mails within `SOFT_WINDOW` an address is left in peace for `SOFT`."""
SOFT_WINDOW = timedelta(days=7)

_WORDS = {
    "1.1": "mailbox does not exist",
    "1.2": "domain does not exist",
    "1.3": "the address is not valid",
    "1.6": "mailbox has moved",
    "1.10": "mailbox does not exist",
    "2.1": "mailbox is disabled",
    "2.2": "mailbox is full",
    "2.3": "the mail is too large",
    "3.4": "the mail is too large",
    "4.1": "the server does not answer",
    "4.4": "the domain takes no mail",
    "4.7": "the server could not be reached in time",
    "7.1": "refused by policy",
}
_BY_SUBJECT = {
    "1": "bad address",
    "2": "trouble with the mailbox",
    "3": "trouble at the server",
    "4": "trouble on the way",
    "5": "the servers did not understand each other",
    "6": "the content cannot be taken",
    "7": "refused by policy",
}
_UNREACHABLE = frozenset({"1.0", "1.1", "1.2", "1.3", "1.4", "1.6", "1.10", "2.1", "4.4"})
_NOT_THE_ADDRESS = frozenset({"2.3", "3.4"})


@attrs.frozen(kw_only=True)
class Silence:
    """Why nothing more is sent to an address, and for how long; None for good."""

    reason: str
    length: timedelta | None


def in_words(status: str) -> str:
    """What an enhanced status code says (RFC 3463); ``""`` for one that says nothing."""
    _, _, rest = status.partition(".")
    return _WORDS.get(rest, "") or _BY_SUBJECT.get(rest.partition(".")[0], "")


def silence_after(status: str) -> Silence | None:
    """How long an address is left in peace after a failure for good; None where the mail was to blame, not the address.

    A mailbox that does not exist is for good until a person releases it; a full one, or a server that refused the mail, for
    a week; what the server did not explain, for a month.
    """
    _, _, rest = status.partition(".")
    words = in_words(status)
    reason = f"bounce: {words or 'the mail was refused'}{f' ({status})' if status else ''}"
    if rest in _NOT_THE_ADDRESS:
        return None
    if rest in _UNREACHABLE:
        return Silence(reason=reason, length=None)
    if rest == "2.2":
        return Silence(reason=reason, length=FULL)
    if rest.partition(".")[0] in ("5", "6", "7") or rest in ("1.7", "1.8"):
        return Silence(reason=reason, length=POLICY)
    return Silence(reason=reason, length=UNCLEAR)

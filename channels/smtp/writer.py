"""A delivery as the bytes of a mail (RFC 5322, RFC 2045): the same bytes on each try."""

import re
from collections.abc import Sequence

import attrs

from ...core.contract.channel import Delivery, PermanentFailure
from .dkim import Signer, signed
from .fields import address_field, ids_field, list_field, text_field, wire_address, word_field
from .parts import body

OWN_MARK = "X-Deskbell-Token"
"""The field that repeats the Message-ID: some mail services replace that one, and a loop must be seen all the same."""

_LINK = re.compile(r"https://[!-;=?-~]{1,800}")


@attrs.frozen(kw_only=True)
class Mail:
    """Envelope and content. `sender` is empty for the null sender; `utf8` asks the server to take UTF-8 in headers."""

    sender: str
    recipient: str
    content: bytes
    utf8: bool


def compose(delivery: Delivery, *, utf8: bool, signers: Sequence[Signer] = ()) -> Mail:
    """The mail for one delivery.

    :param utf8: whether the server takes UTF-8 in addresses and headers (SMTPUTF8, RFC 6531).
    :param signers: keys that sign it, if it is from their domain.
    :raises PermanentFailure: if something in the delivery cannot stand in a mail, or not in one for this server.
    """
    recipient = wire_address(delivery.address)
    sender = wire_address(delivery.envelope_sender) if delivery.envelope_sender else ""
    _refuse_beyond_ascii(delivery, sender, recipient, utf8=utf8)
    head = _head(delivery, utf8=utf8)
    return Mail(
        sender=sender,
        recipient=recipient,
        content=signed(head.encode() + body(delivery), signers, sender=delivery.sender[1]),
        utf8=utf8 and not (head + sender + recipient).isascii(),
    )


def _refuse_beyond_ascii(delivery: Delivery, *envelope: str, utf8: bool) -> None:
    """Only the other people that a mail shows can be shown without their address."""
    if utf8:
        return
    shown = [delivery.sender[1], *([delivery.reply_to[1]] if delivery.reply_to else [])]
    for address in (*envelope, *map(wire_address, shown)):
        if not address.isascii():
            raise PermanentFailure(f"the mail server takes only ASCII in addresses (no SMTPUTF8), not {address}")


def _head(delivery: Delivery, *, utf8: bool) -> str:
    """All fields but those that describe the body; each at most once (RFC 5322 section 3.6)."""
    fields = [address_field("From", (delivery.sender,), utf8=utf8)]
    for name, people in (("To", delivery.to), ("Cc", delivery.cc)):
        if people:
            fields.append(address_field(name, people, utf8=utf8))
    if delivery.reply_to:
        fields.append(address_field("Reply-To", (delivery.reply_to,), utf8=utf8))
    fields += [
        text_field("Subject", delivery.subject),
        word_field("Date", delivery.date),
        word_field("Message-ID", delivery.message_id),
        word_field(OWN_MARK, delivery.message_id),
        ids_field("In-Reply-To", [delivery.in_reply_to] if delivery.in_reply_to else []),
        ids_field("References", delivery.references),
    ]
    if delivery.automatic:
        # RFC 3834 section 5, and what Exchange reads instead.
        fields += [word_field("Auto-Submitted", delivery.automatic), "X-Auto-Response-Suppress: All\r\n"]
    if delivery.list_id:
        fields.append(list_field("List-Id", delivery.list_id))
    if delivery.unsubscribe:
        fields += [_unsubscribe(delivery.unsubscribe), "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"]
    return "".join(fields)


def _unsubscribe(link: str) -> str:
    """The link that ends a subscription with one POST; no other than https may be offered for that (RFC 8058 section 3.1)."""
    if not _LINK.fullmatch(link):
        raise PermanentFailure("the link to unsubscribe is no https link")
    return word_field("List-Unsubscribe", f"<{link}>")

"""What reading a mail gives: `Mail` and the values in it, and the codes of what was odd."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

import attrs


class Fault(StrEnum):
    """What was odd about a mail that could be read all the same."""

    NO_FROM = "no_from"
    NO_DATE = "no_date"
    NO_MESSAGE_ID = "no_message_id"
    NO_SUBJECT = "no_subject"
    NO_BODY = "no_body"
    ODD_DATE = "odd_date"
    ODD_FROM = "odd_from"  # `Mail.sender_fault` says how
    ODD_RECIPIENT = "odd_recipient"
    ODD_HEADER_LINE = "odd_header_line"
    LONG_HEADER = "long_header"
    PARAMETERS_CUT = "parameters_cut"
    BARE_CR = "bare_cr"
    BOUNDARY_MISSING = "boundary_missing"
    ODD_TRANSFER_ENCODING = "odd_transfer_encoding"
    DAMAGED_BASE64 = "damaged_base64"
    CHARSET_REPAIRED = "charset_repaired"
    UTF7 = "utf7"
    TEXT_CUT = "text_cut"
    HTML_FLATTENED = "html_flattened"


class SenderFault(StrEnum):
    """Why the From field names nobody."""

    NONE = ""
    MISSING = "missing"
    SEVERAL_FIELDS = "several_fields"
    SEVERAL_MAILBOXES = "several_mailboxes"
    GROUP = "group"
    MALFORMED = "malformed"


class Quarantine(StrEnum):
    """Which limit put a mail aside."""

    NONE = ""
    TOO_LARGE = "too_large"
    TOO_MANY_HEADERS = "too_many_headers"
    TOO_MANY_ADDRESSES = "too_many_addresses"
    TOO_MANY_ENCODED_WORDS = "too_many_encoded_words"
    NESTED_TOO_DEEP = "nested_too_deep"
    TOO_MANY_PARTS = "too_many_parts"
    OUT_OF_MEMORY = "out_of_memory"
    UNREADABLE = "unreadable"


@attrs.frozen
class Mailbox:
    """One address with the name written beside it.

    `name` is decoded and one line, `""` when there is none; it is the sender's own claim and may itself look like an
    address. `address` is valid and keeps its spelling: compare with `deskbell.core.contract.addresses.normalise`.
    """

    name: str
    address: str


@attrs.frozen
class Attachment:
    """One part of a mail that is kept as a file.

    `file_name` is safe to show and to offer for download. `content` is decoded; a mail inside the mail is kept whole.
    `content_id` has no angle brackets. `inline` is True for what a body refers to, such as its pictures.
    """

    file_name: str
    content_type: str
    content: bytes = attrs.field(repr=lambda content: f"<{len(content)} octets>")
    content_id: str = ""
    inline: bool = False


@attrs.frozen
class Headers:
    """The fields of a mail in their order, as text: unfolded, without controls, encoded words left as they are."""

    fields: tuple[tuple[str, str], ...] = ()
    _by_name: dict[str, tuple[str, ...]] = attrs.field(init=False, repr=False, eq=False)

    @_by_name.default
    def _index(self) -> dict[str, tuple[str, ...]]:
        index: dict[str, tuple[str, ...]] = {}
        for name, value in self.fields:
            key = name.lower()
            index[key] = (*index[key], value) if key in index else (value,)
        return index

    def get(self, name: str) -> str | None:
        """The value of the first field of that name, whatever its case; None when there is none."""
        values = self._by_name.get(name.lower())
        return values[0] if values else None

    def get_all(self, name: str) -> tuple[str, ...]:
        """The values of every field of that name, whatever its case, in their order."""
        return self._by_name.get(name.lower(), ())

    def has_any(self, names: Iterable[str]) -> bool:
        """Whether one of the fields is there, be it empty."""
        return any(name.lower() in self._by_name for name in names)


@attrs.frozen
class Mail:
    """A mail as far as it could be read. All text is free of NUL, other C0 controls and lone surrogates.

    :param message_id: as in its header, with angle brackets; `""` when there is none.
    :param in_reply_to: the identifiers of In-Reply-To, with angle brackets.
    :param references: the identifiers of References in their order, the last ones when there are very many.
    :param sender: the mailbox of From, only when From names exactly one, well formed; it is a claim, not an identity.
    :param sender_fault: why `sender` is None.
    :param reply_to: the mailboxes of Reply-To.
    :param to: the well-formed mailboxes of To.
    :param cc: the well-formed mailboxes of Cc.
    :param delivered_to: the addresses in Delivered-To and X-Original-To, the topmost first.
    :param subject: decoded, one line, `""` when missing.
    :param date: the Date field in UTC; None when it is missing or odd.
    :param text: what is shown of the body as plain text, lines ended by LF.
    :param untrusted_html: the HTML body as it was sent, decoded and NOT cleaned; `""` when there is none.
    :param attachments: all parts that are not shown, in their order.
    :param headers: the fields at the top of the mail.
    :param faults: what was odd, each once.
    :param quarantine: the limit that put the mail aside, `""` when none did; `text` and `attachments` are empty then.
    """

    message_id: str = ""
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    sender: Mailbox | None = None
    sender_fault: SenderFault = SenderFault.NONE
    reply_to: tuple[Mailbox, ...] = ()
    to: tuple[Mailbox, ...] = ()
    cc: tuple[Mailbox, ...] = ()
    delivered_to: tuple[str, ...] = ()
    subject: str = ""
    date: datetime | None = None
    text: str = ""
    untrusted_html: str = ""
    attachments: tuple[Attachment, ...] = ()
    headers: Headers = Headers()
    faults: tuple[Fault, ...] = ()
    quarantine: Quarantine = Quarantine.NONE

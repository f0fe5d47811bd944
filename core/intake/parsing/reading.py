"""Raw octets to a `Mail`: limits first, then fields, then parts."""

import logging
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_tz

from ...contract.addresses import valid
from .bodies import Bodies, read_bodies
from .charsets import fits
from .cleaning import one_line
from .fields import Block, begins_like_a_header, read_block, value_text
from .limits import DEFAULT_LIMITS, MailLimits
from .mail import Fault, Headers, Mail, Quarantine, SenderFault
from .mailboxes import AddressList, read_mailboxes, read_sender
from .raw_fields import charset_of_raw_octets
from .structure import read_structure
from .words import decode_words

_log = logging.getLogger(__name__)

_BOM = b"\xef\xbb\xbf"
_ENVELOPE_LINE = re.compile(rb">?From (?![ \t]*:)[^\n]*\n")
_COLON_IN_ZONE = re.compile(r"([+-]\d\d):(\d\d)\b(?=\s*(?:$|\())")
_ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d[T ]")
_BLANK_BEFORE_ZONE = re.compile(r"\s+(?=[+-]\d)")
_BLANKS = re.compile(rb"\s{1,100}")
_DOUBLED_CR = re.compile(rb"[^\n]{0,1000}\r\r\n")
_IDENTIFIER = re.compile(r"<([^<>]{1,998})>")
_MAX_IDENTIFIER = 998
_MAX_DATE = 200
_RECIPIENTS = ("To", "Cc", "Reply-To")
_ADDRESS_FIELDS = frozenset({"from", "to", "cc", "reply-to", "delivered-to", "x-original-to"})


def read_mail(raw: bytes, *, limits: MailLimits = DEFAULT_LIMITS) -> Mail:
    """Read a mail as it came from the network. It never raises, whatever the octets are.

    :param raw: the whole mail, header and body, with any line ends.
    :param limits: beyond which the mail is put aside or shown cut.
    :returns: the mail; with `quarantine` set it holds what its header tells, and neither text nor attachments.
    """
    try:
        return _read(raw, limits)
    except MemoryError:
        return Mail(quarantine=Quarantine.OUT_OF_MEMORY)
    except Exception:  # noqa: BLE001 - a stranger wrote these octets: what breaks the reader is put aside, not lost
        _log.exception("A mail of %d octets could not be read and is put aside.", len(raw))
        return Mail(quarantine=Quarantine.UNREADABLE)


def _read(raw: bytes, limits: MailLimits) -> Mail:
    faults: set[Fault] = set()
    if b"\n" not in raw and b"\r" in raw:
        raw = raw.replace(b"\r", b"\n")
        faults.add(Fault.BARE_CR)
    elif _DOUBLED_CR.match(raw):  # line ends that were converted twice
        raw = raw.replace(b"\r\r\n", b"\r\n")
        faults.add(Fault.BARE_CR)
    block = read_block(raw, start=_start(raw), end=len(raw), limits=limits)
    faults |= block.faults
    charset = _charset_of_fields(raw, block)
    headers = _headers(block.fields, charset=charset, limits=limits)
    # Without its control characters an address would be another one: here each leaves a mark that makes it invalid.
    address_fields = [field for field in block.fields if field[0].lower() in _ADDRESS_FIELDS]
    marked = _headers(address_fields, charset=charset, limits=limits, for_control="\ufffd")
    lists = {name: read_mailboxes(marked.get_all(name), limit=limits.addresses) for name in _RECIPIENTS}
    quarantine = _limit_in_header(raw, block=block, lists=lists, limits=limits)
    bodies = Bodies()
    if not quarantine:
        structure = read_structure(raw, block=block, limits=limits)
        quarantine = structure.quarantine
        faults |= structure.faults
        if not quarantine:
            bodies = read_bodies(raw, top=structure.top, limits=limits)
            faults |= bodies.faults
    sender, sender_fault = read_sender(marked.get_all("From"))
    subject = one_line(decode_words(headers.get("Subject") or ""), characters=limits.subject_characters)
    date = _date(headers.get("Date"))
    message_id = _message_id(headers.get("Message-ID") or "")
    faults |= _faults_in_header(headers, lists=lists, sender_fault=sender_fault, date=date)
    return Mail(
        message_id=message_id,
        in_reply_to=_identifiers(headers.get_all("In-Reply-To"), limits),
        references=_identifiers(headers.get_all("References"), limits),
        sender=sender,
        sender_fault=sender_fault,
        reply_to=lists["Reply-To"].mailboxes,
        to=lists["To"].mailboxes,
        cc=lists["Cc"].mailboxes,
        delivered_to=_delivered_to(marked),
        subject=subject,
        date=date,
        text=bodies.text,
        untrusted_html=bodies.untrusted_html,
        attachments=bodies.attachments,
        headers=headers,
        faults=tuple(sorted(faults)),
        quarantine=quarantine,
    )


def _start(raw: bytes) -> int:
    """Where the header begins: after a byte order mark, blanks, and the envelope line that pipes and mailbox files put."""
    start = len(_BOM) if raw.startswith(_BOM) else 0
    envelope = _ENVELOPE_LINE.match(raw, start)
    start = envelope.end() if envelope else start
    blank = _BLANKS.match(raw, start)
    return blank.end() if blank and begins_like_a_header(raw, blank.end()) else start


def _charset_of_fields(raw: bytes, block: Block) -> str:
    """The label for raw octets in the fields, when there are such."""
    values = [value for _, value in block.fields if not value.isascii()]
    return charset_of_raw_octets(raw, block=block, value=b"") if any(not fits(each, "utf-8") for each in values) else ""


def _headers(
    fields: Iterable[tuple[str, bytes]], *, charset: str, limits: MailLimits, for_control: str = ""
) -> Headers:
    return Headers(
        tuple(
            (name, value_text(value, limits=limits, charset=charset, for_control=for_control)) for name, value in fields
        )
    )


def _limit_in_header(raw: bytes, *, block: Block, lists: dict[str, AddressList], limits: MailLimits) -> Quarantine:
    """The first limit that the size, the fields or the addresses pass."""
    if len(raw) > limits.raw_octets:
        return Quarantine.TOO_LARGE
    if block.overfull:
        return Quarantine.TOO_MANY_HEADERS
    if any(value.count(b"=?") > limits.encoded_words for _, value in block.fields):
        return Quarantine.TOO_MANY_ENCODED_WORDS
    addresses = sum(len(listed.mailboxes) + listed.malformed for listed in lists.values())
    if addresses > limits.addresses or any(listed.overfull for listed in lists.values()):
        return Quarantine.TOO_MANY_ADDRESSES
    return Quarantine.NONE


def _faults_in_header(
    headers: Headers, *, lists: dict[str, AddressList], sender_fault: SenderFault, date: datetime | None
) -> set[Fault]:
    found: set[Fault] = set()
    if sender_fault:
        found.add(Fault.NO_FROM if sender_fault is SenderFault.MISSING else Fault.ODD_FROM)
    if date is None:
        found.add(Fault.ODD_DATE if headers.get("Date") else Fault.NO_DATE)
    if not headers.get("Message-ID"):
        found.add(Fault.NO_MESSAGE_ID)
    if not headers.get("Subject"):
        found.add(Fault.NO_SUBJECT)
    if any(listed.malformed for listed in lists.values()):
        found.add(Fault.ODD_RECIPIENT)
    return found


def _message_id(value: str) -> str:
    """The identifier as it stands, without the blanks that folding may have put into it (RFC 5322 section 3.6.4)."""
    found = _IDENTIFIER.search(value)
    return "".join((found[0] if found else value).split())[: _MAX_IDENTIFIER + 2]


def _identifiers(values: tuple[str, ...], limits: MailLimits) -> tuple[str, ...]:
    """All `<...>` in the values, in their order; of too many the last, because they are the nearest."""
    found = [f"<{''.join(inner.split())}>" for value in values for inner in _IDENTIFIER.findall(value)]
    return tuple(found[-limits.references :])


def _delivered_to(headers: Headers) -> tuple[str, ...]:
    values = (*headers.get_all("Delivered-To"), *headers.get_all("X-Original-To"))
    addresses = (value.strip("<> ") for value in values)
    return tuple(address for address in addresses if valid(address))


def _date(value: str | None) -> datetime | None:
    """The moment a Date field names, in UTC; None when it names none that a calendar holds."""
    text = _COLON_IN_ZONE.sub(r"\1\2", (value or "")[:_MAX_DATE].strip())
    if _ISO_DATE.match(text):
        return _iso_date(text)
    try:
        parsed = parsedate_tz(text)
        if parsed is None:
            return None
        year, month, day, hour, minute, second = parsed[:6]
        year += 1900 if 100 <= year < 200 else 0  # RFC 5322 section 4.3
        if not 1970 <= year < 2200:
            return None
        moment = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
        offset = timedelta(seconds=parsed[9] or 0)
    except (ValueError, IndexError, TypeError, OverflowError):  # the standard library's reader lets all of these out
        return None
    return moment - offset if abs(offset) < timedelta(days=1) else None


def _iso_date(text: str) -> datetime | None:
    """A moment as ISO 8601 writes it; without a zone it is taken for UTC, as everywhere in mail."""
    try:
        moment = datetime.fromisoformat(_BLANK_BEFORE_ZONE.sub("", text))
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if 1970 <= moment.year < 2200 else None

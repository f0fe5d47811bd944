"""A mail to a report: the forms of the standards first, then text, and that only where a mail server wrote."""

import logging
import re
from collections.abc import Sequence

from ...contract.addresses import normalise
from ...store.delivery_reports import ReportKind
from ..parsing import Attachment, Mail, MailLimits, read_mail
from .delivery_status import read_delivery_status
from .disposition import read_dispositions
from .feedback import read_feedback, read_forwarded_complaint
from .fields import address_of, text_of
from .looks import Look, look_at
from .report import Recipient, Report, gravest
from .returned import message_ids, only_recipient, referred_to, return_paths, returned_texts
from .text_bounces import (
    has_protocol,
    is_about_mail,
    is_about_own_mail,
    nameless,
    names_mail,
    names_refused,
    notification_of,
    says_undelivered,
    tells_failure,
    text_recipients,
)

LARGEST_WRAPPED = 1024 * 1024
MOST_PARTS = 60

_STATUS = frozenset({"message/delivery-status", "message/global-delivery-status"})
_FEEDBACK = frozenset({"message/feedback-report"})
_DISPOSITION = frozenset({"message/disposition-notification", "message/global-disposition-notification"})
_REPORTS = _STATUS | _FEEDBACK | _DISPOSITION
_REPORT_TOP = re.compile(
    r"\s*(?:multipart/report|message/(?:global-)?(?:delivery-status|disposition-notification)|message/feedback-report)",
    re.IGNORECASE,
)
_STATUS_FIELDS = re.compile(r"^(?:final|original)-recipient[ \t]?:", re.IGNORECASE | re.MULTILINE)
_FATE_FIELDS = re.compile(r"^(?:action|status|diagnostic-code)[ \t]?:", re.IGNORECASE | re.MULTILINE)
_MAYBE_FIELDS = ("text/", "application/octet-stream", "message/")

_log = logging.getLogger(__name__)


def read_report(mail: Mail, *, envelope_from: str | None = None) -> Report | None:
    """What a mail reports about a mail of ours; None for every mail that is no report. It never raises.

    Forms of the standards (RFC 3464, 5965, 8098) count where the mail is a report as a whole or a machine sent it; text
    only where a mail server did, and says so: what a person forwards or quotes is no report.

    :param envelope_from: the sender of the envelope, ``""`` for the null sender, None when it is not known.
    """
    try:
        return _read(mail, envelope_from=envelope_from, wrapped=False)
    except Exception:  # noqa: BLE001 - a stranger wrote this mail: what breaks the reader is an ordinary mail
        _log.exception("A mail could not be read as a report.")
        return None


def _read(mail: Mail, *, envelope_from: str | None, wrapped: bool) -> Report | None:
    is_report = _REPORT_TOP.match(mail.headers.get("Content-Type") or "") is not None
    look = look_at(mail, envelope_from=_sender_of_envelope(mail, envelope_from))
    if look.answers and not is_report:
        return None
    if not is_report and not look.robot:
        return _forwarded_complaint(mail)
    parts = mail.attachments[:MOST_PARTS]
    found = _by_standard(mail, parts)
    if found is None and look.robot and not wrapped:
        found = _wrapped(parts)
    if found is None and (look.daemon or is_report or (look.speaks_of_delivery and not look.answerable)):
        found = _by_fields_in_text(mail, parts)
    if found is None:
        found = _forwarded_complaint(mail)
    return found or _by_text(mail, look, is_report=is_report)


def _sender_of_envelope(mail: Mail, known: str | None) -> str | None:
    """The sender of the envelope: ``""`` for the null sender, and None when nothing tells it; the topmost Return-Path may."""
    values = mail.headers.get_all("Return-Path")
    if any(value.replace(" ", "") == "<>" for value in values):
        return ""
    told = known if known is not None else values[0] if values else None
    return None if told is None else told.strip().strip("<>").strip()


def _by_standard(mail: Mail, parts: Sequence[Attachment]) -> Report | None:
    """A report by a part of its own type."""
    by_type = {part.content_type for part in parts}
    if not by_type & _REPORTS:
        return None
    if by_type & _FEEDBACK and (complaint := _feedback(mail, parts)):
        return complaint
    if by_type & _STATUS and (recipients := read_delivery_status(_texts(parts, _STATUS))):
        return _delivery_report(mail, recipients, texts=_texts(parts, _STATUS))
    return _disposition(mail, parts) if by_type & _DISPOSITION else None


def _feedback(mail: Mail, parts: Sequence[Attachment]) -> Report | None:
    returned = returned_texts(mail)
    recipients = read_feedback(_texts(parts, _FEEDBACK), returned=returned)
    if not recipients:
        return None
    return _report(mail, ReportKind.COMPLAINT, recipients, texts=(*returned, *_texts(parts, _FEEDBACK)))


def _disposition(mail: Mail, parts: Sequence[Attachment]) -> Report | None:
    texts = _texts(parts, _DISPOSITION)
    recipients, rejected = read_dispositions(texts, shown=mail.text)
    if not recipients:
        return None
    kind = ReportKind.BOUNCE if rejected else ReportKind.READ
    return _report(mail, kind, recipients, texts=(*texts, *returned_texts(mail)))


def _delivery_report(mail: Mail, recipients: tuple[Recipient, ...], *, texts: Sequence[str]) -> Report:
    """A report with a recipient where the notification names none that mail can go to."""
    returned = returned_texts(mail)
    if not any(each.address for each in recipients):
        recipients = _with_address(mail, recipients, returned)
    return _report(mail, gravest(recipients), recipients, texts=(*returned, *texts))


def _with_address(mail: Mail, recipients: tuple[Recipient, ...], returned: Sequence[str]) -> tuple[Recipient, ...]:
    """Recipients known by a local name only get the addresses that the text or the returned mail tells."""
    by_text = _text_recipients(mail, notification_of(mail.text))
    first = recipients[0]
    addresses = [each.address for each in by_text if each.address] or [only_recipient(returned)]
    own = {key: getattr(first, key) for key in ("action", "status", "diagnostic", "permanent")}
    if len(addresses) == 1 or len(recipients) == 1:
        return tuple(Recipient(address=address, **own) for address in addresses if address) or recipients
    return recipients


def _wrapped(parts: Sequence[Attachment]) -> Report | None:
    """A report inside a mail that a robot wrapped around it."""
    for part in parts:
        if part.content_type == "message/rfc822" and len(part.content) <= LARGEST_WRAPPED:
            inner = read_mail(part.content, limits=MailLimits(raw_octets=LARGEST_WRAPPED))
            if _REPORT_TOP.match(inner.headers.get("Content-Type") or ""):
                return _read(inner, envelope_from=None, wrapped=True)
    return None


def _by_fields_in_text(mail: Mail, parts: Sequence[Attachment]) -> Report | None:
    """The fields of a delivery status in a part of another type, or in the text itself."""
    texts = [text_of(part.content) for part in parts if part.content_type.startswith(_MAYBE_FIELDS)]
    texts = [each for each in (*texts, mail.text) if _STATUS_FIELDS.search(each) and _FATE_FIELDS.search(each)]
    recipients = read_delivery_status(texts)
    return _delivery_report(mail, recipients, texts=texts) if recipients else None


def _forwarded_complaint(mail: Mail) -> Report | None:
    if "complaint" not in mail.subject[:40].lower():
        return None
    returned = returned_texts(mail)
    recipients = read_forwarded_complaint(mail.subject, returned=returned)
    if not recipients:
        return None
    return _report(mail, ReportKind.COMPLAINT, recipients, texts=returned)


def _by_text(mail: Mail, look: Look, *, is_report: bool) -> Report | None:
    """A bounce in plain words. The less it looks like a mail server's, the more it has to say what only those say."""
    notification = notification_of(mail.text)
    fails = tells_failure(notification)
    protocol = has_protocol(notification)
    mail_sent_back = look.null_sender and names_mail(notification)
    machine = look.robot and not look.answerable
    named = mail.headers.get("X-Failed-Recipients") is not None
    credible = (
        named
        or (is_report and (fails or look.speaks_of_delivery))
        or (look.daemon and (look.speaks_of_delivery or (fails and protocol)))
        or (machine and look.speaks_of_delivery and fails and (protocol or mail_sent_back))
        # In a language that nobody foresaw the codes say it, after an address in the notation of mail servers.
        or (look.daemon and names_refused(notification))
    )
    # A mail server's subject may be anything; then its text has to say so outright and to name somebody.
    outright = (
        not credible
        and look.daemon
        and is_about_mail(notification)
        and says_undelivered(notification)
        and not is_about_own_mail(notification)
    )
    if not credible and not outright:
        return None
    recipients = _text_recipients(mail, notification)
    returned = returned_texts(mail)
    if not recipients:
        if outright or not (fails or (look.daemon and look.speaks_of_delivery)):
            return None
        address = only_recipient((*returned, mail.text[len(notification) :][:20_000]))
        recipients = (nameless(notification, subject=mail.subject, address=address),)
    return _report(mail, gravest(recipients), recipients, texts=returned)


def _report(mail: Mail, kind: ReportKind, recipients: tuple[Recipient, ...], *, texts: Sequence[str]) -> Report:
    """A report with what names the mails that it is about, from `texts` and from itself."""
    return Report(
        kind=kind,
        recipients=recipients,
        message_ids=message_ids(mail, texts=texts),
        references=referred_to(mail, texts=texts),
        return_paths=return_paths(mail, texts=texts),
    )


def _text_recipients(mail: Mail, notification: str) -> tuple[Recipient, ...]:
    own = {normalise(each.address) for each in (*mail.to, *mail.cc)} | {normalise(each) for each in mail.delivered_to}
    if mail.sender:
        own.add(normalise(mail.sender.address))
    values = mail.headers.get_all("X-Failed-Recipients")
    named = [address for value in values for each in value[:4_000].split(",") if (address := address_of(each))]
    return text_recipients(
        mail.text,
        notification,
        subject=mail.subject,
        mailer=mail.headers.get("X-Mailer") or "",
        sender=mail.headers.get("From") or "",
        named=named,
        own=own,
    )


def _texts(parts: Sequence[Attachment], types: frozenset[str]) -> tuple[str, ...]:
    return tuple(text_of(part.content) for part in parts if part.content_type in types)

"""Which deliveries reports are about, and what is proven: a token or a Message-ID that nobody can guess (RFC line 39)."""

from collections.abc import Iterable, Mapping, Sequence

import attrs
from sqlalchemy.orm import Session

from ...contract.addresses import normalise
from ...desk.reports import Reported
from ...outbox.signed_addresses import Purpose, SignedAddresses
from ...store.delivery_reports import OurDelivery, ReportKind, deliveries_by_id, deliveries_by_message_id
from ..letters import Letter
from .report import Recipient, Report, kind_of

NAMELESS = Recipient()

_NAMES = {
    ReportKind.BOUNCE: "a bounce",
    ReportKind.DELAYED: "a notice of delay",
    ReportKind.DELIVERED: "a notice of arrival",
    ReportKind.COMPLAINT: "a complaint",
    ReportKind.READ: "a read receipt",
}


@attrs.frozen(kw_only=True)
class Sorted:
    """A report with what it comes to, one value for each recipient."""

    letter: Letter
    report: Report
    reported: tuple[Reported, ...]

    @property
    def delivery(self) -> OurDelivery | None:
        """The mail of ours that it is about, the first if they are several."""
        return next((each.delivery for each in self.reported if each.delivery), None)

    @property
    def settles(self) -> bool:
        """Whether the report is all that there is to the mail, so that it opens no ticket and is no message.

        A complaint never is one; a read receipt belongs to the mail that it names.
        """
        if self.report.kind is ReportKind.COMPLAINT:
            return True
        read = self.report.kind is ReportKind.READ and self.delivery is not None
        return read or any(each.confirmed for each in self.reported)

    @property
    def reason(self) -> str:
        """What became of the mail, for those who look at it."""
        about = f"of delivery {self.delivery.id}" if self.delivery else "of a mail that the desk does not know"
        return f"{_NAMES[self.report.kind]} {about}"


def sort_reports(
    session: Session, reports: Sequence[tuple[Letter, Report]], *, signed: SignedAddresses | None
) -> tuple[Sorted, ...]:
    """Find the deliveries that reports are about; two look-ups for all of them.

    :param signed: reads our signed return paths; without it only Message-IDs name a delivery.
    """
    if not reports:
        return ()
    tokens = [_tokens(letter, report, signed) for letter, report in reports]
    by_id = deliveries_by_id(session, frozenset(number for each in tokens for number in each))
    names = frozenset(form for _, report in reports for each in report.message_ids for form in (each, each.lower()))
    by_name = deliveries_by_message_id(session, names) if names else {}
    return tuple(
        Sorted(letter=letter, report=report, reported=_reported(letter, report, numbers, by_id, by_name))
        for (letter, report), numbers in zip(reports, tokens, strict=True)
    )


def _tokens(letter: Letter, report: Report, signed: SignedAddresses | None) -> tuple[int, ...]:
    """The deliveries that signed return paths name: whom the report came to, and what it quotes."""
    if signed is None:
        return ()
    read = map(signed.read, (*letter.recipients, *report.return_paths))
    return tuple(dict.fromkeys(each.delivery_id for each in read if each and each.purpose is Purpose.BOUNCE))


def _reported(
    letter: Letter,
    report: Report,
    tokens: Iterable[int],
    by_id: Mapping[int, OurDelivery],
    by_name: Mapping[str, tuple[OurDelivery, ...]],
) -> tuple[Reported, ...]:
    recipients = report.recipients or (NAMELESS,)
    proven = next((by_id[number] for number in tokens if number in by_id), None)
    if proven:
        return _by_token(letter, report, recipients, proven)
    named = next((by_name[form] for each in report.message_ids for form in (each, each.lower()) if form in by_name), ())
    return tuple(_by_name(letter, report, each, named) for each in recipients)


def _by_token(
    letter: Letter, report: Report, recipients: Sequence[Recipient], delivery: OurDelivery
) -> tuple[Reported, ...]:
    """The report came to the return path of one mail: it is about that, whatever address it names.

    Where it names others as well, only what it says of ours counts. Where it names none that is ours, the mail was passed
    on: it did not arrive if it arrived with none of them.
    """
    ours = [each for each in recipients if _is_to(each, delivery)]
    if ours:
        return tuple(_value(letter, report, each, delivery, confirmed=each in ours) for each in recipients)
    for_good = all(each.permanent for each in recipients)
    return tuple(
        _value(letter, report, attrs.evolve(each, permanent=each.permanent and for_good), delivery, confirmed=True)
        for each in recipients
    )


def _by_name(letter: Letter, report: Report, recipient: Recipient, named: Sequence[OurDelivery]) -> Reported:
    """A Message-ID names the mail: it counts for the address that the mail went to, or for the only one if it tells none.

    One that several people got proves nothing by itself, as each of them knows it and may know the others: the returned
    mail has to refer to what the copy of the one recipient alone does (test M33).
    """
    own = next((each for each in named if _is_to(recipient, each)), None)
    if own is None and not recipient.address and len(named) == 1:
        own = named[0]
    if own:
        return _value(letter, report, recipient, own, confirmed=_is_proven(report, own))
    return _value(letter, report, recipient, named[0] if named else None, confirmed=False)


def _is_proven(report: Report, delivery: OurDelivery) -> bool:
    # Read receipts name the Message-ID only, and nothing hangs on them.
    if delivery.private_id is None or report.kind is ReportKind.READ:
        return True
    return delivery.private_id in (*report.references, *report.message_ids)


def _is_to(recipient: Recipient, delivery: OurDelivery) -> bool:
    own = normalise(delivery.address)
    return any(normalise(each) == own for each in (recipient.address, recipient.final) if each)


def _value(
    letter: Letter, report: Report, recipient: Recipient, delivery: OurDelivery | None, *, confirmed: bool
) -> Reported:
    by_server = report.kind not in (ReportKind.COMPLAINT, ReportKind.READ)
    return Reported(
        raw_mail_id=letter.raw.id,
        kind=kind_of(recipient.action) if by_server and recipient.action else report.kind,
        delivery=delivery,
        confirmed=confirmed,
        recipient=recipient.address,
        action=recipient.action,
        status=recipient.status,
        diagnostic=recipient.diagnostic,
        permanent=recipient.permanent,
    )

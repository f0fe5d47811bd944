"""The command that writes down what was reported about mails of ours, and what follows from it."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import uuid4

import attrs
from sqlalchemy.orm import Session

from ..contract.addresses import normalise
from ..contract.events import DeliveryBounced, Event
from ..contract.faults import Fault
from ..contract.people import SYSTEM
from ..contract.text import one_line
from ..store import delivery_reports, guards, journal, tickets
from ..store.delivery_reports import NewReport, OurDelivery, ReportKind
from ..store.directory import Directory
from ..store.guards import COMPLAINT, Suppression
from .bounce_rules import SOFT, SOFT_FAILURES, SOFT_WINDOW, in_words, silence_after

STORM_WINDOW = timedelta(minutes=10)
MOST_COUNTED = 10_000
NO_COMPLAINTS = frozenset({"not-spam", "auth-failure", "dmarc"})
"""Types of feedback by which nobody complained (RFC 6591, RFC 5965 section 7.3)."""


@attrs.frozen(kw_only=True)
class Reported:
    """What one report tells of one recipient.

    :param delivery: the mail of ours that it is about; None when it names none.
    :param confirmed: whether the report proved it, by a token or Message-ID that nobody can guess. Only then it changes
        anything.
    :param recipient: the address as reported; ``""`` means that of the delivery.
    :param permanent: whether sending again is useless.
    :param ticket_id: the ticket that the report itself opened or is on, where it names no delivery.
    """

    raw_mail_id: int
    kind: ReportKind
    delivery: OurDelivery | None = None
    confirmed: bool = False
    recipient: str = ""
    action: str = ""
    status: str = ""
    diagnostic: str = ""
    permanent: bool = False
    ticket_id: int | None = None

    @property
    def address(self) -> str:
        """Whom it is about."""
        return self.recipient or (self.delivery.address if self.delivery else "")

    @property
    def key(self) -> str:
        """The address that we wrote to: its owner may have another one behind it, which is none of our business."""
        return normalise(self.delivery.address if self.delivery and self.confirmed else self.address)


@attrs.frozen(kw_only=True)
class Recorded:
    """What came of reports: events to be rung, and what the administrator is told."""

    events: tuple[Event, ...] = ()
    faults: tuple[Fault, ...] = ()


def record_reports(session: Session, directory: Directory, *, reports: Sequence[Reported], now: datetime) -> Recorded:
    """Keep reports, one row for each recipient; suppress addresses and answer the events of those that are confirmed.

    A delivery rings `delivery_bounced` once, however often its failure is reported. No report causes an answer to anybody.
    """
    if not reports:
        return Recorded()
    bounced = [each for each in reports if each.confirmed and each.kind is ReportKind.BOUNCE and each.permanent]
    known = delivery_reports.bounced_before(session, [each.delivery.id for each in bounced if each.delivery])
    delivery_reports.insert_reports(session, list(map(_row, reports)), now=now)
    suppressions = [
        *_after_bounces(bounced, now=now),
        *_after_soft_failures(session, reports, now=now),
        *_after_complaints(reports, now=now),
    ]
    guards.suppress_at_least(session, (each for each in suppressions if not _is_own(directory, each.address_key)))
    fresh = {each.delivery.id: each for each in bounced if each.delivery and each.delivery.id not in known}
    return Recorded(events=_ring(session, tuple(fresh.values()), now=now), faults=tuple(_complaints(reports)))


def _row(reported: Reported) -> NewReport:
    delivery = reported.delivery
    return NewReport(
        kind=reported.kind,
        raw_mail_id=reported.raw_mail_id,
        delivery_id=delivery.id if delivery else None,
        ticket_id=delivery.ticket_id if delivery else reported.ticket_id,
        recipient=reported.address,
        address_key=reported.key,
        action=one_line(reported.action),
        status=reported.status,
        diagnostic=one_line(reported.diagnostic),
        permanent=reported.permanent,
        confirmed=reported.confirmed,
    )


def _is_own(directory: Directory, key: str) -> bool:
    """The desk's own addresses, and the one that has to hear of every fault, are never suppressed."""
    return not key or directory.is_system_address(key) or key == normalise(directory.profile.admin_address)


def _after_bounces(bounced: Iterable[Reported], *, now: datetime) -> list[Suppression]:
    found = []
    for each in bounced:
        silence = silence_after(each.status)
        if silence is not None:
            found.append(_suppression(each, reason=silence.reason, length=silence.length, now=now))
    return found


def _after_soft_failures(session: Session, reports: Iterable[Reported], *, now: datetime) -> list[Suppression]:
    """Counted by mails, this one included: one mail that waits for days is reported several times."""
    soft = {
        each.key: each
        for each in reports
        if each.confirmed and not each.permanent and each.kind in (ReportKind.BOUNCE, ReportKind.DELAYED)
    }
    counts = delivery_reports.soft_failures(session, tuple(soft), since=now - SOFT_WINDOW)
    reason = f"mail failed {SOFT_FAILURES} times in {SOFT_WINDOW.days} days"
    return [
        _suppression(each, reason=reason, length=SOFT, now=now)
        for key, each in soft.items()
        if counts.get(key, 0) >= SOFT_FAILURES
    ]


def _after_complaints(reports: Iterable[Reported], *, now: datetime) -> list[Suppression]:
    reason = f"{COMPLAINT}: the recipient reported a mail as unwanted"
    return [
        _suppression(each, reason=reason, length=None, now=now)
        for each in reports
        if _is_complaint(each) and each.confirmed and each.delivery and each.delivery.to_end_user
    ]


def _suppression(reported: Reported, *, reason: str, length: timedelta | None, now: datetime) -> Suppression:
    evidence = one_line(reported.diagnostic or f"{reported.action} {reported.status}".strip())
    until = None if length is None else now + length
    return Suppression(address_key=reported.key, reason=reason, evidence=evidence, since=now, until=until)


def _is_complaint(reported: Reported) -> bool:
    return reported.kind is ReportKind.COMPLAINT and reported.action not in NO_COMPLAINTS


def _complaints(reports: Iterable[Reported]) -> Iterable[Fault]:
    """The one system alert; repeats are grouped by whoever takes the fault."""
    for each in reports:
        if _is_complaint(each):
            about = f"delivery {each.delivery.id}" if each.delivery else "no delivery that the desk knows"
            state = "" if each.confirmed else " It is not confirmed and changed nothing."
            yield Fault(
                fingerprint="report:complaint",
                title="A recipient reported a mail of this desk as unwanted",
                detail=f"Mail {each.raw_mail_id} is a complaint about {about}.{state}",
            )


def _ring(session: Session, bounced: Sequence[Reported], *, now: datetime) -> tuple[Event, ...]:
    if not bounced:
        return ()
    ids = {each.delivery.ticket_id for each in bounced if each.delivery and each.delivery.ticket_id is not None}
    there = tickets.snapshots(session, ids)
    recent = delivery_reports.recent_bounces(session, since=now - STORM_WINDOW, most=MOST_COUNTED)
    events = []
    for each in bounced:
        delivery = each.delivery
        if delivery is None:
            continue
        events.append(
            DeliveryBounced(
                id=0,
                act=uuid4().hex,
                at=now,
                actor=SYSTEM,
                delivery_id=delivery.id,
                plugin=delivery.plugin,
                channel=delivery.channel,
                address=delivery.address,
                reason=reason_of(each.status, each.diagnostic),
                permanent=True,
                ticket=there.get(delivery.ticket_id) if delivery.ticket_id is not None else None,
                to_end_user=delivery.to_end_user,
                recent=recent,
            )
        )
    return journal.append(session, events)


def reason_of(status: str, diagnostic: str) -> str:
    """Why a mail did not arrive, as one line: our words for the code, then those of the other server."""
    words = in_words(status)
    ours = f"{words} ({status})" if words and status else words or status
    return one_line(": ".join(each for each in (ours, diagnostic) if each)) or "the other server gave no reason"

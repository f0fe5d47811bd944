"""What did not reach the people of a ticket, as lines for whoever reads it: by the reports of others and by our own tries."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import attrs

from ..desk.bounce_rules import in_words
from ..desk.reports import NO_COMPLAINTS, reason_of
from ..store import delivery_reports, merging
from ..store.delivery_reports import ReportKind, ReportRecord, Unarrived
from .opening import Desk

LATE = timedelta(hours=4)
"""From then on a mail that waits is shown as delayed (RFC line 52)."""


@attrs.frozen(kw_only=True)
class Remark:
    """What became of one mail to one address.

    :param kind: ``not delivered``, ``delayed``, ``delivered``, ``read``, ``complaint`` or ``report``.
    :param confirmed: False for what somebody only says.
    """

    kind: str
    address: str
    reason: str
    at: datetime
    confirmed: bool = True

    @property
    def alarming(self) -> bool:
        """Whether somebody should look at it."""
        return self.kind in ("not delivered", "delayed", "complaint")

    def line(self, now: datetime) -> str:
        """The remark as a sentence."""
        said = {
            "not delivered": f"not delivered to {self.address}",
            "delayed": f"delayed to {self.address}",
            "delivered": f"delivered to {self.address}",
            "read": f"read by {self.address}",
            "complaint": f"reported as unwanted by {self.address}",
            "report": f"reported on by {self.address}",
        }[self.kind]
        told = f"{said}: {self.reason}" if self.reason else said
        mark = (
            ""
            if self.confirmed
            else " (unconfirmed: it names no mail of this desk that went there, and changed nothing)"
        )
        return f"{told}, {ago(now - self.at)}{mark}"


def remarks(desk: Desk, ticket_id: int) -> tuple[Remark, ...]:
    """The remarks on a ticket's mails, and on those of the tickets that were merged into it, oldest first."""
    now = desk.clock.now()
    with desk.db.reading() as session:
        ids = {ticket_id, *merging.merged_before(session, ticket_id)}
        reports = delivery_reports.of_tickets(session, ids)
        own = delivery_reports.unarrived(session, ids, before=now - LATE)
    return tuple(sorted((*map(_of_report, reports), *map(_of_own, own)), key=lambda remark: remark.at))


def listed(desk: Desk, *, confirmed: bool | None, limit: int) -> Sequence[ReportRecord]:
    """Reports, newest first; all, or those that are confirmed or not."""
    with desk.db.reading() as session:
        return delivery_reports.list_reports(session, confirmed=confirmed, limit=limit)


def ago(passed: timedelta) -> str:
    """How long ago something was, in the largest unit that is full."""
    seconds = max(0, int(passed.total_seconds()))
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= length:
            count = seconds // length
            return f"{count} {unit}{'s' if count > 1 else ''} ago"
    return "just now"


def _of_report(report: ReportRecord) -> Remark:
    address = report.recipient or "somebody whom the report does not name"
    words = in_words(report.status)
    reason = f"{words} ({report.status})" if words else reason_of(report.status, report.diagnostic)
    kind = {
        ReportKind.BOUNCE: "not delivered",
        ReportKind.DELAYED: "delayed",
        ReportKind.DELIVERED: "delivered",
        ReportKind.READ: "read",
        ReportKind.COMPLAINT: "report" if report.action in NO_COMPLAINTS else "complaint",
    }[report.kind]
    if report.kind not in (ReportKind.BOUNCE, ReportKind.DELAYED):
        reason = report.action if report.action not in ("delivered", "displayed") else ""
    return Remark(kind=kind, address=address, reason=reason, at=report.at, confirmed=report.confirmed)


def _of_own(unarrived: Unarrived) -> Remark:
    kind = "not delivered" if unarrived.dead else "delayed"
    waits = "" if unarrived.dead else "it still waits"
    return Remark(kind=kind, address=unarrived.address, reason=unarrived.detail or waits, at=unarrived.since)

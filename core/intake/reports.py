"""Reports among letters: taken out before anything is threaded, and filed with the state of their mails."""

from collections.abc import Sequence
from datetime import datetime

import attrs
from sqlalchemy.orm import Session

from ..desk.reports import Recorded, record_reports
from ..outbox.signed_addresses import SignedAddresses
from ..store import raw_mails
from ..store.directory import Directory
from ..store.raw_mails import COPY_OF, RawState, Settled
from .bounces import read_report
from .bounces.matching import Sorted, sort_reports
from .identity import Caution
from .letters import Letter
from .submission import NewMessage, NewTicket, Submission


def sift_reports(
    session: Session, letters: Sequence[Letter], *, signed: SignedAddresses | None
) -> tuple[list[Letter], tuple[Sorted, ...]]:
    """Take the reports that settle out of letters; a report that proves nothing stays, marked as one and never answered."""
    read = {letter.raw.id: read_report(letter.mail, envelope_from=letter.raw.envelope_from) for letter in letters}
    found = [(letter, report) for letter in letters if (report := read[letter.raw.id]) is not None]
    if not found:
        return list(letters), ()
    reports = {each.letter.raw.id: each for each in sort_reports(session, found, signed=signed)}
    left = [
        _unproven(letter, reports.get(letter.raw.id))
        for letter in letters
        if letter.raw.id not in reports or not reports[letter.raw.id].settles
    ]
    return left, tuple(each for each in reports.values() if each.settles)


def _unproven(letter: Letter, report: Sorted | None) -> Letter:
    if report is None:
        return letter
    verdict = attrs.evolve(letter.verdict, allowed=False, check=letter.verdict.check or "report", automatic=True)
    sender = attrs.evolve(letter.sender, verified=False)
    return attrs.evolve(letter, verdict=verdict, sender=sender, reported=report.reported)


def file_reports(session: Session, directory: Directory, reports: Sequence[Sorted], *, now: datetime) -> Recorded:
    """Record reports and settle their mails, in the caller's transaction; one that arrived before is a copy."""
    ours = raw_mails.take(session, [each.letter.raw.id for each in reports])
    mine = [each for each in reports if each.letter.raw.id in ours]
    known = raw_mails.settled_originals(session, [each.letter.raw.digest for each in mine])
    originals = {digest: original for (digest, _), original in known.items()}
    fresh: dict[str, Sorted] = {}
    outcomes: list[Settled] = []
    for each in mine:
        digest = each.letter.raw.digest
        original = originals.get(digest) or (fresh[digest].letter.raw if digest in fresh else None)
        if original is None:
            fresh[digest] = each
        outcomes.append(_settled(each, reason=f"{COPY_OF}{original.id}" if original else each.reason))
    recorded = record_reports(
        session, directory, reports=[value for each in fresh.values() for value in each.reported], now=now
    )
    raw_mails.settle(session, outcomes)
    return recorded


def warned(submission: Submission) -> Submission:
    """The submission with a warning for agents where it claims to be a report and proves nothing (test M33)."""
    if not submission.letter.reported or not isinstance(submission, (NewTicket, NewMessage)):
        return submission
    words = submission.words
    return attrs.evolve(
        submission, words=attrs.evolve(words, warnings=(*words.warnings, Caution.UNCONFIRMED_REPORT.value))
    )


def note_unproven(session: Session, directory: Directory, letters: Sequence[Letter], *, now: datetime) -> None:
    """Keep what letters claim as reports, beside the tickets that they have become; it changes nothing."""
    reports = [
        attrs.evolve(value, ticket_id=raw_mails.find(session, letter.raw.id).ticket_id)
        for letter in letters
        for value in letter.reported
    ]
    record_reports(session, directory, reports=reports, now=now)


def _settled(report: Sorted, *, reason: str) -> Settled:
    letter, delivery = report.letter, report.delivery
    return Settled(
        id=letter.raw.id,
        state=RawState.STORED,
        reason=reason,
        mailbox_id=letter.route.mailbox.id,
        ticket_id=delivery.ticket_id if delivery else None,
    )

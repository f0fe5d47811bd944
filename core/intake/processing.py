"""Waiting mails in batches: read, judged, threaded, handed to the desk in one transaction; a bad one spoils no other."""

import logging
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ..contract.clock import Clock
from ..contract.events import Event
from ..contract.faults import Fault, FaultReporter, hit
from ..desk.before import BeforeHooks
from ..outbox.signed_addresses import SignedAddresses
from ..store import raw_mails
from ..store.database import Database, DatabaseUnavailable
from ..store.directory import Directory
from ..store.files import AttachmentStore, FilesUnavailable
from ..store.raw_mails import RawMail, RawState, Settled
from .bounces.matching import Sorted
from .careful import Care, PutOff, Readers
from .letters import Letter, SetAside, judge_letter
from .parsing import MailLimits
from .reports import file_reports, note_unproven, sift_reports, warned
from .route import Router
from .submission import prepare
from .submitting import submit
from .threading import Place, match_letters, rounds

MOST_MAILS = 64
"""How many mails share a transaction."""
MOST_OCTETS = 32 * 1024 * 1024
"""How much of raw mail is in memory at a time; one larger mail goes alone."""
IDS_AT_ONCE = 1_000

_log = logging.getLogger(__name__)


class Processing:
    """Turns waiting mails into tickets and messages. Several threads and processes may do so at once."""

    def __init__(
        self,
        db: Database,
        *,
        files: AttachmentStore,
        hooks: BeforeHooks,
        faults: FaultReporter,
        clock: Clock,
        limits: MailLimits,
        care: Care,
        signed: SignedAddresses | None,
    ) -> None:
        self._db = db
        self._files = files
        self._hooks = hooks
        self._faults = faults
        self._clock = clock
        self._signed = signed
        self._readers = Readers(limits=limits, care=care)
        self._lock = threading.Lock()
        self._in_hand: set[int] = set()
        self._excused: set[int] = set()

    @property
    def in_hand(self) -> frozenset[int]:
        """The mails that this process works on now."""
        with self._lock:
            return frozenset(self._in_hand)

    def take_excused(self) -> frozenset[int]:
        """The mails whose processing ended because database or disk were away; each is told once."""
        with self._lock:
            excused = frozenset(self._excused)
            self._excused.clear()
            return excused

    def process(self, ids: Sequence[int]) -> tuple[Event, ...]:
        """Process those of the mails that wait; answer the events that it wrote, to be rung.

        :raises DatabaseUnavailable: when the database is away; what is not done yet waits for the sweep.
        :raises FilesUnavailable: when attachments cannot be written; likewise.
        """
        with self._lock:
            self._in_hand.update(ids)
        events: list[Event] = []
        try:
            for batch in self._batches(ids):
                self._work(batch, events)
        except (DatabaseUnavailable, FilesUnavailable):
            with self._lock:
                self._excused.update(ids)
            raise
        finally:
            with self._lock:
                self._in_hand.difference_update(ids)
        return tuple(events)

    def _batches(self, ids: Sequence[int]) -> Iterator[Sequence[RawMail]]:
        for start in range(0, len(ids), IDS_AT_ONCE):
            with self._db.reading() as session:
                mails = raw_mails.waiting_among(session, ids[start : start + IDS_AT_ONCE])
            yield from _in_batches(mails)

    def _work(self, mails: Sequence[RawMail], events: list[Event]) -> None:
        """Process a batch; when it fails, each mail of it by itself, and the one that fails again is set aside."""
        try:
            self._together(mails, events)
        except (DatabaseUnavailable, FilesUnavailable):
            raise
        except Exception:  # noqa: BLE001 - a stranger wrote these mails: which one breaks what is found out below
            _log.warning("A batch of %d mails failed; each is tried by itself.", len(mails), exc_info=True)
        else:
            return
        for mail in mails:
            self._alone(mail, events)

    def _alone(self, mail: RawMail, events: list[Event]) -> None:
        try:
            self._together([mail], events)
        except (DatabaseUnavailable, FilesUnavailable):
            raise
        except Exception as error:  # noqa: BLE001 - the same mail failed twice: it is set aside with the reason
            _log.exception("Mail %d could not be processed and is quarantined.", mail.id)
            reason = f"processing it failed twice: {type(error).__name__}: {error}"
            with self._db.writing() as session:
                raw_mails.settle(session, [Settled(id=mail.id, state=RawState.QUARANTINED, reason=reason)])
            self._faults.report(_quarantine_fault(type(error).__name__, f"Mail {mail.id}: {reason}"))

    def _together(self, mails: Sequence[RawMail], events: list[Event]) -> None:
        with self._db.reading() as session:
            directory = self._db.directory(session)
            letters, aside = self._read(
                mails, raw_mails.waiting_contents(session, [mail.id for mail in mails]), directory
            )
            letters, reports = sift_reports(session, letters, signed=self._signed)
            first, *later = list(rounds(letters)) or [()]
            places = match_letters(session, directory, first, signed=self._signed, now=self._clock.now())
        self._set_aside(aside)
        events += self._file(reports)
        events += self._hand_in(first, places, directory)
        for independent in later:
            with self._db.reading() as session:
                places = match_letters(session, directory, independent, signed=self._signed, now=self._clock.now())
            events += self._hand_in(independent, places, directory)

    def _read(
        self, mails: Sequence[RawMail], contents: Mapping[int, bytes], directory: Directory
    ) -> tuple[list[Letter], list[SetAside]]:
        """What the mails are, but for those that were settled meanwhile."""
        router = Router(directory)
        letters: list[Letter] = []
        aside: list[SetAside] = []
        with self._readers.opened() as readers:
            for raw in mails:
                if raw.id not in contents:
                    continue
                mail = readers.read(contents[raw.id], suspect=raw.tries > 0)
                if isinstance(mail, PutOff):
                    aside.append(self._put_off(raw, mail))
                    continue
                letter = judge_letter(raw, mail, directory=directory, router=router)
                hit("intake.parsed")
                letters.append(letter) if isinstance(letter, Letter) else aside.append(letter)
        return letters, aside

    def _put_off(self, raw: RawMail, cause: PutOff) -> SetAside:
        """What becomes of a mail that could not be read now: it waits for the sweep, or it had tries enough."""
        if not cause.blamed:
            return SetAside(raw=raw, state=RawState.WAITING, reason=cause.reason, blamed=False)
        if raw.tries < raw_mails.MOST_TRIES:
            return SetAside(raw=raw, state=RawState.WAITING, reason=f"{cause.reason}; it is tried once more")
        reason = f"{cause.reason}, and it had {raw_mails.MOST_TRIES} tries"
        return SetAside(raw=raw, state=RawState.QUARANTINED, reason=reason)

    def _file(self, reports: Sequence[Sorted]) -> tuple[Event, ...]:
        """Write down what was reported about mails of ours; such a mail becomes neither ticket nor message."""
        if not reports:
            return ()
        with self._db.writing() as session:
            recorded = file_reports(session, self._db.directory(session), reports, now=self._clock.now())
            hit("desk.rows_written")
        hit("desk.committed")
        for fault in recorded.faults:
            self._faults.report(fault)
        return recorded.events

    def _hand_in(self, letters: Sequence[Letter], places: Sequence[Place], directory: Directory) -> tuple[Event, ...]:
        """Ask about letters that do not depend on each other, then write what they come to in one transaction."""
        if not letters:
            return ()
        submissions = [
            warned(prepare(letter, place, directory=directory, hooks=self._hooks, files=self._files))
            for letter, place in zip(letters, places, strict=True)
        ]
        with self._db.writing() as session:
            ours = raw_mails.take(session, [letter.raw.id for letter in letters])
            events = submit(
                session,
                self._db.directory(session),
                submissions=[each for each in submissions if each.letter.raw.id in ours],
                faults=self._faults,
                now=self._clock.now(),
            )
            unproven = [letter for letter in letters if letter.reported and letter.raw.id in ours]
            if unproven:
                note_unproven(session, self._db.directory(session), unproven, now=self._clock.now())
            hit("desk.rows_written")
        hit("desk.committed")
        return events

    def _set_aside(self, aside: Sequence[SetAside]) -> None:
        if not aside:
            return
        # The sweep has counted its tries before it began them; others count when they failed.
        failed = [each.raw.id for each in aside if each.waits and each.blamed and not each.raw.tries]
        innocent = [each.raw.id for each in aside if each.waits and not each.blamed and each.raw.tries]
        with self._db.writing() as session:
            raw_mails.settle(
                session,
                [
                    Settled(id=each.raw.id, state=each.state, reason=each.reason, mailbox_id=each.raw.mailbox_id)
                    for each in aside
                ],
            )
            raw_mails.begin_try(session, failed)
            raw_mails.take_back_try(session, innocent)
        for each in aside:
            self._faults.report(_aside_fault(each))


def _in_batches(mails: Iterable[RawMail]) -> Iterator[Sequence[RawMail]]:
    batch: list[RawMail] = []
    octets = 0
    for mail in mails:
        if batch and (len(batch) == MOST_MAILS or octets + mail.size > MOST_OCTETS):
            yield batch
            batch, octets = [], 0
        batch.append(mail)
        octets += mail.size
    if batch:
        yield batch


def _aside_fault(aside: SetAside) -> Fault:
    detail = f"Mail {aside.raw.id}: {aside.reason}."
    if aside.waits:
        title = "A mail could not be read and waits for another try"
        return Fault(fingerprint="intake:put off", title=title, detail=detail)
    if aside.state is RawState.LOOP:
        title = "A mail of this desk came back to it and was dropped"
        return Fault(fingerprint="intake:loop", title=title, detail=detail)
    return _quarantine_fault(aside.reason, detail)


def _quarantine_fault(kind: str, detail: str) -> Fault:
    title = "A mail could not be processed and is kept in quarantine"
    return Fault(fingerprint=f"intake:quarantine:{kind}", title=title, detail=detail)

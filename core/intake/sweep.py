"""What a crash left: waiting mails are taken up again, those that seem to end the process one at a time, then no more."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

from ..contract.events import Event
from ..contract.faults import Fault, FaultReporter
from ..store import raw_mails
from ..store.database import Database, DatabaseUnavailable
from ..store.files import FilesUnavailable
from ..store.raw_mails import MOST_TRIES, RawMail, RawState, Settled
from .processing import MOST_MAILS, Processing

MOST_SWEPT = 2_000
"""How many mails one sweep takes up at most; the next one goes on."""
ENDED_THE_PROCESS = "each time that it was processed the program ended"


def sweep(
    db: Database, *, processing: Processing, faults: FaultReporter, on_events: Callable[[tuple[Event, ...]], object]
) -> int:
    """Process waiting mails that this process does not work on already; answer how many were taken up.

    The try is written down before the attempt. A mail that was tried before and still waits may be what ended the
    process, so it goes alone; after two such ends it is quarantined.
    """
    excused = processing.take_excused()
    with db.reading() as session:
        waiting = raw_mails.waiting(session, limit=MOST_SWEPT)
    in_hand = processing.in_hand
    left = [mail for mail in waiting if mail.id not in in_hand]
    _give_up(db, [mail for mail in left if mail.tries >= MOST_TRIES and mail.id not in excused], faults=faults)
    taken_up = 0
    for group in _groups(left, excused):
        with db.writing() as session:
            begun = raw_mails.begin_try(session, group, excused=excused)
        taken_up += len(begun)
        on_events(_processed(db, begun, processing=processing))
    return taken_up


def _processed(db: Database, ids: Sequence[int], *, processing: Processing) -> tuple[Event, ...]:
    """Process mails whose try was counted; what an outage ended does not count, not even after a restart.

    When the database itself is away that cannot be written down, and it is remembered for as long as this process runs.
    """
    try:
        return processing.process(ids)
    except (DatabaseUnavailable, FilesUnavailable):
        with suppress(DatabaseUnavailable), db.writing() as session:
            raw_mails.take_back_try(session, ids)
        raise


def _groups(mails: Sequence[RawMail], excused: frozenset[int]) -> Iterator[Sequence[int]]:
    """Mails without suspicion together, suspects one by one after them."""
    clean = [mail.id for mail in mails if mail.tries == 0 or mail.id in excused]
    for start in range(0, len(clean), MOST_MAILS):
        yield clean[start : start + MOST_MAILS]
    for mail in mails:
        if 0 < mail.tries < MOST_TRIES and mail.id not in excused:
            yield [mail.id]


def _give_up(db: Database, mails: Sequence[RawMail], *, faults: FaultReporter) -> None:
    if not mails:
        return
    with db.writing() as session:
        raw_mails.settle(
            session, [Settled(id=mail.id, state=RawState.QUARANTINED, reason=ENDED_THE_PROCESS) for mail in mails]
        )
    for mail in mails:
        title = "A mail that ended the program twice is kept in quarantine"
        faults.report(Fault(fingerprint="intake:deadly", title=title, detail=f"Mail {mail.id}: {ENDED_THE_PROCESS}."))

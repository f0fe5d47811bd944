"""Keeps the leases of deliveries that are being sent, so that nobody else takes them while a slow peer answers."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

from .. import outbox
from ..contract.clock import Clock
from ..contract.faults import Fault, FaultReporter
from ..outbox import Claimed
from ..store.database import Database

LEASE = timedelta(seconds=30)


class Leases:
    """Renews what is in hand every third of a lease.

    :param longest: how long a channel may take for one call; then its leases are let go, for it may never come back.
    """

    def __init__(
        self,
        db: Database,
        *,
        clock: Clock,
        longest: timedelta,
        faults: FaultReporter,
        length: timedelta = LEASE,
    ) -> None:
        self.length = length
        self._longest = longest
        self._db = db
        self._clock = clock
        self._faults = faults

    @contextmanager
    def keeping(self, claimed: Sequence[Claimed]) -> Iterator[None]:
        """Renew the leases of `claimed` as long as the block lasts, on a thread of its own."""
        done = threading.Event()
        beat = threading.Thread(target=self._beat_until, args=(done, claimed), name="leases", daemon=True)
        beat.start()
        try:
            yield
        finally:
            done.set()
            beat.join()

    def _beat_until(self, done: threading.Event, claimed: Sequence[Claimed]) -> None:
        beats = max(int(self._longest / self.length * 3), 1)
        for _ in range(beats):
            if done.wait(self.length.total_seconds() / 3):
                return
            try:
                self.renew(claimed)
            except Exception as error:  # noqa: BLE001 - the next beat may reach the database again; till then the fence guards
                fault = Fault(fingerprint="leases", title="Leases of deliveries cannot be renewed", detail=str(error))
                self._faults.report(fault)
        title = "A channel takes longer than the send limit; its deliveries will be tried again"
        self._faults.report(Fault(fingerprint="leases:overrun", title=title, detail=claimed[0].channel))

    def renew(self, claimed: Sequence[Claimed]) -> None:
        """Move the end of the leases that are still ours to a whole lease from now.

        :raises DatabaseUnavailable: when the database is away.
        """
        with self._db.writing() as session:
            outbox.renew(session, claimed, now=self._clock.now(), lease=self.length)

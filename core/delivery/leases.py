"""Keeps the leases of deliveries that are being sent, so that nobody else takes them while a slow peer answers."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

from .. import outbox
from ..contract.clock import Clock
from ..outbox import Claimed
from ..store.database import Database, DatabaseUnavailable

LEASE = timedelta(seconds=30)


class Leases:
    """Renews what is in hand. `beat` is called every third of a lease by the engine's heartbeat."""

    def __init__(self, db: Database, *, clock: Clock, length: timedelta = LEASE) -> None:
        self.length = length
        self._db = db
        self._clock = clock
        self._lock = threading.Lock()
        self._in_hand: dict[int, Claimed] = {}

    @contextmanager
    def keeping(self, claimed: Sequence[Claimed]) -> Iterator[None]:
        """Renew the leases of `claimed` as long as the block lasts."""
        with self._lock:
            self._in_hand.update({each.delivery.id: each for each in claimed})
        try:
            yield
        finally:
            with self._lock:
                for each in claimed:
                    self._in_hand.pop(each.delivery.id, None)

    def beat(self) -> None:
        """Renew all leases in hand; a database out of reach is left to the next beat."""
        with self._lock:
            claimed = tuple(self._in_hand.values())
        if not claimed:
            return
        try:
            with self._db.writing() as session:
                outbox.renew(session, claimed, now=self._clock.now(), lease=self.length)
        except DatabaseUnavailable:
            # The lease may end and somebody else may send again; the fence then refuses our mark.
            return

"""Faults become system events: grouped by fingerprint, told once in ten minutes with a count, never recursive.

A fault may be reported from anywhere, also from inside a transaction; it is only noted then. `Watch.flush` writes it down
later, in a transaction of its own. What cannot be written because the database is gone is in the log.
"""

import threading
from collections import Counter
from datetime import timedelta
from uuid import uuid4

import attrs
import structlog

from .contract.clock import Clock
from .contract.errors import DeskbellError
from .contract.events import DatabaseErrorReported, Event, PluginQuarantined, SystemErrorReported
from .contract.faults import Fault, FaultKind
from .contract.people import SYSTEM
from .contract.text import one_line
from .store import configuration, fault_log, journal
from .store.database import Database

SILENCE = timedelta(minutes=10)

log = structlog.get_logger("deskbell")


class Watch:
    """The house's `FaultReporter`."""

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._faults: dict[str, Fault] = {}
        self._counts: Counter[str] = Counter()
        self._quarantines: dict[str, str] = {}

    def report(self, fault: Fault) -> None:
        """Note a fault and log it; takes no lock of the database."""
        # What a plugin or a peer says may hold what no database takes.
        fault = attrs.evolve(fault, title=one_line(fault.title), detail=one_line(fault.detail))
        log.error(fault.title, fingerprint=fault.fingerprint, detail=fault.detail)
        with self._lock:
            self._faults[fault.fingerprint] = fault
            self._counts[fault.fingerprint] += 1

    def quarantine(self, plugin: str, reason: str) -> None:
        """Note that a plugin is to be set aside; `flush` writes it down."""
        reason = one_line(reason)
        log.error("A plugin is quarantined", plugin=plugin, reason=reason)
        with self._lock:
            self._quarantines[plugin] = reason

    @property
    def pending(self) -> bool:
        """Whether `flush` has something to write."""
        return bool(self._faults or self._quarantines)

    def flush(self, db: Database) -> tuple[Event, ...]:
        """Write down what was noted; the events that came of it are to be rung.

        Nothing is lost when the database is out of reach: the notes wait for the next flush.
        """
        with self._lock:
            faults, counts, quarantines = dict(self._faults), Counter(self._counts), dict(self._quarantines)
            self._faults.clear()
            self._counts.clear()
            self._quarantines.clear()
        if not faults and not quarantines:
            return ()
        try:
            return self._write(db, faults, counts, quarantines)
        except DeskbellError as error:
            log.error("Faults wait for the database", detail=str(error))
            with self._lock:
                self._faults = {**faults, **self._faults}
                self._counts += counts
                self._quarantines = {**quarantines, **self._quarantines}
            return ()

    def _write(
        self, db: Database, faults: dict[str, Fault], counts: Counter[str], quarantines: dict[str, str]
    ) -> tuple[Event, ...]:
        now = self._clock.now()
        with db.writing() as session:
            events: list[Event] = []
            for fingerprint, fault in faults.items():
                total = fault_log.count(session, fault, times=counts[fingerprint], now=now, silence=SILENCE)
                if total:
                    events.append(self._event(fault, total))
            for plugin, reason in quarantines.items():
                if configuration.quarantine(session, plugin, reason, now):
                    events.append(self._quarantined(plugin, reason))
            return journal.append(session, events)

    def _event(self, fault: Fault, count: int) -> Event:
        cls = DatabaseErrorReported if fault.kind is FaultKind.DATABASE else SystemErrorReported
        return cls(
            id=0,
            act=uuid4().hex,
            at=self._clock.now(),
            actor=SYSTEM,
            fingerprint=fault.fingerprint,
            title=fault.title,
            detail=fault.detail,
            count=count,
        )

    def _quarantined(self, plugin: str, reason: str) -> Event:
        return PluginQuarantined(
            id=0, act=uuid4().hex, at=self._clock.now(), actor=SYSTEM, plugin=plugin, reason=reason
        )

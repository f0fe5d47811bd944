"""Faults become system events: grouped by fingerprint, told once in ten minutes with a count, never recursive.

A fault may be reported from anywhere, also from inside a transaction; it is only noted then. `Watch.flush` writes it down
later, in a transaction of its own. What cannot be written because the database is gone goes to the last resort, which
needs no database.
"""

import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
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
from .store.scrub import without_secrets
from .store.trouble import was_reported

SILENCE = timedelta(minutes=10)

log = structlog.get_logger("deskbell")


@attrs.frozen
class Noted:
    """A fault and how often it happened since it was last told."""

    fault: Fault
    times: int


LastResort = Callable[[Sequence[Noted]], None]
"""Takes faults over that no database takes: it tells them, or keeps and shows them, and never raises."""


class Watch:
    """The house's `FaultReporter`.

    :param last_resort: takes over what cannot be written down.
    """

    def __init__(self, *, clock: Clock, last_resort: LastResort | None = None) -> None:
        self._clock = clock
        self._last_resort = last_resort
        self._lock = threading.Lock()
        self._faults: dict[str, Fault] = {}
        self._counts: Counter[str] = Counter()
        self._quarantines: dict[str, str] = {}
        self._here = threading.local()

    def report(self, fault: Fault, *, times: int = 1) -> None:
        """Note a fault and log it; takes no lock of the database.

        An error of the database is reported by the store, where it is met; who meets the same error further up reports it
        in other words, which are only logged. So is what goes wrong while faults are written down.
        """
        # What a plugin or a peer says may hold what no database takes, and secrets.
        fault = attrs.evolve(fault, title=_safe(fault.title), detail=_safe(fault.detail))
        log.error(fault.title, fingerprint=fault.fingerprint, detail=fault.detail)
        if getattr(self._here, "writing", False) or was_reported(sys.exception()):
            return
        with self._lock:
            self._faults[fault.fingerprint] = fault
            self._counts[fault.fingerprint] += times

    def quarantine(self, plugin: str, reason: str) -> None:
        """Note that a plugin is to be set aside; `flush` writes it down."""
        reason = _safe(reason)
        log.error("A plugin is quarantined", plugin=plugin, reason=reason)
        with self._lock:
            self._quarantines[plugin] = reason

    @property
    def pending(self) -> bool:
        """Whether `flush` has something to write."""
        return bool(self._faults or self._quarantines)

    def flush(self, db: Database) -> tuple[Event, ...]:
        """Write down what was noted; the events that came of it are to be rung.

        Nothing is lost when the database is out of reach: faults go to the last resort, and where there is none they wait
        for the next flush, as quarantines do.

        :raises Exception: what nobody expected; what was noted waits for the next flush.
        """
        faults, counts, quarantines = self._take()
        if not faults and not quarantines:
            return ()
        try:
            with self._writing():
                return self._write(db, faults, counts, quarantines)
        except DeskbellError as error:
            log.error("Faults cannot be written down", detail=str(error))
            if self._last_resort is None or not was_reported(error):
                self._put_back(faults, counts, quarantines)
                return ()
            self._put_back({}, Counter(), quarantines)
            self._pass_on(faults, counts)
            return ()
        except BaseException:
            # Nobody expected it, so that somebody must see it; what was noted is told with the next flush.
            self._put_back(faults, counts, quarantines)
            raise

    def give_up(self) -> None:
        """Hand what was noted to the last resort: there will be no database to write it to."""
        faults, counts, _ = self._take()
        self._pass_on(faults, counts)

    def remind(self, db: Database) -> tuple[Event, ...]:
        """Tell what happened in a silence that is over, though it did not happen again; the events are to be rung."""
        now = self._clock.now()
        with db.reading() as session:
            if not fault_log.any_untold(session, now=now, silence=SILENCE):
                return ()
        with db.writing() as session:
            untold = fault_log.untold(session, now=now, silence=SILENCE)
            return journal.append(session, [event_of(fault, times, at=now) for fault, times in untold])

    def _take(self) -> tuple[dict[str, Fault], Counter[str], dict[str, str]]:
        with self._lock:
            taken = dict(self._faults), Counter(self._counts), dict(self._quarantines)
            self._faults.clear()
            self._counts.clear()
            self._quarantines.clear()
        return taken

    def _put_back(self, faults: dict[str, Fault], counts: Counter[str], quarantines: dict[str, str]) -> None:
        with self._lock:
            self._faults = {**faults, **self._faults}
            self._counts += counts
            self._quarantines = {**quarantines, **self._quarantines}

    def _pass_on(self, faults: dict[str, Fault], counts: Counter[str]) -> None:
        if self._last_resort is not None and faults:
            with self._writing():
                self._last_resort([Noted(fault, counts[fingerprint]) for fingerprint, fault in faults.items()])

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """What this thread reports inside the block comes of reporting, and raises no fault of its own."""
        before = getattr(self._here, "writing", False)
        self._here.writing = True
        try:
            yield
        finally:
            self._here.writing = before

    def _write(
        self, db: Database, faults: dict[str, Fault], counts: Counter[str], quarantines: dict[str, str]
    ) -> tuple[Event, ...]:
        now = self._clock.now()
        with db.writing() as session:
            events: list[Event] = []
            for fingerprint, fault in faults.items():
                total = fault_log.count(session, fault, times=counts[fingerprint], now=now, silence=SILENCE)
                if total:
                    events.append(event_of(fault, total, at=now))
            for plugin, reason in quarantines.items():
                if configuration.quarantine(session, plugin, reason, now):
                    events.append(self._quarantined(plugin, reason))
            return journal.append(session, events)

    def _quarantined(self, plugin: str, reason: str) -> Event:
        return PluginQuarantined(
            id=0, act=uuid4().hex, at=self._clock.now(), actor=SYSTEM, plugin=plugin, reason=reason
        )


def event_of(fault: Fault, times: int, *, at: datetime) -> DatabaseErrorReported | SystemErrorReported:
    """The event that a fault becomes; it is not in the journal yet."""
    cls = DatabaseErrorReported if fault.kind is FaultKind.DATABASE else SystemErrorReported
    return cls(
        id=0,
        act=uuid4().hex,
        at=at,
        actor=SYSTEM,
        fingerprint=fault.fingerprint,
        title=fault.title,
        detail=fault.detail,
        count=times,
    )


def _safe(text: str) -> str:
    return without_secrets(one_line(text))

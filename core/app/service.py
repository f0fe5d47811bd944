"""The long-running desk: listener, fetchers, postmen and ticking jobs, started together and stopped in order."""

import threading
from collections.abc import Sequence

from ..contract.companion import Companion
from ..contract.events import Event
from ..delivery.engine import EmbeddedEngine
from ..intake.listener import Listener
from ..scheduler import Job, Scheduler
from . import due
from .fetching import Fetchers
from .keeping import purge_old_decisions
from .opening import Desk

SWEEP_SECONDS = 10.0
FLUSH_SECONDS = 5.0
DUE_SECONDS = 15.0
PURGE_SECONDS = 3600.0


class Service:
    """Everything of `deskbell serve`, or without listener and fetchers of `deskbell work`."""

    def __init__(self, desk: Desk, *, listen: bool) -> None:
        self._desk = desk
        self._engine = EmbeddedEngine(
            desk.postman,
            threads=desk.settings.worker.threads,
            on_events=desk.ring,
            faults=desk.watch,
        )
        self._sweeping = Job(name="sweep", seconds=SWEEP_SECONDS, run=self._sweep, alone=False)
        self._scheduler = Scheduler(
            (
                self._sweeping,
                Job(name="faults", seconds=FLUSH_SECONDS, run=self._flush, alone=False),
                Job(name="due", seconds=DUE_SECONDS, run=self._look_at_due),
                Job(name="purge", seconds=PURGE_SECONDS, run=lambda: purge_old_decisions(desk)),
            ),
            lease=desk.job_leases.hold,
            faults=desk.watch,
        )
        self._listener = (
            Listener(desk.intake, settings=desk.settings.listener, on_mail=self.on_mail)
            if listen and desk.settings.listener.enabled
            else None
        )
        self._fetchers = Fetchers(desk, on_mail=self.on_mail) if listen else None
        self._companions = [made for cls in desk.host.companions.values() if listen and (made := cls(desk)).wanted()]
        self._running: list[Companion] = []
        self._stop = threading.Event()

    @property
    def listening_on(self) -> str:
        """Where the listener listens, as host:port; '' without one."""
        return "" if self._listener is None else self._listener.address

    def start(self) -> tuple[str, ...]:
        """Pick up what a crash left as far as that goes now, then start all threads.

        :returns: where the companions can be reached, a line each.
        :raises DeskbellError: when one of them cannot start; `stop` ends the rest.
        """
        self._scheduler.tick(self._sweeping)
        self._engine.start()
        self._scheduler.start()
        if self._listener is not None:
            self._listener.start()
        if self._fetchers is not None:
            self._fetchers.start()
        return tuple(map(self._start, self._companions))

    def _start(self, companion: Companion) -> str:
        # Also one that fails half-way has to end what it began.
        self._running.append(companion)
        return companion.start()

    def wait(self) -> None:
        """Block until `stop` was asked for by a signal handler or another thread."""
        self._stop.wait()

    def ask_to_stop(self) -> None:
        """Let `wait` return; safe in a signal handler."""
        self._stop.set()

    def stop(self) -> None:
        """Stop taking mail and requests in first, then ticking, then sending."""
        while self._running:
            self._running.pop().stop()
        if self._fetchers is not None:
            self._fetchers.stop()
        if self._listener is not None:
            self._listener.stop()
        self._scheduler.stop()
        self._engine.stop()

    def on_mail(self, ids: Sequence[int]) -> tuple[Event, ...]:
        """Follow up mails that a door has just kept: process, ring, and wake the postmen. Answers the events."""
        events = self._desk.take_in(ids)
        self._engine.wake()
        return events

    def _sweep(self) -> None:
        if self._desk.sweep():
            self._engine.wake()

    def _look_at_due(self) -> None:
        if due.look(self._desk):
            self._engine.wake()

    def _flush(self) -> None:
        if self._desk.watch.pending:
            self._desk.ring(())
            self._engine.wake()

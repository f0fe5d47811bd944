"""The embedded engine: dispatcher threads that sleep until something is due and are woken after each commit."""

import threading
from collections.abc import Callable, Sequence

from ..contract.events import Event
from ..contract.faults import Fault, FaultReporter
from ..host.calls import raised
from ..store.database import DatabaseUnavailable
from .postman import Postman

IDLE_SECONDS = 5.0
BACK_OFF_SECONDS = 2.0


class EmbeddedEngine:
    """Runs postmen on threads of this process.

    :param on_events: rings the events that deliveries wrote when they ended.
    """

    def __init__(
        self,
        postman: Postman,
        *,
        threads: int,
        on_events: Callable[[Sequence[Event]], None],
        faults: FaultReporter,
    ) -> None:
        self._postman = postman
        self._on_events = on_events
        self._faults = faults
        self._due = threading.Condition()
        self._calls = 0
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._work, name=f"postman-{number}", daemon=True) for number in range(threads)
        ]

    def start(self) -> None:
        """Start the threads."""
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        """Something may be due: called after a commit that wrote deliveries."""
        with self._due:
            self._calls += 1
            self._due.notify()

    def stop(self, *, timeout: float = 10.0) -> None:
        """Finish what is in hand, at most `timeout` seconds; what is left keeps its lease and goes again later."""
        self._stopping.set()
        with self._due:
            self._due.notify_all()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(timeout)

    def _work(self) -> None:
        seen = 0
        while not self._stopping.is_set():
            if self._deliver() == 0:
                seen = self._sleep(seen)

    def _deliver(self) -> int:
        try:
            done = self._postman.deliver_due()
            if done.events:
                self._on_events(done.events)
            return done.claimed
        except DatabaseUnavailable as error:
            self._faults.report(
                Fault(fingerprint="outbox:database", title="The outbox cannot be read", detail=str(error))
            )
        except Exception as error:  # noqa: BLE001 - the thread must live: one bad row may not stop all others
            detail = raised(error).detail
            self._faults.report(Fault(fingerprint="outbox:round", title="A round of deliveries failed", detail=detail))
        self._stopping.wait(BACK_OFF_SECONDS)
        return 0

    def _sleep(self, seen: int) -> int:
        with self._due:
            if self._calls == seen and not self._stopping.is_set():
                self._due.wait(IDLE_SECONDS)
            return self._calls

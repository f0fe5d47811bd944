"""Many doors, few commits: mails that end at about the same time are kept by one transaction, and followed up together."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from queue import Empty, SimpleQueue

import attrs

from ..contract.errors import DeskbellError
from ..contract.faults import Fault, FaultReporter
from ..store.database import DatabaseUnavailable
from .receive import Arrival

MOST_MAILS = 256
MOST_OCTETS = 32 * 1024 * 1024
DRAIN_SECONDS = 5.0
"""How long a stop waits for mails that are kept already to be followed up; the rest waits for the next start."""

Keep = Callable[[Sequence[Arrival]], Sequence[int]]
FollowUp = Callable[[Sequence[int]], object]

_log = logging.getLogger(__name__)


class Stopping(DeskbellError, RuntimeError):
    """A mail came when the door was closing; it was not kept."""

    def __init__(self) -> None:
        super().__init__("The desk is stopping: send the mail again when it is back.")


@attrs.frozen
class _Request:
    """Mails of one conversation that are kept together, and where their ids are awaited."""

    arrivals: Sequence[Arrival]
    ids: "Future[Sequence[int]]"

    @property
    def octets(self) -> int:
        """How much there is to write."""
        return sum(len(arrival.content) for arrival in self.arrivals)


class GroupCommit:
    """Two threads: one keeps what came meanwhile and answers, the other follows it up, so that no answer waits for that."""

    def __init__(self, *, keep: Keep, follow_up: FollowUp, faults: FaultReporter) -> None:
        self._keep = keep
        self._follow_up = follow_up
        self._faults = faults
        self._requests: SimpleQueue[_Request | None] = SimpleQueue()
        self._kept: SimpleQueue[Sequence[int] | None] = SimpleQueue()
        self._gate = threading.Lock()
        self._open = False
        self._deadline = float("inf")
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Begin to work."""
        self._open = True
        for name, work in (("mail-keeper", self._keep_all), ("mail-follow-up", self._follow_all)):
            thread = threading.Thread(target=work, name=name, daemon=True)
            thread.start()
            self._threads.append(thread)

    def submit(self, arrivals: Sequence[Arrival]) -> "Future[Sequence[int]]":
        """Have mails kept, all or none; the future gives their ids, or raises why they were not kept."""
        ids: Future[Sequence[int]] = Future()
        with self._gate:
            if self._open:
                self._requests.put(_Request(arrivals, ids))
            else:
                ids.set_exception(Stopping())
        return ids

    def stop(self) -> None:
        """Keep what was submitted, follow up what can be within a few seconds, and end both threads."""
        with self._gate:
            self._open = False
            self._requests.put(None)
        self._deadline = time.monotonic() + DRAIN_SECONDS
        for thread in self._threads:
            thread.join()
        self._threads.clear()

    def _keep_all(self) -> None:
        going_on = True
        while going_on:
            requests, going_on = self._next_requests()
            if requests:
                self._keep_group(requests)
        self._kept.put(None)

    def _next_requests(self) -> tuple[list[_Request], bool]:
        """Wait for a request and take those that are there as well; whether to go on after them."""
        request = self._requests.get()
        group: list[_Request] = []
        octets = 0
        while request is not None:
            # Whose peer hung up is not kept: it will send again, and has not been told that it need not.
            if request.ids.set_running_or_notify_cancel():
                group.append(request)
                octets += request.octets
            if len(group) == MOST_MAILS or octets >= MOST_OCTETS:
                return group, True
            try:
                request = self._requests.get_nowait()
            except Empty:
                return group, True
        return group, False

    def _keep_group(self, requests: Sequence[_Request]) -> None:
        try:
            ids = list(self._keep([arrival for request in requests for arrival in request.arrivals]))
        except Exception as error:  # noqa: BLE001 - every sender must get an answer; most mails fail for another's fault
            self._keep_apart(requests, error)
            return
        self._kept.put(tuple(ids))
        for request in requests:
            count = len(request.arrivals)
            request.ids.set_result(ids[:count])
            del ids[:count]

    def _keep_apart(self, requests: Sequence[_Request], error: Exception) -> None:
        """Find out which request it was that failed; when the database is away it was none of them."""
        if len(requests) > 1 and not isinstance(error, DatabaseUnavailable):
            for request in requests:
                self._keep_group([request])
            return
        self._report("Mail could not be kept; its senders were asked to try again", error)
        for request in requests:
            request.ids.set_exception(error)

    def _follow_all(self) -> None:
        going_on = True
        while going_on:
            ids, going_on = self._next_ids()
            if ids and time.monotonic() < self._deadline:
                self._follow(ids)

    def _next_ids(self) -> tuple[list[int], bool]:
        """Wait for ids of kept mails and take those that are there as well, up to a limit; whether to go on after them."""
        kept = self._kept.get()
        ids: list[int] = []
        while kept is not None:
            ids += kept
            if len(ids) >= MOST_MAILS:
                return ids, True
            try:
                kept = self._kept.get_nowait()
            except Empty:
                return ids, True
        return ids, False

    def _follow(self, ids: Sequence[int]) -> None:
        try:
            self._follow_up(ids)
        except Exception as error:  # noqa: BLE001 - the mails are kept and the sweep takes them up; the thread goes on
            self._report("Mail is kept but could not be processed now", error)

    def _report(self, title: str, error: Exception) -> None:
        _log.warning("%s.", title, exc_info=error)
        fingerprint = f"intake:{type(error).__name__}"
        self._faults.report(Fault(fingerprint=fingerprint, title=title, detail=f"{type(error).__name__}: {error}"))

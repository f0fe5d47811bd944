"""Calls into plugins, on a thread of their own: one that raises is recorded, one that hangs is left behind."""

import threading
import time
from collections.abc import Callable, Sequence
from queue import SimpleQueue
from traceback import format_exception

import attrs
import structlog

from ..contract.faults import Fault
from ..store.scrub import without_secrets
from ..store.trouble import database_fault, plain_words
from .whereabouts import class_and_place

log = structlog.get_logger("deskbell")


@attrs.frozen
class CallFailed:
    """A call that gave no value: `how` is ``raised`` or ``timed_out``.

    `database` is the fault of a database, when that is what made it raise.
    """

    how: str
    detail: str
    database: Fault | None = None


Result = object | CallFailed

GRACE = 0.1
"""Seconds beyond the limit before a call is taken for hung."""


@attrs.define(eq=False)
class _Run:
    """The calls of one `BoundedCalls.run`, shared by the caller and the thread that works through them."""

    calls: Sequence[Callable[[], object]]
    results: list[Result] = attrs.field(factory=list)
    started: float = attrs.field(factory=time.monotonic)
    abandoned: bool = False
    lock: threading.Lock = attrs.field(factory=threading.Lock)
    done: threading.Event = attrs.field(factory=threading.Event)


class BoundedCalls:
    """Runs batches of calls one after another, each with at most `limit` seconds.

    Handing a whole batch to the thread costs one switch instead of one per call. A thread that hangs cannot be ended in
    Python: it is left behind as a daemon and a fresh one takes over. Safe to use from several threads, one batch at a time.
    """

    def __init__(self, *, limit: float) -> None:
        self.limit = limit
        self.left_behind = 0
        self._turn = threading.Lock()
        self._queue: SimpleQueue[_Run | None] | None = None

    def run(self, calls: Sequence[Callable[[], object]]) -> list[Result]:
        """Each call's value, or why there is none, in order; never raises what a call raised."""
        results: list[Result] = []
        with self._turn:
            while len(results) < len(calls):
                results += self._run_until_hang(calls[len(results) :])
        return results

    def close(self) -> None:
        """Let the thread end."""
        with self._turn:
            if self._queue is not None:
                self._queue.put(None)
                self._queue = None

    def _run_until_hang(self, calls: Sequence[Callable[[], object]]) -> list[Result]:
        run = _Run(calls)
        self._worker().put(run)
        while not run.done.wait(max(run.started + self.limit - time.monotonic(), 0.001)):
            # A process that was stopped for a while finds every limit passed: let the call go on before it is judged.
            if time.monotonic() - run.started < self.limit or run.done.wait(GRACE):
                continue
            with run.lock:
                if not run.done.is_set() and time.monotonic() - run.started >= self.limit:
                    return self._leave_behind(run)
        return run.results

    def _leave_behind(self, run: _Run) -> list[Result]:
        run.abandoned = True
        self.left_behind += 1
        self._queue = None
        return [*run.results, CallFailed("timed_out", f"no answer within {self.limit:g} s")]

    def _worker(self) -> "SimpleQueue[_Run | None]":
        if self._queue is None:
            self._queue = SimpleQueue()
            threading.Thread(target=_work, args=(self._queue,), name="plugin-calls", daemon=True).start()
        return self._queue


def _work(queue: "SimpleQueue[_Run | None]") -> None:
    while (run := queue.get()) is not None:
        for call in run.calls:
            run.started = time.monotonic()
            result = _result(call)
            with run.lock:
                if run.abandoned:
                    return
                run.results.append(result)
        run.done.set()


def _result(call: Callable[[], object]) -> Result:
    try:
        return call()
    except BaseException as error:  # noqa: BLE001 - nothing a plugin raises may end this thread, not even SystemExit
        return raised(error)


def raised(error: BaseException) -> CallFailed:
    """The failure of a stranger's code that raised `error`, which is logged in full.

    What is told of it holds no word of the error's own: those may quote the mail that the code was at work on. Of a
    database's error the reason is told.
    """
    words = plain_words(error)
    if not words:
        words = class_and_place(error)
        log.error("A plugin or channel raised", what=words, trace=without_secrets("".join(format_exception(error))))
    return CallFailed("raised", words[:500], database=database_fault(error))

"""A lock that goes round in the order in which threads asked for it."""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from ..contract.errors import DeskbellError
from .trouble import DatabaseUnavailable


class NestedWriting(DeskbellError, RuntimeError):
    """A thread that writes opened another writing transaction and would wait for itself for ever."""

    def __init__(self) -> None:
        super().__init__(
            "writing() was opened inside writing() of the same thread: pass on the session that is open already."
        )


class Turns:
    """Lets one thread at a time write.

    A plain lock lets a thread that writes in a loop take it again before anybody else wakes up; here it is handed over.
    """

    def __init__(self, *, wait_seconds: float) -> None:
        self._wait_seconds = wait_seconds
        self._mutex = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._holder: int | None = None

    @contextmanager
    def take(self) -> Iterator[None]:
        """Hold the turn for the length of the block.

        :raises DatabaseUnavailable: when it does not come within the time to wait.
        :raises NestedWriting: when the thread holds it already.
        """
        self._acquire()
        try:
            yield
        finally:
            self._release()

    def _acquire(self) -> None:
        with self._mutex:
            if self._holder == threading.get_ident():
                raise NestedWriting
            if self._holder is None:
                self._holder = threading.get_ident()
                return
            turn = threading.Lock()
            turn.acquire()
            self._waiting.append(turn)
        if not turn.acquire(timeout=self._wait_seconds):
            self._give_up(turn)
        self._holder = threading.get_ident()

    def _give_up(self, turn: threading.Lock) -> None:
        with self._mutex:
            if turn in self._waiting:
                self._waiting.remove(turn)
                raise DatabaseUnavailable(f"other threads have been writing for {self._wait_seconds:g} seconds")
            # It was handed over at the last moment.

    def _release(self) -> None:
        with self._mutex:
            if self._waiting:
                # Held by nobody known until the next thread wakes, but free to no other.
                self._holder = 0
                self._waiting.popleft().release()
            else:
                self._holder = None

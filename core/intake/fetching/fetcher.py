"""Fetches one mailbox for as long as the desk runs: looks, waits for new mail, and backs off when that fails."""

import threading
from collections.abc import Callable
from datetime import timedelta

import attrs

from ...contract.clock import Clock
from ...contract.errors import DeskbellError
from ...contract.faults import Fault, FaultReporter
from ...store.database import DatabaseFailed, DatabaseUnavailable
from ...store.fetch_accounts import FetchAccount
from .access import Access
from .book import Book
from .collector import Collector, Progress
from .opening import open_source
from .source import Mark, Source
from .trouble import FetchFailed

_SLICE_SECONDS = 0.2


@attrs.frozen(kw_only=True)
class Pace:
    """How long to wait between two looks.

    :param poll: where the server cannot tell of new mail.
    :param reconnect: after a connection that lasted ended while it waited.
    :param database: after the desk's own database was away.
    """

    poll: timedelta = timedelta(seconds=60)
    reconnect: timedelta = timedelta(seconds=5)
    database: timedelta = timedelta(seconds=10)


class Fetcher:
    """One mailbox. `look` is for people, `run` for a thread of the service."""

    def __init__(
        self,
        account: FetchAccount,
        *,
        access: Callable[[], Access],
        collector: Collector,
        book: Book,
        clock: Clock,
        faults: FaultReporter,
        pace: Pace | None = None,
    ) -> None:
        """Nothing is opened here.

        :param access: gives the account with its secret, which may be a new token each time.
        """
        self.account = account
        self._access = access
        self._collector = collector
        self._book = book
        self._clock = clock
        self._faults = faults
        self._pace = pace or Pace()

    def look(self, *, stop: threading.Event, on_progress: Progress = lambda _read, _all: None) -> int:
        """Connect, fetch what waits, and hang up; answer how many mails were new. Failures are written down.

        :raises FetchFailed: when the server does not do its part.
        :raises DeskbellError: when the secret cannot be read, or the database is away.
        """
        try:
            with self._open() as source:
                return self._collector.collect(source, stop=stop, on_progress=on_progress)
        except (DatabaseUnavailable, DatabaseFailed):
            raise
        except DeskbellError as error:
            self._book.failed(str(error))
            raise

    def run(self, stop: threading.Event) -> None:
        """Fetch until `stop` is set; never raises."""
        while not stop.is_set():
            self._pause(self._round(stop), stop)

    def _round(self, stop: threading.Event) -> timedelta:
        """One connection from its beginning to its end; answer how long to pause after it."""
        try:
            return self._connection(stop)
        except (DatabaseUnavailable, DatabaseFailed):
            # It has its own alert; the mail stays on the server meanwhile.
            return self._pace.database
        except DeskbellError as error:
            return self._failed(str(error))
        except Exception as error:  # noqa: BLE001 - a fault here must not end the fetching of this mailbox for good
            title = f"Fetching mailbox '{self.account.mailbox}' met an unforeseen fault"
            detail = f"{type(error).__name__}: {error}"
            self._faults.report(Fault(fingerprint=f"fetching:{type(error).__name__}", title=title, detail=detail))
            return self._failed(detail)

    def _connection(self, stop: threading.Event) -> timedelta:
        began = self._clock.monotonic()
        try:
            with self._open() as source:
                self._collector.collect(source, stop=stop)
                while self._wait(source, stop):
                    self._collector.collect(source, stop=stop)
        except _Dropped:
            # Connections end, that is no failure; but a server that ends each at once is not to be called all the time.
            lasted = self._clock.monotonic() - began
            return self._pace.reconnect if lasted > self._pace.poll.total_seconds() else self._pace.poll
        return self._pace.poll

    def _wait(self, source: Source, stop: threading.Event) -> bool:
        """Wait for new mail; False when the connection is of no more use."""
        try:
            return not stop.is_set() and source.wait(stop) and not stop.is_set()
        except FetchFailed as error:
            raise _Dropped from error

    def _open(self) -> Source:
        state = self._book.state()
        mark = Mark(uid_validity=state.uid_validity, last_uid=state.last_uid)
        return open_source(self._access(), mark=mark, clock=self._clock)

    def _failed(self, reason: str) -> timedelta:
        try:
            state = self._book.failed(reason)
        except (DatabaseUnavailable, DatabaseFailed):
            return self._pace.database
        assert state.next_try_at is not None
        return state.next_try_at - self._clock.now()

    def _pause(self, length: timedelta, stop: threading.Event) -> None:
        until = self._clock.monotonic() + length.total_seconds()
        while self._clock.monotonic() < until and not stop.wait(_SLICE_SECONDS):
            pass


class _Dropped(Exception):
    """The connection ended while nothing was asked of it."""

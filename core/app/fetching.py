"""Fetches mailboxes while the desk runs: a thread for each, so that none waits for another's server."""

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

import attrs

from ..intake.fetching.access import Access, Limits
from ..intake.fetching.book import Book
from ..intake.fetching.collector import Collector
from ..intake.fetching.fetcher import Fetcher, Pace
from ..intake.fetching.tokens import secret_of
from ..store import fetch_accounts
from ..store.database import DatabaseFailed, DatabaseUnavailable
from ..store.fetch_accounts import FetchAccount
from .opening import Desk

RELOAD_SECONDS = 5.0
"""How soon a mailbox that was added or changed is fetched by a running desk."""
STOP_SECONDS = 5.0
"""How long a stop waits for mail that is being read; what is not kept yet is still on the server."""


@attrs.frozen(kw_only=True)
class _Running:
    account: FetchAccount
    stop: threading.Event
    thread: threading.Thread


class Fetchers:
    """A thread for each mailbox that is fetched, so that none waits for another's server."""

    def __init__(
        self,
        desk: Desk,
        *,
        on_mail: Callable[[Sequence[int]], object],
        limits: Limits | None = None,
        pace: Pace | None = None,
    ) -> None:
        """Start nothing yet.

        :param on_mail: is called with the ids of mails that were just kept, in the thread of their mailbox.
        """
        self._desk = desk
        self._on_mail = on_mail
        self._limits = limits or Limits()
        self._pace = pace or Pace()
        self._stop = threading.Event()
        self._running: dict[int, _Running] = {}
        self._keeper = threading.Thread(target=self._keep_up, name="fetchers", daemon=True)

    def start(self) -> None:
        """Begin to fetch."""
        self._keeper.start()

    def stop(self) -> None:
        """Begin no more mail, and wait a little for what is being read."""
        self._stop.set()
        if self._keeper.is_alive():
            self._keeper.join()
        for each in self._running.values():
            each.stop.set()
        until = self._desk.clock.monotonic() + STOP_SECONDS
        for each in self._running.values():
            each.thread.join(max(0.0, until - self._desk.clock.monotonic()))

    def _keep_up(self) -> None:
        while not self._stop.is_set():
            # Without the database nobody can keep mail either; those that run go on trying.
            with suppress(DatabaseUnavailable, DatabaseFailed):
                self._follow({account.mailbox_id: account for account in accounts(self._desk)})
            self._stop.wait(RELOAD_SECONDS)

    def _follow(self, wanted: Mapping[int, FetchAccount]) -> None:
        """Let the threads be those that the accounts ask for."""
        for mailbox_id, running in list(self._running.items()):
            if wanted.get(mailbox_id) != running.account:
                running.stop.set()
                del self._running[mailbox_id]
        for mailbox_id, account in wanted.items():
            if mailbox_id not in self._running:
                self._running[mailbox_id] = self._begin(account)

    def _begin(self, account: FetchAccount) -> _Running:
        fetcher = fetcher_of(self._desk, account, follow_up=self._on_mail, limits=self._limits, pace=self._pace)
        stop = threading.Event()
        thread = threading.Thread(target=fetcher.run, args=(stop,), name=f"fetch-{account.mailbox}", daemon=True)
        thread.start()
        return _Running(account=account, stop=stop, thread=thread)


def fetcher_of(
    desk: Desk,
    account: FetchAccount,
    *,
    follow_up: Callable[[Sequence[int]], object],
    limits: Limits,
    pace: Pace | None = None,
) -> Fetcher:
    """Put a fetcher together.

    :param follow_up: is called with the ids of mails that were just kept.
    """
    book = Book(account, db=desk.db, clock=desk.clock, faults=desk.watch, tell=lambda: desk.ring(()))
    collector = Collector(
        account, db=desk.db, intake=desk.intake, book=book, follow_up=follow_up, largest=limits.largest_mail
    )
    return Fetcher(
        account,
        access=lambda: access_of(desk, account, limits),
        collector=collector,
        book=book,
        clock=desk.clock,
        faults=desk.watch,
        pace=pace,
    )


def access_of(desk: Desk, account: FetchAccount, limits: Limits) -> Access:
    """The account with its secret opened, or a new token.

    :raises DeskbellError: when there is no usable secret.
    """
    return Access(account=account, secret=secret_of(account, box=desk.secrets), limits=limits)


def accounts(desk: Desk) -> tuple[FetchAccount, ...]:
    """All accounts that are fetched."""
    with desk.db.reading() as session:
        return fetch_accounts.list_accounts(session)

"""Keeps the book on a mailbox: how far it was fetched, how often that failed, and that the administrator hears of it once."""

from collections.abc import Callable, Collection

import attrs

from ...contract.clock import Clock
from ...contract.faults import Fault, FaultReporter
from ...store import fetch_accounts
from ...store.database import Database
from ...store.fetch_accounts import FetchAccount, FetchState
from .backoff import not_fetchable, pause_after
from .source import Mark


class Book:
    """The state of one mailbox in the database.

    :param tell: writes reported faults down; what is told is noted only after that.
    """

    def __init__(
        self, account: FetchAccount, *, db: Database, clock: Clock, faults: FaultReporter, tell: Callable[[], object]
    ) -> None:
        self._account = account
        self._db = db
        self._clock = clock
        self._faults = faults
        self._tell = tell

    def state(self) -> FetchState:
        """How it goes."""
        with self._db.reading() as session:
            return fetch_accounts.state_of(session, self._account.mailbox_id)

    def succeeded(self, *, mark: Mark, fetched: int, left_alone: Collection[str]) -> FetchState:
        """Write down that a look came to its end; trouble is over with that."""
        return self._write(
            FetchState(
                uid_validity=mark.uid_validity,
                last_uid=mark.last_uid,
                left_alone=frozenset(left_alone),
                last_fetch_at=self._clock.now(),
                fetched=self.state().fetched + fetched,
            )
        )

    def failed(self, reason: str) -> FetchState:
        """Write down a failed try and when the next is due; tell of it when the mailbox counts as not fetchable now."""
        now, before = self._clock.now(), self.state()
        failures = before.failures + 1
        state = self._write(
            attrs.evolve(
                before,
                failures=failures,
                failing_since=before.failing_since or now,
                next_try_at=now + pause_after(failures),
                last_error=reason,
            )
        )
        if state.told_at is not None or not not_fetchable(state, now=now):
            return state
        self._faults.report(self._fault(state))
        self._tell()
        return self._write(attrs.evolve(state, told_at=now))

    def report_large(self, size: int) -> None:
        """Tell of a mail that stays on the server because it is too large; `size` is in octets."""
        account = self._account
        title = f"A mail in mailbox '{account.mailbox}' is too large to be fetched"
        detail = f"It has {size} octets and stays on {account.host}: look at it there. It is not tried again."
        self._faults.report(Fault(fingerprint=f"mailbox-large:{account.mailbox}", title=title, detail=detail))

    def _fault(self, state: FetchState) -> Fault:
        tries = f"{state.failures} tries failed in a row. " if state.failures > 1 else ""
        name = self._account.mailbox
        detail = f"{tries}{state.last_error} 'deskbell mailbox test {name}' tries it at once."
        return Fault(fingerprint=f"mailbox:{name}", title=f"Mailbox '{name}' cannot be fetched", detail=detail)

    def _write(self, state: FetchState) -> FetchState:
        with self._db.writing() as session:
            fetch_accounts.put_state(session, self._account.mailbox_id, state)
        return state

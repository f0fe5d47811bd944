"""One look into a mailbox: what is new is read, kept in batches, and only then marked on the server."""

import logging
import threading
from collections.abc import Callable, Sequence

import attrs

from ...contract.faults import Fault
from ...store import fetch_accounts
from ...store.database import Database
from ...store.fetch_accounts import FetchAccount, FetchState
from ..pipe import envelope_sender
from ..receive import MIB, Arrival, Intake
from .book import Book
from .source import Source, Waiting
from .trouble import FetchFailed

BATCH_MAILS = 50
BATCH_OCTETS = 8 * MIB

FollowUp = Callable[[Sequence[int]], object]
Progress = Callable[[int, int], object]
"""Is called with how many mails are read and how many there are to read."""

_log = logging.getLogger(__name__)


@attrs.frozen
class _Read:
    mail: Waiting
    content: bytes


class Collector:
    """Looks into one mailbox, again and again."""

    def __init__(
        self, account: FetchAccount, *, db: Database, intake: Intake, book: Book, follow_up: FollowUp, largest: int
    ) -> None:
        """Nothing is opened here.

        :param follow_up: is called with the ids of mails that were just kept and marked.
        :param largest: mails of more octets stay on the server.
        """
        self._account = account
        self._db = db
        self._intake = intake
        self._book = book
        self._follow_up = follow_up
        self._largest = largest
        self._suspects: set[str] = set()

    def collect(
        self, source: Source, *, stop: threading.Event, on_progress: Progress = lambda _read, _all: None
    ) -> int:
        """Fetch what waits; answer how many mails were new. When `stop` is set, the rest waits for the next look.

        :raises FetchFailed: when the server does not do its part; what was read until then is kept.
        :raises DatabaseUnavailable: when nothing can be kept; the server has all of it then.
        """
        state = self._book.state()
        listed = source.waiting()
        known = self._known([mail.stem for mail in listed if not mail.by_content])
        source.settle([mail for mail in listed if mail.stem in known])
        fresh = [mail for mail in listed if mail.stem not in known]
        large = {mail.mention for mail in fresh if mail.size > self._largest}
        self._report_large(fresh, large, state)
        wanted = [mail for mail in fresh if mail.mention not in large]
        # What broke the connection before is read last, so that it keeps nothing else from coming in.
        wanted.sort(key=lambda mail: mail.mention in self._suspects)
        fetched = self._fetch(source, wanted, stop=stop, on_progress=on_progress)
        if not stop.is_set():
            self._book.succeeded(mark=source.mark, fetched=fetched, left_alone=large)
            self._suspects.clear()
        return fetched

    def _known(self, keys: Sequence[str]) -> frozenset[str]:
        with self._db.reading() as session:
            return fetch_accounts.known_keys(session, keys)

    def _report_large(self, mails: Sequence[Waiting], large: set[str], state: FetchState) -> None:
        for mail in mails:
            if mail.mention in large - state.left_alone:
                self._book.report_large(mail.size)

    def _fetch(self, source: Source, mails: Sequence[Waiting], *, stop: threading.Event, on_progress: Progress) -> int:
        fetched = octets = 0
        batch: list[_Read] = []
        for done, mail in enumerate(mails, start=1):
            if stop.is_set():
                break
            content = self._read(source, mail, batch)
            if content is not None:
                batch.append(_Read(mail, content))
                octets += len(content)
            if len(batch) >= BATCH_MAILS or octets >= BATCH_OCTETS:
                fetched += self._take_over(source, batch)
                batch, octets = [], 0
            on_progress(done, len(mails))
        return fetched + self._take_over(source, batch)

    def _read(self, source: Source, mail: Waiting, batch: Sequence[_Read]) -> bytes | None:
        try:
            return source.read(mail)
        except FetchFailed:
            self._suspects.add(mail.mention)
            # The connection is gone, but what it brought is worth keeping: those mails are marked at the next look.
            self._follow(self._keep(batch))
            raise

    def _take_over(self, source: Source, batch: Sequence[_Read]) -> int:
        """Keep mails, mark them, and have them followed up; answer how many were new."""
        if not batch:
            return 0
        ids = self._keep(batch)
        try:
            source.settle([each.mail for each in batch])
        finally:
            self._follow(ids)
        return len(ids)

    def _keep(self, batch: Sequence[_Read]) -> Sequence[int]:
        """Commit mails that are not kept already; answer their ids."""
        keys = [each.mail.key(each.content) for each in batch]
        known = self._known(keys)
        arrivals = [
            Arrival(
                content=each.content,
                envelope_from=envelope_sender(each.content),
                source=self._account.protocol.value,
                mailbox=self._account.mailbox,
                source_key=key,
            )
            for each, key in zip(batch, keys, strict=True)
            if key not in known
        ]
        # Two mails of one maildrop may have the same content, and so the same key and id.
        return tuple(dict.fromkeys(self._intake.accept_many(arrivals))) if arrivals else ()

    def _follow(self, ids: Sequence[int]) -> None:
        if not ids:
            return
        try:
            self._follow_up(ids)
        except Exception as error:  # noqa: BLE001 - the mails are kept and the sweep takes them up; fetching goes on
            title = "Mail is kept but could not be processed now"
            _log.warning("%s.", title, exc_info=error)
            detail = f"{type(error).__name__}: {error}"
            self._intake.faults.report(Fault(fingerprint=f"intake:{type(error).__name__}", title=title, detail=detail))

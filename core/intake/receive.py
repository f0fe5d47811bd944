"""The intake: keeps raw mails before anybody acknowledges them, then makes tickets and messages of them."""

from collections.abc import Callable, Sequence

import attrs

from ..contract.clock import Clock
from ..contract.events import Event
from ..contract.faults import FaultReporter, hit
from ..desk.before import BeforeHooks
from ..outbox.signed_addresses import SignedAddresses
from ..store import raw_mails
from ..store.database import Database
from ..store.directory import Directory
from ..store.files import AttachmentStore
from ..store.raw_mails import NewRawMail
from .careful import Care
from .parsing import MailLimits
from .processing import Processing
from .route import Router
from .sweep import sweep

MIB = 1024 * 1024
LARGEST_READ = 35 * MIB
"""The largest raw mail that becomes a ticket, in octets: attachments of 25 MiB grow by 37 % in base64 with its line ends."""


@attrs.frozen(kw_only=True)
class Arrival:
    """A mail at the door.

    :param content: the octets, with any line ends.
    :param envelope_from: '' for the null sender, None when the door did not tell.
    :param source: the door: ``pipe``, ``lmtp``, ``smtp``, ``imap`` ...
    :param mailbox: the name or address of the mailbox that it came by, when the door knows.
    :param source_key: the same for every fetch of the same mail.
    """

    content: bytes = attrs.field(repr=lambda content: f"<{len(content)} octets>")
    envelope_from: str | None = None
    envelope_to: tuple[str, ...] = ()
    source: str
    mailbox: str | None = None
    source_key: str | None = None


class Intake:
    """What every door of the mail uses. May be used by several threads, and by several processes on one database."""

    def __init__(
        self,
        db: Database,
        *,
        files: AttachmentStore,
        hooks: BeforeHooks,
        faults: FaultReporter,
        clock: Clock,
        limits: MailLimits | None = None,
        care: Care | None = None,
        signed: SignedAddresses | None = None,
    ) -> None:
        """:param care: which mails are read in a child process, and within which limits.
        :param signed: reads the reply addresses of this desk.
        """
        self.faults = faults
        self._db = db
        self._clock = clock
        self._processing = Processing(
            db,
            files=files,
            hooks=hooks,
            faults=faults,
            clock=clock,
            limits=limits or MailLimits(raw_octets=LARGEST_READ),
            care=care or Care(),
            signed=signed,
        )

    def accept(
        self,
        raw: bytes,
        *,
        envelope_from: str | None,
        envelope_to: tuple[str, ...],
        source: str,
        mailbox: str | None = None,
        source_key: str | None = None,
    ) -> int:
        """Keep one mail and answer its id; once this returns, the mail may be acknowledged.

        :raises UnknownName: when the desk has no such mailbox.
        :raises DatabaseUnavailable: when the database is away; nothing was kept.
        """
        arrival = Arrival(
            content=raw,
            envelope_from=envelope_from,
            envelope_to=envelope_to,
            source=source,
            mailbox=mailbox,
            source_key=source_key,
        )
        return self.accept_many([arrival])[0]

    def accept_many(self, arrivals: Sequence[Arrival]) -> tuple[int, ...]:
        """Keep mails, all or none, in one transaction; answer their ids in the same order.

        :raises UnknownName: when the desk has no such mailbox.
        :raises DatabaseUnavailable: when the database is away; nothing was kept.
        """
        hit("intake.raw_read")
        with self._db.writing() as session:
            named = any(arrival.mailbox is not None for arrival in arrivals)
            directory = self._db.directory(session) if named else Directory()
            new = [_new_raw_mail(arrival, directory) for arrival in arrivals]
            ids = raw_mails.insert_new(session, new, now=self._clock.now())
        hit("intake.raw_committed")
        return ids

    def process(self, ids: Sequence[int]) -> tuple[Event, ...]:
        """Make tickets and messages of those of the mails that wait; answer the events, to be rung.

        A mail that fails twice is quarantined, it spoils no other and raises nothing here.

        :raises DatabaseUnavailable: when the database is away; what is not done yet waits for the sweep.
        :raises FilesUnavailable: when attachments cannot be written; likewise.
        """
        return self._processing.process(ids)

    def sweep(self, *, on_events: Callable[[tuple[Event, ...]], object]) -> int:
        """Process what a crash or an outage left waiting; answer how many mails that were.

        :param on_events: rings what each step wrote.
        :raises DatabaseUnavailable: when the database is away.
        :raises FilesUnavailable: when attachments cannot be written.
        """
        return sweep(self._db, processing=self._processing, faults=self.faults, on_events=on_events)

    def router(self) -> Router:
        """Who takes mail, by the directory as it is now.

        :raises DatabaseUnavailable: when the database is away.
        """
        with self._db.reading() as session:
            return Router(self._db.directory(session))


def _new_raw_mail(arrival: Arrival, directory: Directory) -> NewRawMail:
    mailbox = None if arrival.mailbox is None else directory.mailbox(arrival.mailbox).id
    return NewRawMail(
        source=arrival.source,
        source_key=arrival.source_key,
        mailbox_id=mailbox,
        envelope_from=None if arrival.envelope_from is None else _storable(arrival.envelope_from),
        envelope_to=tuple(map(_storable, arrival.envelope_to)),
        content=arrival.content,
    )


def _storable(address: str) -> str:
    """An address out of an envelope without what no database takes: NUL, line ends, octets that are not UTF-8."""
    text = address.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return "".join(character if character.isprintable() else "\ufffd" for character in text)

"""Transactions on the desk's database, and the directory cached by its revision."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from sqlalchemy import Connection, Engine, event, select
from sqlalchemy.orm import Session

from ..contract.clock import Clock
from .directory import Directory
from .engines import is_sqlite, reading_engine, writing_engine
from .load_directory import load_directory
from .rows import CounterRow, DirectoryRow
from .schema import HEAD, SchemaOutdated, schema_version
from .sqlite_file import OpenedFile, missing_file
from .trouble import DatabaseFailed, DatabaseUnavailable, OnTrouble, in_words, unusable
from .turns import Turns
from .upsert import upserting

__all__ = [
    "Database",
    "DatabaseFailed",
    "DatabaseUnavailable",
    "SchemaOutdated",
    "directory_revision",
    "open_database",
    "take_directory",
    "touch_directory",
]

WAIT_SECONDS = 10.0
"""How long a transaction waits for a lock or a connection before the database counts as unavailable."""
PAUSE_SECONDS = 0.5
"""How long nobody knocks again at a database that could not be reached: fewer than two tries a second."""
LOADS = 10
REVISION = "directory"
_CHANGED = "directory_changed"
_RAISED = "directory_raised"
_TAKEN = "directory_taken"


class Database:
    """Opens transactions. All methods may be called by several threads at once.

    On SQLite one transaction of the process writes at a time, in the order of asking; on PostgreSQL they work side by
    side.

    :param on_trouble: hears of each error that nobody expected, wherever in a transaction it was met.
    """

    def __init__(
        self, url: str, *, clock: Clock, wait_seconds: float = WAIT_SECONDS, on_trouble: OnTrouble | None = None
    ) -> None:
        self.url = url
        self._on_trouble = on_trouble
        self.is_sqlite = is_sqlite(url)
        self._clock = clock
        self._writer = writing_engine(url, wait_seconds=wait_seconds)
        self._reader = reading_engine(url, self._writer, wait_seconds=wait_seconds)
        self._turn: Callable[[], AbstractContextManager[None]] = nullcontext
        if self.is_sqlite:
            self._turn = Turns(wait_seconds=wait_seconds).take
        self._directory: Directory | None = None
        self._away: tuple[float, DatabaseUnavailable] | None = None
        self._file = OpenedFile(url) if self.is_sqlite else None

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one state of the database and cannot write.

        :raises DatabaseUnavailable: when the database is away or locked.
        :raises DatabaseFailed: when it refuses a statement.
        """
        with self._connected(self._reader) as connection, Session(connection, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session that is committed at the end of the block, and rolled back when it raises.

        :raises DatabaseUnavailable: when the database is away, locked or full.
        :raises DatabaseFailed: when it refuses a statement.
        """
        with (
            self._turn(),
            self._connected(self._writer) as connection,
            WritingSession(connection, expire_on_commit=False) as session,
        ):
            yield session
            session.commit()

    @contextmanager
    def configuring(self) -> Iterator[Session]:
        """A writing session for a change of the directory: one at a time, also on PostgreSQL.

        What it reads of the directory stays so until its end, so that it may write what follows from it.

        :raises DatabaseUnavailable: when the database is away, locked or full, or another one does not end.
        :raises DatabaseFailed: when it refuses a statement.
        """
        with self.writing() as session:
            take_directory(session)
            yield session

    @staticmethod
    @contextmanager
    def savepoint(session: Session) -> Iterator[None]:
        """What raises inside the block is undone; what the transaction did before it stays."""
        with session.begin_nested():
            yield

    @contextmanager
    def _connected(self, engine: Engine) -> Iterator[Connection]:
        if self._away is not None and self._clock.monotonic() - self._away[0] < PAUSE_SECONDS:
            raise DatabaseUnavailable(self._away[1].detail, reported=self._away[1].reported)
        try:
            if self._file is not None and (trouble := self._file.trouble()):
                raise unusable(trouble, self._on_trouble)
            with in_words(self._on_trouble):
                connection = engine.connect()
        except DatabaseUnavailable as error:
            self._away = (self._clock.monotonic(), error)
            raise
        self._away = None
        with in_words(self._on_trouble), connection:
            yield connection

    def directory(self, session: Session) -> Directory:
        """The directory as `session` sees it; read anew only when its revision has changed."""
        for _ in range(LOADS):
            revision = directory_revision(session)
            known = self._directory
            if known is not None and known.revision == revision:
                return known
            fresh = load_directory(session, revision=revision)
            # On PostgreSQL a writing transaction sees what others commit meanwhile: that would be a mixture.
            if directory_revision(session) == revision:
                return self._kept(session, fresh)
        raise DatabaseUnavailable("the configuration changes faster than it can be read")

    def _kept(self, session: Session, fresh: Directory) -> Directory:
        # A transaction that changed the directory may still be rolled back: what it sees is for itself alone.
        if _CHANGED not in session.info:
            self._directory = fresh
        return fresh

    @property
    def away(self) -> bool:
        """Whether it could not be reached when it was last tried."""
        return self._away is not None

    def close(self) -> None:
        """Close all connections."""
        self._writer.dispose()
        self._reader.dispose()


def open_database(url: str, *, clock: Clock, on_trouble: OnTrouble | None = None) -> Database:
    """Open a database whose tables are of this program's version.

    :param on_trouble: see `Database`.
    :raises SchemaOutdated: when they are of another one, or there are none.
    :raises DatabaseUnavailable: when the database is away.
    """
    if missing := missing_file(url):
        # SQLite would make an empty file.
        raise SchemaOutdated("", missing=missing)
    db = Database(url, clock=clock, on_trouble=on_trouble)
    try:
        with db.reading() as session:
            found = schema_version(session.connection())
        if found != HEAD:
            raise SchemaOutdated(found)
    except BaseException:
        db.close()
        raise
    return db


def take_directory(session: Session) -> None:
    """Wait until nobody else changes the directory, and keep others from it until the transaction ends.

    Call it before anything of the directory is read that the change depends on.
    """
    if session.info.get(_TAKEN):
        return
    counter = upserting(session, CounterRow).values(name=REVISION, value=0)
    same = counter.on_conflict_do_update(index_elements=["name"], set_={"value": CounterRow.value})
    session.connection().execute(same)
    session.info[_TAKEN] = True


def touch_directory(session: Session) -> None:
    """Raise the directory's revision, once per transaction.

    A flush of rows of the directory does it by itself; statements that go past the flush need this call.
    """
    session.info[_CHANGED] = True
    if session.info.get(_RAISED):
        return
    counter = upserting(session, CounterRow).values(name=REVISION, value=1)
    raised = counter.on_conflict_do_update(index_elements=["name"], set_={"value": CounterRow.value + 1})
    session.connection().execute(raised)
    session.info[_RAISED] = True


_REVISION = select(CounterRow.value).where(CounterRow.name == REVISION)


def directory_revision(session: Session) -> int:
    """The directory's revision as `session` sees it."""
    return session.connection().scalar(_REVISION) or 0


class WritingSession(Session):
    """A session that raises the directory's revision when it writes rows of the directory."""


@event.listens_for(WritingSession, "after_flush")
def _raise_revision(session: Session, _: object) -> None:
    written = (*session.new, *session.deleted, *(row for row in session.dirty if session.is_modified(row)))
    if any(isinstance(row, DirectoryRow) for row in written):
        touch_directory(session)


@event.listens_for(WritingSession, "after_soft_rollback")
def _forget_raise(session: Session, _: object) -> None:
    # A savepoint that was rolled back may have taken the raise or the turn along; another one more does no harm.
    session.info.pop(_RAISED, None)
    session.info.pop(_TAKEN, None)

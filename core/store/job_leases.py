"""The right to run a periodic job: an advisory lock of PostgreSQL, or a lock on a file beside the SQLite database."""

import fcntl
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import func, select

from .database import Database

# A namespace of our own: other programs may use advisory locks on the same database.
LOCK_SPACE = 0x6465736B


class JobLeases:
    """Hands out one lease per job name at a time, over all processes that share the desk.

    :param folder: where the lock files lie; used with SQLite only.
    """

    def __init__(self, db: Database, *, folder: Path) -> None:
        self._db = db
        self._folder = folder

    @contextmanager
    def hold(self, job: str) -> Iterator[bool]:
        """True inside the block if this process holds the lease; it ends with the block, and with the process."""
        if self._db.is_sqlite:
            with self._file_lock(job) as held:
                yield held
        else:
            with self._advisory_lock(job) as held:
                yield held

    @contextmanager
    def _file_lock(self, job: str) -> Iterator[bool]:
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / f"{job}.lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            yield True

    @contextmanager
    def _advisory_lock(self, job: str) -> Iterator[bool]:
        """Bound to a transaction of its own: it ends when the connection does, however that happens."""
        with self._db.reading() as session:
            number = zlib.crc32(job.encode()) - 2**31
            yield bool(session.scalar(select(func.pg_try_advisory_xact_lock(LOCK_SPACE, number))))

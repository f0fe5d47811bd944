"""The file of an SQLite database: whether it is there, and whether it is still the one that was opened.

SQLite goes on with a file that was moved or replaced while it was open: what is written then is in no file that anybody
will ever look at, though it counts as committed.
"""

import os
from pathlib import Path

from sqlalchemy.engine import make_url

from .engines import is_sqlite


def missing_file(url: str) -> Path | None:
    """The database's file if it is not there; None when it is, or the database is no file."""
    if not is_sqlite(url):
        return None
    file = Path(make_url(url).database or "")
    return None if file.exists() else file


class OpenedFile:
    """Remembers which file was opened."""

    def __init__(self, url: str) -> None:
        self._file = make_url(url).database or ""
        self._opened = self._identity()

    def trouble(self) -> str:
        """'' while the file is the one that was opened, else what is wrong with it, in words."""
        found = self._identity()
        if self._opened is None:
            self._opened = found
        if found == self._opened:
            return ""
        if found is None:
            return f"its file {self._file} was taken away while it was open; put it back"
        return f"its file {self._file} was replaced while it was open; restart this program to use the new one"

    def _identity(self) -> tuple[int, int] | None:
        try:
            found = os.stat(self._file)  # noqa: PTH116 - asked for every transaction
        except OSError:
            return None
        return found.st_dev, found.st_ino

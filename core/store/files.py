"""Attachments as files beside the database, each named by the SHA-256 of its content, so that equal ones are kept once."""

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO, NamedTuple

from ..contract.errors import DeskbellError

CHUNK = 1024 * 1024
"""How much of a stream is in memory at a time, in bytes."""

_DIGEST = re.compile(r"[0-9a-f]{64}")


class FilesUnavailable(DeskbellError, OSError):
    """The folder of attachments cannot be written; what was asked did not happen and can be asked again."""

    def __init__(self, folder: Path, reason: str) -> None:
        super().__init__(f"Attachments cannot be written to {folder}: {reason}. Make room there or mend its rights.")


class FileMissing(DeskbellError, FileNotFoundError):
    """The content of an attachment is not where it should be."""

    def __init__(self, digest: str) -> None:
        super().__init__(f"The attachment {digest} is not in the folder of attachments: restore it from a backup.")


class Stored(NamedTuple):
    """The name of a content, its SHA-256 in hex, and its size in bytes."""

    digest: str
    size: int


class AttachmentStore:
    """The folder of attachments. Several threads and processes may use it at once.

    A file is on disk, name and all, before `put` returns: write it before the transaction that speaks of it commits. What
    a crash leaves is a file that nothing speaks of, never a row without its file.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, content: bytes | BinaryIO) -> Stored:
        """Keep a content, read in chunks when it is a stream.

        :raises FilesUnavailable: when the folder cannot be written to.
        """
        try:
            return self._put_bytes(content) if isinstance(content, bytes) else self._put_stream(content)
        except OSError as error:
            raise FilesUnavailable(self.folder, error.strerror or str(error)) from error

    def open(self, digest: str) -> BinaryIO:
        """The content of this name, to be read and closed by the caller.

        :raises FileMissing: when it is not there.
        """
        if not _DIGEST.fullmatch(digest):
            raise FileMissing(digest)
        try:
            return self._place(digest).open("rb")
        except FileNotFoundError as error:
            raise FileMissing(digest) from error

    def chunks(self, digest: str) -> Iterator[bytes]:
        """The content of this name in pieces, read as they are asked for; it is there when this returns.

        :raises FileMissing: when it is not there.
        """
        self.open(digest).close()
        return self._pieces(digest)

    def _pieces(self, digest: str) -> Iterator[bytes]:
        with self.open(digest) as file:
            while piece := file.read(CHUNK):
                yield piece

    def _put_bytes(self, content: bytes) -> Stored:
        stored = Stored(hashlib.sha256(content).hexdigest(), len(content))
        if self._has(stored):
            _sync_folder(self._place(stored.digest).parent)
            return stored
        with self._temporary() as file:
            file.write(content)
            self._keep(file, stored)
        return stored

    def _put_stream(self, content: BinaryIO) -> Stored:
        digest = hashlib.sha256()
        size = 0
        with self._temporary() as file:
            while chunk := content.read(CHUNK):
                digest.update(chunk)
                size += len(chunk)
                file.write(chunk)
            stored = Stored(digest.hexdigest(), size)
            self._keep(file, stored)
        return stored

    @contextmanager
    def _temporary(self) -> Iterator[IO[bytes]]:
        """A file in the folder that is gone at the end of the block unless it was renamed."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self.folder, prefix=".part-", delete=False) as file:
            try:
                yield file
            finally:
                Path(file.name).unlink(missing_ok=True)

    def _keep(self, file: IO[bytes], stored: Stored) -> None:
        """Give a temporary file its name, in steps of which each is on disk before the next."""
        place = self._place(stored.digest)
        if not place.parent.is_dir():
            place.parent.mkdir(exist_ok=True)
            _sync_folder(self.folder)
        if not self._has(stored):
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).replace(place)
        _sync_folder(place.parent)

    def _has(self, stored: Stored) -> bool:
        """Whether the content is there; a file of another size was damaged and is written again."""
        place = self._place(stored.digest)
        return place.is_file() and place.stat().st_size == stored.size

    def _place(self, digest: str) -> Path:
        # Folders of a few thousand files each stay quick to list and to back up.
        return self.folder / digest[:2] / digest[2:]


def _sync_folder(folder: Path) -> None:
    """Put the names in a folder on disk: a rename is durable only then."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

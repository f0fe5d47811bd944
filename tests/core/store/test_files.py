"""Attachments beside the database: named by content, written once, whole or not at all."""

import hashlib
import io
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from deskbell.core.store.files import CHUNK, AttachmentStore, FileMissing, FilesUnavailable

HELLO = b"hello"
HELLO_DIGEST = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"


@pytest.fixture
def store(tmp_path: Path) -> AttachmentStore:
    return AttachmentStore(tmp_path / "attachments")


def files_below(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


def read(store: AttachmentStore, digest: str) -> bytes:
    with store.open(digest) as file:
        return file.read()


def test_bytes_are_found_by_their_digest(store: AttachmentStore) -> None:
    assert store.put(HELLO) == (HELLO_DIGEST, 5)
    assert read(store, HELLO_DIGEST) == HELLO


def test_a_stream_is_read_in_chunks(store: AttachmentStore) -> None:
    class Stream(io.BytesIO):
        largest = 0

        def read(self, size: int | None = -1, /) -> bytes:
            assert size is not None
            self.largest = max(self.largest, size)
            return super().read(size)

    content = os.urandom(2 * CHUNK + 17)
    stream = Stream(content)
    stored = store.put(stream)
    assert stored == (hashlib.sha256(content).hexdigest(), len(content))
    assert read(store, stored.digest) == content
    assert stream.largest == CHUNK


def test_an_empty_file_is_a_file(store: AttachmentStore) -> None:
    assert read(store, store.put(b"").digest) == b""
    assert store.put(io.BytesIO()).size == 0


def test_equal_content_is_kept_once_and_not_written_again(store: AttachmentStore) -> None:
    store.put(HELLO)
    [file] = files_below(store.folder)
    before = file.stat().st_ino
    store.put(HELLO)
    store.put(io.BytesIO(HELLO))
    assert list(files_below(store.folder)) == [file]
    assert file.stat().st_ino == before


def test_a_damaged_file_is_written_again(store: AttachmentStore) -> None:
    store.put(HELLO)
    [file] = files_below(store.folder)
    file.write_bytes(b"he")
    store.put(HELLO)
    assert read(store, HELLO_DIGEST) == HELLO


def test_a_stream_that_breaks_leaves_nothing(store: AttachmentStore) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.put(Broken(HELLO))
    assert list(files_below(store.folder)) == []


def test_the_file_and_its_name_are_on_disk_before_put_returns(
    store: AttachmentStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    fsync, rename = os.fsync, Path.replace

    def note_fsync(descriptor: int) -> None:
        fsync(descriptor)
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        steps.append("sync folder" if path.is_dir() else "sync file")

    def note_rename(self: Path, target: Path) -> Path:
        steps.append("rename")
        return rename(self, target)

    monkeypatch.setattr(os, "fsync", note_fsync)
    monkeypatch.setattr(Path, "replace", note_rename)
    store.put(HELLO)
    assert steps == ["sync folder", "sync file", "rename", "sync folder"]


def test_a_folder_that_cannot_be_written_is_said_in_a_sentence(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_bytes(b"")
    with pytest.raises(FilesUnavailable, match="cannot be written to"):
        AttachmentStore(blocked).put(HELLO)


@pytest.mark.parametrize("digest", ["0" * 64, "../../etc/passwd", "", "2cf24"])
def test_what_is_not_there_is_said_in_a_sentence(store: AttachmentStore, digest: str) -> None:
    store.put(HELLO)
    with pytest.raises(FileMissing, match="restore it from a backup"):
        store.open(digest)


def test_threads_may_store_the_same_content_at_once(store: AttachmentStore) -> None:
    content = os.urandom(CHUNK)
    results: list[str] = []
    threads = [threading.Thread(target=lambda: results.append(store.put(content).digest)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [hashlib.sha256(content).hexdigest()] * 8
    assert read(store, results[0]) == content
    assert len(list(files_below(store.folder))) == 1

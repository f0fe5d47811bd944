"""Files of the last resort: whole or as before, read by their owner only, and the desk's also when root wrote them."""

import fcntl
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

LOCK_SECONDS = 0.5
"""How long somebody else's lock is waited for: he may hang, and holds it for a moment if he does not."""
LOCK_STEP = 0.01
PRIVATE = 0o600


def write_whole(file: Path, text: bytes) -> None:
    """Write `text` beside its place and move it there, so that a full disk leaves what was.

    :raises OSError: when the folder cannot be written or the disk is full.
    """
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "wb") as written:
            _give_to_owner(written.fileno(), file.parent)
            written.write(text)
            written.flush()
            os.fsync(written.fileno())
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


@contextmanager
def locked(file: Path) -> Iterator[bool]:
    """Keep the other processes of the desk out of the block by a lock on `file`, which holds nothing else.

    Answers whether that went: not where the file cannot be opened or locked, or somebody else holds on to it.
    """
    handle = _opened(file)
    try:
        yield handle is not None and _lock(handle)
    finally:
        if handle is not None:
            with suppress(OSError):
                os.close(handle)


def _opened(file: Path) -> int | None:
    handle = None
    with suppress(OSError):
        handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE)
        _give_to_owner(handle, file.parent)
    return handle


def _lock(handle: int) -> bool:
    until = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                return False
            time.sleep(LOCK_STEP)
        except OSError:
            return False
        else:
            return True


def _give_to_owner(handle: int, folder: Path) -> None:
    """What root writes in a desk that is not root's belongs to the desk's user, who must read it later."""
    if os.geteuid() == 0:
        owner = folder.stat()
        os.fchown(handle, owner.st_uid, owner.st_gid)

"""Counts what happened while no database could: told once in ten minutes over all processes, and kept if it was not."""

import fcntl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime, timedelta
from io import FileIO
from pathlib import Path
from typing import TypeVar

import attrs
import orjson
from cattrs.preconf.orjson import make_converter

from ...contract.faults import Fault, FaultKind
from ...watch import SILENCE, Noted

KEPT = timedelta(days=1)
"""How long something is remembered, and shown if nobody could be told, though it does not happen again."""

_converter = make_converter()

Answer = TypeVar("Answer")


@attrs.frozen(kw_only=True)
class Entry:
    """A fault and its telling: how often it happened `untold`, and `why` the last telling did not reach anybody."""

    kind: FaultKind
    title: str
    detail: str
    at: datetime
    untold: int = 0
    why: str = ""


Entries = dict[str, Entry]


class Ledger:
    """The file of one desk, shared by its processes; where it cannot be used this process counts for itself."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._known: Entries = {}

    def count(self, noted: Noted, *, now: datetime) -> int:
        """Add occurrences; answer how many are to be told now, 0 while the last telling is younger than ten minutes."""
        fault = noted.fault

        def change(entries: Entries) -> int:
            known = entries.get(fault.fingerprint)
            untold = noted.times + (known.untold if known is not None else 0)
            silent = known is not None and timedelta(0) <= now - known.at < SILENCE
            entries[fault.fingerprint] = Entry(
                kind=fault.kind,
                title=fault.title,
                detail=fault.detail,
                at=known.at if known is not None and silent else now,
                untold=untold if silent else 0,
                why=known.why if known is not None and silent else "",
            )
            return 0 if silent else untold

        return self._change(change)

    def failed(self, fault: Fault, *, times: int, why: str, now: datetime) -> None:
        """Nobody could be told of `times` occurrences: they are shown, and told later."""

        def change(entries: Entries) -> None:
            known = entries.get(fault.fingerprint)
            untold = times + (known.untold if known is not None else 0)
            entries[fault.fingerprint] = Entry(
                kind=fault.kind, title=fault.title, detail=fault.detail, at=now, untold=untold, why=why
            )

        self._change(change)

    def settled(self, fingerprint: str) -> None:
        """What was shown about this fault is over."""
        if fingerprint in self._read():
            self._change(lambda entries: entries.pop(fingerprint, None))

    def taken_back(self, *, now: datetime) -> tuple[Noted, ...]:
        """What nobody was told of and whose silence is over, now that there is a database again; it is forgotten here."""
        if not self._read():
            return ()

        def change(entries: Entries) -> tuple[Noted, ...]:
            over = {name: each for name, each in entries.items() if each.untold and _over(each, now)}
            for name in [*over, *(name for name, each in entries.items() if now - each.at > KEPT)]:
                entries.pop(name, None)
            return tuple(Noted(_fault(name, each), each.untold) for name, each in over.items())

        return self._change(change)

    def shown(self, *, now: datetime) -> tuple[str, ...]:
        """A line for each fault that nobody could be told of lately."""
        return tuple(
            f"{each.at:%Y-%m-%d %H:%M} UTC: {each.title.rstrip('.')}. Nobody could be told: {each.why.rstrip('.')}."
            for each in self._read().values()
            if each.why and now - each.at <= KEPT
        )

    def _change(self, change: Callable[[Entries], Answer]) -> Answer:
        with self._lock, _locked(self._file) as file:
            if file is not None:
                found = _parsed(file.read())
                self._known = self._known if found is None else found
            answer = change(self._known)
            if file is not None:
                _overwrite(file, orjson.dumps(_converter.unstructure(self._known, dict[str, Entry])))
            return answer

    def _read(self) -> Mapping[str, Entry]:
        try:
            found = _parsed(self._file.read_bytes())
        except OSError:
            found = None
        return self._known if found is None else found


def banner(file: Path, *, now: datetime) -> tuple[str, ...]:
    """What a person at the desk must see, because nobody could be told: one line each, mostly none."""
    return Ledger(file).shown(now=now)


@contextmanager
def _locked(file: Path) -> Iterator[FileIO | None]:
    """The file for this process alone while the block lasts; None where it cannot be written."""
    with ExitStack() as stack:
        opened: FileIO | None = None
        with suppress(OSError):
            file.touch(mode=0o600, exist_ok=True)
            opened = stack.enter_context(file.open("r+b", buffering=0))
            fcntl.flock(opened, fcntl.LOCK_EX)
        yield opened


def _overwrite(file: FileIO, text: bytes) -> None:
    # In its place, since the lock is on this very file; half a file counts as damaged, and this process still knows.
    with suppress(OSError):
        file.seek(0)
        file.write(text)
        file.truncate()


def _parsed(text: bytes) -> Entries | None:
    """What `_overwrite` wrote; None when it is empty or damaged."""
    try:
        return _converter.structure(orjson.loads(text), dict[str, Entry])
    except Exception:  # noqa: BLE001 - a damaged file is as good as none, whatever is wrong with it
        return None


def _over(entry: Entry, now: datetime) -> bool:
    return not timedelta(0) <= now - entry.at < SILENCE


def _fault(fingerprint: str, entry: Entry) -> Fault:
    return Fault(kind=entry.kind, fingerprint=fingerprint, title=entry.title, detail=entry.detail)

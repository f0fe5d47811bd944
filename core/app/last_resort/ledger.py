"""Counts what happened while no database could: told once in ten minutes over all processes, and kept if it was not."""

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

import attrs
import orjson
from cattrs.preconf.orjson import make_converter

from ...contract.faults import Fault, FaultKind
from ...watch import SILENCE, Noted
from .private_files import locked, write_whole

KEPT = timedelta(days=1)
"""How long something is remembered, and shown if nobody could be told, though it does not happen again."""

_converter = make_converter()

Answer = TypeVar("Answer")


@attrs.frozen(kw_only=True)
class Entry:
    """A fault and its telling.

    `why` says why the last telling did not reach anybody; `untold` is how often it happened since it was told, as far as
    that stands in no journal.
    """

    kind: FaultKind
    title: str
    detail: str
    at: datetime
    untold: int = 0
    why: str = ""


Entries = dict[str, Entry]


class Ledger:
    """The file of one desk, shared by its processes; where it cannot be used this process counts for itself.

    Nothing here raises because of the file, whatever is wrong with it.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._guard = file.with_name(f"{file.name}.lock")
        self._lock = threading.Lock()
        self._known: Entries = {}
        # Whether this process knows what could not be written: the file is older until it can be.
        self._apart = False

    def count(self, noted: Sequence[Noted], *, now: datetime) -> list[Noted]:
        """Add occurrences; answer what is to be told now: nothing of that whose last telling is younger than ten minutes."""

        def change(entries: Entries) -> list[Noted]:
            counted = [Noted(each.fault, _count(entries, each, now=now)) for each in noted]
            return [each for each in counted if each.times]

        return self._change(change)

    def failed(self, noted: Sequence[Noted], *, why: str, now: datetime) -> None:
        """Nobody could be told of these: they are shown.

        `times` is how many occurrences are to be told later; 0 where they stand in the journal, which is told once.
        """

        def change(entries: Entries) -> None:
            for each in noted:
                fault, known = each.fault, entries.get(each.fault.fingerprint)
                untold = each.times + (known.untold if known is not None else 0)
                entries[fault.fingerprint] = Entry(
                    kind=fault.kind, title=fault.title, detail=fault.detail, at=now, untold=untold, why=why
                )

        if noted:
            self._change(change)

    def settled(self, fingerprints: Collection[str]) -> None:
        """What was shown about these faults is over; when they were told and what is still to be told stays."""

        def change(entries: Entries) -> None:
            for name in entries.keys() & set(fingerprints):
                entries[name] = attrs.evolve(entries[name], why="")

        known = self._read()
        if any(name in known and known[name].why for name in fingerprints):
            self._change(change)

    def shows(self, fingerprint: str, *, why: str, now: datetime) -> bool:
        """Whether this was said, in these words, within the last ten minutes."""
        known = self._read().get(fingerprint)
        return known is not None and known.why == why and not _over(known, now)

    def taken_back(self, *, now: datetime) -> tuple[Noted, ...]:
        """What nobody was told of and whose silence is over, now that there is a database again; it is forgotten here."""
        if not any(now - each.at > KEPT or (each.untold and _over(each, now)) for each in self._read().values()):
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
        with self._lock, locked(self._guard) as ours:
            self._known = dict(self._read())
            answer = change(self._known)
            self._apart = not (ours and self._write())
            return answer

    def _read(self) -> Mapping[str, Entry]:
        found = None
        if not self._apart:
            with suppress(OSError):
                found = _parsed(self._file.read_bytes())
        return self._known if found is None else found

    def _write(self) -> bool:
        try:
            write_whole(self._file, orjson.dumps(_converter.unstructure(self._known, dict[str, Entry])))
        except OSError:
            return False
        return True


def banner(file: Path, *, now: datetime) -> tuple[str, ...]:
    """What a person at the desk must see, because nobody could be told: one line each, mostly none."""
    return Ledger(file).shown(now=now)


def _count(entries: Entries, noted: Noted, *, now: datetime) -> int:
    """Enter it; answer how many occurrences are to be told now."""
    fault = noted.fault
    known = entries.get(fault.fingerprint)
    untold = noted.times + (known.untold if known is not None else 0)
    silent = known is not None and not _over(known, now)
    entries[fault.fingerprint] = Entry(
        kind=fault.kind,
        title=fault.title,
        detail=fault.detail,
        at=known.at if known is not None and silent else now,
        untold=untold if silent else 0,
        why=known.why if known is not None and silent else "",
    )
    return 0 if silent else untold


def _parsed(text: bytes) -> Entries | None:
    """What was written; None when it is empty or damaged."""
    try:
        found = _converter.structure(orjson.loads(text), dict[str, Entry])
        return found if all(each.at.tzinfo is not None for each in found.values()) else None
    except Exception:  # noqa: BLE001 - a damaged file is as good as none, whatever is wrong with it
        return None


def _over(entry: Entry, now: datetime) -> bool:
    return not timedelta(0) <= now - entry.at < SILENCE


def _fault(fingerprint: str, entry: Entry) -> Fault:
    return Fault(kind=entry.kind, fingerprint=fingerprint, title=entry.title, detail=entry.detail)

"""Reads damaged mails by the million, in several processes, and writes what came of it into docs/soak.md.

Run it with ``make soak``; ``make soak SOAK="--mails 50000 --processes 1"`` for a part. It goes on where it stopped: what was
read is in the state file, range of seeds by range, and counts as long as the code that reads mails is the same. The
figures are of the mails that were really read.
"""

import argparse
import hashlib
import json
import os
import platform
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from datetime import UTC, datetime
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from types import FrameType

import attrs
from rich.progress import MofNCompleteColumn, Progress, TimeRemainingColumn

from stand_ins.mails.mutations import mutated
from stand_ins.mails.whole_path import look_at
from stand_ins.memory import MIB, resident

ROOT = Path(__file__).parent.parent.parent
TABLE = ROOT / "docs" / "soak.md"
READERS = ("core/contract/addresses.py", "core/intake", "tests/stand_ins/mails")
"""What the figures depend on: when one of these changes, everything is read anew."""

WISHED = 1_000_000
RANGE = 2_000
SECONDS_A_MAIL = 2.0
HANGS_AFTER = 20
MOST_GROWTH = 50 * MIB
MOST_TOLD = 50

HEAD = """\
# Soak

Mails of every kind, ordinary, from robots and hostile, each damaged one to five times at random by its own number: bits
flipped, pieces cut out, doubled and put together, line ends, fields, boundaries, charsets and encoded words broken, wrapped into
other mails. Each goes the whole way that needs no database: it is read, judged by the gate, looked at for marks of ours, for
quotes and reports and for what proves its sender. Nothing may be raised, no mail may take {seconds:g} seconds of work, the
process may not grow by {growth} MiB, and what comes out is checked: no control characters, valid addresses, safe file names,
subjects of one line. `tests/core/intake/test_mutated_mails.py` reads the first 20,000 of them in every run of the tests.

Made by `make soak`. The figures are of the mails that were really read, with the code as it is named below.

| | |
|---|---|
"""


@attrs.frozen(kw_only=True)
class Outcome:
    """What came of one range of seeds. `told` holds the failures in words; a range that ended its process has one."""

    first: int
    count: int
    uncaught: int = 0
    wrong: int = 0
    slow: int = 0
    quarantined: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    slowest_seed: int = 0
    growth: int = 0
    told: tuple[str, ...] = ()


class Hangs(BaseException):
    """One mail takes so long that nobody waits for its end."""


def main() -> None:
    """Read what is not read yet, and write the table even when it is interrupted."""
    options = _options()
    for number in (signal.SIGINT, signal.SIGTERM):  # in the background of a shell the first would be ignored
        signal.signal(number, signal.default_int_handler)
    code = code_digest()
    known = load(options.state, code)
    wanted = [first for first in range(0, options.mails, RANGE) if first not in known]
    try:
        for outcome in _with_bar(soak(wanted, processes=options.processes), total=len(wanted)):
            known[outcome.first] = outcome
            save(options.state, code, known)
    except KeyboardInterrupt:
        print(f"Stopped. The same command goes on from {options.state}.", file=sys.stderr)  # noqa: T201 - a program
    TABLE.write_text(page(known.values(), code=code), encoding="utf-8")
    if any(outcome.told for outcome in known.values()):
        raise SystemExit(f"{TABLE.name} shows mails that were not borne.")


def soak(firsts: Iterable[int], *, processes: int) -> Iterator[Outcome]:
    """Read the ranges of seeds that begin so, several at a time, in the order in which they are ready."""
    waiting = list(firsts)
    while waiting:
        with ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=warm_up) as pool:
            running = [pool.submit(read_range, first) for first in waiting]
            try:
                for future in as_completed(running):
                    outcome = future.result()
                    waiting.remove(outcome.first)
                    yield outcome
            except BrokenProcessPool:
                pass
            finally:
                pool.shutdown(cancel_futures=True)
        if waiting:
            yield _alone(waiting.pop(0))


def _alone(first: int) -> Outcome:
    """A range that may have ended a process, in a process of its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=warm_up) as pool:
        try:
            return pool.submit(read_range, first).result()
        except BrokenProcessPool:
            return Outcome(first=first, count=RANGE, uncaught=1, told=(f"from {first}: the process ended",))


_held_before = 0


def warm_up() -> None:
    """Use everything once and note how much memory is held then: only what comes on top of it is growth."""
    global _held_before
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, _give_up)
    for seed in range(WISHED, WISHED + RANGE):
        look_at(mutated(seed))
    _held_before = resident()


def read_range(first: int) -> Outcome:
    """Read one range of seeds in this process."""
    counts: Counter[str] = Counter()
    told: list[str] = []
    slowest = (0.0, first)
    started = time.monotonic()
    for seed in range(first, first + RANGE):
        kind, words, seconds = read_one(seed)
        slowest = max(slowest, (seconds, seed))
        counts[kind] += 1
        counts["slow"] += seconds > SECONDS_A_MAIL
        told += [f"seed {seed}: {words}"] if words else []
    return Outcome(
        first=first,
        count=RANGE,
        uncaught=counts["uncaught"],
        wrong=counts["wrong"],
        slow=counts["slow"],
        quarantined=counts["quarantined"],
        seconds=time.monotonic() - started,
        slowest=slowest[0],
        slowest_seed=slowest[1],
        growth=max(0, resident() - _held_before),
        told=tuple(told[:MOST_TOLD]),
    )


def read_one(seed: int) -> tuple[str, str, float]:
    """What became of one mail, what was wrong with it in words, and how long this thread computed."""
    raw = mutated(seed)
    started = time.thread_time()
    signal.alarm(HANGS_AFTER)
    try:
        look = look_at(raw)
    except (Exception, Hangs) as error:  # noqa: BLE001 - that nothing is raised is what is found out here
        return "uncaught", f"{type(error).__name__}: {error}", time.thread_time() - started
    finally:
        signal.alarm(0)
    seconds = time.thread_time() - started
    if look.faults:
        return "wrong", "; ".join(look.faults)[:300], seconds
    words = f"took {seconds:.1f} s" if seconds > SECONDS_A_MAIL else ""
    return ("quarantined" if look.quarantine else "read"), words, seconds


def _give_up(number: int, frame: FrameType | None) -> None:
    raise Hangs(f"not done after {HANGS_AFTER} s")


def code_digest() -> str:
    """Twelve letters that change with the code that reads mails or makes them."""
    found = hashlib.sha256()
    for name in READERS:
        place = ROOT / name
        for file in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            found.update(file.relative_to(ROOT).as_posix().encode() + file.read_bytes())
    return found.hexdigest()[:12]


def load(state: Path, code: str) -> dict[int, Outcome]:
    """The ranges that were read with this code, by their first seed."""
    if not state.exists():
        return {}
    held = json.loads(state.read_text(encoding="utf-8"))
    if held["code"] != code or held["range"] != RANGE:
        return {}
    outcomes = (Outcome(**{**each, "told": tuple(each["told"])}) for each in held["outcomes"])
    return {outcome.first: outcome for outcome in outcomes}


def save(state: Path, code: str, known: dict[int, Outcome]) -> None:
    """Write the state file, whole or not at all."""
    state.parent.mkdir(parents=True, exist_ok=True)
    new = state.with_name(state.name + ".new")
    held = {"code": code, "range": RANGE, "outcomes": [attrs.asdict(outcome) for outcome in known.values()]}
    new.write_text(json.dumps(held), encoding="utf-8")
    new.replace(state)


def page(outcomes: Iterable[Outcome], *, code: str) -> str:
    """The page, from the ranges that were read."""
    known = list(outcomes)
    read = sum(each.count for each in known)
    slowest = max(known, key=lambda each: each.slowest, default=Outcome(first=0, count=0))
    quarantined = sum(each.quarantined for each in known)
    seconds = sum(each.seconds for each in known)
    growth = max((each.growth for each in known), default=0)
    rows = {
        "mails read": f"{read:,} (of {WISHED:,} that are wished for)",
        "raised something": f"{sum(each.uncaught for each in known):,}",
        "gave something that may not be": f"{sum(each.wrong for each in known):,}",
        f"took over {SECONDS_A_MAIL:g} s": f"{sum(each.slow for each in known):,}",
        "the slowest": f"{slowest.slowest * 1000:.0f} ms (seed {slowest.slowest_seed})",
        "on average": f"{seconds / max(1, read) * 1000:.2f} ms a mail, the making of it included",
        "growth of a process": f"{growth / MIB:.1f} MiB at most",
        "put into quarantine": f"{quarantined:,} ({quarantined / max(1, read):.2%})",
        "date": f"{datetime.now(UTC).date()}",
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "version": f"deskbell {version('deskbell')}, code `{code}`",
    }
    text = HEAD.format(seconds=SECONDS_A_MAIL, growth=MOST_GROWTH // MIB)
    text += "".join(f"| {name} | {value} |\n" for name, value in rows.items())
    told = [words for each in sorted(known, key=lambda each: each.first) for words in each.told][:MOST_TOLD]
    if told:
        text += "\n## Not borne\n\n" + "".join(f"- {words}\n" for words in told)
    return text


def _with_bar(outcomes: Iterator[Outcome], *, total: int) -> Iterator[Outcome]:
    columns = (*Progress.get_default_columns()[:2], MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns) as bar:
        task = bar.add_task(f"ranges of {RANGE:,} mails", total=total)
        for outcome in outcomes:
            bar.advance(task)
            yield outcome


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=WISHED, help="how many are to be read in all, from seed 0 on")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="how many read at the same time")
    parser.add_argument("--state", type=Path, default=ROOT / "build" / "soak.json", help="what was read so far")
    return parser.parse_args()


if __name__ == "__main__":
    main()

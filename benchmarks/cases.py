"""What is measured: each case makes its desk, has it run in a process of its own and looks whether all arrived."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs

from .desks import configure, make_desk, make_planned_desk
from .run import Figures, Order
from .sink import running_sink
from .sweep import SweepFigures, SweepOrder

LIMIT_SECONDS = 600.0


class MailMissing(RuntimeError):
    """The sink took another number of mails than the desk should have sent."""

    def __init__(self, accepted: int, expected: int) -> None:
        super().__init__(f"The sink accepted {accepted} mails instead of {expected}.")


def to_tickets(
    folder: Path, *, count: int, members: int, database_url: str = "", like: Path | None = None, present: int = 0
) -> Figures:
    """`count` mails become tickets on a desk whose department has so many members.

    :param like: a desk on SQLite with `present` tickets to begin with a copy of.
    """
    with running_sink(folder.parent) as sink:
        if like is None:
            make_desk(folder, members=members, sink_port=sink.port, database_url=database_url)
        else:
            shutil.copytree(like, folder)
            configure(folder, members=members, sink_port=sink.port)
        each = members + 1
        figures = _run(Order(folder=str(folder), count=count, first=present, mails_each=each))
        if sink.accepted != count * each:
            raise MailMissing(sink.accepted, count * each)
    return figures


def to_messages(folder: Path, *, count: int, tickets: int, database_url: str = "") -> Figures:
    """`count` answers are appended to `tickets` tickets; the desk says nothing by itself."""
    filled_desk(folder, tickets=tickets, database_url=database_url)
    return _run(Order(folder=str(folder), count=count, threads=tickets))


def filled_desk(folder: Path, *, tickets: int, database_url: str = "") -> Path:
    """A silent desk with so many tickets, all come by mail; answers its folder."""
    make_desk(folder, members=0, sink_port=9, database_url=database_url)
    _run(Order(folder=str(folder), count=tickets))
    return folder


def swept(folder: Path, *, tickets: int, database_url: str = "") -> SweepFigures:
    """So many overdue tickets are looked at and alerted, while mail comes in."""
    make_planned_desk(folder, database_url=database_url)
    return SweepFigures(**_answer("sweep", attrs.asdict(SweepOrder(folder=str(folder), tickets=tickets))))


def command_seconds(folder: Path, *words: str) -> float:
    """How long one command takes from its start to its end."""
    begun = time.perf_counter()
    command = [str(Path(sys.executable).with_name("deskbell")), "--dir", str(folder), *words]
    subprocess.run(command, check=True, capture_output=True, timeout=LIMIT_SECONDS)  # noqa: S603 - our own program
    return time.perf_counter() - begun


def _run(order: Order) -> Figures:
    return Figures(**_answer("run", attrs.asdict(order)))


def _answer(module: str, order: Mapping[str, object]) -> dict[str, Any]:
    words: Sequence[str] = [sys.executable, "-m", f"{__package__}.{module}", json.dumps(order)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=LIMIT_SECONDS)  # noqa: S603 - our own program
    if done.returncode:
        raise RuntimeError(f"A run ended with {done.returncode}: {done.stderr.strip()}")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer

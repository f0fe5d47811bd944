"""The figures of all rounds as one table of medians, spreads and ratios."""

import os
import platform
import sqlite3
import statistics
from collections.abc import Sequence
from datetime import date

import attrs

METHOD = """\
`make bench` makes this page. Each figure is the median of {rounds}, with the lowest and the highest beside it. Each run
has a fresh desk and a process of its own, in which everything runs as in `deskbell serve`: mails are kept in groups before
they are acknowledged, processed in batches, rung, and carried out by the postman threads. 64 senders at a time each wait
for their acknowledgement. The time runs from the first mail in to the last mark of a mail out, without a warm-up. Each mail
out has one recipient and goes over kept connections to Postfix's `smtp-sink`, which must count as many as the desk sent.
SQLite runs with WAL and `synchronous=FULL`, PostgreSQL on the same machine with `fsync` and `synchronous_commit` on.

One mail in twenty has an attachment of 12 kB, two are 10 kB of text, five have an HTML part, the others are short. Each
sender writes once. The caps on automatic answers are lifted by setting, since a mailbox may send 300 an hour; the limit of
open tickets is counted against and never reached. References are measured in the same rounds.
*Ratio* compares with one durable commit for each item on the same database in the same round: 0.5 means that a ticket with
all that it causes takes as long as two such commits. *CPU* is the time of the desk's process, in milliseconds for each item.

The look at overdue tickets is one run of the periodic job, from the first batch to the last alert in the outbox. Beside it
one sender hands in a mail, which becomes a ticket and is rung, then the next one: its longest waits are those rows. No mail
leaves the desk meanwhile.

*Floor* is the rate to reach and, since that depends on the disk, the ratio to reach: the one counts on a machine that does
1,900 commits per second, the other on any. A high load at the end means that other work disturbed the measuring.
"""


@attrs.define
class Line:
    """One row of the table: what was measured, in which unit, and the value of each round."""

    name: str
    unit: str
    values: list[float] = attrs.field(factory=list)
    ratios: list[float] = attrs.field(factory=list)
    cpu_milliseconds: list[float] = attrs.field(factory=list)
    peak_octets: list[float] = attrs.field(factory=list)
    floor: float | None = None
    floor_ratio: float | None = None

    def cells(self) -> Sequence[str]:
        """The row's cells as text."""
        return [
            self.name,
            f"{_number(statistics.median(self.values))} {self.unit}",
            f"{_number(min(self.values))} - {_number(max(self.values))}",
            f"{statistics.median(self.ratios):.2f}" if self.ratios else "",
            f"{statistics.median(self.cpu_milliseconds):.2f}" if self.cpu_milliseconds else "",
            f"{max(self.peak_octets) / 2**20:.0f} MiB" if self.peak_octets else "",
            self._judged(),
        ]

    def _judged(self) -> str:
        if self.floor is None or self.floor_ratio is None:
            return ""
        return f"{_against(self.values, self.floor)}, {_against(self.ratios, self.floor_ratio)}"


def _against(values: Sequence[float], floor: float) -> str:
    return f"{floor:.3g} {'reached' if statistics.median(values) >= floor else 'missed'}"


HEAD = ("what", "median", "spread", "ratio", "CPU", "peak memory", "floor")


def page(lines: Sequence[Line], *, rounds: int, machine: str) -> str:
    """The whole page, in Markdown."""
    rows = [HEAD, *(line.cells() for line in lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    table = [_row(row, widths) for row in rows]
    table.insert(1, _row(["-" * width for width in widths], widths))
    times = "one round" if rounds == 1 else f"{rounds} rounds"
    heading = f"# Benchmarks\n\n{date.today():%d %B %Y}, {machine}\n\n"  # noqa: DTZ011 - the day of whoever runs it
    return heading + "\n".join(table) + "\n\n## Method\n\n" + METHOD.format(rounds=times)


def machine(*, postgresql: str) -> str:
    """The machine and the programs that matter, in one line."""
    cores = os.cpu_count()
    return (
        f"{cores} cores ({platform.machine()}), Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, "
        f"{postgresql}, load {os.getloadavg()[1]:.1f} at the end"
    )


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)) + " |"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.2f}"

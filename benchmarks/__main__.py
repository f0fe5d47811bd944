"""Runs all benchmarks and writes RESULTS.md: `make bench`, or `make bench BENCH=--quick` for a first look."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count as counting
from pathlib import Path
from unittest.mock import patch

import attrs
import click

from stand_ins.postgresql import SERVER_SETTINGS, PostgresqlServer, running_server

from . import cases, references
from .run import Figures
from .table import Line, machine, page

RESULTS = Path(__file__).with_name("RESULTS.md")
DURABLE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}


@attrs.frozen(kw_only=True)
class Size:
    """How much is run: mails by members told, answers, tickets present, items of each reference, overdue tickets, rounds."""

    tickets: tuple[tuple[int, int], ...] = ((1, 2000), (10, 1000), (50, 300))
    answers: int = 2000
    threads: int = 200
    present: tuple[int, ...] = (1_000, 20_000)
    on_present: int = 1000
    reference: int = 2000
    overdue: int = 10_000
    rounds: int = 3


QUICK = Size(
    tickets=((1, 500), (10, 200), (50, 60)),
    answers=500,
    threads=50,
    present=(1_000,),
    on_present=300,
    reference=1000,
    overdue=2000,
    rounds=1,
)
FLOORS = {1: 500.0, 10: 250.0, 50: 80.0}
"""Tickets per second to reach on SQLite, by members told, on a machine that does so many commits per second:"""
FLOOR_COMMITS = 1900.0


class Bench:
    """Collects the figures of all rounds."""

    def __init__(self, folder: Path, server: PostgresqlServer, size: Size) -> None:
        self._folder = folder
        self._server = server
        self._size = size
        self._numbers = counting(1)
        self._filled: dict[int, Path] = {}
        self._commits: dict[str, float] = {}
        self.lines: dict[str, Line] = {}

    def round(self) -> None:
        """Measure everything once."""
        self._references()
        for database in ("SQLite", "PostgreSQL"):
            for members, count in self._size.tickets:
                self._tickets(database, members, count)
            self._messages(database)
            self._sweep(database)
        for present in self._size.present:
            self._with_tickets_present(present)
        self._commands()

    def _references(self) -> None:
        folder, count = self._new_folder().parent, self._size.reference
        with self._server.connect(self._server.create()) as connection:
            self._commits = {
                "SQLite": references.sqlite_commits(folder, count=count),
                "PostgreSQL": references.postgresql_commits(connection, count=count),
            }
        for database, rate in self._commits.items():
            self._add(f"durable commits, one row each, {database}", "commits/s", rate)
        self._add("waits for the disk (4 KiB, fsync)", "/s", references.disk_waits(folder, count=count))
        rate = references.mails_from_c_to_c(folder, count=10 * count)
        self._add("smtp-source to smtp-sink, kept connections", "mails/s", rate)

    def _tickets(self, database: str, members: int, count: int) -> None:
        with self._url(database) as url:
            figures = cases.to_tickets(self._new_folder(), count=count, members=members, database_url=url)
        name = f"mail to ticket, 1 answer and {members} alert{'s' if members > 1 else ''}, {database}"
        line = self._measured(name, "tickets/s", database, count, figures)
        if database == "SQLite":
            line.floor, line.floor_ratio = FLOORS[members], FLOORS[members] / FLOOR_COMMITS

    def _messages(self, database: str) -> None:
        count, threads = self._size.answers, self._size.threads
        with self._url(database) as url:
            figures = cases.to_messages(self._new_folder(), count=count, tickets=threads, database_url=url)
        self._measured(f"mail to message on a ticket, nobody told, {database}", "messages/s", database, count, figures)

    def _sweep(self, database: str) -> None:
        count = self._size.overdue
        with self._url(database) as url:
            figures = cases.swept(self._new_folder(), tickets=count, database_url=url)
        line = self._add(
            f"look at {count:,} overdue tickets, 1 alert each, {database}", "tickets/s", count / figures.seconds
        )
        line.cpu_milliseconds.append(1000 * figures.cpu_seconds / count)
        self._add(f"longest acknowledgement of a mail meanwhile, {database}", "s", figures.longest_acknowledgement)
        self._add(f"longest from a mail to its rung ticket meanwhile, {database}", "s", figures.longest_until_rung)

    def _with_tickets_present(self, present: int) -> None:
        if present not in self._filled:
            self._filled[present] = cases.filled_desk(self._new_folder(), tickets=present)
        count = self._size.on_present
        figures = cases.to_tickets(
            self._new_folder(), count=count, members=1, like=self._filled[present], present=present
        )
        name = f"mail to ticket, 1 answer and 1 alert, {present:,} tickets present, SQLite"
        self._measured(name, "tickets/s", "SQLite", count, figures)

    def _commands(self) -> None:
        present = max(self._filled)
        desk = self._filled[present]
        self._add("deskbell --help", "s", cases.command_seconds(desk, "--help"))
        self._add(
            f"deskbell ticket list, {present:,} tickets present", "s", cases.command_seconds(desk, "ticket", "list")
        )

    def _measured(self, name: str, unit: str, database: str, count: int, figures: Figures) -> Line:
        rate = count / figures.seconds
        line = self._add(name, unit, rate)
        line.ratios.append(rate / self._commits[database])
        line.cpu_milliseconds.append(1000 * figures.cpu_seconds / count)
        line.peak_octets.append(figures.peak_octets)
        return line

    def _add(self, name: str, unit: str, value: float) -> Line:
        line = self.lines.setdefault(name, Line(name, unit))
        line.values.append(value)
        click.echo(f"{name}: {value:,.2f} {unit}")
        return line

    @contextmanager
    def _url(self, database: str) -> Iterator[str]:
        if database == "SQLite":
            yield ""
            return
        name = self._server.create()
        try:
            yield self._server.url(name)
        finally:
            self._server.drop(name)

    def _new_folder(self) -> Path:
        """A place for a desk that is not there yet, in a folder of its own that is."""
        folder = self._folder / f"run{next(self._numbers)}"
        folder.mkdir()
        return folder / "desk"


@click.command()
@click.option("--quick", is_flag=True, help="One round with little of everything; writes no page.")
@click.option("--rounds", type=click.IntRange(1, 9), help="How many rounds instead of three.")
def main(quick: bool, rounds: int | None) -> None:
    """Measure the desk and the machine, print the table and write RESULTS.md."""
    size = QUICK if quick else Size()
    size = attrs.evolve(size, rounds=rounds or size.rounds)
    with tempfile.TemporaryDirectory(prefix="deskbell-bench-") as folder, _durable_server() as server:
        Path(folder).chmod(0o755)
        bench = Bench(Path(folder), server, size)
        for _ in range(size.rounds):
            bench.round()
        text = page(list(bench.lines.values()), rounds=size.rounds, machine=machine(postgresql=_version(server)))
    click.echo(text)
    if not quick:
        RESULTS.write_text(text, encoding="utf-8")


@contextmanager
def _durable_server() -> Iterator[PostgresqlServer]:
    """The tests' PostgreSQL, but with durability paid for."""
    with patch.dict(SERVER_SETTINGS, DURABLE), running_server() as server:
        yield server


def _version(server: PostgresqlServer) -> str:
    with server.connect() as connection:
        row = connection.execute("SELECT current_setting('server_version')").fetchone()
    return f"PostgreSQL {str(row[0]).split()[0]}" if row else "PostgreSQL"


if __name__ == "__main__":
    main()

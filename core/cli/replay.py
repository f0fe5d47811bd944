"""`replay`: the last hours or days once more, through other settings; who would be told, and who no more."""

import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .desks import desk_of
from .examples import examples
from .output import cell, json_option, plain, table

if TYPE_CHECKING:
    from ..app.replay import Difference, Summary

LONG_RUN = 500
"""Events from which on a terminal shows how far it is."""
UNITS = {"h": "hours", "d": "days"}
MOST = 5
"""Digits of a span; ten thousand days are more than any desk has."""
SIGNS = {"added": ("+", "green"), "removed": ("-", "red")}


class Span(click.ParamType[timedelta]):
    """A span of time such as ``24h`` or ``7d``."""

    name = "span"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """Read it."""
        match = re.fullmatch(r"([0-9]+)([hd])", str(value))
        if match is None or not 0 < len(match[1]) <= MOST or not int(match[1]):
            self.fail(f"'{value}' is no span of time: say for example 24h or 7d.", param, ctx)
        return timedelta(**{UNITS[match[2]]: int(match[1])})


@click.command(
    epilog=examples(
        "deskbell replay --last 24h",
        "deskbell replay --last 7d --with changes.toml",
        "deskbell replay --last 7d --with changes.toml --plugin new-ticket-alert --json",
    )
)
@click.option("--last", type=Span(), default="24h", show_default=True, help="How far back, in hours or days: 24h, 7d.")
@click.option(
    "--with",
    "changes",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="As if this file had been applied before; nothing is applied.",
)
@click.option("--plugin", metavar="NAME", help="Only what this plugin says.")
@json_option
@click.pass_context
def replay(context: click.Context, last: timedelta, changes: Path | None, plugin: str | None, as_json: bool) -> None:
    """Run what happened lately through the settings of today, or of a file, and show who would be told and was not.

    + is somebody who would be told, - somebody who would be told no more. Each event is judged as of its own moment, with
    the leaves and windows of then. Nothing is sent and nothing is written.
    """
    from ..app.replay import replay as run

    with desk_of(context) as desk, _bar() as on_progress:
        printer = _Json() if as_json else _Lines()
        summary = run(
            desk, last=last, changes=changes, plugin=plugin, on_differences=printer.show, on_progress=on_progress
        )
    printer.end(summary)


class _Lines:
    """Differences as lines, the summary as a table."""

    def show(self, differences: "Sequence[Difference]") -> None:
        """Print some."""
        for each in differences:
            sign, colour = SIGNS[each.change]
            about = f"{each.event} {each.ticket}".strip()
            why = f" ({each.reason})" if each.reason else ""
            who = each.person if each.person == each.address else f"{each.person} <{each.address}>"
            click.secho(f"{sign} {cell(each.at)} {about} {each.plugin}: {cell(who)}{why}", fg=colour)

    def end(self, summary: "Summary") -> None:
        """Print the summary."""
        if summary.events:
            columns = ("plugin", "then", "now", "added", "removed")
            table(columns, ([getattr(each, column) for column in columns] for each in summary.tallies))
        click.echo(_sentence(summary))


class _Json:
    """One document, written as the differences come: there may be more than memory should hold."""

    def __init__(self) -> None:
        self._any = False

    def show(self, differences: "Sequence[Difference]") -> None:
        """Print some."""
        for each in differences:
            click.echo(",\n" if self._any else '{"differences": [\n', nl=False)
            click.echo(json.dumps(plain(each), ensure_ascii=False), nl=False)
            self._any = True

    def end(self, summary: "Summary") -> None:
        """Print the summary and close the document."""
        click.echo("\n],\n" if self._any else '{"differences": [],\n', nl=False)
        click.echo(f'"summary": {json.dumps(plain(summary), ensure_ascii=False)}}}')


def _sentence(summary: "Summary") -> str:
    since = f"since {cell(summary.since)} UTC"
    left_out = f" {summary.left_out} more are left out: their decisions are not kept." if summary.left_out else ""
    if not summary.events:
        return f"Nothing was rung {since}.{left_out}"
    added, removed = (sum(getattr(each, word) for each in summary.tallies) for word in ("added", "removed"))
    events = "1 event" if summary.events == 1 else f"{summary.events} events"
    return f"{events} {since}: {added} notices more, {removed} fewer. Nothing was sent.{left_out}"


@contextmanager
def _bar() -> Iterator[Callable[[int, int], None]]:
    """A progress bar for a long run; nothing where no terminal is."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    # Lines that go to the same terminal are printed above the bar; those for a pipe must stay on their way.
    with Progress(
        *columns,
        console=console,
        transient=True,
        redirect_stdout=sys.stdout.isatty(),
        disable=not console.is_terminal,
    ) as progress:
        task = progress.add_task("events", total=None, visible=False)
        yield lambda done, of: progress.update(task, completed=done, total=of, visible=of >= LONG_RUN)

"""`demo`: a desk to look at, with sample mails that arrive and every decision on the screen."""

import os
import shlex
import shutil
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from .examples import examples
from .output import cell, console

if TYPE_CHECKING:
    from ..app.demo import Happening, Opened

DIRECTORY = "demo-desk"
STYLES = {
    "arrived": "bold cyan",
    "happened": "bold",
    "told": "green",
    "not told": "dim",
    "sent": "blue",
    "failed": "bold red",
    "note": "bold",
}
TRY = (
    ("ticket list", "the tickets so far"),
    ("ticket show 100001", "its thread, and what is known of where each mail came from"),
    ("explain 100001", "who was told of the first one, who not, and why"),
    ("plugins show new-ticket-alert --department Printers", "whom a plugin tells there, and where that is set"),
    ("plugins switch new-ticket-autoresponse off --department Printers", "a switch, from the next mail on"),
    ("simulate ticket_created --ticket 100001", "who would be told now"),
    ("outbox list", "every mail that went out, with its tries"),
    ("mail list --state all", "every mail that came in, and what became of it"),
    ("filters list", "the rules for new tickets, and how often each applied"),
    ("doctor", "whether the desk is sound"),
)

OWN_MAIL = r"printf 'From: you@home.example\nTo: printers@acme.example\nSubject: Hello\n\nIs anybody there?\n'"


@click.command(
    epilog=examples(
        "deskbell demo",
        "deskbell demo --fresh --pace 1",
        "deskbell --dir somewhere demo",
    )
)
@click.option("--fresh", is_flag=True, help="Delete the desk of an earlier demo and begin anew.")
@click.option(
    "--pace", type=click.FloatRange(min=0), default=4.0, show_default=True, help="Seconds between two sample mails."
)
@click.option("--count", type=click.IntRange(min=1), help="Stop after so many mails; default: run until stopped.")
@click.pass_context
def demo(context: click.Context, fresh: bool, pace: float, count: int | None) -> None:
    """Run a desk with departments, agents and sample mails, and show who is told of each and why.

    It lives in ./demo-desk unless --dir names another directory, talks on the loopback only, and keeps what it sends as
    files. A second start continues where the first one stopped.
    """
    from ..app.demo import Wish, run

    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    wish = Wish(directory=_directory(context), fresh=fresh, pace=pace, count=count)
    run(wish, stop=stop, welcome=lambda opened: _welcome(opened, pace), tell=_teller())
    click.echo("The demo has stopped; the next start continues.")


def _directory(context: click.Context) -> Path:
    parent = context.find_root()
    if parent.get_parameter_source("directory") is ParameterSource.DEFAULT:
        return Path(DIRECTORY).absolute()
    directory: Path = context.obj["directory"]
    return directory


def _welcome(opened: "Opened", pace: float) -> None:
    where = _short(opened.directory)
    click.echo(
        f"A desk with {opened.departments} departments, {opened.agents} agents and {opened.teams} teams is open in {where}."
    )
    click.echo(f"  Mail comes in   at {opened.listening_on} (SMTP), for {', '.join(opened.addresses)}")
    click.echo(f"  Mail goes out   into files in {_short(opened.caught)}, and nowhere else")
    click.echo(f"  Sample mails    {opened.mails}, one every {pace:g} s; {opened.arrived} arrived in earlier starts")
    click.echo("Try in another terminal:")
    command = f"{_program()} --dir {shlex.quote(where)}"
    width = max(len(arguments) for arguments, _ in TRY)
    for arguments, what in TRY:
        click.echo(f"  {command} {arguments:{width}}  # {what}")
    click.echo(f"Send a mail of your own:\n  {OWN_MAIL} | {command} mail receive")
    click.echo("Stop with Ctrl-C; the next start continues, and --fresh begins anew.\n")


def _teller() -> Callable[["Happening"], None]:
    """Colours in a terminal, plain lines elsewhere; what a stranger wrote moves no cursor."""
    if not sys.stdout.isatty():
        return lambda happening: click.echo(_line(happening))
    from rich.text import Text

    screen = console()
    return lambda happening: screen.print(Text(_line(happening), style=STYLES[happening.kind.value]), soft_wrap=True)


def _line(happening: "Happening") -> str:
    return f"{happening.kind.value:>8}  {cell(happening.text)}".replace("\n", " ")


def _short(path: Path) -> str:
    return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)


def _program() -> str:
    """How this program was called, so that the lines can be copied."""
    called = Path(sys.argv[0])
    if called.name == "__main__.py":
        return f"{_short(Path(sys.executable))} -m deskbell"
    return "deskbell" if shutil.which("deskbell") == str(called) else _short(called.absolute())

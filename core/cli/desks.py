"""Opens the desk that a command works on, and shows what the administrator could not be told otherwise."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ..app.opening import Desk


@contextmanager
def desk_of(context: click.Context) -> Iterator["Desk"]:
    """The open desk of ``--dir``.

    :raises DeskbellError: when there is none or it cannot be used.
    """
    from ..app.opening import open_desk

    directory: Path = context.obj["directory"]
    try:
        with open_desk(directory, safe_mode=context.obj["safe_mode"]) as desk:
            yield desk
    finally:
        show_banner(directory)


def show_banner(directory: Path) -> None:
    """A line on standard error for each fault of which nobody could be told by mail."""
    from ..app.last_resort import banner
    from ..contract.clock import SystemClock
    from ..settings import DeskPaths

    for line in banner(DeskPaths(directory).last_resort_ledger, now=SystemClock().now()):
        click.echo(f"Attention, {line}", err=True)

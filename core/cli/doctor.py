"""`doctor`: what is wrong with a desk, and what to do about it."""

import sys

import click

from .examples import examples
from .output import json_option, show


@click.command(
    epilog=examples(
        "deskbell --dir desk doctor",
        "deskbell --dir desk doctor --json",
    )
)
@json_option
@click.pass_context
def doctor(context: click.Context, as_json: bool) -> None:
    """Look at directory, database, clock, disk, plugins, channels, mailboxes and what waits; changes nothing.

    Each finding comes with its remedy. Exits with 1 when one of them is a fault, with 0 when there are only warnings.
    """
    from ..app.doctor import State, examine

    found = examine(context.obj["directory"], safe_mode=context.obj["safe_mode"])
    show(found, columns=("area", "state", "what", "remedy"), as_json=as_json, empty="Nothing was looked at.")
    sys.exit(1 if any(each.state is State.FAULT for each in found) else 0)

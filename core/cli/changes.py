"""`changes`: who changed what the desk is set to, and a change taken back."""

import click

from .desks import desk_of
from .examples import examples
from .numbers import ID, LIMIT
from .output import json_option, show

COLUMNS = ("id", "at", "by", "what", "before", "after", "undoes")


@click.group(
    invoke_without_command=True,
    epilog=examples(
        "deskbell changes",
        "deskbell changes --plugin new-ticket-alert",
        "deskbell changes undo 17",
    ),
)
@click.option("--plugin", default="", metavar="NAME", help="Only what was changed for this plugin.")
@click.option("--limit", type=LIMIT, default=100, show_default=True, help="At most so many, newest first.")
@json_option
@click.pass_context
def changes(context: click.Context, plugin: str, limit: int, as_json: bool) -> None:
    """List what was changed by whom, when, from what to what.

    Noted are switches, shadow, options, role ticks and settings; agents, departments, teams, topics, mailboxes, schedules and
    SLA plans; channels; bans; and quarantined plugins that were taken back. End users are not.
    """
    if context.invoked_subcommand is not None:
        return
    from ..app import changes as audit

    with desk_of(context) as desk:
        rows = audit.listed(desk, plugin=plugin, limit=limit)
    empty = f"Nothing was changed for '{plugin}'." if plugin else "Nothing was changed yet."
    show(rows, columns=COLUMNS, as_json=as_json, empty=empty)


@changes.command()
@click.argument("change", type=ID, metavar="ID")
@click.option("--by", metavar="ADDRESS", help="The acting agent; default: you, the administrator at this machine.")
@click.option("--force", is_flag=True, help="Also when the value was changed again since.")
@click.pass_context
def undo(context: click.Context, change: int, by: str | None, force: bool) -> None:
    """Set a value back to what it was before a change. The undo is a change of its own.

    What was added or removed as a whole cannot be undone: apply a file that says otherwise.
    """
    from ..app import undoing

    with desk_of(context) as desk:
        sentence = undoing.undo(desk, change, by=by, force=force)
    click.echo(sentence)

"""`apply` and `export`: the desk as a file."""

import sys
from pathlib import Path

import click

from .desks import desk_of
from .examples import examples
from .output import print_json

COLOURS = {"+": "green", "-": "red", "~": "yellow"}


@click.command(
    epilog=examples(
        "deskbell export > desk.toml",
        "deskbell apply desk.toml --dry-run",
        "deskbell apply desk.toml --prune",
    )
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only show what would change.")
@click.option("--prune", is_flag=True, help="Also remove what the file's tables do not name, after showing it.")
@click.option("--yes", is_flag=True, help="Do not ask before removing.")
@click.option("--by", metavar="ADDRESS", help="The acting agent; default: you, the administrator at this machine.")
@click.option("--json", "as_json", is_flag=True, help="Print the plan as JSON.")
@click.pass_context
def apply(
    context: click.Context, file: Path, dry_run: bool, prune: bool, yes: bool, by: str | None, as_json: bool
) -> None:
    """Change the desk to what FILE says.

    The plan is shown first, line by line. What the file does not name is left alone unless --prune is given. Applying the
    same file twice changes nothing. docs/desk-as-code.md lists the tables.
    """
    from ..app import configuring

    with desk_of(context) as desk:
        wanted = configuring.read(desk, file)
        lines = configuring.planned(desk, wanted, prune=prune, by=by)
        if as_json:
            print_json({"changes": lines, "applied": bool(lines) and not dry_run})
        else:
            show_plan(lines, dry_run=dry_run)
        if dry_run or not lines:
            return
        if prune and not yes and any(line.startswith("-") for line in lines):
            if not sys.stdin.isatty():
                raise click.UsageError("This removes something and nobody can be asked here: add --yes.")
            click.confirm("Apply this, removals included?", abort=True)
        configuring.apply_blueprint(desk, wanted, prune=prune, by=by)
    if not as_json:
        click.echo("Applied.")


def show_plan(lines: list[str], *, dry_run: bool) -> None:
    """Print a plan as a coloured diff."""
    if not lines:
        click.echo("Nothing to change: the desk is what the file says.")
    for line in lines:
        click.secho(line, fg=COLOURS.get(line[:1]))
    if lines and dry_run:
        click.echo("Nothing was changed; leave out --dry-run to apply this.")


@click.command(
    epilog=examples(
        "deskbell export > desk.toml",
    )
)
@click.pass_context
def export(context: click.Context) -> None:
    """Write the desk as TOML that `apply` understands.

    Secrets are written sealed: only a desk with the same secret.key can use them.
    """
    from ..app import configuring

    with desk_of(context) as desk:
        click.echo(configuring.exported(desk), nl=False)

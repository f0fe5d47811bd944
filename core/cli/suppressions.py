"""`suppressions`: the addresses that get no mail, because mail came back or its owner wants none."""

import click

from .desks import desk_of
from .examples import examples
from .numbers import LIMIT
from .output import json_option, plain, print_json, show

COLUMNS = ("address", "mail", "reason", "evidence", "since", "until")
MOST_DAYS = 3_650


@click.group(
    epilog=examples(
        "deskbell suppressions list",
        "deskbell suppressions release ada@example.org",
        'deskbell suppressions add ada@example.org --reason "asked us to" --days 30',
    )
)
def suppressions() -> None:
    """See which addresses get no mail and why, and send them mail again.

    An address is added by itself when mail to it came back for good, when it failed in passing again and again, and when its
    owner reported a mail as unwanted: then only what the desk says by itself is kept back, not what a person writes.
    """


@suppressions.command("list")
@click.option("--ended", "ended_too", is_flag=True, help="Also those whose time is over.")
@click.option("--limit", type=LIMIT, default=100, show_default=True, help="At most so many, newest first.")
@json_option
@click.pass_context
def list_(context: click.Context, ended_too: bool, limit: int, as_json: bool) -> None:
    """List the addresses that get no mail, newest first."""
    from ..app import suppressed

    with desk_of(context) as desk:
        rows = suppressed.listed(desk, ended_too=ended_too, limit=limit)
    show(rows, columns=COLUMNS, as_json=as_json, empty="Every address gets its mail.")


@suppressions.command()
@click.argument("address")
@click.option("--reason", required=True, help="Why; it is shown where somebody was not written to.")
@click.option(
    "--days", type=click.IntRange(1, MOST_DAYS), help="For how long; default: until somebody releases the address."
)
@click.option("--by", metavar="ADDRESS", help="The acting agent; default: you, the administrator at this machine.")
@json_option
@click.pass_context
def add(context: click.Context, address: str, reason: str, days: int | None, by: str | None, as_json: bool) -> None:
    """Send an address nothing more."""
    from ..app import suppressed

    with desk_of(context) as desk:
        added = suppressed.add(desk, address, reason=reason, days=days, by=by)
    if as_json:
        print_json(plain(added))
        return
    until = f"until {added.until:%Y-%m-%d %H:%M} UTC" if added.until else "until it is released"
    click.echo(f"{added.address} gets no mail {until}.")


@suppressions.command()
@click.argument("address")
@click.option("--by", metavar="ADDRESS", help="The acting agent; default: you, the administrator at this machine.")
@click.pass_context
def release(context: click.Context, address: str, by: str | None) -> None:
    """Send an address mail again."""
    from ..app import suppressed

    with desk_of(context) as desk:
        suppressed.release(desk, address, by=by)
    click.echo(f"{address} gets mail again.")

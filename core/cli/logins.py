"""`logins`: failed logins that somebody in front of the desk reports, and what was counted."""

import click

from .desks import desk_of
from .examples import examples
from .numbers import LIMIT
from .output import json_option, show

COLUMNS = ("counter", "failures", "last_at", "told_at")
KINDS = ("agent", "end-user")


@click.group(
    epilog=examples(
        "deskbell logins failed --account ann@example.com --kind agent --from 192.0.2.7",
        "deskbell logins list",
    )
)
def logins() -> None:
    """Count failed logins of a proxy or a single sign-on that checks passwords itself."""


@logins.command()
@click.option("--account", metavar="ADDRESS", required=True, help="The name that was typed; it need not exist.")
@click.option("--kind", type=click.Choice(KINDS), required=True, help="Whose login it was.")
@click.option(
    "--from",
    "network",
    metavar="IP",
    required=True,
    help="The network address that it came from; IPv6 counts by its network of 64 bits.",
)
@click.pass_context
def failed(context: click.Context, account: str, kind: str, network: str) -> None:
    """Count one failed login; the administrator is told when the limit is passed."""
    from ..app import logins as counted
    from ..desk.logins import AccountKind

    with desk_of(context) as desk:
        events = counted.failed(desk, kind=AccountKind(kind.replace("-", "_")), account=account, network=network)
    click.echo("Counted; the limit is passed and the administrator is told." if events else "Counted.")


@logins.command("list")
@click.option(
    "--limit",
    type=LIMIT,
    default=100,
    show_default=True,
    help="At most so many, the most first.",
)
@json_option
@click.pass_context
def list_(context: click.Context, limit: int, as_json: bool) -> None:
    """List what has failed within the window, by account and by network address."""
    from ..app import logins as counted

    with desk_of(context) as desk:
        rows = counted.listed(desk, limit=limit)
    show(rows, columns=COLUMNS, as_json=as_json, empty="No login has failed lately.")

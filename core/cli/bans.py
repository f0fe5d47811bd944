"""`bans`: end users and domains that are not answered."""

import click

from .desks import desk_of
from .examples import examples
from .output import json_option, show

COLUMNS = ("pattern", "reason", "since", "until", "holds")

by_option = click.option(
    "--by", metavar="ADDRESS", help="The acting agent; default: you, the administrator at this machine."
)


@click.group(
    invoke_without_command=True,
    epilog=examples(
        "deskbell bans",
        "deskbell bans add spammer@example.net --reason 'sends the same text daily'",
        "deskbell bans add @example.net --until 2027-01-01",
        "deskbell bans lift @example.net",
    ),
)
@json_option
@click.pass_context
def bans(context: click.Context, as_json: bool) -> None:
    """List who is banned: what they write becomes tickets, and nobody there gets a mail of the desk.

    To keep their mails out as well, refuse them by a rule: see 'deskbell filters list'.
    """
    if context.invoked_subcommand is not None:
        return
    from ..app import bans as banned

    with desk_of(context) as desk:
        rows = banned.listed(desk)
    show(rows, columns=COLUMNS, as_json=as_json, empty="Nobody is banned. 'deskbell bans add ADDRESS' bans somebody.")


@bans.command("add")
@click.argument("pattern", metavar="ADDRESS|@DOMAIN")
@click.option("--reason", default="", help="Why, for those who read the list and 'deskbell explain'.")
@click.option("--until", default="", metavar="DATE", help="When it ends; default: never.")
@by_option
@click.pass_context
def add(context: click.Context, pattern: str, reason: str, until: str, by: str | None) -> None:
    """Answer an address, or with @example.net a whole domain, no more."""
    from ..app import bans as banned

    with desk_of(context) as desk:
        sentence = banned.add(desk, pattern, reason=reason, until=until, by=by)
    click.echo(sentence)


@bans.command("lift")
@click.argument("pattern", metavar="ADDRESS|@DOMAIN")
@by_option
@click.pass_context
def lift(context: click.Context, pattern: str, by: str | None) -> None:
    """Answer an address or a domain again."""
    from ..app import bans as banned

    with desk_of(context) as desk:
        sentence = banned.lift(desk, pattern, by=by)
    click.echo(sentence)

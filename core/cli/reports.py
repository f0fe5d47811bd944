"""`reports`: what other servers and recipients reported about mails of the desk."""

import click

from .desks import desk_of
from .examples import examples
from .numbers import LIMIT
from .output import json_option, show

COLUMNS = ("at", "kind", "recipient", "status", "confirmed", "delivery_id", "ticket", "raw_mail_id", "diagnostic")


@click.command(epilog=examples("deskbell reports", "deskbell reports --unconfirmed --json", "deskbell mail show 12"))
@click.option(
    "--confirmed/--unconfirmed",
    default=None,
    help="Only those that proved to be about a mail of the desk, or only those that did not and changed nothing.",
)
@click.option("--limit", type=LIMIT, default=100, show_default=True, help="At most so many, newest first.")
@json_option
@click.pass_context
def reports(context: click.Context, confirmed: bool | None, limit: int, as_json: bool) -> None:
    """List bounces, delays, complaints and read receipts, one line for each recipient.

    'deskbell mail show' writes the mail that said so, by its raw mail id.
    """
    from ..app import undelivered

    with desk_of(context) as desk:
        rows = undelivered.listed(desk, confirmed=confirmed, limit=limit)
    show(rows, columns=COLUMNS, as_json=as_json, empty="Nothing was reported.")

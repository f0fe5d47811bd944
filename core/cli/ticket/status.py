"""Where a ticket stands: close, reopen, wait, merge."""

import click

from ..desks import desk_of
from ..examples import examples
from .words import by_anybody, say


@click.command(
    short_help="Close a ticket.",
    epilog=examples("deskbell ticket close 100001", "deskbell ticket close 100001 --by ann@example.com"),
)
@click.argument("number")
@by_anybody
@click.pass_context
def close(context: click.Context, number: str, by: str | None) -> None:
    """Close a ticket; a message of its end user reopens it while the reopen window of its department lasts."""
    _change(context, number, by, "closed")


@click.command(epilog=examples("deskbell ticket reopen 100001 --by ann@example.com"))
@click.argument("number")
@by_anybody
@click.pass_context
def reopen(context: click.Context, number: str, by: str | None) -> None:
    """Open a ticket again that is closed or waits."""
    _change(context, number, by, "open")


@click.command(
    short_help="Let it wait for its end user.", epilog=examples("deskbell ticket wait 100001 --by ann@example.com")
)
@click.argument("number")
@by_anybody
@click.pass_context
def wait(context: click.Context, number: str, by: str | None) -> None:
    """Let a ticket wait for its end user, whose next message opens it again."""
    _change(context, number, by, "waiting")


def _change(context: click.Context, number: str, by: str | None, status: str) -> None:
    from ...app import acting
    from ...contract.tickets import TicketStatus

    with desk_of(context) as desk:
        events = acting.change_status(desk, number, by=by, status=TicketStatus(status))
    say(events)


@click.command(
    short_help="Fold a ticket into another one.", epilog=examples("deskbell ticket merge 100002 --into 100001")
)
@click.argument("number")
@click.option("--into", required=True, metavar="NUMBER", help="The ticket that has both threads afterwards.")
@by_anybody
@click.pass_context
def merge(context: click.Context, number: str, into: str, by: str | None) -> None:
    """Fold a ticket into another one, which cannot be undone.

    Thread, collaborators and watchers move there, its owner becomes a collaborator, and it is closed. What comes to it later
    lands on the other ticket.
    """
    from ...app import acting

    with desk_of(context) as desk:
        events = acting.merge(desk, number, by=by, into=into)
    say(events)

"""`ticket collaborator`: add, remove, activate, deactivate."""

import click

from ..desks import desk_of
from ..examples import examples
from .words import by_anybody, say


@click.group(
    short_help="Other end users who take part.",
    epilog=examples(
        'deskbell ticket collaborator add 100001 bo@customer.example --name "Bo Finch"',
        "deskbell ticket collaborator deactivate 100001 bo@customer.example",
        "deskbell ticket collaborator remove 100001 bo@customer.example",
    ),
)
def collaborator() -> None:
    """Other end users who take part in a ticket: active ones get mail."""


@collaborator.command(epilog=examples('deskbell ticket collaborator add 100001 bo@customer.example --name "Bo Finch"'))
@click.argument("number")
@click.argument("address")
@click.option("--name", default="", help="The person's name, if the desk does not know it yet.")
@by_anybody
@click.pass_context
def add(context: click.Context, number: str, address: str, name: str, by: str | None) -> None:
    """Let another end user take part in a ticket."""
    from ...app import acting

    with desk_of(context) as desk:
        events = acting.add_collaborator(desk, number, by=by, address=address, name=name)
    say(events)


@collaborator.command(epilog=examples("deskbell ticket collaborator remove 100001 bo@customer.example"))
@click.argument("number")
@click.argument("address")
@by_anybody
@click.pass_context
def remove(context: click.Context, number: str, address: str, by: str | None) -> None:
    """Let a collaborator take part no longer; what the person wrote stays."""
    from ...app import acting

    with desk_of(context) as desk:
        acting.remove_collaborator(desk, number, by=by, address=address)
    click.echo(f"{address} takes part in ticket {number} no longer.")


@collaborator.command(epilog=examples("deskbell ticket collaborator activate 100001 bo@customer.example"))
@click.argument("number")
@click.argument("address")
@by_anybody
@click.pass_context
def activate(context: click.Context, number: str, address: str, by: str | None) -> None:
    """Let a collaborator get mail again."""
    _activate(context, number, address, by, active=True)


@collaborator.command(epilog=examples("deskbell ticket collaborator deactivate 100001 bo@customer.example"))
@click.argument("number")
@click.argument("address")
@by_anybody
@click.pass_context
def deactivate(context: click.Context, number: str, address: str, by: str | None) -> None:
    """Let a collaborator get no mail; the person may still write."""
    _activate(context, number, address, by, active=False)


def _activate(context: click.Context, number: str, address: str, by: str | None, *, active: bool) -> None:
    from ...app import acting

    with desk_of(context) as desk:
        events, changed = acting.set_collaborator_active(desk, number, by=by, address=address, active=active)
    if events or not changed:
        say(events)
    else:
        click.echo(f"{address} gets no mail about ticket {number} any longer.")

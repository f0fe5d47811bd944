"""`explain` and `simulate`: who was or would be told, who not, and why."""

from collections.abc import Sequence

import click

from .desks import desk_of
from .examples import examples
from .output import json_option, show

COLUMNS = ("event", "plugin", "person", "address", "roles", "outcome", "reason", "because")


@click.command(
    epilog=examples(
        "deskbell explain 100001",
        "deskbell explain 100001 --person ann@example.com",
        "deskbell explain --event 17 --json",
    )
)
@click.argument("ticket", required=False)
@click.option("--event", "event_id", type=int, help="The number of one event instead of a ticket.")
@click.option(
    "--refused", "refused_id", type=int, help="The number of a refused or quarantined mail (see 'deskbell mail list')."
)
@click.option("--person", metavar="ADDRESS", help="Only this person, also if nobody ever thought of telling them.")
@json_option
@click.pass_context
def explain(
    context: click.Context,
    ticket: str | None,
    event_id: int | None,
    refused_id: int | None,
    person: str | None,
    as_json: bool,
) -> None:
    """Say who was told about TICKET, who was not, and why.

    Every person that a plugin could have told is listed with the outcome: notified, shadowed or refused, and the reason.
    """
    if sum(value is not None for value in (ticket, event_id, refused_id)) != 1:
        raise click.UsageError("Name one of TICKET, --event or --refused.")
    from ..app import reasons

    with desk_of(context) as desk:
        lines = reasons.recorded(desk, ticket=ticket, event_id=event_id, refused_id=refused_id, person=person)
    _show(lines, as_json, "Nothing was decided yet; 'deskbell work --once' rings what waits.")


@click.command(
    epilog=examples(
        "deskbell simulate ticket_created --ticket 100001",
        "deskbell simulate ticket_created --ticket 100001 --actor ann@example.com --json",
    )
)
@click.argument("event")
@click.option("--ticket", required=True, metavar="NUMBER", help="The ticket that it would happen to, as it stands now.")
@click.option("--actor", metavar="ADDRESS", help="Who would cause it; default: who opened the ticket.")
@json_option
@click.pass_context
def simulate(context: click.Context, event: str, ticket: str, actor: str | None, as_json: bool) -> None:
    """Say who would be told if EVENT happened to a ticket now.

    The same code decides as in earnest; nothing is written and nothing is sent.
    """
    from ..app import reasons

    with desk_of(context) as desk:
        lines = reasons.simulated(desk, event, ticket=ticket, actor=actor)
    _show(lines, as_json, f"No plugin listens to {event}.")


def _show(lines: Sequence[object], as_json: bool, empty: str) -> None:
    show(lines, columns=COLUMNS, as_json=as_json, empty=empty)

"""`ticket due`: set the due date of a ticket by hand."""

import click

from .desks import desk_of


@click.command("due")
@click.argument("number")
@click.option("--at", "moment", metavar="TIME", help="When it is due, with its zone: 2026-03-02T17:00+01:00.")
@click.option("--clear", is_flag=True, help="Take the date off again; that of the SLA plan stays.")
@click.option("--by", metavar="ADDRESS", help="The acting agent; default: you, the administrator at this machine.")
@click.pass_context
def due(context: click.Context, number: str, moment: str | None, clear: bool, by: str | None) -> None:
    """Set the due date of a ticket by hand; the earlier of it and that of the SLA plan counts."""
    if (moment is None) != clear:
        raise click.UsageError("Give --at TIME, or --clear.")
    from ..app import due as due_dates
    from ..contract.structuring.times import moment_of

    try:
        at = None if moment is None else moment_of(moment)
    except ValueError as error:
        raise click.BadParameter(
            f"'{moment}' is no moment. Write it with its zone: 2026-03-02T17:00+01:00.", param_hint="--at"
        ) from error
    with desk_of(context) as desk:
        events = due_dates.set_due_date(desk, number, at=at, by=by)
        now_due = due_dates.due_at(desk, number)
    until = f"due at {now_due.isoformat()}" if now_due is not None else "without a due date"
    click.echo(f"Ticket {number} is {'' if events else 'as before '}{until}.")

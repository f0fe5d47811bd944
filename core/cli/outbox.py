"""`outbox`: what waits, what went out, what failed, and the hands on it."""

import click

from ..contract.errors import InvalidValue
from .desks import desk_of
from .examples import examples
from .numbers import ID, LIMIT
from .output import console, json_option, plain, print_json, show, table

COLUMNS = (
    "id",
    "state",
    "ticket",
    "plugin",
    "channel",
    "address",
    "subject",
    "attempts",
    "due_at",
    "sent_at",
    "detail",
)
STATES = ("queued", "held", "leased", "sent", "dead", "cancelled")


@click.group(
    epilog=examples(
        "deskbell outbox list --state dead",
        "deskbell outbox show 17",
        "deskbell outbox retry 17",
        "deskbell outbox hold --channel smtp",
    )
)
def outbox() -> None:
    """Follow deliveries: one per person and channel."""


@outbox.command("list")
@click.option("--state", type=click.Choice(STATES), help="Only deliveries in this state.")
@click.option("--ticket", metavar="NUMBER", help="Only deliveries of this ticket.")
@click.option("--limit", type=LIMIT, default=100, show_default=True, help="At most so many, newest first.")
@json_option
@click.pass_context
def list_(context: click.Context, state: str | None, ticket: str | None, limit: int, as_json: bool) -> None:
    """List deliveries, newest first."""
    from ..app import deliveries

    with desk_of(context) as desk:
        rows, waiting = deliveries.listed(desk, state=state, ticket=ticket, limit=limit)
    show(rows, columns=COLUMNS, as_json=as_json, empty="There are no such deliveries.")
    if not as_json:
        for channel, reason in waiting.items():
            click.echo(f"Channel '{channel}' waits: {reason}.")


@outbox.command("show")
@click.argument("delivery", type=ID)
@json_option
@click.pass_context
def show_(context: click.Context, delivery: int, as_json: bool) -> None:
    """Show one delivery with its words and every try."""
    from ..app import deliveries

    with desk_of(context) as desk:
        shown = deliveries.shown(desk, delivery)
    if as_json:
        print_json(plain(shown))
        return
    table(("field", "value"), plain(shown.delivery).items())
    table(
        ("try", "at", "outcome", "code", "detail"),
        [(a.number, a.at, a.outcome, a.code, a.detail) for a in shown.attempts],
    )
    console().print(shown.body.text, markup=False, highlight=False)


@outbox.command()
@click.argument("delivery", type=ID, nargs=-1)
@click.option("--all-dead", is_flag=True, help="All dead letters.")
@click.pass_context
def retry(context: click.Context, delivery: tuple[int, ...], all_dead: bool) -> None:
    """Try deliveries again now: dead letters, or waiting ones before their time."""
    from ..app import deliveries

    _need(delivery, all_dead, "--all-dead")
    with desk_of(context) as desk:
        moved = deliveries.retry(desk, delivery, all_dead=all_dead)
    _check_moved(moved, delivery, "It was sent, is being sent, or does not exist")
    click.echo(f"{len(moved)} to be tried now; 'deskbell work --once' or a running 'serve' sends them.")


@outbox.command()
@click.argument("delivery", type=ID, nargs=-1, required=True)
@click.option("--reason", default="given up by hand", show_default=True, help="Why; it is kept with the delivery.")
@click.pass_context
def dead(context: click.Context, delivery: tuple[int, ...], reason: str) -> None:
    """Give deliveries up: they become dead letters, which can be retried."""
    from ..app import deliveries

    with desk_of(context) as desk:
        moved = deliveries.bury(desk, delivery, reason=reason)
    _check_moved(moved, delivery, "Only waiting and held deliveries can be given up")
    click.echo(f"{len(moved)} of {len(delivery)} given up.")


@outbox.command()
@click.argument("delivery", type=ID, nargs=-1)
@click.option("--channel", metavar="NAME", help="A whole channel: what is written later waits as well.")
@click.pass_context
def hold(context: click.Context, delivery: tuple[int, ...], channel: str | None) -> None:
    """Hold deliveries, or a whole channel, back until they are released."""
    _set_held(context, delivery, channel, held=True)


@outbox.command()
@click.argument("delivery", type=ID, nargs=-1)
@click.option("--channel", metavar="NAME", help="A whole channel.")
@click.pass_context
def release(context: click.Context, delivery: tuple[int, ...], channel: str | None) -> None:
    """Let held deliveries, or a held channel, go."""
    _set_held(context, delivery, channel, held=False)


def _set_held(context: click.Context, delivery: tuple[int, ...], channel: str | None, *, held: bool) -> None:
    from ..app import deliveries

    _need(delivery, channel, "--channel NAME")
    with desk_of(context) as desk:
        if channel:
            deliveries.hold_channel(desk, channel, held=held)
            click.echo(f"Channel '{channel}' is {'held back' if held else 'released'}.")
        if delivery:
            moved = deliveries.hold(desk, delivery) if held else deliveries.release(desk, delivery)
            _check_moved(
                moved, delivery, "Only waiting ones can be held back" if held else "Only held ones can be released"
            )
            click.echo(f"{len(moved)} of {len(delivery)} {'held back' if held else 'released'}.")


def _check_moved(moved: tuple[int, ...], wanted: tuple[int, ...], reason: str) -> None:
    """Say which deliveries were left as they are, and fail when all were."""
    left = [number for number in wanted if number not in moved]
    if left and not moved:
        raise InvalidValue("delivery " + ", ".join(map(str, left)), reason, "See 'deskbell outbox show'.")
    if left:
        click.echo(f"Left as they are: {', '.join(map(str, left))}. {reason}.", err=True)


def _need(delivery: tuple[int, ...], other: object, option: str) -> None:
    if not delivery and not other:
        raise click.UsageError(f"Name deliveries by their id, or give {option}.")

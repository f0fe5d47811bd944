"""`serve` and `work`: the long-running desk, and one round by hand."""

import signal

import click

from .desks import desk_of
from .examples import examples


@click.command(
    epilog=examples(
        "deskbell --dir desk serve",
    )
)
@click.pass_context
def serve(context: click.Context) -> None:
    """Listen for mail, ring plugins and deliver, until Ctrl-C or SIGTERM.

    Where it listens is set in deskbell.toml, table [listener].
    """
    _run(context, listen=True)


@click.command(
    epilog=examples(
        "deskbell --dir desk work          deliver until stopped",
        "deskbell --dir desk work --once   do all that is due, then exit",
    )
)
@click.option("--once", is_flag=True, help="Do all that is due, then exit.")
@click.pass_context
def work(context: click.Context, once: bool) -> None:
    """Ring plugins and deliver without listening for mail.

    With --once, suited to cron: what cannot be delivered now waits for the next round.
    """
    if not once:
        _run(context, listen=False)
        return
    from ..app.rounds import work_off

    with desk_of(context) as desk:
        done = work_off(desk)
    click.echo(f"Taken up: {done.swept}. Sent: {done.sent}. To be tried again: {done.later}. Given up: {done.buried}.")
    for channel, reason in done.waiting.items():
        click.echo(f"Channel '{channel}' waits: {reason}.")


def _run(context: click.Context, *, listen: bool) -> None:
    from ..app.service import Service

    with desk_of(context) as desk:
        service = Service(desk, listen=listen)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: service.ask_to_stop())
        try:
            reached = service.start()
            click.echo("\n".join([_greeting(service.listening_on, str(context.obj["directory"])), *reached]))
            service.wait()
        finally:
            click.echo("Stopping; what is in hand is finished first.")
            service.stop()


def _greeting(listening_on: str, directory: str) -> str:
    where = f"Listening for mail on {listening_on}" if listening_on else "Working"
    return f"{where}, desk in {directory}. Stop with Ctrl-C."

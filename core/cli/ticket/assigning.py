"""Who works on a ticket and how urgently: assign, unassign, transfer, priority, acknowledge, watch, unwatch."""

import click

from ..desks import desk_of
from ..examples import examples
from .words import UNCHANGED, by_agent, by_anybody, say


@click.command(
    short_help="Give a ticket to an agent or a team.",
    epilog=examples(
        "deskbell ticket assign 100001 --agent ann@example.com",
        'deskbell ticket assign 100001 --team Night --by ann@example.com --comment "It rings at two."',
    ),
)
@click.argument("number")
@click.option("--agent", default="", metavar="ADDRESS")
@click.option("--team", default="", metavar="NAME")
@by_anybody
@click.option("--comment", default="", help="A word to whom it is assigned.")
@click.pass_context
def assign(context: click.Context, number: str, agent: str, team: str, by: str | None, comment: str) -> None:
    """Assign a ticket to an agent, a team, or both; one leaves the other as it is."""
    if not agent and not team:
        raise click.UsageError("Give --agent ADDRESS, --team NAME, or both.")
    from ...app import acting

    with desk_of(context) as desk:
        events = acting.assign(desk, number, by=by, agent=agent, team=team, comment=comment)
    say(events)


@click.command(
    short_help="Take it from its agent and team.",
    epilog=examples("deskbell ticket unassign 100001", "deskbell ticket unassign 100001 --team --by ann@example.com"),
)
@click.argument("number")
@click.option("--agent", is_flag=True, help="Take it from its agent only.")
@click.option("--team", is_flag=True, help="Take it from its team only.")
@by_anybody
@click.pass_context
def unassign(context: click.Context, number: str, agent: bool, team: bool, by: str | None) -> None:
    """Take a ticket from its agent and its team, or from one of them."""
    from ...app import acting

    both = agent is team
    with desk_of(context) as desk:
        events = acting.unassign(desk, number, by=by, agent=agent or both, team=team or both)
    say(events)


@click.command(
    short_help="Move it to another department.",
    epilog=examples(
        "deskbell ticket transfer 100001 Sales",
        'deskbell ticket transfer 100001 Sales --by ann@example.com --comment "They want to buy one."',
    ),
)
@click.argument("number")
@click.argument("department")
@by_anybody
@click.option("--comment", default="", help="A word to those who get it.")
@click.pass_context
def transfer(context: click.Context, number: str, department: str, by: str | None, comment: str) -> None:
    """Move a ticket to another department; its agent, team and collaborators stay."""
    from ...app import acting

    with desk_of(context) as desk:
        events = acting.transfer(desk, number, by=by, department=department, comment=comment)
    say(events)


@click.command(epilog=examples("deskbell ticket priority 100001 urgent"))
@click.argument("number")
@click.argument("priority", type=click.Choice(("low", "normal", "high", "urgent")))
@by_anybody
@click.pass_context
def priority(context: click.Context, number: str, priority: str, by: str | None) -> None:
    """Give a ticket another priority."""
    from ...app import acting
    from ...contract.tickets import Priority

    with desk_of(context) as desk:
        events = acting.change_priority(desk, number, by=by, priority=Priority(priority))
    say(events)


@click.command(
    short_help="Say that it is taken care of.",
    epilog=examples("deskbell ticket acknowledge 100001 --by ann@example.com"),
)
@click.argument("number")
@by_agent
@click.pass_context
def acknowledge(context: click.Context, number: str, by: str) -> None:
    """Say as an agent that a ticket is taken care of, which ends its escalation."""
    from ...app import acting

    with desk_of(context) as desk:
        events = acting.acknowledge(desk, number, by=by)
    say(events)


@click.command(
    short_help="Be told what happens on it.", epilog=examples("deskbell ticket watch 100001 --by ann@example.com")
)
@click.argument("number")
@by_agent
@click.pass_context
def watch(context: click.Context, number: str, by: str) -> None:
    """Let an agent watch a ticket: plugins that speak to watchers tell what happens on it."""
    _watch(context, number, by, watching=True)


@click.command(epilog=examples("deskbell ticket unwatch 100001 --by ann@example.com"))
@click.argument("number")
@by_agent
@click.pass_context
def unwatch(context: click.Context, number: str, by: str) -> None:
    """Let an agent watch a ticket no longer."""
    _watch(context, number, by, watching=False)


def _watch(context: click.Context, number: str, by: str, *, watching: bool) -> None:
    from ...app import acting

    with desk_of(context) as desk:
        changed = acting.watch(desk, number, by=by, watching=watching)
    how = "watches" if watching else "no longer watches"
    click.echo(f"{by} {how} ticket {number}." if changed else UNCHANGED)

"""`explain` and `simulate`: who was or would be told, who not, why, and what would change it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from .desks import desk_of
from .examples import examples
from .numbers import ID
from .output import json_option, show

if TYPE_CHECKING:
    from ..notify.explain import Line

COLUMNS = ("event", "plugin", "person", "address", "roles", "outcome", "reason", "because")
NOTHING_YET = "Nothing was decided yet; 'deskbell work --once' rings what waits."
CHECKS = (
    "null_sender",
    "auto_submitted",
    "mailing_list",
    "precedence",
    "auto_header",
    "report",
    "robot_address",
    "not_addressed",
)

change_option = click.option("--change", "with_change", is_flag=True, help="Also say what would change each outcome.")


@click.command(
    epilog=examples(
        "deskbell explain 100001",
        "deskbell explain 100001 --change",
        "deskbell explain 100001 --person ann@example.com",
        "deskbell explain --event 17 --json",
    )
)
@click.argument("ticket", required=False)
@click.option("--event", "event_id", type=ID, help="The number of one event instead of a ticket.")
@click.option(
    "--refused", "refused_id", type=ID, help="The number of a refused or quarantined mail (see 'deskbell mail list')."
)
@click.option(
    "--person", metavar="ADDRESS", help="One sentence about this person each, also if nobody ever thought of them."
)
@change_option
@json_option
@click.pass_context
def explain(
    context: click.Context,
    ticket: str | None,
    event_id: int | None,
    refused_id: int | None,
    person: str | None,
    with_change: bool,
    as_json: bool,
) -> None:
    """Say who was told about TICKET, who was not, and why.

    Every person that a plugin could have told is listed with the outcome: notified, shadowed or refused, and the reason.
    An event that no plugin listened to has a line as well.
    """
    if sum(value is not None for value in (ticket, event_id, refused_id)) != 1:
        raise click.UsageError("Name one of TICKET, --event or --refused.")
    from ..app import reasons

    with desk_of(context) as desk:
        lines = reasons.recorded(desk, ticket=ticket, event_id=event_id, refused_id=refused_id, person=person)
    if person is None or as_json:
        _show(lines, as_json, NOTHING_YET, with_change=with_change)
    else:
        _tell(lines, person, with_change=with_change)


@click.command(
    epilog=examples(
        "deskbell simulate ticket_created --ticket 100001",
        "deskbell simulate ticket_created --ticket 100001 --actor ann@example.com --json",
        "deskbell simulate message_posted --ticket 100001 --from ada@customer.example --check auto_submitted",
        "deskbell simulate ticket_transferred --ticket 100001 --to Billing --actor ann@example.com",
        "deskbell simulate agent_mentioned --ticket 100001 --agent bob@example.com",
    )
)
@click.argument("event")
@click.option("--ticket", required=True, metavar="NUMBER", help="The ticket that it would happen to, as it stands now.")
@click.option("--actor", metavar="ADDRESS", help="Who would cause it; default: whoever most likely would.")
@click.option("--from", "sender", metavar="ADDRESS", help="The end user who would write the message, by mail.")
@click.option("--agent", metavar="ADDRESS", help="The agent who would be mentioned, or get the ticket.")
@click.option("--team", metavar="NAME", help="The team that would get the ticket.")
@click.option("--to", metavar="DEPARTMENT", help="The department that the ticket would be moved to.")
@click.option("--department", metavar="NAME", help="As if the ticket were in this department.")
@click.option("--mailbox", metavar="NAME", help="The mailbox that the message would come in by.")
@click.option(
    "--check", type=click.Choice(CHECKS), default=None, help="The automatic-mail check that the message would fail."
)
@click.option("--automatic", is_flag=True, help="A machine would have written the message.")
@click.option("--unverified", is_flag=True, help="Nobody would know for sure who wrote the message.")
@click.option("--step", type=click.IntRange(min=1), default=1, show_default=True, help="The step of the escalation.")
@change_option
@json_option
@click.pass_context
def simulate(
    context: click.Context,
    event: str,
    ticket: str,
    actor: str | None,
    sender: str | None,
    agent: str | None,
    team: str | None,
    to: str | None,
    department: str | None,
    mailbox: str | None,
    check: str | None,
    automatic: bool,
    unverified: bool,
    step: int,
    with_change: bool,
    as_json: bool,
) -> None:
    """Say who would be told if EVENT happened to a ticket now.

    The same code decides as in earnest; nothing is written and nothing is sent.
    """
    from ..app import reasons

    wish = reasons.Wish(
        actor=actor,
        sender=sender,
        agent=agent,
        team=team,
        to=to,
        department=department,
        mailbox=mailbox,
        check=check or "",
        automatic=automatic,
        verified=not unverified,
        step=step,
    )
    with desk_of(context) as desk:
        lines = reasons.simulated(desk, event, ticket=ticket, wish=wish)
    _show(lines, as_json, f"No plugin listens to {event}.", with_change=with_change)


def _show(lines: "Sequence[Line]", as_json: bool, empty: str, *, with_change: bool) -> None:
    show(lines, columns=COLUMNS, as_json=as_json, empty=empty)
    if with_change and not as_json and lines:
        _show_changes(lines)


def _show_changes(lines: "Sequence[Line]") -> None:
    """A second block, a line for each outcome, so that the table stays readable."""
    said = dict.fromkeys(_change(line) for line in lines if line.change)
    click.echo("What would change this?")
    for text in said:
        click.echo(f"  {text}")


def _change(line: "Line") -> str:
    who = line.person or " and ".join(role.replace("_", " ") for role in line.roles)
    about = ", ".join(part for part in (line.plugin or line.event, who, line.reason or line.outcome) if part)
    return f"{about}: {line.change}"


def _tell(lines: "Sequence[Line]", person: str, *, with_change: bool) -> None:
    """Sentences about one person."""
    from ..notify.explain import sentences

    for sentence in sentences(lines, person):
        click.echo(sentence)
    if not lines:
        click.echo(NOTHING_YET)
    elif with_change:
        click.echo()
        _show_changes(lines)

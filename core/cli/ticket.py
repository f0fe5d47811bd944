"""`ticket`: list, show, open, message, assign."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from .desks import desk_of
from .examples import examples
from .output import console, json_option, plain, print_json, show, table

if TYPE_CHECKING:
    from ..contract.events import Event
    from ..contract.tickets import Ticket

COLUMNS = ("number", "status", "priority", "department", "subject", "owner", "agent", "team", "created_at")
ALL = "all"


@click.group(
    epilog=examples(
        "deskbell ticket list --status open",
        "deskbell ticket show 100001",
        'deskbell ticket open --from ada@customer.example --subject "No toner" --text "The printer is empty."',
        "deskbell ticket message 100001 --from ada@customer.example < reply.txt",
        "deskbell ticket assign 100001 --agent ann@example.com",
    )
)
def ticket() -> None:
    """List, show, open and assign tickets."""


@ticket.command("list")
@click.option("--status", type=click.Choice(("open", "closed", ALL)), default="open", show_default=True)
@click.option("--department", metavar="NAME", help="Only this department.")
@click.option("--agent", metavar="ADDRESS", help="Only those assigned to this agent.")
@click.option(
    "--limit", type=click.IntRange(min=1), default=50, show_default=True, help="At most so many, newest first."
)
@json_option
@click.pass_context
def list_(
    context: click.Context, status: str, department: str | None, agent: str | None, limit: int, as_json: bool
) -> None:
    """List tickets, newest first."""
    from ..app import acting
    from ..contract.tickets import TicketStatus

    wanted = None if status == ALL else TicketStatus(status)
    with desk_of(context) as desk:
        rows = acting.listed(desk, status=wanted, department=department, agent=agent, limit=limit)
    empty = "There are no such tickets. 'deskbell mail receive < mail.eml' or 'deskbell ticket open' makes one."
    if as_json or not rows:
        show(rows, columns=COLUMNS, as_json=as_json, empty=empty)
    else:
        table(COLUMNS, ([_cell(row, name) for name in COLUMNS] for row in rows))


@ticket.command("show")
@click.argument("number")
@json_option
@click.pass_context
def show_(context: click.Context, number: str, as_json: bool) -> None:
    """Show a ticket with its thread and its history."""
    from ..app import acting

    with desk_of(context) as desk:
        view = acting.viewed(desk, number)
    if as_json:
        history = [{"name": event.name, **plain(event)} for event in view.history]
        print_json({"ticket": plain(view.ticket), "entries": plain(view.entries), "history": history})
        return
    table(("field", "value"), [(name, _cell(view.ticket, name)) for name in COLUMNS])
    click.echo(f"Owner: {view.ticket.owner.name} <{view.ticket.owner.address}>".replace("  ", " "))
    for entry in view.entries:
        marks = "".join(f", {mark}" for mark in ("automatic", "held") if getattr(entry, mark))
        verified = "" if entry.verified else ", sender not verified"
        author = entry.author.name or entry.author.address or entry.author.kind.value
        click.secho(
            f"\n{entry.kind.value} by {author}, {entry.posted_at:%Y-%m-%d %H:%M} UTC{verified}{marks}", bold=True
        )
        console().print(entry.text.rstrip(), markup=False, highlight=False)
        for attachment in entry.attachments:
            click.echo(f"  [{attachment.file_name}, {attachment.size} bytes]")
    click.echo()
    table(("event", "what", "at", "by"), [(e.id, e.name, e.at, e.actor.name or e.actor.address) for e in view.history])


@ticket.command("open")
@click.option("--from", "sender", required=True, metavar="ADDRESS", help="Whose ticket it is.")
@click.option("--from-name", default="", help="That person's name.")
@click.option("--subject", required=True)
@click.option("--text", help="The message; default: standard input.")
@click.option("--department", default="", metavar="NAME")
@click.option("--topic", default="", metavar="NAME")
@click.option("--priority", type=click.Choice(("low", "normal", "high", "urgent")))
@click.option("--agent", default="", metavar="ADDRESS", help="Assign it to this agent at once.")
@click.option("--team", default="", metavar="NAME", help="Assign it to this team at once.")
@click.option("--by", default="", metavar="ADDRESS", help="The agent who opens it for that person.")
@click.option("--no-notice", is_flag=True, help="With --by: do not tell the person.")
@click.pass_context
def open_(
    context: click.Context,
    sender: str,
    from_name: str,
    subject: str,
    text: str | None,
    department: str,
    topic: str,
    priority: str | None,
    agent: str,
    team: str,
    by: str,
    no_notice: bool,
) -> None:
    """Open a ticket for an end user, or as an agent with --by."""
    from ..app import acting
    from ..contract.tickets import Priority

    wish = acting.NewTicketWish(
        sender=sender,
        sender_name=from_name,
        subject=subject,
        text=_text(text),
        department=department,
        topic=topic,
        priority=None if priority is None else Priority(priority),
        by=by,
        send_notice=not no_notice,
        agent=agent,
        team=team,
    )
    with desk_of(context) as desk:
        events = acting.open_ticket(desk, wish)
    _say(events)


@ticket.command("message")
@click.argument("number")
@click.option("--from", "sender", required=True, metavar="ADDRESS", help="The end user who writes.")
@click.option("--text", help="The message; default: standard input.")
@click.pass_context
def message(context: click.Context, number: str, sender: str, text: str | None) -> None:
    """Append an end user's message to a ticket."""
    from ..app import acting

    with desk_of(context) as desk:
        events = acting.post_message(desk, number, sender=sender, text=_text(text))
    _say(events)


@ticket.command("assign")
@click.argument("number")
@click.option("--agent", default="", metavar="ADDRESS")
@click.option("--team", default="", metavar="NAME")
@click.option("--by", metavar="ADDRESS", help="The acting agent; default: you, the administrator at this machine.")
@click.option("--comment", default="", help="A word to whom it is assigned.")
@click.pass_context
def assign(context: click.Context, number: str, agent: str, team: str, by: str | None, comment: str) -> None:
    """Assign a ticket to an agent, a team, or both; one leaves the other as it is."""
    if not agent and not team:
        raise click.UsageError("Give --agent ADDRESS, --team NAME, or both.")
    from ..app import acting

    with desk_of(context) as desk:
        events = acting.assign(desk, number, by=by, agent=agent, team=team, comment=comment)
    _say(events)


def _cell(ticket: "Ticket", column: str) -> object:
    if column == "owner":
        return ticket.owner.name or ticket.owner.address
    if column == "subject":
        return ticket.subject or "(no subject)"
    return getattr(ticket, column)


def _text(text: str | None) -> str:
    if text is not None:
        return text
    if sys.stdin.isatty():
        click.echo("Type the message, then Ctrl-D:", err=True)
    return sys.stdin.buffer.read().decode("utf-8", errors="replace")


def _say(events: "Sequence[Event]") -> None:
    if not events:
        click.echo("Nothing changed.")
    for event in events:
        ticket = getattr(event, "ticket", None)
        where = f"ticket {ticket.number}" if ticket is not None else getattr(event, "reason", "")
        click.echo(f"{event.name}: {where} (event {event.id})")

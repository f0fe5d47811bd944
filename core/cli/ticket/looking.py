"""`ticket list` and `ticket show`."""

from typing import TYPE_CHECKING

import click

from ..desks import desk_of
from ..examples import examples
from ..output import cell, console, json_option, plain, print_json, show, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...app.acting import TicketView
    from ...contract.people import EndUser
    from ...contract.tickets import Entry, Ticket

COLUMNS = ("number", "status", "priority", "department", "subject", "owner", "agent", "team", "created_at")
MORE = ("topic", "last_respondent", "due_at", "closed_at", "merged_into", "collaborators", "watchers")
"""What `show` says besides, where there is something to say."""
ALL = "all"
MOST = 100_000
"""So many tickets can be listed at once."""


@click.command(
    "list",
    short_help="List tickets, newest first.",
    epilog=examples(
        "deskbell ticket list",
        "deskbell ticket list --status waiting --agent ann@example.com",
        "deskbell ticket list --status all --limit 500 --json",
    ),
)
@click.option("--status", type=click.Choice(("open", "waiting", "closed", ALL)), default="open", show_default=True)
@click.option("--department", metavar="NAME", help="Only this department.")
@click.option("--agent", metavar="ADDRESS", help="Only those assigned to this agent.")
@click.option(
    "--limit", type=click.IntRange(1, MOST), default=50, show_default=True, help="At most so many, newest first."
)
@json_option
@click.pass_context
def list_(
    context: click.Context, status: str, department: str | None, agent: str | None, limit: int, as_json: bool
) -> None:
    """List tickets, newest first; those that wait for their end user are not among the open ones."""
    from ...app import acting
    from ...contract.tickets import TicketStatus

    wanted = None if status == ALL else TicketStatus(status)
    with desk_of(context) as desk:
        rows = acting.listed(desk, status=wanted, department=department, agent=agent, limit=limit)
    empty = "There are no such tickets. 'deskbell mail receive < mail.eml' or 'deskbell ticket open' makes one."
    if as_json or not rows:
        show(rows, columns=COLUMNS, as_json=as_json, empty=empty)
    else:
        table(COLUMNS, ([_cell(row, name) for name in COLUMNS] for row in rows))


@click.command(
    "show",
    short_help="Show a ticket with its thread.",
    epilog=examples(
        "deskbell ticket show 100001", "deskbell ticket show 100001 --full", "deskbell ticket show 100001 --json"
    ),
)
@click.argument("number")
@click.option("--full", is_flag=True, help="Also show what mails only repeat of earlier ones.")
@json_option
@click.pass_context
def show_(context: click.Context, number: str, full: bool, as_json: bool) -> None:
    """Show a ticket with who takes part, its thread and its history.

    Of mail it shows what was written new; --full shows all of it.
    """
    from ...app import acting, undelivered

    with desk_of(context) as desk:
        view = acting.viewed(desk, number)
        remarks = undelivered.remarks(desk, view.ticket.id)
        now = desk.clock.now()
    if as_json:
        history = [{"name": event.name, **plain(event)} for event in view.history]
        print_json(
            {
                "ticket": plain(view.ticket),
                "entries": plain(view.entries),
                "history": history,
                "mail": [plain(each) for each in remarks],
            }
        )
    else:
        _print(view, [(each.line(now), each.alarming) for each in remarks], full=full)


def _print(view: "TicketView", remarks: "Sequence[tuple[str, bool]]", *, full: bool) -> None:
    ticket = view.ticket
    facts = [(name, _cell(ticket, name)) for name in COLUMNS]
    facts += [(name, value) for name in MORE if (value := _cell(ticket, name))]
    table(("field", "value"), [(name.replace("_", " "), value) for name, value in facts])
    click.echo(f"Owner: {_named(ticket.owner)}")
    if ticket.merged_into:
        click.echo(f"It was merged into ticket {ticket.merged_into}, which has its thread now.")
    for line, alarming in remarks:
        click.secho(f"Mail: {cell(line)}", fg="yellow" if alarming else None)
    for entry in view.entries:
        _print_entry(entry, full=full)
    click.echo()
    table(("event", "what", "at", "by"), [(e.id, e.name, e.at, e.actor.name or e.actor.address) for e in view.history])
    applied = [line for event in view.history for line in getattr(event, "applied", ())]
    if applied:
        click.echo("\n".join(["What the filters did:", *(f"  {line}" for line in applied)]))


def _print_entry(entry: "Entry", *, full: bool) -> None:
    marks = [mark for mark in ("automatic", "held") if getattr(entry, mark)]
    marks += [] if entry.verified else ["sender not verified"]
    marks += [f"message {entry.id}"] if entry.held or not entry.verified else []
    author = entry.author.name or entry.author.address or entry.author.kind.value
    said = ", ".join([f"\n{entry.kind.value} by {author}", f"{entry.posted_at:%Y-%m-%d %H:%M} UTC", *marks])
    click.secho(said, bold=True)
    for line in _known_of(entry):
        click.secho(cell(line), fg="yellow" if entry.warnings else None)
    console().print((entry.text if full else entry.fresh).rstrip(), markup=False, highlight=False)
    hidden = 0 if full else _quoted_lines(entry)
    if hidden:
        click.secho(f"  ({hidden} quoted line{'s' if hidden != 1 else ''} hidden; --full shows all)", dim=True)
    for attachment in entry.attachments:
        click.echo(f"  [{attachment.file_name}, {attachment.size} bytes]")


def _quoted_lines(entry: "Entry") -> int:
    """How many lines with words in them `fresh` leaves out."""
    return sum(bool(line.strip()) for start, end in entry.quoted for line in entry.text[start:end].split("\n"))


def _known_of(entry: "Entry") -> list[str]:
    """What is known of where a mail came from, and what to be wary of in it: a line each.

    That authentication failed is left out where the line of the server that said so tells it already.
    """
    from ...intake.identity import words_of
    from ...intake.identity.warnings import Caution

    told = {Caution.AUTHENTICATION_FAILED} if entry.authentication else set()
    cautions = words_of([each for each in entry.warnings if each not in told])
    return [f"  ({said})" for said in (entry.authentication, *cautions) if said]


def _cell(ticket: "Ticket", column: str) -> object:
    if column == "owner":
        return ticket.owner.name or ticket.owner.address
    if column == "subject":
        return ticket.subject or "(no subject)"
    if column == "collaborators":
        return "\n".join(_named(each.user) + ("" if each.active else " (inactive)") for each in ticket.collaborators)
    return getattr(ticket, column)


def _named(user: "EndUser") -> str:
    """Name and address, as far as there are any."""
    return f"{cell(user.name)} <{cell(user.address)}>".lstrip()

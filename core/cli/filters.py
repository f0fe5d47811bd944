"""`filters`: the rules for new tickets, what they did, and what they would do with a mail."""

from typing import TYPE_CHECKING, BinaryIO

import click

from .desks import desk_of
from .examples import examples
from .numbers import LIMIT
from .output import json_option, plain, print_json, show, table

if TYPE_CHECKING:
    from ..app.filters import Trial
    from ..contract.drafts import TicketDraft

COLUMNS = ("number", "rule", "where", "when", "then", "state", "because", "times", "last_at")
LOG_COLUMNS = ("at", "ticket", "mail", "subject", "outcome", "applied")
FIELDS = ("department", "topic", "priority", "agent", "team", "answer", "autoresponse")
"""What the filters may change, as `try` shows it."""
FIRST_RULE = """\
There are no rules. Write the first one into a file, and apply that:

  [[options.ticket-filters.rules]]
  name = "Invoices"
  when = { subject = ["invoice", "bill"] }
  then = { priority = "high" }
"""


@click.group(
    epilog=examples(
        "deskbell filters list",
        "deskbell filters log --rule Invoices",
        "deskbell filters try mail.eml --mailbox support",
    )
)
def filters() -> None:
    """See the rules for new tickets, and what they did.

    The rules are options of the plugin 'ticket-filters': change them with 'deskbell export' and 'deskbell apply'.
    """


@filters.command("list")
@click.option("--department", metavar="NAME", help="Only the rules that hold for new tickets of this department.")
@json_option
@click.pass_context
def list_(context: click.Context, department: str | None, as_json: bool) -> None:
    """List the rules in their order, with how often and when they last applied.

    A department that has rules of its own goes by them and not by those of the whole desk.
    """
    from ..app import filters as rules

    with desk_of(context) as desk:
        rows = rules.listed(desk, department=department)
    show(rows, columns=COLUMNS, as_json=as_json, empty=FIRST_RULE)


@filters.command("log")
@click.option("--rule", default="", metavar="NAME", help="Only where this rule applied.")
@click.option("--limit", type=LIMIT, default=100, show_default=True, help="At most so many, newest first.")
@json_option
@click.pass_context
def log(context: click.Context, rule: str, limit: int, as_json: bool) -> None:
    """List what the rules did: to tickets, and to mails that they refused."""
    from ..app import filters as rules

    with desk_of(context) as desk:
        rows = rules.log(desk, rule=rule, limit=limit)
    empty = "No rule has applied yet. 'deskbell filters try MAIL' shows what the rules would do with a mail."
    if as_json or not rows:
        show(rows, columns=LOG_COLUMNS, as_json=as_json, empty=empty)
    else:
        table(LOG_COLUMNS, ([_log_cell(row, name) for name in LOG_COLUMNS] for row in rows))


def _log_cell(row: object, column: str) -> object:
    value: object = getattr(row, column)
    return "\n".join(value) if isinstance(value, tuple) else value


@filters.command("try")
@click.argument("mail", type=click.File("rb"))
@click.option(
    "--mailbox", default="", metavar="NAME", help="The mailbox that it would come to; default: by its addresses."
)
@json_option
@click.pass_context
def try_(context: click.Context, mail: BinaryIO, mailbox: str, as_json: bool) -> None:
    """Say what the rules would do with MAIL, a file or - for standard input, as a new ticket; nothing is written."""
    from ..app import filters as rules

    content = mail.read()
    if not content.strip():
        raise click.UsageError(f"There is no mail in {'standard input' if mail.name == '<stdin>' else mail.name}.")
    with desk_of(context) as desk:
        trial = rules.tried(desk, content, mailbox=mailbox)
    if as_json:
        print_json(plain(trial))
    else:
        _show_trial(trial)


def _show_trial(trial: "Trial") -> None:
    if trial.opened is None:
        click.echo(f"No ticket would be opened: {trial.refused}")
    else:
        _show_changes(trial.offered, trial.opened)
        click.echo("\n".join(trial.opened.applied) or "No rule applies.")
    for note in trial.notes:
        click.echo(note)


def _show_changes(offered: "TicketDraft", opened: "TicketDraft") -> None:
    rows = [(name, getattr(offered, name), getattr(opened, name)) for name in FIELDS]
    table(("field", "as it came", "as it would be opened"), rows)

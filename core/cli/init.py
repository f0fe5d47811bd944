"""`init` and `migrate`: a new desk, and its tables at this version."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .examples import examples

if TYPE_CHECKING:
    from ..app.founding import Beginning

NEXT = """
Next:
  deskbell --dir {directory} mail receive < some-mail.eml    take a mail in
  deskbell --dir {directory} ticket list                     see what became of it
  deskbell --dir {directory} export > desk.toml              see the desk as a file, change it, `apply` it
"""


@click.command(
    epilog=examples(
        "deskbell --dir desk init",
        "deskbell --dir desk init --mailbox help@acme.example --admin eve@acme.example --smtp-host mail.acme.example",
    )
)
@click.option("--name", default="Helpdesk", show_default=True, help="What the desk is called in its mails.")
@click.option("--department", default="Support", show_default=True, help="The first department.")
@click.option("--mailbox", default="support@example.com", show_default=True, help="The address that mail comes to.")
@click.option("--admin", default="admin@example.com", show_default=True, help="The first administrator's address.")
@click.option("--admin-name", default="Administrator", show_default=True, help="The first administrator's name.")
@click.option("--smtp-host", default="", help="The server for outgoing mail; without one it waits in the outbox.")
@click.option("--database-url", default="", help="A postgresql:// URL; default: a SQLite file in the desk's directory.")
@click.option("--no-input", is_flag=True, help="Ask nothing, also in a terminal.")
@click.pass_context
def init(
    context: click.Context,
    name: str,
    department: str,
    mailbox: str,
    admin: str,
    admin_name: str,
    smtp_host: str,
    database_url: str,
    no_input: bool,
) -> None:
    """Open a new desk in the directory of --dir.

    In a terminal it asks; without one it takes what the options say.
    """
    from ..app.founding import Beginning, found, renew_key

    directory: Path = context.obj["directory"]
    if renew_key(directory):
        click.echo(
            f"A new secret.key is in {directory}. Give the desk its secrets again, such as channels.smtp.password."
        )
        return
    beginning = Beginning(
        desk_name=name,
        department=department,
        mailbox=mailbox,
        admin=admin,
        admin_name=admin_name,
        smtp_host=smtp_host,
        database_url=database_url,
    )
    if sys.stdin.isatty() and not no_input:
        beginning = _asked(beginning)
    found(directory, beginning)
    click.echo(f"A desk is open in {directory}: department '{beginning.department}', mailbox {beginning.mailbox}.")
    if not beginning.smtp_host:
        click.echo("Outgoing mail waits in the outbox until a server is named (channels.smtp.host in an apply file).")
    click.echo(NEXT.format(directory=directory).rstrip())


def _asked(beginning: "Beginning") -> "Beginning":
    """Ask for each value, the given one as default."""
    import attrs

    questions = {
        "desk_name": "Name of the desk",
        "department": "First department",
        "mailbox": "Address that mail comes to",
        "admin": "Your address (first administrator)",
        "admin_name": "Your name",
        "smtp_host": "Server for outgoing mail (empty: decide later)",
    }
    answers = {
        field: click.prompt(question, default=getattr(beginning, field)) for field, question in questions.items()
    }
    return attrs.evolve(beginning, **answers)


@click.command(
    epilog=examples(
        "deskbell --dir desk migrate",
    )
)
@click.pass_context
def migrate(context: click.Context) -> None:
    """Bring the database to this version's schema; does nothing when it is there.

    Make a backup first: a migration runs in one transaction, and still a copy is a good thing to have.
    """
    from ..app.founding import migrate_desk

    before, after = migrate_desk(context.obj["directory"])
    if before == after:
        click.echo(f"The database is at version {after} already.")
    else:
        click.echo(f"The database went from version {before or 'none'} to {after}.")

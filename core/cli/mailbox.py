"""`mailbox`: which mailboxes are fetched from IMAP and POP3 servers, whether that works, and fetching them now."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from .desks import desk_of
from .examples import examples
from .output import json_option, show

COLUMNS = (
    "name",
    "address",
    "department",
    "state",
    "protocol",
    "server",
    "fetched",
    "last_fetch_at",
    "next_try_at",
    "last_error",
)
BIG_FETCH = 20
"""From so many mails on a progress bar is worth its line."""


@click.group(
    epilog=examples(
        "deskbell mailbox add support --host imap.example.com --username support",
        "deskbell mailbox test support",
        "deskbell mailbox fetch",
        "deskbell mailbox list",
    )
)
def mailbox() -> None:
    """Fetch mail from IMAP and POP3 servers; `deskbell serve` does it all the time."""


@mailbox.command("list")
@json_option
@click.pass_context
def list_(context: click.Context, as_json: bool) -> None:
    """List mailboxes: whether they are fetched, when last, and what went wrong."""
    from ..app import mailboxes

    with desk_of(context) as desk:
        rows = mailboxes.listed(desk)
    show(rows, columns=COLUMNS, as_json=as_json, empty="There are no mailboxes; make one with 'deskbell apply'.")


@mailbox.command(
    epilog=examples(
        "deskbell mailbox add support --host imap.example.com",
        "deskbell mailbox add sales --protocol pop3 --host pop.example.com --after delete",
        "IMAP_PASSWORD=... deskbell mailbox add support --host imap.example.com --password-env IMAP_PASSWORD",
        'deskbell mailbox add support --host imap.example.com --token-command "/usr/local/bin/token support"',
        "deskbell mailbox add support --host imap.example.com --after move:Archive --replace",
    )
)
@click.argument("name")
@click.option("--host", required=True, help="The server.")
@click.option("--protocol", type=click.Choice(("imap", "pop3")), default="imap", show_default=True)
@click.option("--port", type=int, help="Default: the usual one, 993, 143, 995 or 110.")
@click.option(
    "--security",
    type=click.Choice(("tls", "starttls", "none")),
    default="tls",
    show_default=True,
    help="The certificate is verified in both; none sends the password in plain text.",
)
@click.option("--username", default="", show_default="the mailbox's address", help="Who logs in.")
@click.option(
    "--auth",
    type=click.Choice(("password", "xoauth2")),
    default="password",
    show_default=True,
    help="With xoauth2 the secret is a token.",
)
@click.option("--password-env", metavar="VARIABLE", help="Take the password or token from this environment variable.")
@click.option("--password-stdin", is_flag=True, help="Take it from standard input.")
@click.option("--token-command", default="", help="A command that prints a token each time; implies xoauth2.")
@click.option("--ca-file", default="", metavar="FILE", help="Certificate authorities (PEM) in place of the machine's.")
@click.option("--folder", default="INBOX", show_default=True, help="The IMAP folder.")
@click.option(
    "--after",
    default="seen",
    show_default=True,
    help="What happens on the server to a mail that is kept: seen, delete or move:Folder.",
)
@click.option("--replace", is_flag=True, help="Set the account anew of a mailbox that is fetched already.")
@click.pass_context
def add(
    context: click.Context,
    name: str,
    host: str,
    protocol: str,
    port: int | None,
    security: str,
    username: str,
    auth: str,
    password_env: str | None,
    password_stdin: bool,
    token_command: str,
    ca_file: str,
    folder: str,
    after: str,
    replace: bool,
) -> None:
    """Let mailbox NAME be fetched from a server.

    The password is asked for, or taken from the environment or standard input, and kept sealed with the desk's key. With
    POP3 and --after seen the mails stay on the server.
    """
    from ..app import mailboxes
    from ..store.fetch_accounts import Auth, FetchProtocol, Security

    with desk_of(context) as desk:
        account = mailboxes.add(
            desk,
            mailboxes.NewAccount(
                mailbox=name,
                protocol=FetchProtocol(protocol),
                host=host,
                port=port,
                security=Security(security),
                username=username,
                auth=Auth.XOAUTH2 if token_command else Auth(auth),
                secret="" if token_command else _secret(password_env, from_stdin=password_stdin),
                token_command=token_command,
                ca_file=str(Path(ca_file).absolute()) if ca_file else "",
                folder=folder,
                after=after,
            ),
            replace=replace,
        )
    click.echo(f"Mailbox '{account.mailbox}' is fetched from {account.host}:{account.port} as '{account.username}'.")
    click.echo(f"Try it: deskbell mailbox test {account.mailbox}")


@mailbox.command()
@click.argument("name")
@click.pass_context
def remove(context: click.Context, name: str) -> None:
    """Fetch mailbox NAME no more; the mailbox, its tickets and the mails on the server stay."""
    from ..app import mailboxes

    with desk_of(context) as desk:
        mailboxes.remove(desk, name)
    click.echo(f"Mailbox '{name}' is not fetched any more.")


@mailbox.command("test")
@click.argument("name")
@click.pass_context
def test_(context: click.Context, name: str) -> None:
    """Connect to the server of mailbox NAME and say what works or what to mend; fetches nothing."""
    from ..app import mailboxes

    with desk_of(context) as desk:
        click.echo(mailboxes.tried(desk, name))


@mailbox.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.pass_context
def fetch(context: click.Context, names: tuple[str, ...]) -> None:
    """Fetch mailboxes now: those named, or all.

    Suited to cron, before 'deskbell work --once'. Exits with 1 when one of them could not be fetched.
    """
    from ..app import mailboxes

    failed = False
    with desk_of(context) as desk, _bars() as on_progress:
        for done in mailboxes.fetch(desk, names, on_progress=on_progress):
            failed = failed or bool(done.error)
            if done.error:
                click.echo(f"Error: {done.error}", err=True)
            else:
                click.echo(f"{done.mailbox}: {done.mails} new.")
    sys.exit(1 if failed else 0)


def _secret(variable: str | None, *, from_stdin: bool) -> str:
    """The password or token from where it was said to be, without a line end."""
    if variable is not None:
        if variable not in os.environ:
            raise click.UsageError(f"There is no environment variable {variable}.")
        return os.environ[variable]
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise click.UsageError("Give the password with --password-env VARIABLE or --password-stdin.")
    return str(click.prompt("Password or token", hide_input=True))


@contextmanager
def _bars() -> Iterator[Callable[[str], Callable[[int, int], None]]]:
    """A progress bar for each mailbox with much to fetch; nothing where no terminal is."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:

        def bar(name: str) -> Callable[[int, int], None]:
            task = progress.add_task(name, total=None, visible=False)
            return lambda read, of: progress.update(task, completed=read, total=of, visible=of >= BIG_FETCH)

        yield bar

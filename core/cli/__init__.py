"""The command line: commands are found by name and imported only when they run, so that help is fast."""

import io
import os
import sys
from pathlib import Path

import click

from ..contract.errors import DeskbellError
from .lazy import LazyGroup

EPILOG = """\b
A desk in one minute:
  deskbell --dir desk init
  deskbell --dir desk mail receive < some-mail.eml
  deskbell --dir desk ticket list
  deskbell --dir desk explain 100001
"""


@click.group(
    cls=LazyGroup,
    commands={
        "init": ("init:init", "Open a new desk in a directory."),
        "serve": ("serve:serve", "Listen for mail and deliver, until stopped."),
        "work": ("serve:work", "Ring and deliver without listening; --once does all that is due and exits."),
        "demo": ("demo:demo", "A desk to look at: sample mails arrive, and you see who is told and why."),
        "doctor": ("doctor:doctor", "Look at everything that can be wrong, with a remedy for each."),
        "migrate": ("init:migrate", "Bring the database to this version's schema."),
        "mail": ("mail:mail", "Receive mail, and see what was refused or set aside."),
        "mailbox": ("mailbox:mailbox", "Fetch mail from IMAP and POP3 servers."),
        "ticket": ("ticket:ticket", "See, open, answer, assign, close and merge tickets."),
        "plugins": ("plugins:plugins", "See and switch what the desk says by itself."),
        "filters": ("filters:filters", "See the rules for new tickets, and what they did."),
        "bans": ("bans:bans", "See and change who is not answered."),
        "changes": ("changes:changes", "Who changed what the desk is set to, and how to take it back."),
        "explain": ("explain:explain", "Who was told, who was not, and why."),
        "simulate": ("explain:simulate", "Who would be told; writes nothing."),
        "replay": ("replay:replay", "The last days once more, through other settings; writes nothing."),
        "logins": ("logins:logins", "Count failed logins, and see which went too far."),
        "suppressions": ("suppressions:suppressions", "The addresses that get no mail, and why."),
        "reports": ("reports:reports", "What other servers reported about mails of the desk."),
        "dkim": ("dkim:dkim", "Make keys that sign outgoing mail."),
        "outbox": ("outbox:outbox", "Follow, hold and retry deliveries."),
        "apply": ("blueprint:apply", "Change the desk to what a file says, after showing how."),
        "export": ("blueprint:export", "Write the desk as a file that apply understands."),
    },
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.option(
    "--dir",
    "directory",
    type=click.Path(path_type=Path),
    envvar="DESKBELL_DIR",
    default=Path(),
    show_default="DESKBELL_DIR, else the current directory",
    help="The desk's directory.",
)
@click.option("--safe-mode", is_flag=True, help="Leave third-party plugins out.")
@click.version_option(package_name="deskbell", prog_name="deskbell")
@click.pass_context
def cli(context: click.Context, directory: Path, safe_mode: bool) -> None:
    """deskbell: a helpdesk whose every automatic word is a plugin, with a reason for everybody who was told or not."""
    context.obj = {"directory": directory.absolute(), "safe_mode": safe_mode}


def main() -> None:
    """Run the command line; a fault that a person can act on is one sentence, never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that knows fewer characters than the mails shows the others escaped.
            stream.reconfigure(errors="backslashreplace")
    try:
        cli.main(prog_name="deskbell", standalone_mode=True)
    except DeskbellError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(1)
    except BrokenPipeError:
        # The reader of our output went away (`| head`); Python would complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        click.echo(f"Error: {where}{error.strerror or error}.", err=True)
        sys.exit(1)

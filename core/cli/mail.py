"""`mail`: receive from a pipe, and look after what was refused or set aside."""

import sys

import click

from .desks import desk_of
from .examples import examples
from .numbers import ID, LIMIT
from .output import json_option, show
from .ticket.words import say

COLUMNS = ("id", "state", "received_at", "source", "envelope_from", "size", "tries", "ticket_id", "reason")
STATES = ("waiting", "stored", "refused", "loop", "quarantined")
SET_ASIDE = ("refused", "loop", "quarantined")
BECAME = {
    "waiting": "It waits again",
    "stored": "It is taken in now",
    "refused": "It is refused again",
    "loop": "It is dropped as a loop",
    "quarantined": "It is quarantined again",
}
"""What a mail is after another try."""


@click.group(
    epilog=examples(
        "deskbell --dir /srv/desk mail receive --mailbox support < mail.eml",
        "deskbell mail list --state quarantined",
        "deskbell mail show 12 > mail.eml",
        "deskbell mail retry 12",
        "deskbell mail delete 12 13 --yes",
    )
)
def mail() -> None:
    """Receive mail, and see what was refused or set aside."""


@mail.command()
@click.option("--mailbox", metavar="NAME", help="The mailbox that it came to; default: found by its addresses.")
@click.option("--from", "envelope_from", metavar="ADDRESS", help="The envelope sender; default: Return-Path, if any.")
@click.option("--to", "envelope_to", multiple=True, metavar="ADDRESS", help="An envelope recipient; may be repeated.")
@click.pass_context
def receive(
    context: click.Context, mailbox: str | None, envelope_from: str | None, envelope_to: tuple[str, ...]
) -> None:
    """Take one mail from standard input, for an MTA's pipe.

    Exit codes are those of sysexits: 0 when the mail is kept; 75 when it shall come again later, because the database is away
    or the desk is not set up right; 65 when it is empty or far too large; 67 when there is no such mailbox.
    """
    from ..app.pipe import receive_mail

    code = receive_mail(
        context.obj["directory"],
        sys.stdin.buffer,
        mailbox=mailbox,
        envelope_from=envelope_from,
        envelope_to=envelope_to,
        safe_mode=context.obj["safe_mode"],
    )
    sys.exit(code)


@mail.command("list", short_help="List mails, with what became of each and why.")
@click.option("--state", type=click.Choice((*STATES, "all")), help="Default: what was refused or set aside.")
@click.option("--limit", type=LIMIT, default=100, show_default=True, help="At most so many, newest first.")
@json_option
@click.pass_context
def list_(context: click.Context, state: str | None, limit: int, as_json: bool) -> None:
    """List mails as they arrived; by default those that became no ticket."""
    from ..app import kept_mail
    from ..store.raw_mails import RawState

    names = SET_ASIDE if state is None else STATES if state == "all" else (state,)
    with desk_of(context) as desk:
        rows = kept_mail.listed(desk, states=[RawState(name) for name in names], limit=limit)
    show(rows, columns=COLUMNS, as_json=as_json, empty=_no_mails(state))


def _no_mails(state: str | None) -> str:
    if state is None:
        return "No mail was refused or set aside; 'deskbell mail list --state all' lists every mail."
    return "No mail came in yet." if state == "all" else f"There is no mail in the state '{state}'."


@mail.command("show", short_help="Write one mail to standard output, byte for byte.")
@click.argument("mail_id", type=ID)
@click.pass_context
def show_(context: click.Context, mail_id: int) -> None:
    """Write one mail to standard output, byte for byte; 'deskbell mail list' says what became of it and why."""
    from ..app import kept_mail

    with desk_of(context) as desk:
        content = kept_mail.content(desk, mail_id)
    sys.stdout.buffer.write(content)


@mail.command("retry", short_help="Process a refused or quarantined mail once more.")
@click.argument("mail_id", type=ID)
@click.pass_context
def retry(context: click.Context, mail_id: int) -> None:
    """Process a refused or quarantined mail once more, with two tries again."""
    from ..app import kept_mail

    with desk_of(context) as desk:
        events = kept_mail.retry(desk, mail_id)
        now = kept_mail.found(desk, mail_id)
    if events:
        say(events)
    if not events or now.state.value != "stored":
        click.echo(f"{BECAME[now.state.value]}{': ' if now.reason else ''}{now.reason.rstrip('.')}.")


@mail.command("delete", short_help="Delete mails that became no ticket, for good.")
@click.argument("mail_id", type=ID, nargs=-1, required=True)
@click.confirmation_option(prompt="A deleted mail is gone for good. Delete?", help="Do not ask.")
@click.pass_context
def delete(context: click.Context, mail_id: tuple[int, ...]) -> None:
    """Delete mails that were refused, quarantined or dropped as a loop, for good.

    Mails that wait or became a ticket are left as they are.
    """
    from ..app import kept_mail

    with desk_of(context) as desk:
        gone = kept_mail.delete(desk, mail_id)
    left = [number for number in mail_id if number not in gone]
    click.echo(f"{len(gone)} of {len(mail_id)} deleted.")
    if left:
        click.echo(f"Left as they are, because they wait or became a ticket: {', '.join(map(str, left))}.", err=True)

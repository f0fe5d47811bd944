"""`ticket message`, `ticket release`, `ticket reply` and `ticket note`."""

from pathlib import Path

import click

from ..desks import desk_of
from ..examples import examples
from .words import LARGEST_ID, by_agent, by_anybody, say, text_option, typed


@click.command(
    short_help="Append an end user's message.",
    epilog=examples(
        'deskbell ticket message 100001 --from ada@customer.example --text "It is still empty."',
        "deskbell ticket message 100001 --from ada@customer.example < message.txt",
    ),
)
@click.argument("number")
@click.option("--from", "sender", required=True, metavar="ADDRESS", help="The end user who writes.")
@text_option
@click.pass_context
def message(context: click.Context, number: str, sender: str, text: str | None) -> None:
    """Append an end user's message to a ticket."""
    from ...app import acting

    with desk_of(context) as desk:
        events = acting.post_message(desk, number, sender=sender, text=typed(text))
        acting.require_opened(desk, events)
    say(events)


@click.command(
    short_help="Let the others see a held message.",
    epilog=examples("deskbell ticket show 100001", "deskbell ticket release 100001 12 --by ann@example.com"),
)
@click.argument("number")
@click.argument("entry", type=click.IntRange(min=1, max=LARGEST_ID))
@by_anybody
@click.pass_context
def release(context: click.Context, number: str, entry: int, by: str | None) -> None:
    """Vouch for message ENTRY of a ticket, so that the other participants hear of it.

    A message is held when its sender takes no part in the ticket, and unverified when nothing but its From says who sent it.
    'ticket show' names such messages. The sender does not become a collaborator by this.
    """
    from ...app import acting

    with desk_of(context) as desk:
        events = acting.release(desk, number, entry, by=by)
    say(events)


@click.command(
    short_help="Answer as an agent.",
    epilog=examples(
        'deskbell ticket reply 100001 --by ann@example.com --text "New toner is on its way."',
        "deskbell ticket reply 100001 --by ann@example.com --status closed < reply.txt",
        "deskbell ticket reply 100001 --by ann@example.com --to bo@customer.example < reply.txt",
        "deskbell ticket reply 100001 --by ann@example.com --owner-only < reply.txt",
        'deskbell ticket reply 100001 --by ann@example.com --text "Here it is." --attach manual.pdf',
    ),
)
@click.argument("number")
@by_agent
@text_option
@click.option("--status", type=click.Choice(("open", "waiting", "closed")), help="What the ticket is afterwards.")
@click.option("--to", multiple=True, metavar="ADDRESS", help="Only these collaborators besides the owner; repeatable.")
@click.option("--owner-only", is_flag=True, help="No collaborator gets it.")
@click.option("--no-notice", is_flag=True, help="Send it to nobody.")
@click.option(
    "--attach",
    "files",
    multiple=True,
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file that goes along; repeatable, at most 25 MiB in all.",
)
@click.pass_context
def reply(
    context: click.Context,
    number: str,
    by: str,
    text: str | None,
    status: str | None,
    to: tuple[str, ...],
    owner_only: bool,
    no_notice: bool,
    files: tuple[Path, ...],
) -> None:
    """Answer as an agent: the owner and all active collaborators get it.

    A ticket without an agent becomes the author's, and it waits for its end user afterwards, where its department works
    that way.
    """
    if to and owner_only:
        raise click.UsageError("Give --to ADDRESS or --owner-only, not both.")
    from ...app import acting
    from ...contract.tickets import TicketStatus

    wish = acting.ReplyWish(
        text=typed(text),
        files=files,
        status=None if status is None else TicketStatus(status),
        to=to if to or owner_only else None,
        send_notice=not no_notice,
    )
    with desk_of(context) as desk:
        events = acting.reply(desk, number, wish, by=by)
    say(events)


@click.command(
    short_help="Leave an internal note.",
    epilog=examples(
        'deskbell ticket note 100001 --by ann@example.com --text "@bob the toner is in your room, is it not?"',
        "deskbell ticket note 100001 --by ann@example.com < note.txt",
    ),
)
@click.argument("number")
@by_agent
@text_option
@click.pass_context
def note(context: click.Context, number: str, by: str, text: str | None) -> None:
    """Leave an internal note as an agent; end users never see it.

    It tells the agents whom it mentions: @ann@example.com, @ann, @AnnLee or @"Ann Lee".
    """
    from ...app import acting

    with desk_of(context) as desk:
        events = acting.note(desk, number, by=by, text=typed(text))
    say(events)

"""`ticket open`."""

import click

from ..desks import desk_of
from ..examples import examples
from .words import say, text_option, typed


@click.command(
    "open",
    short_help="Open a ticket for an end user.",
    epilog=examples(
        'deskbell ticket open --from ada@customer.example --subject "No toner" --text "The printer is empty."',
        'deskbell ticket open --from ada@customer.example --by ann@example.com --subject "As we said" < first-reply.txt',
    ),
)
@click.option("--from", "sender", required=True, metavar="ADDRESS", help="Whose ticket it is.")
@click.option("--from-name", default="", help="That person's name.")
@click.option("--subject", required=True)
@text_option
@click.option("--department", default="", metavar="NAME")
@click.option("--topic", default="", metavar="NAME")
@click.option("--priority", type=click.Choice(("low", "normal", "high", "urgent")))
@click.option("--agent", default="", metavar="ADDRESS", help="Assign it to this agent at once.")
@click.option("--team", default="", metavar="NAME", help="Assign it to this team at once.")
@click.option("--by", default="", metavar="ADDRESS", help="The agent who opens it for that person.")
@click.option("--cc", multiple=True, metavar="ADDRESS", help="Somebody else who takes part; may be repeated.")
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
    cc: tuple[str, ...],
    no_notice: bool,
) -> None:
    """Open a ticket for an end user, or as an agent with --by, whose words are the first reply then."""
    from ...app import acting
    from ...contract.tickets import Priority

    wish = acting.NewTicketWish(
        sender=sender,
        sender_name=from_name,
        subject=subject,
        text=typed(text),
        department=department,
        topic=topic,
        priority=None if priority is None else Priority(priority),
        by=by,
        send_notice=not no_notice,
        agent=agent,
        team=team,
        cc=cc,
    )
    with desk_of(context) as desk:
        events = acting.open_ticket(desk, wish)
        acting.require_opened(desk, events)
    say(events)

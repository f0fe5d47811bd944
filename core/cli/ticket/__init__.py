"""`ticket`: all that people do with tickets, one file for each kind of act."""

import click

from ..examples import examples
from ..ticket_due import due
from .answering import message, note, release, reply
from .assigning import acknowledge, assign, priority, transfer, unassign, unwatch, watch
from .collaborator import collaborator
from .looking import list_, show_
from .opening import open_
from .status import close, merge, reopen, wait

__all__ = ["ticket"]


@click.group(
    epilog=examples(
        "deskbell ticket list --status open",
        "deskbell ticket show 100001",
        'deskbell ticket open --from ada@customer.example --subject "No toner" --text "The printer is empty."',
        "deskbell ticket message 100001 --from ada@customer.example < message.txt",
        "deskbell ticket reply 100001 --by ann@example.com --status waiting < reply.txt",
        "deskbell ticket assign 100001 --agent ann@example.com",
        "deskbell ticket close 100001",
    )
)
def ticket() -> None:
    """Work on tickets: see, open, answer, assign, close and merge them."""


for _command in (
    list_, show_, open_, message, release, reply, note, assign, unassign, transfer, close, reopen, wait, merge, collaborator,
    watch, unwatch, priority, acknowledge, due,
):  # fmt: skip
    ticket.add_command(_command)

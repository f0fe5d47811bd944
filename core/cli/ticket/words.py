"""What the commands on tickets share: who acts, the text that was typed, and what is said afterwards."""

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from ...contract.events import Event

F = TypeVar("F", bound=Callable[..., Any])

LARGEST_ID = 2**31 - 1
"""No id of the desk is larger: the databases keep them in 32 bits."""
UNCHANGED = "Nothing changed."


def by_anybody(command: F) -> F:
    """The option ``--by`` of acts that the administrator does as well."""
    text = "The acting agent; default: you, the administrator at this machine."
    return click.option("--by", metavar="ADDRESS", help=text)(command)


def by_agent(command: F) -> F:
    """The option ``--by`` of acts that only agents do."""
    return click.option("--by", metavar="ADDRESS", required=True, help="The acting agent.")(command)


def text_option(command: F) -> F:
    """The option ``--text``, read with `typed`."""
    return click.option("--text", help="The words; default: standard input.")(command)


def typed(text: str | None) -> str:
    """The text of the option, else all of standard input."""
    if text is not None:
        return text
    if sys.stdin.isatty():
        click.echo("Type the message, then Ctrl-D:", err=True)
    return sys.stdin.buffer.read().decode("utf-8", errors="replace")


def say(events: "Sequence[Event]") -> None:
    """One line for each event, or that nothing changed."""
    if not events:
        click.echo(UNCHANGED)
    for event in events:
        ticket = getattr(event, "ticket", None)
        where = f"ticket {ticket.number}" if ticket is not None else getattr(event, "reason", "")
        click.echo(f"{event.name}: {where} (event {event.id})")

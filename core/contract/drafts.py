"""What before-hooks see and may change: a ticket or message that is about to be, and the refusal of one."""

import attrs

from .people import Actor
from .tickets import Origin, Priority


@attrs.frozen(kw_only=True)
class TicketDraft:
    """A ticket before it exists. Departments, topics, agents and teams are named by their name or address.

    Change it with `attrs.evolve`; `sender`, `origin`, `mailbox`, `headers`, `files` (the names of attached files) and
    `automatic` (a machine wrote it) are facts and must stay as they are. `answer` is what the end user is told instead of the
    usual words, with ``{number}`` for the ticket's; it is sent to senders whom nobody has verified, so it must hold no word
    of theirs. `autoresponse` False keeps every autoresponder silent about the new ticket. `applied` says in one line each
    what was changed and by which rule; it stays with the ticket.
    """

    sender: Actor
    origin: Origin
    subject: str
    text: str
    department: str
    mailbox: str = ""
    topic: str = ""
    priority: Priority = Priority.NORMAL
    agent: str = ""
    team: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    files: tuple[str, ...] = ()
    automatic: bool = False
    answer: str = ""
    autoresponse: bool = True
    applied: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class MessageDraft:
    """A message before it is appended to ticket number `ticket`."""

    sender: Actor
    origin: Origin
    ticket: str
    text: str
    mailbox: str = ""
    headers: tuple[tuple[str, str], ...] = ()


@attrs.frozen
class Refusal:
    """No, and why: one sentence that is kept and shown. A refused mail is listed, never lost."""

    reason: str

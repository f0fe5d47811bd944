"""A ticket and its thread, as frozen snapshots: no row, no session, safe to keep and to pass between threads."""

from datetime import datetime
from enum import StrEnum

import attrs

from .people import Actor, Agent, EndUser, Team


class TicketStatus(StrEnum):
    """Where a ticket stands in its life; a `WAITING` one waits for its end user, and all but `CLOSED` are open tickets."""

    OPEN = "open"
    WAITING = "waiting"
    CLOSED = "closed"


class Priority(StrEnum):
    """How urgent a ticket is."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class Origin(StrEnum):
    """The door that a ticket or an entry came through."""

    MAIL = "mail"
    WEB = "web"
    API = "api"
    CHAT = "chat"
    AGENT = "agent"


class Alignment(StrEnum):
    """Whether a mail is proven to come from the domain in its From (RFC 8601, RFC 7489).

    `PASS` and `FAIL` are the word of a server that the mailbox trusts; `NONE` says that nobody has looked.
    """

    PASS = "pass"  # noqa: S105 - a result
    FAIL = "fail"
    NONE = "none"


class EntryKind(StrEnum):
    """`MESSAGE` is by an end user, `REPLY` by an agent and seen by participants, `NOTE` is internal."""

    MESSAGE = "message"
    REPLY = "reply"
    NOTE = "note"


@attrs.frozen
class Department:
    """A department as plugins see one."""

    id: int
    name: str


@attrs.frozen
class HelpTopic:
    """A help topic as plugins see one."""

    id: int
    name: str


@attrs.frozen
class Mailbox:
    """An intake mailbox as plugins see one."""

    id: int
    name: str
    address: str


@attrs.frozen
class Collaborator:
    """Another end user who takes part in a ticket; only *active* ones receive mail."""

    user: EndUser
    active: bool = True


@attrs.frozen
class Attachment:
    """A stored file of an entry: `size` in bytes, `digest` the SHA-256 of its content in hex."""

    file_name: str
    content_type: str
    size: int
    digest: str
    content_id: str = ""


@attrs.frozen
class Entry:
    """One thread entry.

    `verified` is False when the author is known by nothing but a From header. `automatic` marks mail that a machine sent.
    `held` entries wait for an agent because their author takes no part in the ticket. `quoted` are the stretches of `text`,
    as (from, to) in characters, that repeat an earlier mail. `alignment` is what is known of the mail's From, `authentication`
    the words for it, and `warnings` are codes of what agents should be wary of.
    """

    id: int
    kind: EntryKind
    author: Actor
    text: str
    posted_at: datetime
    verified: bool = True
    automatic: bool = False
    held: bool = False
    attachments: tuple[Attachment, ...] = ()
    quoted: tuple[tuple[int, int], ...] = ()
    alignment: Alignment = Alignment.NONE
    authentication: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def fresh(self) -> str:
        """The text without what it quotes; the whole text when nothing else would be left."""
        kept, at = [], 0
        for start, end in self.quoted:
            kept.append(self.text[at:start])
            at = max(at, end)
        kept.append(self.text[at:])
        return "".join(kept).strip("\n") if "".join(kept).strip() else self.text


@attrs.frozen
class Ticket:
    """A ticket after the act that an event speaks of; all times are aware UTC.

    `due_at` is the earlier of the manual due date and that of the SLA plan; None while there is none, or the clock of the
    plan is stopped. `watchers` are agents who asked to be kept informed. `merged_into` is the number of the ticket that
    this one was folded into, or ''.
    """

    id: int
    number: str
    subject: str
    status: TicketStatus
    priority: Priority
    origin: Origin
    owner: EndUser
    department: Department
    created_at: datetime
    topic: HelpTopic | None = None
    agent: Agent | None = None
    team: Team | None = None
    last_respondent: Agent | None = None
    collaborators: tuple[Collaborator, ...] = ()
    watchers: tuple[Agent, ...] = ()
    due_at: datetime | None = None
    closed_at: datetime | None = None
    merged_into: str = ""

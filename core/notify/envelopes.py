"""The header of an outgoing mail: from whom, in answer to what, threaded how, marked as automatic or not."""

import re
import secrets
from base64 import b32encode
from collections.abc import Iterable, Sequence
from datetime import datetime
from email.utils import format_datetime

import attrs

from ..contract.decisions import Candidate
from ..contract.events import Event, ReplyPosted
from ..contract.kinds import AgentAlert, Plugin, SystemAlert
from ..contract.people import Role
from ..contract.tickets import Ticket
from ..store.deliveries import Envelope
from ..store.directory import DepartmentRecord, Directory
from .bases import bounce_base, reply_base
from .list_ids import list_id
from .switchboard import place_of

TOKEN_BYTES = 20
OUR_ID = re.compile(r"<db\.", re.IGNORECASE)
"""How the Message-IDs begin that tell who answers."""


def new_message_id(domain: str) -> str:
    """A Message-ID that nobody can guess: 160 random bits are the ticket token by which an answer is verified (test M23)."""
    token = b32encode(secrets.token_bytes(TOKEN_BYTES)).decode("ascii").lower()
    return f"<db.{token}@{domain}>"


def envelope_for(event: Event, *, manner: type[Plugin], directory: Directory, now: datetime) -> Envelope:
    """The envelope that all deliveries of one notice share.

    Where a base for it is known, each delivery gets an envelope sender of its own, so that a bounce tells which mail came
    back, and a Reply-To of its own if it is about a ticket. `envelope_sender` is for desks without.

    :param manner: the kind of notice.
    """
    ticket = getattr(event, "ticket", None)
    answers = manner.automatic and manner.speaks_to_end_users
    department_id = place_of(event).department_id
    departments = () if department_id is None else tuple(directory.department_path(department_id))
    name, address = _sender(directory, event, departments, answers=answers)
    in_reply_to, references = _thread(event, ticket, directory, manner)
    answerable = ticket is not None and not issubclass(manner, SystemAlert)
    return Envelope(
        sender=(name, address),
        envelope_sender=_plain_envelope_sender(directory, address, manner),
        in_reply_to=in_reply_to,
        references=references,
        automatic=_auto_submitted(event, manner),
        date=format_datetime(now),
        bounce_base=bounce_base(directory, address, departments),
        reply_base=reply_base(directory, address, departments) if answerable else "",
        list_id=list_id(directory, department_id) if issubclass(manner, AgentAlert) else None,
    )


def _plain_envelope_sender(directory: Directory, address: str, manner: type[Plugin]) -> str:
    """The envelope sender where none can be signed.

    Automatic answers leave with the null sender, so that no bounce or robot answers them (RFC 3834 section 3.3), and so do
    alerts of the system: the bounce of one must not cause another. Correspondence and alerts to agents leave with the
    department's address, to which their bounces come back; an alert leaves so only if the desk gets what is sent there.
    """
    if not manner.automatic:
        return address
    return address if issubclass(manner, AgentAlert) and directory.is_system_address(address) else ""


def shared_by(envelope: Envelope, told: Sequence[Candidate]) -> Envelope:
    """The header of one mail to all: the owner in To and the others in Cc; without the owner all of them in To.

    Whoever wrote the mail that it answers may have named ids of ours: those are that person's tokens, and nobody else's.
    """
    references = tuple(each for each in envelope.references if not OUR_ID.match(each))
    owners = [each for each in told if Role.OWNER in each.roles]
    others = [each for each in told if Role.OWNER not in each.roles]
    to, cc = (owners, others) if owners else (others, [])
    return attrs.evolve(envelope, to=_mailboxes(to), cc=_mailboxes(cc), references=references)


def _mailboxes(people: Iterable[Candidate]) -> tuple[tuple[str, str], ...]:
    return tuple((each.name, each.address) for each in people)


def _sender(
    directory: Directory, event: Event, departments: Sequence[DepartmentRecord], *, answers: bool
) -> tuple[str, str]:
    """The department's address, its parents', the mailbox that the mail came by, or the desk's first mailbox."""
    profile = directory.profile
    for department in departments:
        own = (answers and department.autoresponse_address) or department.address
        if own:
            return (departments[0].name, own)
    incoming = getattr(event, "incoming", None)
    if incoming is not None:
        return (profile.desk_name, incoming.mailbox.address)
    mailbox = _mailbox_of(directory, departments)
    return (profile.desk_name, mailbox or f"deskbell@{profile.domain}")


def _mailbox_of(directory: Directory, departments: Iterable[DepartmentRecord]) -> str:
    boxes = sorted(directory.mailboxes.values(), key=lambda box: box.id)
    for department in departments:
        for box in boxes:
            if box.department_id == department.id:
                return box.address
    return boxes[0].address if boxes else ""


def _thread(
    event: Event, ticket: Ticket | None, directory: Directory, manner: type[Plugin]
) -> tuple[str, tuple[str, ...]]:
    """In-Reply-To and References (RFC 5322 section 3.6.4). Agents never got the end user's mail: for them a root per ticket.

    The first mail of the thread is named to end users also where the message that it is about names none, having been typed
    at the desk, or having found its ticket by the number in its subject.
    """
    earlier: tuple[str, ...] = getattr(event, "references", ())
    incoming = None if isinstance(event, ReplyPosted) else getattr(event, "incoming", None)
    if manner.speaks_to_end_users and incoming is not None and incoming.message_id:
        return incoming.message_id, tuple(dict.fromkeys((*earlier[:1], *incoming.references, incoming.message_id)))
    if manner.speaks_to_end_users and earlier:
        return earlier[-1], earlier
    if ticket is None:
        return "", ()
    root = f"<ticket-{ticket.number}@{directory.profile.domain}>"
    return root, (root,)


def _auto_submitted(event: Event, manner: type[Plugin]) -> str:
    """The keyword of RFC 3834 section 5: a reply to a mail, a notice that no mail asked for, or '' for a person's words."""
    if not manner.automatic:
        return ""
    answers_mail = manner.speaks_to_end_users and getattr(event, "incoming", None) is not None
    return "auto-replied" if answers_mail else "auto-generated"

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
from ..contract.kinds import Plugin
from ..contract.people import Role
from ..contract.tickets import Ticket
from ..store.deliveries import Envelope
from ..store.directory import DepartmentRecord, Directory
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

    Automatic mail leaves with the null sender, so that no bounce or robot answers it (RFC 3834 section 3.3): the bounce of an
    alert would open a ticket, which alerts the same full mailbox. Correspondence leaves with the department's own address.

    :param manner: the kind of notice.
    """
    ticket = getattr(event, "ticket", None)
    answers = manner.automatic and manner.speaks_to_end_users
    name, address = _sender(directory, event, answers=answers)
    in_reply_to, references = _thread(event, ticket, directory, manner)
    return Envelope(
        sender=(name, address),
        envelope_sender="" if manner.automatic else address,
        in_reply_to=in_reply_to,
        references=references,
        automatic=_auto_submitted(event, manner),
        date=format_datetime(now),
    )


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


def _sender(directory: Directory, event: Event, *, answers: bool) -> tuple[str, str]:
    """The department's address, its parents', the mailbox that the mail came by, or the desk's first mailbox."""
    profile = directory.profile
    department_id = place_of(event).department_id
    departments = () if department_id is None else tuple(directory.department_path(department_id))
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
    """In-Reply-To and References (RFC 5322 section 3.6.4). Agents never got the end user's mail: for them a root per ticket."""
    incoming = None if isinstance(event, ReplyPosted) else getattr(event, "incoming", None)
    if manner.speaks_to_end_users and incoming is not None and incoming.message_id:
        return incoming.message_id, (*incoming.references, incoming.message_id)
    if manner.speaks_to_end_users and isinstance(event, ReplyPosted) and event.references:
        return event.references[-1], event.references
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

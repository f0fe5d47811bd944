"""What a mail would be offered to the before-hooks as, for a look ahead: nothing is kept and nothing is asked."""

import hashlib
from datetime import datetime

from ..contract.drafts import TicketDraft
from ..contract.errors import DeskbellError
from ..store.directory import Directory
from ..store.raw_mails import RawMail, RawState
from .letters import SetAside, judge_letter
from .parsing import MailLimits, read_mail
from .route import Router
from .submission import ticket_draft


class NoTicket(DeskbellError, ValueError):
    """A mail that would become no ticket, whatever the filters say."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"This mail would become no ticket: {reason}.")


def draft_of_mail(
    content: bytes, directory: Directory, *, mailbox: str, limits: MailLimits, now: datetime
) -> TicketDraft:
    """The draft of the ticket that a mail would open if it answered none.

    :param mailbox: the name or address of the mailbox that it would come by; '' for the one that it is addressed to.
    :raises NoTicket: when it would be set aside before.
    :raises UnknownName: when the desk has no such mailbox.
    """
    raw = RawMail(
        id=0,
        source="try",
        source_key=None,
        mailbox_id=directory.mailbox(mailbox).id if mailbox else None,
        envelope_from=None,
        envelope_to=(),
        size=len(content),
        digest=hashlib.sha256(content).hexdigest(),
        received_at=now,
        state=RawState.WAITING,
        reason="",
        tries=0,
        ticket_id=None,
    )
    letter = judge_letter(raw, read_mail(content, limits=limits), directory=directory, router=Router(directory))
    if isinstance(letter, SetAside):
        raise NoTicket(letter.reason)
    return ticket_draft(directory, letter, None)

"""Carries an agent's reply to the end users."""

import attrs

from ..core.contract.events import ReplyPosted, TicketCreated
from ..core.contract.hookspecs import hookimpl
from ..core.contract.kinds import Correspondence
from ..core.contract.notices import Notice
from ..core.contract.people import Role
from ..core.contract.tickets import EntryKind


@attrs.define(eq=False)
class ReplyToEndUser(Correspondence):
    """Sends what an agent answers to the owner and the chosen collaborators.

    The first reply of a ticket that an agent opened is sent by it only where new-ticket-by-agent-notice does not.
    """

    title = "Reply to end user"
    audience = {Role.OWNER: True, Role.COLLABORATOR: True}
    stands_in_for = ("new-ticket-by-agent-notice",)

    @hookimpl
    def reply_posted(self, event: ReplyPosted) -> Notice:
        """Every reply is meant for them."""
        return Notice("reply-to-end-user", about=event, reply_all=True)

    @hookimpl
    def ticket_created(self, event: TicketCreated) -> Notice | None:
        """Speak only when the ticket began with an agent's reply."""
        if event.entry is None or event.entry.kind is not EntryKind.REPLY:
            return None
        return Notice("reply-to-end-user", about=event, reply_all=True)

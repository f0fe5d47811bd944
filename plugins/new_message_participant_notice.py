"""Passes an end user's message on to the others who take part in the ticket."""

import attrs

from ..core.contract.events import MessagePosted
from ..core.contract.hookspecs import hookimpl
from ..core.contract.kinds import Autoresponder
from ..core.contract.notices import Notice
from ..core.contract.people import Role


@attrs.define(eq=False)
class NewMessageParticipantNotice(Autoresponder):
    """One mail to owner and collaborators about what one of them wrote; the writer, and whoever had that mail, is left out."""

    title = "New message participant notice"
    audience = {Role.OWNER: True, Role.COLLABORATOR: True}

    @hookimpl
    def message_posted(self, event: MessagePosted) -> Notice:
        """Every message concerns the others."""
        return Notice("new-message-participant-notice", about=event, reply_all=True)

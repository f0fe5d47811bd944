"""Tells an end user that the request has arrived."""

import attrs

from ..core.contract.events import TicketCreated
from ..core.contract.hookspecs import hookimpl
from ..core.contract.kinds import Autoresponder
from ..core.contract.notices import Notice
from ..core.contract.people import ActorKind, Role


@attrs.define(eq=False)
class NewTicketAutoresponse(Autoresponder):
    """Answers the owner of a ticket that an end user opened; tickets opened by agents are another plugin's business."""

    title = "New ticket autoresponse"
    audience = {Role.OWNER: True}
    counts_as_answer = True

    @hookimpl
    def ticket_created(self, event: TicketCreated) -> Notice | None:
        """Speak only when an end user opened the ticket."""
        if event.actor.kind is not ActorKind.END_USER:
            return None
        return Notice("new-ticket-autoresponse", about=event)

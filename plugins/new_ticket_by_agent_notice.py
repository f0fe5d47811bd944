"""Tells an end user that an agent has opened a ticket for them."""

import attrs

from ..core.contract.events import TicketCreated
from ..core.contract.hookspecs import hookimpl
from ..core.contract.kinds import Autoresponder
from ..core.contract.notices import Notice
from ..core.contract.people import ActorKind, Role


@attrs.define(eq=False)
class NewTicketByAgentNotice(Autoresponder):
    """Writes to everybody who takes part in a ticket that an agent opened, with the agent's first reply if there is one.

    For a notice to the owner only, untick `collaborator`. A first reply makes it correspondence: the agent's own words.
    """

    title = "New ticket by agent notice"
    audience = {Role.OWNER: True, Role.COLLABORATOR: True}
    carries_replies = True

    @hookimpl
    def ticket_created(self, event: TicketCreated) -> Notice | None:
        """Speak only when an agent opened the ticket."""
        if event.actor.kind is not ActorKind.AGENT:
            return None
        return Notice("new-ticket-by-agent-notice", about=event, reply_all=True)

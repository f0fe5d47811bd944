"""Tells agents that a ticket is theirs from now on."""

import attrs

from ..core.contract.events import TicketAssigned
from ..core.contract.hookspecs import hookimpl
from ..core.contract.kinds import AgentAlert
from ..core.contract.notices import Notice
from ..core.contract.people import Role


@attrs.define(eq=False)
class TicketAssignmentAlert(AgentAlert):
    """Rings for every assignment, by hand or automatic, to an agent, a team or both."""

    title = "Ticket assignment alert"
    audience = {
        Role.NEWLY_ASSIGNED_AGENT: True,
        Role.TEAM_LEAD: True,
        Role.ASSIGNED_TEAM_MEMBER: False,
    }

    @hookimpl
    def ticket_assigned(self, event: TicketAssigned) -> Notice:
        """Every assignment is worth it; the actor is left out by the core."""
        return Notice("ticket-assignment-alert", about=event)

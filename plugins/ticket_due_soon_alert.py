"""Tells agents that the time of a ticket is running out."""

import attrs

from ..core.contract.events import TicketDueSoon
from ..core.contract.hookspecs import hookimpl
from ..core.contract.kinds import AgentAlert, Switch
from ..core.contract.notices import Notice
from ..core.contract.people import Role


@attrs.define(eq=False)
class TicketDueSoonAlert(AgentAlert):
    """Rings once per due date, as long before it as the SLA plan says; off until a desk wants it."""

    title = "Ticket due soon alert"
    default = Switch.OFF
    audience = {Role.ASSIGNEE: True, Role.DEPARTMENT_MANAGER: False}

    @hookimpl
    def ticket_due_soon(self, event: TicketDueSoon) -> Notice:
        """Every ticket that is due soon is worth it."""
        return Notice("ticket-due-soon-alert", about=event)

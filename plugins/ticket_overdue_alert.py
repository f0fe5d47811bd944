"""Tells agents and the administrator that nobody has answered a ticket in time."""

import attrs

from ..core.contract.events import TicketOverdue
from ..core.contract.hookspecs import hookimpl
from ..core.contract.kinds import AgentAlert
from ..core.contract.notices import Notice
from ..core.contract.people import Role


@attrs.define(eq=False)
class TicketOverdueAlert(AgentAlert):
    """Rings once per due date, and again as often as the SLA plan repeats it.

    Whoever watches a ticket asked to be told, so `watcher` is on.
    """

    title = "Ticket overdue alert"
    audience = {
        Role.ADMIN_ADDRESS: True,
        Role.ADMINISTRATOR: False,
        Role.ASSIGNEE: True,
        Role.DEPARTMENT_MANAGER: True,
        Role.DEPARTMENT_MEMBER: False,
        Role.WATCHER: True,
    }

    @hookimpl
    def ticket_overdue(self, event: TicketOverdue) -> Notice:
        """Every overdue ticket is worth it."""
        return Notice("ticket-overdue-alert", about=event)

"""Tells agents and the administrator that a ticket was opened."""

import attrs

from ..core.contract.events import TicketCreated
from ..core.contract.hookspecs import hookimpl
from ..core.contract.kinds import AgentAlert
from ..core.contract.notices import Notice
from ..core.contract.people import Role


@attrs.define(eq=False)
class NewTicketAlert(AgentAlert):
    """Rings for every new ticket. Whoever gets the assignment alert of the same act is not told twice."""

    title = "New ticket alert"
    audience = {
        Role.ADMIN_ADDRESS: True,
        Role.ADMINISTRATOR: False,
        Role.DEPARTMENT_MANAGER: True,
        Role.DEPARTMENT_MEMBER: False,
        Role.ACCOUNT_MANAGER: False,
    }
    yields_to = ("ticket-assignment-alert",)

    @hookimpl
    def ticket_created(self, event: TicketCreated) -> Notice:
        """Every new ticket is worth it."""
        return Notice("new-ticket-alert", about=event)

"""Tells agents that a ticket came to another department."""

import attrs

from ..core.contract.events import TicketTransferred
from ..core.contract.hookspecs import hookimpl
from ..core.contract.kinds import AgentAlert
from ..core.contract.notices import Notice
from ..core.contract.people import Role


@attrs.define(eq=False)
class TicketTransferAlert(AgentAlert):
    """Rings for every transfer; manager and members are those of the target department.

    Whoever watches a ticket asked to be told, so `watcher` is on.
    """

    title = "Ticket transfer alert"
    audience = {
        Role.ASSIGNED_AGENT: True,
        Role.ASSIGNED_TEAM_MEMBER: True,
        Role.DEPARTMENT_MANAGER: True,
        Role.DEPARTMENT_MEMBER: False,
        Role.WATCHER: True,
    }

    @hookimpl
    def ticket_transferred(self, event: TicketTransferred) -> Notice:
        """Every transfer is worth it."""
        return Notice("ticket-transfer-alert", about=event)

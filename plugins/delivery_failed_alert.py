"""Tells agents that an end user never got what the desk sent."""

import attrs

from ..core.contract.events import DeliveryFailed
from ..core.contract.hookspecs import hookimpl
from ..core.contract.kinds import AgentAlert
from ..core.contract.notices import Notice
from ..core.contract.people import Role


@attrs.define(eq=False)
class DeliveryFailedAlert(AgentAlert):
    """Rings when a delivery to an end user failed for good: to the assignee, and only without one to the manager.

    It is silent about deliveries to agents, its own included: a failed alert must not raise an alert.
    """

    title = "Delivery failed alert"
    audience = {Role.ASSIGNEE: True, Role.DEPARTMENT_MANAGER: True}

    @hookimpl
    def delivery_failed(self, event: DeliveryFailed) -> Notice | None:
        """Without a ticket there is nobody whose business it is."""
        if event.ticket is None or not event.to_end_user:
            return None
        assigned = event.ticket.agent is not None or event.ticket.team is not None
        without = (Role.DEPARTMENT_MANAGER,) if assigned else ()
        return Notice("delivery-failed-alert", about=event, without=without)

"""Tells agents that a mail to an end user came back."""

import attrs

from ..core.contract.events import DeliveryBounced
from ..core.contract.hookspecs import hookimpl
from ..core.contract.kinds import AgentAlert
from ..core.contract.notices import Notice, Once, Per
from ..core.contract.people import Role

STORM = 10
"""From so many bounces in ten minutes on the single one is no news."""
STORM_HOURS = 1.0


@attrs.define(eq=False)
class DeliveryBouncedAlert(AgentAlert):
    """Rings when a delivery to an end user bounced: to the assignee, and only without one to the manager.

    It is silent about deliveries to agents, its own included: an alert that came back must not raise an alert. When very
    many come back at once, each person is told once an hour, with their number.
    """

    title = "Delivery bounced alert"
    audience = {Role.ASSIGNEE: True, Role.DEPARTMENT_MANAGER: True}

    @hookimpl
    def delivery_bounced(self, event: DeliveryBounced) -> Notice | None:
        """Without a ticket there is nobody whose business it is."""
        if event.ticket is None or not event.to_end_user:
            return None
        assigned = event.ticket.agent is not None or event.ticket.team is not None
        without = (Role.DEPARTMENT_MANAGER,) if assigned else ()
        once = Once(Per.PERSON, "storm", STORM_HOURS) if event.recent > STORM else None
        return Notice("delivery-bounced-alert", about=event, without=without, once=once)

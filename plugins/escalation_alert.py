"""Tells ever more people that nobody takes care of a ticket."""

import attrs

from ..core.contract.events import TicketEscalated
from ..core.contract.hookspecs import hookimpl
from ..core.contract.kinds import AgentAlert, Switch
from ..core.contract.notices import Notice
from ..core.contract.people import Role

UNITS = ((86400, "day"), (3600, "hour"), (60, "minute"))


@attrs.define(eq=False)
class EscalationAlert(AgentAlert):
    """Rings for each step of an escalation, to the roles that the step names; off until a desk wants it.

    The audience lists what a step may name. It is the step, in the SLA plan, that says who is told and when.
    """

    title = "Escalation alert"
    default = Switch.OFF
    audience = {
        Role.ADMIN_ADDRESS: True,
        Role.ADMINISTRATOR: True,
        Role.LAST_RESPONDENT: True,
        Role.ASSIGNEE: True,
        Role.ASSIGNED_AGENT: True,
        Role.ASSIGNED_TEAM_MEMBER: True,
        Role.TEAM_LEAD: True,
        Role.DEPARTMENT_MANAGER: True,
        Role.DEPARTMENT_MEMBER: True,
        Role.ACCOUNT_MANAGER: True,
        Role.WATCHER: True,
    }

    @hookimpl
    def ticket_escalated(self, event: TicketEscalated) -> Notice:
        """Whom the step is for is told, and how long nobody has moved."""
        context = {"waited": in_words(event.after_seconds)}
        return Notice("escalation-alert", about=event, context=context, roles=event.roles)


def in_words(seconds: int) -> str:
    """A span of time as a sentence has it, to the minute: ``1 day 2 hours``."""
    words = []
    rest = seconds
    for length, unit in UNITS:
        number, rest = divmod(rest, length)
        if number:
            words.append(f"{number} {unit}" + ("" if number == 1 else "s"))
    return " ".join(words) or "less than a minute"

"""Tells agents that an end user wrote on an existing ticket."""

import attrs

from ..core.contract.events import MessagePosted
from ..core.contract.hookspecs import hookimpl
from ..core.contract.kinds import AgentAlert
from ..core.contract.notices import Notice, Once, Per
from ..core.contract.people import Role


@attrs.define(eq=False)
class NewMessageAlert(AgentAlert):
    """Rings for every message, but for those of machines at most once per ticket in 24 hours.

    Whoever watches a ticket asked to be told, so `watcher` is on.
    """

    title = "New message alert"
    audience = {
        Role.LAST_RESPONDENT: True,
        Role.ASSIGNEE: True,
        Role.DEPARTMENT_MANAGER: False,
        Role.WATCHER: True,
    }

    @hookimpl
    def message_posted(self, event: MessagePosted) -> Notice | None:
        """Two machines that answer each other must not fill a mailbox; what is released now was alerted when it came."""
        if event.released:
            return None
        once = Once(Per.TICKET, "automatic") if event.entry.automatic else None
        return Notice("new-message-alert", about=event, once=once)

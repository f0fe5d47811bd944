"""Tells an agent that a note calls for them by name."""

import attrs

from ..core.contract.events import AgentMentioned
from ..core.contract.hookspecs import hookimpl
from ..core.contract.kinds import AgentAlert
from ..core.contract.notices import Notice
from ..core.contract.people import Role


@attrs.define(eq=False)
class MentionAlert(AgentAlert):
    """Rings for every agent whom a note mentions with an @."""

    title = "Mention alert"
    audience = {Role.MENTIONED_AGENT: True}

    @hookimpl
    def agent_mentioned(self, event: AgentMentioned) -> Notice:
        """Every mention is worth it; the core leaves out whoever mentions themselves."""
        return Notice("mention-alert", about=event)

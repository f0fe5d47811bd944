"""Tells an end user that a further message has arrived."""

import attrs

from ..core.contract.events import MessagePosted
from ..core.contract.hookspecs import hookimpl
from ..core.contract.kinds import Autoresponder, Switch
from ..core.contract.notices import Notice
from ..core.contract.people import Role


@attrs.define(eq=False)
class NewMessageAutoresponse(Autoresponder):
    """Confirms a message on an existing ticket to whoever sent it; off until a desk wants it."""

    title = "New message autoresponse"
    default = Switch.OFF
    audience = {Role.POSTER: True}
    counts_as_answer = True

    @hookimpl
    def message_posted(self, event: MessagePosted) -> Notice | None:
        """Every message is confirmed when it comes; the gate keeps those of machines out."""
        if event.released:
            return None
        return Notice("new-message-autoresponse", about=event)

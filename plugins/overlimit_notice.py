"""Tells an end user that no more tickets can be opened for the time being."""

import attrs

from ..core.contract.events import TicketLimitReached, TicketRefused
from ..core.contract.hookspecs import hookimpl
from ..core.contract.kinds import Autoresponder
from ..core.contract.notices import Notice, Once, Per
from ..core.contract.people import Role

OVERLIMIT = "overlimit"


@attrs.define(eq=False)
class OverlimitNotice(Autoresponder):
    """Says that the limit of open tickets is reached, and that a request beyond it was not opened; a mail was kept.

    Either is said to a person at most once in 24 hours.
    """

    title = "Overlimit notice"
    audience = {Role.OWNER: True}

    @hookimpl
    def ticket_limit_reached(self, event: TicketLimitReached) -> Notice:
        """The next request will be refused: better said before than after."""
        context = {"limit": event.limit, "open_tickets": event.open_tickets}
        return Notice("overlimit-notice", about=event, context=context, once=Once(Per.PERSON, "reached"))

    @hookimpl
    def ticket_refused(self, event: TicketRefused) -> Notice | None:
        """Speak only of the limit; other refusals have their own reasons to be silent."""
        if event.reason != OVERLIMIT:
            return None
        context = {"subject": event.subject, "kept": event.raw_mail_id is not None}
        return Notice("overlimit-notice", about=event, context=context, once=Once(Per.PERSON, "refused"))

"""What the commands need of the before-hooks: ask first, outside any transaction, then act on the answer."""

from typing import Protocol

from ..contract.drafts import MessageDraft, Refusal, TicketDraft
from ..contract.tickets import Ticket
from ..store.directory import Directory


class BeforeHooks(Protocol):
    """Asks the plugins about what is about to happen; never raises what a plugin raised."""

    def before_ticket_created(self, draft: TicketDraft, *, directory: Directory) -> TicketDraft | Refusal:
        """The draft as the plugins leave it, or the first refusal.

        :param directory: the one that the draft was made by; switches and options are looked up in it.
        """
        ...

    def before_message_accepted(
        self, draft: MessageDraft, *, ticket: Ticket, directory: Directory
    ) -> MessageDraft | Refusal:
        """The draft as the plugins leave it, or the first refusal.

        :param ticket: the one that the message is for.
        :param directory: where switches and options are looked up.
        """
        ...

"""What the commands need of the before-hooks: ask first, outside any transaction, then act on the answer."""

from typing import Protocol

from ..contract.drafts import MessageDraft, Refusal, TicketDraft


class BeforeHooks(Protocol):
    """Asks the plugins about what is about to happen; never raises what a plugin raised."""

    def before_ticket_created(self, draft: TicketDraft) -> TicketDraft | Refusal:
        """The draft as the plugins leave it, or the first refusal."""
        ...

    def before_message_accepted(self, draft: MessageDraft) -> MessageDraft | Refusal:
        """The draft as the plugins leave it, or the first refusal."""
        ...

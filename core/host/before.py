"""The hooks that are asked before something happens, plugins in name order, each seeing what the one before answered."""

from functools import partial
from typing import TypeVar

from ..contract.drafts import MessageDraft, Refusal, TicketDraft
from .admission import Host
from .calls import BoundedCalls, CallFailed
from .quarantine import Quarantine

Draft = TypeVar("Draft", TicketDraft, MessageDraft)


class BeforeHooks:
    """Asks the before-hooks of a draft; a plugin that fails, hangs or answers nonsense is reported and passed over."""

    def __init__(self, host: Host, *, calls: BoundedCalls, quarantine: Quarantine) -> None:
        self._host = host
        self._calls = calls
        self._quarantine = quarantine

    def before_ticket_created(self, draft: TicketDraft) -> TicketDraft | Refusal:
        """The draft as the plugins leave it, or the first refusal."""
        return self._ask("before_ticket_created", draft)

    def before_message_accepted(self, draft: MessageDraft) -> MessageDraft | Refusal:
        """The draft as the plugins leave it, or the first refusal."""
        return self._ask("before_message_accepted", draft)

    def _ask(self, hook: str, draft: Draft) -> Draft | Refusal:
        for implementation in self._host.implementations(hook):
            name = implementation.admitted.name
            if self._quarantine.why(name):
                continue
            [answer] = self._calls.run([partial(implementation.call, *[draft for _ in implementation.arguments])])
            if isinstance(answer, Refusal):
                return answer
            if isinstance(answer, type(draft)):
                draft = answer
            elif answer is not None:
                self._quarantine.failed(name, where=hook, failure=_failure(answer))
        return draft


def _failure(answer: object) -> CallFailed:
    if isinstance(answer, CallFailed):
        return answer
    return CallFailed("wrong_type", f"it answered {type(answer).__name__}, not a draft, a Refusal or None")

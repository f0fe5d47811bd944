"""The hooks that are asked before something happens, plugins in name order, each seeing what the one before answered."""

from functools import partial
from typing import TypeVar

from ..contract.drafts import MessageDraft, Refusal, TicketDraft
from ..contract.faults import Fault, FaultReporter
from .admission import Host
from .calls import BoundedCalls, CallFailed

Draft = TypeVar("Draft", TicketDraft, MessageDraft)


class BeforeHooks:
    """Asks the before-hooks of a draft; a plugin that fails, hangs or answers nonsense is reported and passed over."""

    def __init__(self, host: Host, *, calls: BoundedCalls, faults: FaultReporter) -> None:
        self._host = host
        self._calls = calls
        self._faults = faults

    def before_ticket_created(self, draft: TicketDraft) -> TicketDraft | Refusal:
        """The draft as the plugins leave it, or the first refusal."""
        return self._ask("before_ticket_created", draft)

    def before_message_accepted(self, draft: MessageDraft) -> MessageDraft | Refusal:
        """The draft as the plugins leave it, or the first refusal."""
        return self._ask("before_message_accepted", draft)

    def _ask(self, hook: str, draft: Draft) -> Draft | Refusal:
        for implementation in self._host.implementations(hook):
            [answer] = self._calls.run([partial(implementation.call, *[draft for _ in implementation.arguments])])
            if isinstance(answer, Refusal):
                return answer
            if isinstance(answer, type(draft)):
                draft = answer
            elif isinstance(answer, CallFailed):
                self._report(implementation.admitted.name, hook, f"{answer.how}: {answer.detail}")
            elif answer is not None:
                self._report(implementation.admitted.name, hook, f"it answered {type(answer).__name__}")
        return draft

    def _report(self, plugin: str, hook: str, detail: str) -> None:
        title = f"Plugin '{plugin}' failed in {hook}; what it wanted to change was left out"
        self._faults.report(Fault(fingerprint=f"plugin:{plugin}:{hook}", title=title, detail=detail))

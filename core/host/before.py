"""The hooks that are asked before something happens, plugins in name order, each seeing what the one before answered."""

from collections.abc import Callable
from functools import partial
from typing import Protocol, TypeVar

from ..contract.drafts import MessageDraft, Refusal, TicketDraft
from ..contract.tickets import Ticket
from ..store.directory import Directory
from .admission import Admitted, Host
from .calls import BoundedCalls, CallFailed
from .quarantine import Quarantine

Draft = TypeVar("Draft", TicketDraft, MessageDraft)


class Terms(Protocol):
    """What the switches and options of a place come to for one plugin."""

    def for_ticket(self, admitted: Admitted, draft: TicketDraft, *, directory: Directory) -> object | None:
        """The options with which it is asked about a ticket that is to be opened; None when it is not asked."""
        ...

    def for_message(
        self, admitted: Admitted, draft: MessageDraft, *, ticket: Ticket, directory: Directory
    ) -> object | None:
        """The options with which it is asked about a message on a ticket; None when it is not asked."""
        ...


class BeforeHooks:
    """Asks the before-hooks of a draft; a plugin that fails, hangs or answers nonsense is reported and passed over.

    One that is switched off, or quarantined, is not asked.
    """

    def __init__(self, host: Host, *, calls: BoundedCalls, quarantine: Quarantine, terms: Terms) -> None:
        self._host = host
        self._calls = calls
        self._quarantine = quarantine
        self._terms = terms

    def before_ticket_created(self, draft: TicketDraft, *, directory: Directory) -> TicketDraft | Refusal:
        """The draft as the plugins leave it, or the first refusal."""
        offered = draft
        return self._asked(
            "before_ticket_created",
            draft,
            lambda admitted: self._terms.for_ticket(admitted, offered, directory=directory),
        )

    def before_message_accepted(
        self, draft: MessageDraft, *, ticket: Ticket, directory: Directory
    ) -> MessageDraft | Refusal:
        """The draft as the plugins leave it, or the first refusal."""
        offered = draft
        return self._asked(
            "before_message_accepted",
            draft,
            lambda admitted: self._terms.for_message(admitted, offered, ticket=ticket, directory=directory),
        )

    def _asked(self, hook: str, draft: Draft, terms: Callable[[Admitted], object | None]) -> Draft | Refusal:
        """The draft as those leave it who implement the hook, or the first refusal.

        :param terms: the options with which one of them is asked; None when it is not.
        """
        for implementation in self._host.implementations(hook):
            options = terms(implementation.admitted)
            if options is None or self._quarantine.why(implementation.admitted.name):
                continue
            values = {"draft": draft, "options": options}
            call = partial(implementation.call, *[values[name] for name in implementation.arguments])
            [answer] = self._calls.run([call])
            if isinstance(answer, Refusal):
                return answer
            draft = self._taken(draft, answer, plugin=implementation.admitted.name, hook=hook)
        return draft

    def _taken(self, draft: Draft, answer: object, *, plugin: str, hook: str) -> Draft:
        """The answered draft; the one before when the plugin had nothing to say, or failed, which is reported."""
        if isinstance(answer, type(draft)):
            return answer
        if answer is not None:
            self._quarantine.failed(plugin, where=hook, failure=_failure(answer))
        return draft


def _failure(answer: object) -> CallFailed:
    if isinstance(answer, CallFailed):
        return answer
    return CallFailed("wrong_type", f"it answered {type(answer).__name__}, not a draft, a Refusal or None")

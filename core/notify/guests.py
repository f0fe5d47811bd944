"""What plugins add to the audience: roles of their own, and a last word before a delivery."""

from collections.abc import Mapping
from functools import partial

from ..contract.drafts import Refusal
from ..contract.events import Event
from ..contract.tickets import Ticket
from ..host.admission import Admitted, Host
from ..host.calls import BoundedCalls, CallFailed
from ..host.quarantine import Quarantine
from .audience import BeforeDelivery, RoleResolver
from .audience import Refusal as Reason


class Guests:
    """Asks third-party filters and roles, each within the time limit; one that fails is reported and has no say.

    Quarantined plugins are not asked, nor, where `built_ins_only` is said, any that did not come with the house.
    """

    def __init__(self, host: Host, *, calls: BoundedCalls, quarantine: Quarantine) -> None:
        self._host = host
        self._calls = calls
        self._quarantine = quarantine

    def roles(self, *, built_ins_only: bool) -> Mapping[str, RoleResolver]:
        """The roles that plugins registered, by name, each guarded."""
        gathered: dict[str, RoleResolver] = {}
        for implementation in self._host.implementations("register_roles"):
            name = implementation.admitted.name
            if not self._may_speak(implementation.admitted, built_ins_only=built_ins_only):
                continue
            [answer] = self._calls.run([implementation.call])
            if isinstance(answer, Mapping):
                own = {role: resolver for role, resolver in answer.items() if str(role).startswith(f"{name}:")}
                gathered.update({role: partial(self._resolve, name, resolver) for role, resolver in own.items()})
            elif answer is not None:
                self._failed(name, "register_roles", answer)
        return gathered

    def _resolve(self, name: str, resolver: RoleResolver, ticket: Ticket) -> tuple[str, ...]:
        [answer] = self._calls.run([partial(resolver, ticket)])
        if isinstance(answer, tuple) and all(isinstance(address, str) for address in answer):
            return answer
        self._failed(name, "a role of its own", answer)
        return ()

    def before_delivery(self, plugin: str, *, built_ins_only: bool) -> BeforeDelivery | None:
        """The filters as one question about a delivery of `plugin`; None when there are none, which is the usual case."""
        if not self._host.implementations("before_delivery"):
            return None
        return partial(self._ask, plugin, built_ins_only)

    def _ask(
        self, plugin: str, built_ins_only: bool, event: Event, address: str, roles: tuple[str, ...]
    ) -> Reason | None:
        offered: Mapping[str, object] = {"event": event, "plugin": plugin, "address": address, "roles": roles}
        for implementation in self._host.implementations("before_delivery"):
            name = implementation.admitted.name
            if not self._may_speak(implementation.admitted, built_ins_only=built_ins_only):
                continue
            arguments = [offered[argument] for argument in implementation.arguments]
            [answer] = self._calls.run([partial(implementation.call, *arguments)])
            if isinstance(answer, Refusal):
                return f"{name}:{answer.reason}"[:100], f"Plugin '{name}' refused it: {answer.reason}"
            if answer is not None:
                self._failed(name, "before_delivery", answer)
        return None

    def _may_speak(self, admitted: Admitted, *, built_ins_only: bool) -> bool:
        return not self._quarantine.why(admitted.name) and (admitted.built_in or not built_ins_only)

    def _failed(self, plugin: str, hook: str, answer: object) -> None:
        failure = CallFailed("wrong_type", f"it answered {type(answer).__name__}")
        self._quarantine.failed(plugin, where=hook, failure=answer if isinstance(answer, CallFailed) else failure)

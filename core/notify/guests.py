"""What plugins add to the audience: roles of their own, and a last word before a delivery."""

from collections.abc import Mapping
from functools import partial

from ..contract.drafts import Refusal
from ..contract.events import Event
from ..contract.faults import Fault, FaultReporter
from ..contract.tickets import Ticket
from ..host.admission import Host
from ..host.calls import BoundedCalls, CallFailed
from .audience.pairs import BeforeDelivery, RoleResolver
from .audience.pairs import Refusal as Reason


class Guests:
    """Asks third-party filters and roles, each within the time limit; one that fails is reported and has no say."""

    def __init__(self, host: Host, *, calls: BoundedCalls, faults: FaultReporter) -> None:
        self._host = host
        self._calls = calls
        self._faults = faults
        self._roles: Mapping[str, RoleResolver] | None = None

    @property
    def roles(self) -> Mapping[str, RoleResolver]:
        """The roles that plugins registered, by name, each guarded; gathered once."""
        if self._roles is None:
            self._roles = self._gather()
        return self._roles

    def _gather(self) -> Mapping[str, RoleResolver]:
        gathered: dict[str, RoleResolver] = {}
        for implementation in self._host.implementations("register_roles"):
            name = implementation.admitted.name
            [answer] = self._calls.run([implementation.call])
            if isinstance(answer, Mapping):
                own = {role: resolver for role, resolver in answer.items() if str(role).startswith(f"{name}:")}
                gathered.update({role: partial(self._resolve, name, resolver) for role, resolver in own.items()})
            elif answer is not None:
                self._report(name, "register_roles", answer)
        return gathered

    def _resolve(self, name: str, resolver: RoleResolver, ticket: Ticket) -> tuple[str, ...]:
        [answer] = self._calls.run([partial(resolver, ticket)])
        if isinstance(answer, tuple) and all(isinstance(address, str) for address in answer):
            return answer
        self._report(name, "a role of its own", answer)
        return ()

    def before_delivery(self, plugin: str) -> BeforeDelivery | None:
        """The filters as one question about a delivery of `plugin`; None when there are none, which is the usual case."""
        if not self._host.implementations("before_delivery"):
            return None
        return partial(self._ask, plugin)

    def _ask(self, plugin: str, event: Event, address: str, roles: tuple[str, ...]) -> Reason | None:
        offered: Mapping[str, object] = {"event": event, "plugin": plugin, "address": address, "roles": roles}
        for implementation in self._host.implementations("before_delivery"):
            name = implementation.admitted.name
            arguments = [offered[argument] for argument in implementation.arguments]
            [answer] = self._calls.run([partial(implementation.call, *arguments)])
            if isinstance(answer, Refusal):
                return f"{name}:{answer.reason}"[:100], f"Plugin '{name}' refused it: {answer.reason}"
            if answer is not None:
                self._report(name, "before_delivery", answer)
        return None

    def _report(self, plugin: str, hook: str, answer: object) -> None:
        detail = answer.detail if isinstance(answer, CallFailed) else f"it answered {type(answer).__name__}"
        title = f"Plugin '{plugin}' failed in {hook}; it has no say there"
        self._faults.report(Fault(fingerprint=f"plugin:{plugin}:{hook}", title=title, detail=detail))

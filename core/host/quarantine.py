"""Which plugins are asked no more: those that hung once or failed too often, here or in another process of the desk."""

import threading
from collections import deque
from collections.abc import Callable, Collection, Mapping

from ..contract.clock import Clock
from ..contract.faults import Fault, FaultReporter
from ..contract.text import one_line
from .calls import CallFailed

FAILURES = 5
WINDOW_SECONDS = 600.0


class Quarantine:
    """Counts failures over all hooks of a plugin, reports each, and hands a plugin over when it is enough.

    An error of a database in a plugin's own call is a fault of its own, beside the plugin's.

    :param hand_over: called with the plugin's name and the reason; it writes that down for all processes, later.
    :param exempt: plugins that nothing silences: their failures are reported, and they are asked again.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        faults: FaultReporter,
        hand_over: Callable[[str, str], None],
        exempt: Collection[str] = (),
    ) -> None:
        self._clock = clock
        self._exempt = frozenset(exempt)
        self._faults = faults
        self._hand_over = hand_over
        self._lock = threading.Lock()
        self._failures: dict[str, deque[float]] = {}
        self._fresh: dict[str, str] = {}
        self._known: Mapping[str, str] = {}
        self._revision = -1

    def learn(self, known: Mapping[str, str], *, revision: int) -> None:
        """Take over what is written down; what was handed over by this process is in it from the next revision on."""
        with self._lock:
            if revision != self._revision:
                self._known, self._revision = known, revision
                self._fresh.clear()

    def why(self, plugin: str) -> str:
        """Why the plugin is set aside; '' when it may be asked."""
        if plugin in self._exempt:
            return ""
        return self._fresh.get(plugin) or self._known.get(plugin, "")

    def failed(self, plugin: str, *, where: str, failure: CallFailed) -> None:
        """A plugin hung, raised or answered nonsense in `where`: report it, and set it aside if that is enough."""
        detail = one_line(failure.detail)
        title = f"Plugin '{plugin}' failed in {where}; the others went on"
        self._faults.report(Fault(fingerprint=f"plugin:{plugin}:{failure.how}", title=title, detail=detail))
        if failure.database is not None:
            self._faults.report(failure.database)
        reason = self._enough(plugin, where, failure.how, detail)
        if reason:
            self._hand_over(plugin, reason)

    def _enough(self, plugin: str, where: str, how: str, detail: str) -> str:
        with self._lock:
            if plugin in self._exempt or self.why(plugin):
                return ""
            now = self._clock.monotonic()
            failures = self._failures.setdefault(plugin, deque(maxlen=FAILURES))
            failures.append(now)
            if how == "timed_out":
                reason = f"it hung in {where}: {detail}"
            elif len(failures) == FAILURES and now - failures[0] <= WINDOW_SECONDS:
                reason = f"it failed {FAILURES} times within 10 minutes, last: {detail}"
            else:
                return ""
            failures.clear()
            self._fresh[plugin] = reason
            return reason

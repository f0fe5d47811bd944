"""Rings one event to every plugin that listens, each under its own switch, in its own try and time limit."""

import copy
from collections import deque
from collections.abc import Callable, Mapping
from functools import partial

import attrs

from ..contract.clock import Clock
from ..contract.events import Event, TicketEvent, TicketRefused
from ..contract.faults import Fault, FaultReporter
from ..contract.notices import Notice
from ..host.admission import Admitted, Host, Implementation
from ..host.calls import BoundedCalls, CallFailed, Result
from ..store.directory import Directory
from . import switches

FAILURES_TO_QUARANTINE = 5
WINDOW_SECONDS = 600.0


@attrs.frozen(kw_only=True)
class Answer:
    """What one plugin made of one event: a `notice`, or the `reason` why there is none and the sentence behind it.

    `effective` is the switch that was in force, with its shadow.
    """

    admitted: Admitted
    effective: switches.Effective
    notice: Notice | None = None
    reason: str = ""
    because: str = ""


@attrs.frozen(kw_only=True)
class Place:
    """Where switches and options are looked up for an event: its department after the act, its topic, its mailbox."""

    department_id: int | None = None
    topic_id: int | None = None
    mailbox_id: int | None = None


def place_of(event: Event) -> Place:
    """The place of an event; events of no ticket stand at the global level."""
    incoming = getattr(event, "incoming", None)
    mailbox_id = incoming.mailbox.id if incoming is not None else None
    if isinstance(event, TicketRefused):
        return Place(department_id=event.department.id, mailbox_id=mailbox_id)
    ticket = event.ticket if isinstance(event, TicketEvent) else getattr(event, "ticket", None)
    if ticket is None:
        return Place(mailbox_id=mailbox_id)
    topic_id = ticket.topic.id if ticket.topic is not None else None
    return Place(department_id=ticket.department.id, topic_id=topic_id, mailbox_id=mailbox_id)


class Switchboard:
    """Asks plugins; a plugin that fails too often in a window, or hangs once, is handed to `quarantine`.

    :param quarantine: called with the plugin's name and the reason; must take effect in the next directory.
    """

    def __init__(
        self,
        host: Host,
        *,
        calls: BoundedCalls,
        clock: Clock,
        faults: FaultReporter,
        quarantine: Callable[[str, str], None],
    ) -> None:
        self._host = host
        self._calls = calls
        self._clock = clock
        self._faults = faults
        self._quarantine = quarantine
        self._failures: dict[str, deque[float]] = {}

    def ring(self, event: Event, *, directory: Directory, built_ins_only: bool = False) -> tuple[Answer, ...]:
        """What every listening plugin answers, in name order.

        :param built_ins_only: leave third-party plugins out, for an act that killed the process before.
        """
        place = place_of(event)
        answers: dict[str, Answer] = {}
        asked: list[tuple[Implementation, switches.Effective, Callable[[], object]]] = []
        for implementation in self._host.implementations(event.name):
            effective = _effective(directory, implementation.admitted, place)
            refused = _refusal(directory, implementation.admitted, effective, built_ins_only)
            if refused is not None:
                answers[implementation.admitted.name] = refused
            else:
                asked.append((implementation, effective, _call(implementation, event, directory, place)))
        for (implementation, effective, _), result in zip(asked, self._ask(event, asked), strict=True):
            answers[implementation.admitted.name] = self._answer(implementation.admitted, effective, event, result)
        return tuple(answers[name] for name in sorted(answers))

    def _ask(
        self, event: Event, asked: list[tuple[Implementation, switches.Effective, Callable[[], object]]]
    ) -> list[Result]:
        if all(implementation.admitted.built_in for implementation, _, _ in asked):
            return self._calls.run([call for _, _, call in asked])
        return self._ask_strangers(event, asked)

    def _ask_strangers(
        self, event: Event, asked: list[tuple[Implementation, switches.Effective, Callable[[], object]]]
    ) -> list[Result]:
        """Frozen values can be changed by force: compare after each stranger, and undo, so that the next sees the truth."""
        pristine = copy.deepcopy(event)
        results: list[Result] = []
        for implementation, _, call in asked:
            [result] = self._calls.run([call])
            if not implementation.admitted.built_in and event != pristine:
                for field in attrs.fields(type(event)):
                    object.__setattr__(event, field.name, getattr(copy.deepcopy(pristine), field.name))
                result = CallFailed("raised", "it changed the event that it was given")
            results.append(result)
        return results

    def _answer(self, admitted: Admitted, effective: switches.Effective, event: Event, result: Result) -> Answer:
        if result is None:
            because = f"'{admitted.name}' had nothing to say about this event."
            return Answer(admitted=admitted, effective=effective, reason="plugin_declined", because=because)
        if isinstance(result, CallFailed):
            return self._failed(admitted, effective, event, result.how, result.detail)
        fault = _border_check(result, event, admitted)
        if fault or not isinstance(result, Notice):
            return self._failed(admitted, effective, event, "wrong_type", fault)
        return Answer(admitted=admitted, effective=effective, notice=result)

    def _failed(self, admitted: Admitted, effective: switches.Effective, event: Event, how: str, detail: str) -> Answer:
        name = admitted.name
        title = f"Plugin '{name}' failed on {event.name}"
        self._faults.report(Fault(fingerprint=f"plugin:{name}:{how}", title=title, detail=detail))
        if how == "timed_out":
            self._quarantine(name, f"it hung on {event.name}: {detail}")
        elif self._too_often(name):
            self._quarantine(name, f"it failed {FAILURES_TO_QUARANTINE} times within 10 minutes, last: {detail}")
        return Answer(
            admitted=admitted,
            effective=effective,
            reason=f"plugin_failed:{how}",
            because=f"'{name}' failed: {detail}",
        )

    def _too_often(self, name: str) -> bool:
        now = self._clock.monotonic()
        failures = self._failures.setdefault(name, deque(maxlen=FAILURES_TO_QUARANTINE))
        failures.append(now)
        if len(failures) == FAILURES_TO_QUARANTINE and now - failures[0] <= WINDOW_SECONDS:
            failures.clear()
            return True
        return False


def _effective(directory: Directory, admitted: Admitted, place: Place) -> switches.Effective:
    return switches.resolve(
        directory,
        plugin=admitted.name,
        kind=admitted.plugin,
        department_id=place.department_id,
        topic_id=place.topic_id,
        mailbox_id=place.mailbox_id,
    )


def _refusal(
    directory: Directory, admitted: Admitted, effective: switches.Effective, built_ins_only: bool
) -> Answer | None:
    if not effective.on:
        reason = f"plugin_off:{effective.level}"
        return Answer(admitted=admitted, effective=effective, reason=reason, because=effective.because)
    if admitted.name in directory.quarantined:
        because = f"'{admitted.name}' is set aside: {directory.quarantined[admitted.name]}"
        return Answer(admitted=admitted, effective=effective, reason="plugin_quarantined", because=because)
    if built_ins_only and not admitted.built_in:
        because = "The process ended twice while this was rung; only built-in plugins are asked now."
        return Answer(admitted=admitted, effective=effective, reason="plugin_failed:crashed", because=because)
    return None


def _call(implementation: Implementation, event: Event, directory: Directory, place: Place) -> Callable[[], object]:
    offered: Mapping[str, object] = {"event": event}
    if "options" in implementation.arguments:
        resolved = switches.resolve_options(
            directory,
            plugin=implementation.admitted.name,
            cls=implementation.admitted.plugin.Options,
            department_id=place.department_id,
        )
        offered = {**offered, "options": resolved.options}
    return partial(implementation.call, *[offered[name] for name in implementation.arguments])


def _border_check(result: object, event: Event, admitted: Admitted) -> str:
    """'' for a sound notice, else what is wrong with the answer."""
    if not isinstance(result, Notice):
        return f"it answered {type(result).__name__}, not a Notice or None"
    if result.about is not event:
        return "its notice is about another event than the one that was rung"
    # A stranger's code is not type-checked: what the annotations promise is looked at once more.
    template: object = result.template
    context: object = result.context
    roles: object = result.roles
    if not isinstance(template, str) or not _has_template(template, admitted):
        return f"there is no template '{str(template)[:80]}/body.txt'"
    if not isinstance(context, Mapping) or not all(isinstance(key, str) for key in context):
        return "the context of its notice is not a mapping with text keys"
    if roles is not None and not (isinstance(roles, tuple) and all(isinstance(role, str) for role in roles)):
        return "the roles of its notice are not a tuple of roles"
    return ""


def _has_template(template: str, admitted: Admitted) -> bool:
    if not template.replace("-", "").replace("_", "").isalnum():
        return False
    return any((folder / template / "body.txt").is_file() for folder in admitted.templates)

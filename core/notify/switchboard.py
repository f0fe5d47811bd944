"""Rings one event to every plugin that listens, each under its own switch, in its own try and time limit."""

import copy
from collections.abc import Callable, Mapping
from functools import partial

import attrs

from ..contract.events import Event, TicketEvent, TicketRefused
from ..contract.notices import Notice, Once
from ..contract.text import one_line
from ..host.admission import Admitted, Host, Implementation
from ..host.calls import BoundedCalls, CallFailed, Result
from ..host.quarantine import Quarantine
from ..store.directory import Directory
from . import switches
from .manner import manner_of


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
        topic_id = event.topic.id if event.topic is not None else None
        return Place(department_id=event.department.id, topic_id=topic_id, mailbox_id=mailbox_id)
    ticket = event.ticket if isinstance(event, TicketEvent) else getattr(event, "ticket", None)
    if ticket is None:
        return Place(mailbox_id=mailbox_id)
    topic_id = ticket.topic.id if ticket.topic is not None else None
    return Place(department_id=ticket.department.id, topic_id=topic_id, mailbox_id=mailbox_id)


KEY_LENGTH = 200
YEAR = 366 * 24
"""The longest window of a notice, in hours."""
CHANGED = CallFailed("raised", "it changed the event that it was given")


@attrs.frozen
class _Question:
    """One implementation that is asked, with the event that it is given."""

    implementation: Implementation
    effective: switches.Effective
    offered: Event
    call: Callable[[], object]


class Switchboard:
    """Asks the plugins of an event; what fails is the quarantine's business.

    :param opened: opens the secrets among the options of a plugin.
    """

    def __init__(
        self, host: Host, *, calls: BoundedCalls, quarantine: Quarantine, opened: Callable[[object], object]
    ) -> None:
        self._host = host
        self._calls = calls
        self._quarantine = quarantine
        self._opened = opened

    def ring(self, event: Event, *, directory: Directory, built_ins_only: bool = False) -> tuple[Answer, ...]:
        """What every listening plugin answers, in name order.

        :param built_ins_only: leave third-party plugins out, for an act that killed the process before.
        """
        self._quarantine.learn(directory.quarantined, revision=directory.revision)
        place = place_of(event)
        answers: dict[str, Answer] = {}
        asked: list[_Question] = []
        for implementation in self._host.implementations(event.name):
            effective = _effective(directory, implementation.admitted, event, place)
            refused = self._refusal(implementation.admitted, effective, built_ins_only)
            if refused is not None:
                answers[implementation.admitted.name] = refused
            else:
                asked.append(self._question(implementation, effective, event, directory, place))
        results = self._calls.run([question.call for question in asked])
        for question, result in zip(asked, results, strict=True):
            answers[question.implementation.admitted.name] = self._answer(question, event, result)
        return tuple(_standing_in(answers[name], answers) for name in sorted(answers))

    def _question(
        self,
        implementation: Implementation,
        effective: switches.Effective,
        event: Event,
        directory: Directory,
        place: Place,
    ) -> _Question:
        admitted = implementation.admitted
        # Frozen values can be changed by force: a stranger gets a copy, and only its own view can be spoilt.
        offered = event if admitted.built_in else copy.deepcopy(event)
        values: dict[str, object] = {"event": offered}
        if "options" in implementation.arguments:
            resolved = switches.resolve_options(
                directory, plugin=admitted.name, cls=admitted.plugin.Options, department_id=place.department_id
            )
            values["options"] = self._opened(resolved.options)
        call = partial(implementation.call, *[values[name] for name in implementation.arguments])
        return _Question(implementation, effective, offered, call)

    def _refusal(self, admitted: Admitted, effective: switches.Effective, built_ins_only: bool) -> Answer | None:
        if not effective.on:
            reason, because = f"plugin_off:{effective.level}", effective.because
        elif not switches.is_always_on(type(admitted.plugin)) and (why := self._quarantine.why(admitted.name)):
            reason, because = "plugin_quarantined", f"'{admitted.name}' is set aside: {why}"
        elif built_ins_only and not admitted.built_in:
            reason = "plugin_failed:crashed"
            because = "The process ended twice while this was rung; only built-in plugins are asked now."
        else:
            return None
        return Answer(admitted=admitted, effective=effective, reason=reason, because=because)

    def _answer(self, question: _Question, event: Event, result: Result) -> Answer:
        admitted, effective = question.implementation.admitted, question.effective
        if result is None:
            because = f"'{admitted.name}' had nothing to say about this event."
            return Answer(admitted=admitted, effective=effective, reason="plugin_declined", because=because)
        checked = _checked(result, question) if question.offered == event else CHANGED
        if isinstance(checked, CallFailed):
            return self.failed(Answer(admitted=admitted, effective=effective), event, checked)
        notice = attrs.evolve(checked, about=event)
        return Answer(admitted=admitted, effective=effective, notice=notice)

    def listeners(self, event: Event) -> tuple[str, ...]:
        """The names of the plugins that listen to such an event."""
        return tuple(each.admitted.name for each in self._host.implementations(event.name))

    def failed(self, answer: Answer, event: Event, failure: CallFailed) -> Answer:
        """The answer of a plugin that failed on `event`, reported; also for faults that show only later, in its notice."""
        name = answer.admitted.name
        self._quarantine.failed(name, where=event.name, failure=failure)
        because = f"'{name}' failed: {one_line(failure.detail)}"
        return attrs.evolve(answer, notice=None, reason=f"plugin_failed:{failure.how}", because=because)


def _checked(result: Result, question: _Question) -> Notice | CallFailed:
    """A sound notice, or why the answer is none."""
    if isinstance(result, CallFailed):
        return result
    fault = _border_check(result, question.offered, question.implementation.admitted)
    if fault or not isinstance(result, Notice):
        return CallFailed("wrong_type", fault)
    return result


def _standing_in(answer: Answer, answers: Mapping[str, Answer]) -> Answer:
    """The answer itself, or a declined one when a plugin that it stands in for speaks; one in shadow sends nothing."""
    for name in answer.admitted.plugin.stands_in_for if answer.notice is not None else ():
        other = answers.get(name)
        if other is not None and other.notice is not None and not other.effective.shadow:
            because = f"'{answer.admitted.name}' stands in for '{name}' only, which has this to say itself."
            return attrs.evolve(answer, notice=None, reason="plugin_declined", because=because)
    return answer


def _effective(directory: Directory, admitted: Admitted, event: Event, place: Place) -> switches.Effective:
    return switches.resolve(
        directory,
        plugin=admitted.name,
        kind=admitted.plugin,
        department_id=place.department_id,
        topic_id=place.topic_id,
        mailbox_id=place.mailbox_id,
        levels=manner_of(admitted.plugin, event).levels,
    )


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
    if roles is not None and not _are_roles(roles):
        return "the roles of its notice are not a tuple of roles"
    if not _are_roles(result.without):
        return "the roles that its notice leaves out are not a tuple of roles"
    return _once_check(result.once)


def _are_roles(roles: object) -> bool:
    return isinstance(roles, tuple) and all(isinstance(role, str) for role in roles)


def _once_check(once: object) -> str:
    if once is None:
        return ""
    if not isinstance(once, Once):
        return "the window of its notice is no Once"
    key: object = once.key
    hours: object = once.hours
    if (
        not isinstance(key, str)
        or len(key) > KEY_LENGTH
        or not isinstance(hours, (int, float))
        or not 0 < hours <= YEAR
    ):
        return f"the window of its notice needs a key of at most {KEY_LENGTH} characters and hours between 0 and {YEAR}"
    return ""


def _has_template(template: str, admitted: Admitted) -> bool:
    if template == admitted.name:
        return True  # admission has made sure
    if not template.replace("-", "").replace("_", "").isalnum():
        return False
    return any((folder / template / "body.txt").is_file() for folder in admitted.templates)

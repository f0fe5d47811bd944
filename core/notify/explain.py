"""Who was told and why, and why somebody was not: decisions as flat lines, the same for live, simulated and looked-up ones."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby

import attrs
from sqlalchemy.orm import Session

from ..contract.decisions import Candidate, Decision, Outcome
from ..contract.events import Event
from ..host.admission import Host
from ..store import journal, load_directory
from ..store.decisions import Recorded
from ..store.directory import Directory
from . import audience
from .remedies import NO_CANDIDATE, NO_PLUGIN, NOT_RUNG, PURGED, what_would_change

NOBODY_ASKED = "-"
"""The outcome of an event about which nobody was asked."""
FILTERED = "changed"
"""The outcome of what the filters did to a ticket."""
FILTERS = "See the rules, and what they did: deskbell filters list"


@attrs.frozen(kw_only=True)
class Line:
    """One answer to "who, and why": a candidate of a decision, or a whole plugin when `person` and `roles` are empty.

    `change` is one sentence: what would change this?
    """

    event_id: int
    event: str
    plugin: str
    person: str
    address: str
    roles: tuple[str, ...]
    outcome: str
    reason: str
    because: str
    change: str = ""


Changes = Callable[[Decision, Candidate | None], str]


@attrs.frozen(kw_only=True)
class Advice:
    """What would change a decision on one of `events` (by their ids), on the desk as it is now."""

    events: Mapping[int, Event]
    directory: Directory
    host: Host

    def __call__(self, decision: Decision, candidate: Candidate | None) -> str:
        """The sentence for a candidate, or for the plugin as a whole when that is None."""
        event = self.events.get(decision.event_id)
        if event is None:
            return ""
        admitted = self.host.plugins.get(decision.plugin)
        return what_would_change(
            (decision.reason or NO_CANDIDATE) if candidate is None else candidate.reason,
            outcome=Outcome.REFUSED if candidate is None else candidate.outcome,
            event=event,
            plugin=decision.plugin,
            kind=admitted.plugin if admitted is not None else None,
            directory=self.directory,
            candidate=candidate,
            because=decision.because if candidate is None else candidate.because,
        )

    def unheard(self, event: Event, reason: str) -> str:
        """The sentence for an event that nobody was asked about."""
        return what_would_change(
            reason, outcome=Outcome.REFUSED, event=event, plugin="", kind=None, directory=self.directory
        )


def _none(_: Decision, __: Candidate | None) -> str:
    return ""


def lines(event: str, decision: Decision, *, changes: Changes = _none) -> tuple[Line, ...]:
    """The lines of one decision, in the order in which it was made.

    :param changes: what would change it; default: nothing is said about that.
    """
    if not decision.candidates:
        return (_whole_plugin(event, decision, changes),)
    return tuple(_line(event, decision, candidate, changes) for candidate in decision.candidates)


def recorded_lines(recorded: Iterable[Recorded], *, changes: Changes = _none) -> tuple[Line, ...]:
    """The lines of decisions read back from the store."""
    return tuple(line for each in recorded for line in lines(each.event, each.decision, changes=changes))


def about_person(
    session: Session, host: Host, recorded: Sequence[Recorded], address: str, *, changes: Changes = _none
) -> tuple[Line, ...]:
    """What each decision means for one person, also for one who was never a candidate.

    Membership is worked out from the directory as it was when the decision was made.
    """
    events = {event.id: event for event in journal.load(session, [each.decision.event_id for each in recorded])}
    found: list[Line] = []
    for each in recorded:
        admitted = host.plugins.get(each.decision.plugin)
        event = events[each.decision.event_id]
        directory = load_directory.directory_at(session, each.revision)
        candidates = audience.answers_for(
            directory, event, admitted.plugin if admitted else None, each.decision, address, moment=each.decided_at
        )
        found += [_line(each.event, each.decision, candidate, changes) for candidate in candidates]
    return tuple(found)


@attrs.frozen(kw_only=True)
class Keeping:
    """How long decisions are kept: for `days`, 0 for ever; those made before `purged_before` are gone."""

    days: int = 0
    purged_before: datetime | None = None


def unheard(event: Event, host: Host, *, rung_at: datetime | None, keeping: Keeping) -> tuple[str, str]:
    """The reason and the sentence for an event without a decision: it waits, nobody listened, or it is not kept.

    :param rung_at: when it was rung, aware UTC; None when it was not.
    """
    if rung_at is None:
        return NOT_RUNG, f"The {event.name} was not rung yet, so nothing is decided."
    gone = keeping.purged_before is not None and rung_at < keeping.purged_before
    if gone and host.implementations(event.name):
        kept = f"decisions are kept for {keeping.days} days" if keeping.days else "decisions of that time were purged"
        return PURGED, f"The {event.name} was decided on {rung_at:%Y-%m-%d}; {kept}."
    return NO_PLUGIN, f"No plugin listens to {event.name}."


def unheard_line(event: Event, reason: str, because: str, change: str = "") -> Line:
    """The line of an event about which nobody was asked."""
    return Line(
        event_id=event.id,
        event=event.name,
        plugin="",
        person="",
        address="",
        roles=(),
        outcome=NOBODY_ASKED,
        reason=reason,
        because=because,
        change=change,
    )


def filtered_lines(event: Event) -> Iterator[Line]:
    """A line for each thing that the filters did to a ticket before it was opened."""
    for said in getattr(event, "applied", ()):
        line = unheard_line(event, "applied", f"Before it was opened: {said}", FILTERS)
        yield attrs.evolve(line, outcome=FILTERED)


# --- in one sentence ---


def sentences(about: Sequence[Line], person: str) -> Iterator[str]:
    """One sentence per event and plugin about what became of one person; the lines of a plugin stand together.

    :param person: what the sentences call somebody of whom no line knows the name.
    """
    for _, group in groupby(about, key=lambda line: (line.event_id, line.plugin)):
        yield _sentence(tuple(group), person)


def _sentence(group: Sequence[Line], person: str) -> str:
    first = group[0]
    if first.outcome == NOBODY_ASKED or not first.plugin:
        return first.because
    told = next((line for line in group if line.outcome != Outcome.REFUSED.value), None)
    shown = (told,) if told is not None else group
    called = next((line.person for line in group if line.person), person)
    because = " ".join(dict.fromkeys(line.because for line in shown))
    return f"{called} {_verb(shown[0].outcome)} of {first.event} by '{first.plugin}': {because}"


def _verb(outcome: str) -> str:
    return {
        Outcome.NOTIFIED.value: "was told",
        Outcome.DEFERRED.value: "will be told later",
        Outcome.DIGESTED.value: "is told in the next digest",
        Outcome.SHADOWED.value: "would have been told",
    }.get(outcome, "was not told")


def _line(event: str, decision: Decision, candidate: Candidate, changes: Changes) -> Line:
    return Line(
        event_id=decision.event_id,
        event=event,
        plugin=decision.plugin,
        person=candidate.name or candidate.address or candidate.person,
        address=candidate.address,
        roles=candidate.roles,
        outcome=candidate.outcome.value,
        reason=candidate.reason,
        because=candidate.because,
        change=changes(decision, candidate),
    )


def _whole_plugin(event: str, decision: Decision, changes: Changes) -> Line:
    return Line(
        event_id=decision.event_id,
        event=event,
        plugin=decision.plugin,
        person="",
        address="",
        roles=(),
        outcome=Outcome.REFUSED.value,
        reason=decision.reason or NO_CANDIDATE,
        because=decision.because or "None of the selected roles stands for anybody here.",
        change=changes(decision, None),
    )

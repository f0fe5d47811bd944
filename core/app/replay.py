"""The journal of the last days once more, through the settings of today or those of a file; nothing is written or sent."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import attrs

from ..contract.decisions import Candidate, Decision, Outcome
from ..contract.errors import UnknownName
from ..contract.events import Event
from ..contract.notices import Once, Per
from ..contract.people import SYSTEM
from ..desk import blueprint
from ..notify.audience import answers_for, too_soon, window_key
from ..notify.considering import Considered, owner_of
from ..notify.remedies import NO_PLUGIN
from ..settings import read_toml
from ..store import decisions, journal, load_directory, retention, rung_acts
from ..store.decisions import Recorded
from ..store.directory import Directory
from ..store.rung_acts import Span
from . import configuring
from .opening import Desk

BATCH = 100
"""Events at a time: each may have hundreds of candidates."""
IMAGINED_REVISION = -2
"""The number of a directory that exists in a replay alone; no stored one has it."""
ONCE = "once_per_window"


@attrs.frozen(kw_only=True)
class Difference:
    """Somebody who would be told and was not (``added``), or was told and would not be (``removed``).

    `reason` and `because` are of the replay for the removed; for the added they tell why that person was not told then.
    """

    change: str
    event_id: int
    event: str
    at: datetime
    ticket: str
    plugin: str
    person: str
    address: str
    reason: str
    because: str


@attrs.frozen(kw_only=True)
class Tally:
    """How many notices of one plugin there were, and how many there would be."""

    plugin: str
    then: int
    now: int
    added: int
    removed: int


@attrs.frozen(kw_only=True)
class Summary:
    """A replay at its end: events replayed, events left out because their decisions are not kept, and a tally per plugin."""

    since: datetime
    events: int
    left_out: int
    tallies: tuple[Tally, ...]


OnDifferences = Callable[[Sequence[Difference]], None]
OnProgress = Callable[[int, int], None]


def replay(
    desk: Desk,
    *,
    last: timedelta,
    changes: Path | None = None,
    plugin: str | None = None,
    on_differences: OnDifferences,
    on_progress: OnProgress = lambda _done, _total: None,
) -> Summary:
    """Judge what happened lately once more and compare whom each plugin told then with whom it would tell.

    Each event is judged at the moment when it was decided. Third-party plugins are asked, as in simulate.

    :param last: how far back.
    :param changes: a file for `apply`; it counts as applied, and is not.
    :param plugin: only this one is compared.
    :param on_differences: gets the differences event after event, so that they need not all be kept.
    :param on_progress: gets how many events are done, of how many.
    :raises UnknownName: when there is no such plugin.
    :raises DeskbellError: when the file cannot be used.
    """
    if plugin is not None and plugin not in desk.host.plugins:
        raise UnknownName("plugin", plugin, desk.host.plugins)
    directory = _directory(desk, changes)
    since = desk.clock.now() - last
    with desk.db.reading() as session:
        span = rung_acts.span_since(session, since)
        purged = retention.purged_before(session)
    judge = _Judge(desk=desk, directory=directory)
    book = _Book(desk=desk, directory=directory, plugin=plugin)
    events, left_out = 0, 0
    for batch in _batches(desk, span, purged):
        considered = judge.considered(batch)
        on_differences(book.compared(batch, considered))
        events += len(batch.events)
        left_out += batch.left_out
        on_progress(min(events + left_out, span.events), span.events)
    return Summary(since=since, events=events, left_out=left_out, tallies=book.tallies())


# --- the settings ---


class _Undone(Exception):
    """Ends a transaction that must leave nothing behind."""


def _directory(desk: Desk, changes: Path | None) -> Directory:
    """The directory as it is, or as it would be after applying the file."""
    if changes is None:
        with desk.db.reading() as session:
            return desk.db.directory(session)
    wanted = blueprint.read_blueprint(read_toml(changes), file=changes.name, catalogue=configuring.catalogue(desk))
    found = Directory()
    try:
        with desk.db.writing() as session:
            plan = blueprint.plan(session, wanted, prune=False, secrets=desk.secrets)
            blueprint.apply(session, plan, by=SYSTEM, now=desk.clock.now())
            session.flush()
            found = attrs.evolve(desk.db.directory(session), revision=IMAGINED_REVISION)
            raise _Undone
    except _Undone:
        return found


# --- the journal ---


@attrs.frozen(kw_only=True)
class _Batch:
    """Whole acts with the moments when they were judged and what was decided then."""

    events: tuple[Event, ...]
    moments: Mapping[int, datetime]
    then: Mapping[tuple[int, str], Recorded]
    left_out: int


def _batches(desk: Desk, span: Span, purged: datetime | None) -> Iterator[_Batch]:
    reached: int | None = span.first - 1
    while reached is not None and reached < span.last:
        with desk.db.reading() as session:
            found = rung_acts.batch_behind(session, reached, last=span.last, limit=BATCH)
            recorded = decisions.of_events(session, list(found.rung_at))
            moments = _moments(found.rung_at, recorded, purged)
            by_id = {event.id: event for event in journal.load(session, moments)}
        reached = found.reached
        yield _Batch(
            events=tuple(by_id[number] for number in moments),
            moments=moments,
            then={(each.decision.event_id, each.decision.plugin): each for each in recorded},
            left_out=len(found.rung_at) - len(moments),
        )


def _moments(
    rung_at: Mapping[int, datetime], recorded: Iterable[Recorded], purged: datetime | None
) -> dict[int, datetime]:
    """When each event was judged; events whose decisions are not kept cannot be compared and are left out."""
    decided = {each.decision.event_id: each.decided_at for each in recorded}
    return {
        number: decided.get(number, moment)
        for number, moment in rung_at.items()
        if number in decided or purged is None or moment >= purged
    }


# --- the judgement ---


@attrs.define(kw_only=True)
class _Judge:
    """Decides anew. `said` are the windows that the replay itself has opened, by plugin and key."""

    desk: Desk
    directory: Directory
    said: dict[tuple[str, str], datetime] = attrs.field(factory=dict)

    def considered(self, batch: _Batch) -> tuple[Considered, ...]:
        """What each plugin would decide on the events of a batch."""
        found = self.desk.rehearsal.consider(batch.events, self.directory, moment=lambda event: batch.moments[event.id])
        return tuple(self._in_windows(each, batch) for each in found)

    def _in_windows(self, each: Considered, batch: _Batch) -> Considered:
        """The decision once what was said before in the replay counts.

        The desk itself remembers only when something was said last; what was said in between is known from here.
        """
        once = each.notice.once if each.notice is not None else None
        if once is None or not each.decision.notified:
            return each
        decision, moment = each.decision, batch.moments[each.event.id]
        then = batch.then.get((each.event.id, decision.plugin))
        if once.per is Per.PERSON:
            refused = _refused_then(then)
            candidates = tuple(
                self._judged(decision.plugin, once, candidate, moment, refused.get(candidate.person, ""))
                for candidate in decision.candidates
            )
            return attrs.evolve(each, decision=attrs.evolve(decision, candidates=candidates))
        before = then.decision.because if then is not None and then.decision.reason == ONCE else ""
        because = self._too_soon(decision.plugin, once, owner_of(each.event), moment, before)
        if not because:
            return each
        whole = Decision(event_id=each.event.id, plugin=decision.plugin, reason=ONCE, because=because)
        return attrs.evolve(each, decision=whole)

    def _judged(self, plugin: str, once: Once, candidate: Candidate, moment: datetime, before: str) -> Candidate:
        if candidate.outcome is not Outcome.NOTIFIED:
            return candidate
        because = self._too_soon(plugin, once, candidate.person, moment, before)
        if not because:
            return candidate
        return attrs.evolve(candidate, outcome=Outcome.REFUSED, reason=ONCE, because=because)

    def _too_soon(self, plugin: str, once: Once, owner: str, moment: datetime, before: str) -> str:
        """Why the same is not said again, '' when it is said now.

        :param before: why it was not said then, if that was its window: until the replay's first word that one was open.
        """
        key = (plugin, window_key(once, owner))
        last = self.said.get(key)
        if last is None and before:
            return before
        if last is not None and moment - last < timedelta(hours=once.hours):
            return too_soon(once, last).because
        self.said[key] = moment
        return ""


def _refused_then(then: Recorded | None) -> Mapping[str, str]:
    candidates = then.decision.candidates if then is not None else ()
    return {each.person: each.because for each in candidates if each.reason == ONCE}


# --- the comparison ---


@attrs.define(kw_only=True)
class _Book:
    """Compares whom each plugin told then with whom it would tell, and counts."""

    desk: Desk
    directory: Directory
    plugin: str | None
    counts: Counter[tuple[str, str]] = attrs.field(factory=Counter)

    def compared(self, batch: _Batch, considered: Iterable[Considered]) -> list[Difference]:
        """The differences on the events of one batch, in the order of the events."""
        now = {(each.event.id, each.decision.plugin): each.decision for each in considered}
        names = sorted({name for _, name in (*now, *batch.then) if self.plugin in (None, name)})
        return [
            difference
            for event in batch.events
            for name in names
            for difference in self._of(batch, event, name, now.get((event.id, name)))
        ]

    def _of(self, batch: _Batch, event: Event, name: str, now: Decision | None) -> Iterator[Difference]:
        then = batch.then.get((event.id, name))
        moment = batch.moments[event.id]
        before, after = _told(then.decision if then is not None else None), _told(now)
        added, removed = sorted(after.keys() - before.keys()), sorted(before.keys() - after.keys())
        counted = {"then": len(before), "now": len(after), "added": len(added), "removed": len(removed)}
        self.counts.update({(name, word): number for word, number in counted.items()})
        for person in added:
            directory = self.directory if then is None else self._directory_of(then)
            why = self._why_not(event, then.decision if then is not None else None, directory, after[person], moment)
            yield _difference("added", event, name, after[person], why)
        for person in removed:
            why = self._why_not(event, now, self.directory, before[person], moment)
            yield _difference("removed", event, name, before[person], why)

    def _directory_of(self, then: Recorded) -> Directory:
        with self.desk.db.reading() as session:
            return load_directory.directory_at(session, then.revision)

    def _why_not(
        self, event: Event, decision: Decision | None, directory: Directory, who: Candidate, moment: datetime
    ) -> tuple[str, str]:
        """The reason and the sentence why a decision did not tell somebody."""
        if decision is None:
            return NO_PLUGIN, "The plugin was not asked about this event."
        admitted = self.desk.host.plugins.get(decision.plugin)
        kind = admitted.plugin if admitted is not None else None
        answers = answers_for(directory, event, kind, decision, who.address, moment=moment)
        return answers[0].reason, answers[0].because

    def tallies(self) -> tuple[Tally, ...]:
        """The counts, by the plugins' names."""
        return tuple(
            Tally(
                plugin=name,
                then=self.counts[name, "then"],
                now=self.counts[name, "now"],
                added=self.counts[name, "added"],
                removed=self.counts[name, "removed"],
            )
            for name in sorted({name for name, _ in self.counts})
        )


def _told(decision: Decision | None) -> dict[str, Candidate]:
    return {} if decision is None else {each.person: each for each in decision.notified}


def _difference(change: str, event: Event, plugin: str, who: Candidate, why: tuple[str, str]) -> Difference:
    ticket = getattr(event, "ticket", None)
    return Difference(
        change=change,
        event_id=event.id,
        event=event.name,
        at=event.at,
        ticket=ticket.number if ticket is not None else "",
        plugin=plugin,
        person=who.name or who.address or who.person,
        address=who.address,
        reason=why[0],
        because=why[1],
    )

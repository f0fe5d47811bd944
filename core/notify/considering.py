"""Makes up the desk's mind about events, without writing: what live runs, simulate, previews and replay have in common."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import groupby

import attrs

from ..contract.clock import Clock
from ..contract.decisions import Decision
from ..contract.events import Event
from ..contract.notices import Notice, Per
from ..host.admission import Admitted
from ..host.calls import raised
from ..store import answers, windows
from ..store.database import Database, DatabaseFailed, DatabaseUnavailable
from ..store.directory import Directory, Profile
from ..store.guards import GuardBook, Guards
from . import audience
from .answered import lately, lately_before
from .audience import Lately, Tally
from .guests import Guests
from .switchboard import Answer, Switchboard


@attrs.frozen(kw_only=True)
class Considered:
    """What one plugin's answer to one event comes to: the decision, and the notice when there is one."""

    event: Event
    decision: Decision
    admitted: Admitted
    notice: Notice | None = None


@attrs.frozen(kw_only=True)
class _View:
    """By what the events are judged; `moment` says when, `tally` what was answered until then."""

    directory: Directory
    guards: Guards
    built_ins_only: bool
    moment: Callable[[Event], datetime]
    tally: Tally


class Considering:
    """Rings events to the plugins and decides about people. May be used by several threads."""

    def __init__(self, db: Database, *, switchboard: Switchboard, guests: Guests, clock: Clock) -> None:
        self._db = db
        self._switchboard = switchboard
        self._guests = guests
        self._clock = clock
        self._guards = GuardBook()

    def consider(
        self,
        events: Iterable[Event],
        directory: Directory,
        *,
        built_ins_only: bool = False,
        moment: Callable[[Event], datetime] | None = None,
    ) -> tuple[Considered, ...]:
        """Ring and decide; nothing is written. Events of one act are settled together, in the order given.

        :param built_ins_only: leave third-party plugins out, for acts that killed the process before.
        :param moment: when each event is judged, aware UTC; now, if it is not said.
        """
        events = tuple(events)
        with self._db.reading() as session:
            guards = self._guards.of(session)
        view = _View(
            directory=directory,
            guards=guards,
            built_ins_only=built_ins_only,
            moment=moment or (lambda _: self._clock.now()),
            tally=self._tally(events, directory, moment),
        )
        considered: list[Considered] = []
        for _, act in groupby(events, key=lambda event: event.act):
            considered += self._act(tuple(act), view)
        return tuple(considered)

    def _act(self, act: Sequence[Event], view: _View) -> list[Considered]:
        considered = [
            self._considered(event, answer, view)
            for event in act
            for answer in self._switchboard.ring(event, directory=view.directory, built_ins_only=view.built_ins_only)
        ]
        settled = audience.settle_act([(each.admitted.plugin, each.decision) for each in considered])
        return [attrs.evolve(each, decision=decision) for each, decision in zip(considered, settled, strict=True)]

    def _considered(self, event: Event, answer: Answer, view: _View) -> Considered:
        if answer.notice is not None:
            try:
                decision = self._decide(event, answer.notice, answer, view)
                return Considered(event=event, decision=decision, admitted=answer.admitted, notice=answer.notice)
            except (DatabaseUnavailable, DatabaseFailed):
                # Not the plugin's fault: the act stays unrung, and is rung when the database is back.
                raise
            except Exception as error:  # noqa: BLE001 - one plugin's odd audience must not silence the others
                answer = self._switchboard.failed(answer, event, raised(error))
        decision = Decision(
            event_id=event.id, plugin=answer.admitted.name, reason=answer.reason, because=answer.because
        )
        return Considered(event=event, decision=decision, admitted=answer.admitted)

    def _decide(self, event: Event, notice: Notice, answer: Answer, view: _View) -> Decision:
        admitted = answer.admitted
        facts = audience.Facts(
            moment=view.moment(event),
            shadow=answer.effective.shadow,
            shadow_because=answer.effective.shadow_because,
            before_delivery=self._guests.before_delivery(admitted.name, built_ins_only=view.built_ins_only),
            roles=self._guests.roles(built_ins_only=view.built_ins_only),
            guards=view.guards,
            once=notice.once,
            last_said=None if notice.once is None else partial(self._last_said, admitted.name),
            tally=view.tally,
        )
        too_soon = audience.within_window(
            notice.once, Per.TICKET, owner_of(event), moment=facts.moment, last_said=facts.last_said
        )
        if too_soon is not None:
            return Decision(event_id=event.id, plugin=admitted.name, reason=too_soon.reason, because=too_soon.because)
        decision = audience.decide(
            name=admitted.name,
            plugin=admitted.plugin,
            event=event,
            roles=notice.roles,
            without=notice.without,
            reply_all=notice.reply_all,
            directory=view.directory,
            facts=facts,
        )
        if audience.counts(admitted.plugin, event):
            _take(view, event, decision, moment=facts.moment)
        return decision

    def _tally(
        self, events: Sequence[Event], directory: Directory, moment: Callable[[Event], datetime] | None
    ) -> Tally:
        """What was answered when the events were caused; nothing is read before something that counts is said."""
        return Tally(
            directory.profile,
            lately=lambda: self._lately(events, directory.profile, moment),
            first_tickets=lambda: self._first_tickets(events),
            looking_back=moment is not None,
        )

    def _lately(self, events: Sequence[Event], profile: Profile, moment: Callable[[Event], datetime] | None) -> Lately:
        with self._db.reading() as session:
            if moment is None:
                return lately(session, events, profile, now=self._clock.now())
            moments = [moment(event) for event in events]
            return lately_before(session, events, min(moments), max(moments))

    def _first_tickets(self, events: Sequence[Event]) -> Mapping[int, datetime]:
        owners = {ticket.owner.id for event in events if (ticket := getattr(event, "ticket", None)) is not None}
        with self._db.reading() as session:
            return answers.first_tickets(session, owners)

    def _last_said(self, plugin: str, key: str) -> datetime | None:
        with self._db.reading() as session:
            return windows.last_said(session, plugin, [key]).get(key)


def _take(view: _View, event: Event, decision: Decision, *, moment: datetime) -> None:
    """Let the next event of the ring know of the answers to this one."""
    for candidate in decision.reached:
        asked = audience.asked_by(event, candidate.address, view.directory)
        if asked is not None:
            view.tally.take(asked, at=view.tally.free_at(asked, moment=moment))


def owner_of(event: Event) -> str:
    """Whose window it is when a notice is said once per ticket; without a ticket all such events share one."""
    ticket = getattr(event, "ticket", None)
    return "" if ticket is None else f"ticket:{ticket.id}"

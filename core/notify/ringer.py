"""An event becomes deliveries: ring the plugins, decide about people, render, write it all in one transaction.

`Ringer.consider` makes up its mind without writing, which is what simulate and previews show; `Ringer.ring` is the same
followed by the second transaction of the way of an event. There is no other path.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby

import attrs

from ..contract.clock import Clock
from ..contract.decisions import Candidate, Decision
from ..contract.events import Event
from ..contract.faults import Fault, FaultReporter, hit
from ..contract.notices import Notice
from ..host.admission import Admitted
from ..host.calls import BoundedCalls, CallFailed
from ..outbox import enqueue
from ..store import decisions, journal, load_directory
from ..store.database import Database, DatabaseUnavailable
from ..store.deliveries import NewBody, NewDelivery
from ..store.directory import Directory
from ..store.journal import Unrung
from . import audience, envelopes
from .context import for_agents, for_end_users, known_name
from .guests import Guests
from .rendering import Renderer
from .switchboard import Answer, Switchboard
from .switches import Effective

CHANNEL = "smtp"
SWEEP_AFTER = timedelta(seconds=5)
"""What is younger is most likely being rung at this moment by the process that wrote it."""
SWEEP_EVENTS = 500
TRIES_WITH_ALL = 2
MOST_RINGS = 5
ON = Effective(on=True, level="default", because="")


@attrs.frozen(kw_only=True)
class Considered:
    """What one plugin's answer to one event comes to: the decision, and the notice when there is one."""

    event: Event
    decision: Decision
    admitted: Admitted
    notice: Notice | None = None


@attrs.frozen(kw_only=True)
class Rung:
    """What a ring wrote: how many decisions and deliveries."""

    decisions: int = 0
    deliveries: int = 0


@attrs.frozen(kw_only=True)
class Parcel:
    """What is written for one considered answer: the bodies, and for each recipient the place of the one to send."""

    considered: Considered
    bodies: Sequence[NewBody] = ()
    recipients: Sequence[tuple[Candidate, int]] = ()


class Ringer:
    """Rings journal rows to the plugins and puts what comes of it into the outbox."""

    def __init__(
        self,
        db: Database,
        *,
        switchboard: Switchboard,
        guests: Guests,
        calls: BoundedCalls,
        renderer: Renderer,
        clock: Clock,
        faults: FaultReporter,
    ) -> None:
        self._db = db
        self._switchboard = switchboard
        self._guests = guests
        self._calls = calls
        self._renderer = renderer
        self._clock = clock
        self._faults = faults
        self._survived: set[str] = set()

    def consider(
        self, events: Iterable[Event], directory: Directory, *, built_ins_only: bool = False
    ) -> tuple[Considered, ...]:
        """Ring and decide; nothing is written. Events of one act are settled together, in the order given.

        :param built_ins_only: leave third-party plugins out, for acts that killed the process before.
        """
        considered: list[Considered] = []
        for _, act in groupby(events, key=lambda event: event.act):
            considered += self._consider_act(tuple(act), directory, built_ins_only)
        return tuple(considered)

    def _consider_act(self, act: Sequence[Event], directory: Directory, built_ins_only: bool) -> list[Considered]:
        considered = [
            self._considered(event, answer, directory, built_ins_only)
            for event in act
            for answer in self._switchboard.ring(event, directory=directory, built_ins_only=built_ins_only)
        ]
        settled = audience.settle_act([(each.admitted.plugin, each.decision) for each in considered])
        return [attrs.evolve(each, decision=decision) for each, decision in zip(considered, settled, strict=True)]

    def _considered(self, event: Event, answer: Answer, directory: Directory, built_ins_only: bool) -> Considered:
        if answer.notice is not None:
            try:
                decision = self._decide(event, answer, directory, built_ins_only)
                return Considered(event=event, decision=decision, admitted=answer.admitted, notice=answer.notice)
            except Exception as error:  # noqa: BLE001 - one plugin's odd audience must not silence the others
                failure = CallFailed("raised", f"{type(error).__name__}: {error}")
                answer = self._switchboard.failed(answer, event, failure)
        decision = Decision(
            event_id=event.id, plugin=answer.admitted.name, reason=answer.reason, because=answer.because
        )
        return Considered(event=event, decision=decision, admitted=answer.admitted)

    def _decide(self, event: Event, answer: Answer, directory: Directory, built_ins_only: bool) -> Decision:
        admitted, notice = answer.admitted, answer.notice
        facts = audience.Facts(
            moment=self._clock.now(),
            shadow=answer.effective.shadow,
            shadow_because=answer.effective.shadow_because,
            before_delivery=self._guests.before_delivery(admitted.name, built_ins_only=built_ins_only),
            roles=self._guests.roles(built_ins_only=built_ins_only),
        )
        return audience.decide(
            name=admitted.name,
            plugin=admitted.plugin,
            event=event,
            roles=None if notice is None else notice.roles,
            directory=directory,
            facts=facts,
        )

    def ring(self, events: Sequence[Event], *, built_ins_only: bool = False) -> Rung:
        """Consider the events and write decisions, bodies and deliveries; rows that were rung meanwhile are left alone."""
        if not events:
            return Rung()
        with self._db.reading() as session:
            directory = self._db.directory(session)
        considered = self.consider(events, directory, built_ins_only=built_ins_only)
        parcels = [self._packed(each, directory) for each in considered]
        hit("notify.rendered")
        rung = self._write(events, parcels, directory)
        hit("notify.committed")
        return rung

    def sweep(self) -> int:
        """Ring the acts that a crash left unrung; answer how many events they held.

        Each try is noted before it begins. An act that ended the process twice is rung to built-in plugins only.
        """
        now = self._clock.now()
        with self._db.reading() as session:
            acts = journal.unrung(session, before=now - SWEEP_AFTER, limit=SWEEP_EVENTS)
        for act in acts:
            self._ring_again(act)
        return sum(len(act.events) for act in acts)

    def _ring_again(self, act: Unrung) -> None:
        """One act that cannot be rung must not keep the others waiting, nor end the process for ever.

        What ended a ring while the process lived is no crash: the next try is not counted as one.
        """
        if act.rings >= MOST_RINGS:
            self._give_up(act)
            return
        if act.events[0].act not in self._survived:
            with self._db.writing() as session:
                journal.begin_ring(session, [event.id for event in act.events])
        self._survived.add(act.events[0].act)
        try:
            self.ring(act.events, built_ins_only=act.rings >= TRIES_WITH_ALL)
            self._survived.discard(act.events[0].act)
        except DatabaseUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - the next act must be rung, whatever is wrong with this one
            self._report(act, "could not be rung and is tried again", f"{type(error).__name__}: {error}")

    def _give_up(self, act: Unrung) -> None:
        because = f"The process ended {act.rings} times while this was rung; it is given up and nobody was told."
        now = self._clock.now()
        with self._db.writing() as session:
            directory = self._db.directory(session)
            ours = journal.claim_rung(session, [event.id for event in act.events], now)
            load_directory.save_revision(session, directory, now)
            given_up = [
                Decision(event_id=event.id, plugin=name, reason="plugin_failed:crashed", because=because)
                for event in act.events
                if event.id in ours
                for name in self._switchboard.listeners(event)
            ]
            decisions.save(session, given_up, revision=directory.revision, now=now)
        self._report(act, "is given up: nobody was told of it", because)

    def _report(self, act: Unrung, what: str, detail: str) -> None:
        names = ", ".join(f"{event.name} {event.id}" for event in act.events)
        self._faults.report(
            Fault(fingerprint=f"ring:{what}", title=f"An act {what}", detail=f"{names}: {detail}"[:500])
        )

    def _write(self, events: Sequence[Event], parcels: Sequence[Parcel], directory: Directory) -> Rung:
        now = self._clock.now()
        with self._db.writing() as session:
            ours = journal.claim_rung(session, [event.id for event in events], now)
            kept = [parcel for parcel in parcels if parcel.considered.event.id in ours]
            load_directory.save_revision(session, directory, now)
            made = [parcel.considered.decision for parcel in kept]
            decisions.save(session, made, revision=directory.revision, now=now)
            bodies, due = _unpacked(kept, domain=directory.profile.domain, now=now)
            enqueue(session, bodies, due, now=now)
        return Rung(decisions=len(made), deliveries=len(due))

    def _packed(self, considered: Considered, directory: Directory) -> Parcel:
        """The parcel of one answer; rendering that fails past all fall-backs makes the answer a failed one.

        A stranger's notice is rendered under the time limit of hooks: the values in its context are its own code.
        """
        if considered.notice is None or not considered.decision.notified:
            return Parcel(considered=considered)
        pack = partial(self._pack, considered, considered.notice, directory)
        if considered.admitted.built_in:
            return pack()
        [parcel] = self._calls.run([pack])
        if isinstance(parcel, Parcel):
            return parcel
        failure = parcel if isinstance(parcel, CallFailed) else CallFailed("raised", "it could not be rendered")
        return Parcel(considered=self._failed(considered, failure))

    def _failed(self, considered: Considered, failure: CallFailed) -> Considered:
        answer = Answer(admitted=considered.admitted, effective=ON)
        failed = self._switchboard.failed(answer, considered.event, failure)
        decision = Decision(
            event_id=considered.event.id, plugin=considered.admitted.name, reason=failed.reason, because=failed.because
        )
        return attrs.evolve(considered, decision=decision, notice=None)

    def _pack(self, considered: Considered, notice: Notice, directory: Directory) -> Parcel:
        admitted, event = considered.admitted, considered.event
        context_of = for_end_users if admitted.plugin.speaks_to_end_users else for_agents
        context = context_of(notice, directory)
        envelope = envelopes.envelope_for(event, plugin=admitted.plugin, directory=directory, now=self._clock.now())
        personal = self._renderer.personal(notice.template, admitted.templates)
        bodies: list[NewBody] = []
        recipients: list[tuple[Candidate, int]] = []
        for candidate in considered.decision.notified:
            if admitted.plugin.speaks_to_end_users:
                candidate = attrs.evolve(candidate, name=known_name(event, candidate))
            if not bodies or personal:
                named = {**context, "recipient": candidate} if personal else context
                words = self._renderer.render(notice.template, admitted.templates, named)
                bodies.append(NewBody(**attrs.asdict(words), envelope=envelope))
            recipients.append((candidate, len(bodies) - 1))
        return Parcel(considered=considered, bodies=bodies, recipients=recipients)


def _unpacked(parcels: Iterable[Parcel], *, domain: str, now: datetime) -> tuple[list[NewBody], list[NewDelivery]]:
    """All bodies and deliveries of some parcels, each delivery pointing into the common list."""
    bodies: list[NewBody] = []
    deliveries: list[NewDelivery] = []
    for parcel in parcels:
        for candidate, body in parcel.recipients:
            message_id = envelopes.new_message_id(domain)
            deliveries.append(
                _delivery(parcel.considered, candidate, body=len(bodies) + body, message_id=message_id, now=now)
            )
        bodies += parcel.bodies
    return bodies, deliveries


def _delivery(
    considered: Considered, candidate: Candidate, *, body: int, message_id: str, now: datetime
) -> NewDelivery:
    ticket = getattr(considered.event, "ticket", None)
    return NewDelivery(
        journal_id=considered.event.id,
        ticket_id=None if ticket is None else ticket.id,
        plugin=considered.admitted.name,
        channel=CHANNEL,
        person=candidate.person,
        name=candidate.name,
        address=candidate.address,
        body=body,
        message_id=message_id,
        due_at=now,
    )

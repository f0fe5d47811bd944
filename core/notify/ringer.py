"""An event becomes deliveries: ring the plugins, decide about people, render, write it all in one transaction.

`Ringer.consider` makes up its mind without writing, which is what simulate and previews show; `Ringer.ring` is the same
followed by the second transaction of the way of an event. There is no other path.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import groupby

import attrs

from ..contract.clock import Clock
from ..contract.decisions import Candidate, Decision
from ..contract.events import Event
from ..contract.faults import Fault, FaultReporter, hit
from ..contract.notices import Notice
from ..host.admission import Admitted
from ..outbox import enqueue
from ..store import decisions, journal, load_directory
from ..store.database import Database, DatabaseUnavailable
from ..store.deliveries import NewBody, NewDelivery
from ..store.directory import Directory
from ..store.journal import Unrung
from . import audience, envelopes
from .context import for_agents, for_end_users, trusted
from .guests import Guests
from .rendering import Renderer, Words
from .switchboard import Answer, Switchboard

CHANNEL = "smtp"
SWEEP_AFTER = timedelta(seconds=5)
"""What is younger is most likely being rung at this moment by the process that wrote it."""
SWEEP_EVENTS = 500
TRIES_WITH_ALL = 2
MOST_RINGS = 5


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


class Ringer:
    """Rings journal rows to the plugins and puts what comes of it into the outbox."""

    def __init__(
        self,
        db: Database,
        *,
        switchboard: Switchboard,
        guests: Guests,
        renderer: Renderer,
        clock: Clock,
        faults: FaultReporter,
    ) -> None:
        self._db = db
        self._switchboard = switchboard
        self._guests = guests
        self._faults = faults
        self._renderer = renderer
        self._clock = clock

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
            Considered(
                event=event,
                decision=self._decide(event, answer, directory),
                admitted=answer.admitted,
                notice=answer.notice,
            )
            for event in act
            for answer in self._switchboard.ring(event, directory=directory, built_ins_only=built_ins_only)
        ]
        settled = audience.settle_act([(each.admitted.plugin, each.decision) for each in considered])
        return [attrs.evolve(each, decision=decision) for each, decision in zip(considered, settled, strict=True)]

    def _decide(self, event: Event, answer: Answer, directory: Directory) -> Decision:
        if answer.notice is None:
            return Decision(
                event_id=event.id, plugin=answer.admitted.name, reason=answer.reason, because=answer.because
            )
        return audience.decide(
            name=answer.admitted.name,
            plugin=answer.admitted.plugin,
            event=event,
            roles=answer.notice.roles,
            directory=directory,
            facts=self._facts(answer),
        )

    def _facts(self, answer: Answer) -> audience.Facts:
        return audience.Facts(
            moment=self._clock.now(),
            shadow=answer.effective.shadow,
            shadow_because=answer.effective.shadow_because,
            before_delivery=self._guests.before_delivery(answer.admitted.name),
            roles=self._guests.roles,
        )

    def ring(self, events: Sequence[Event], *, built_ins_only: bool = False) -> Rung:
        """Consider the events and write decisions, bodies and deliveries; rows that were rung meanwhile are left alone."""
        if not events:
            return Rung()
        with self._db.reading() as session:
            directory = self._db.directory(session)
        considered = self.consider(events, directory, built_ins_only=built_ins_only)
        bodies: list[NewBody] = []
        deliveries: list[NewDelivery] = []
        for each in considered:
            self._render(each, directory, bodies, deliveries)
        hit("notify.rendered")
        rung = self._write(events, considered, directory, bodies, deliveries)
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
        """One act that cannot be rung must not keep the others waiting, nor be tried for ever."""
        if act.rings >= MOST_RINGS:
            with self._db.writing() as session:
                journal.claim_rung(session, [event.id for event in act.events], self._clock.now())
            self._report(act, "is given up: nobody was told of it", f"{act.rings} rings failed")
            return
        with self._db.writing() as session:
            journal.begin_ring(session, [event.id for event in act.events])
        try:
            self.ring(act.events, built_ins_only=act.rings >= TRIES_WITH_ALL)
        except DatabaseUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - the next act must be rung, whatever is wrong with this one
            self._report(act, "could not be rung and is tried again", f"{type(error).__name__}: {error}")

    def _report(self, act: Unrung, what: str, detail: str) -> None:
        names = ", ".join(f"{event.name} {event.id}" for event in act.events)
        self._faults.report(
            Fault(fingerprint=f"ring:{what}", title=f"An act {what}", detail=f"{names}: {detail}"[:500])
        )

    def _write(
        self,
        events: Sequence[Event],
        considered: Sequence[Considered],
        directory: Directory,
        bodies: Sequence[NewBody],
        deliveries: Sequence[NewDelivery],
    ) -> Rung:
        now = self._clock.now()
        with self._db.writing() as session:
            ours = journal.claim_rung(session, [event.id for event in events], now)
            kept = [each.decision for each in considered if each.event.id in ours]
            load_directory.save_revision(session, directory, now)
            decisions.save(session, kept, revision=directory.revision, now=now)
            due = [each for each in deliveries if each.journal_id in ours]
            enqueue(session, bodies, due, now=now)
        return Rung(decisions=len(kept), deliveries=len(due))

    def _render(
        self,
        considered: Considered,
        directory: Directory,
        bodies: list[NewBody],
        deliveries: list[NewDelivery],
    ) -> None:
        admitted, notice = considered.admitted, considered.notice
        notified = considered.decision.notified
        if notice is None or not notified:
            return
        if admitted.plugin.speaks_to_end_users and not trusted(considered.event):
            # A display name out of a forged header is a text of the forger's as much as a subject is.
            notified = tuple(attrs.evolve(each, name="") for each in notified)
        make_context = for_end_users if admitted.plugin.speaks_to_end_users else for_agents
        context = make_context(notice, directory)
        envelope = envelopes.envelope_for(
            considered.event, plugin=admitted.plugin, directory=directory, now=self._clock.now()
        )
        personal = self._renderer.personal(notice.template, admitted.templates)
        words: Words | None = None
        for candidate in notified:
            if words is None or personal:
                named = {**context, "recipient": candidate} if personal else context
                words = self._renderer.render(notice.template, admitted.templates, named)
                bodies.append(
                    NewBody(subject=words.subject, text=words.text, html=words.html, chat=words.chat, envelope=envelope)
                )
            deliveries.append(self._delivery(considered, candidate, directory, body=len(bodies) - 1))

    def _delivery(
        self, considered: Considered, candidate: Candidate, directory: Directory, *, body: int
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
            message_id=envelopes.new_message_id(directory.profile.domain),
            due_at=self._clock.now(),
        )

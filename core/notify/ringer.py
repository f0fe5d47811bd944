"""An event becomes deliveries: ring the plugins, decide about people, render, write it all in one transaction.

`Ringer.consider` makes up its mind without writing, which is what simulate and previews show; `Ringer.ring` is the same
followed by the second transaction of the way of an event. There is no other path.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

import attrs
from sqlalchemy.orm import Session

from ..contract.clock import Clock
from ..contract.decisions import Candidate, Decision
from ..contract.events import Event
from ..contract.faults import Fault, FaultReporter, hit
from ..host.calls import BoundedCalls
from ..outbox import enqueue
from ..store import decisions, journal, load_directory
from ..store.database import Database, DatabaseUnavailable
from ..store.deliveries import NewBody, NewDelivery
from ..store.directory import Directory
from ..store.journal import Unrung
from . import envelopes
from .claiming import claimed
from .considering import Considered, Considering
from .guests import Guests
from .packing import Packing, Parcel
from .rendering import Renderer
from .switchboard import Switchboard

CHANNEL = "smtp"
SWEEP_AFTER = timedelta(seconds=5)
"""What is younger is most likely being rung at this moment by the process that wrote it."""
SWEEP_EVENTS = 500
TRIES_WITH_ALL = 2
MOST_RINGS = 5


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
        calls: BoundedCalls,
        renderer: Renderer,
        clock: Clock,
        faults: FaultReporter,
    ) -> None:
        self._db = db
        self._switchboard = switchboard
        self._considering = Considering(db, switchboard=switchboard, guests=guests, clock=clock)
        self._packing = Packing(renderer, switchboard=switchboard, calls=calls, clock=clock)
        self._clock = clock
        self._faults = faults
        self._survived: set[str] = set()

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
        return self._considering.consider(events, directory, built_ins_only=built_ins_only, moment=moment)

    def ring(self, events: Sequence[Event], *, built_ins_only: bool = False) -> Rung:
        """Consider the events and write decisions, bodies and deliveries; rows that were rung meanwhile are left alone."""
        if not events:
            return Rung()
        with self._db.reading() as session:
            directory = self._db.directory(session)
        considered = self.consider(events, directory, built_ins_only=built_ins_only)
        parcels = [self._packing.parcel(each, directory) for each in considered]
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
            kept = [_claimed(session, each, now=now) for each in parcels if each.considered.event.id in ours]
            load_directory.save_revision(session, directory, now)
            made = [parcel.considered.decision for parcel in kept]
            decisions.save(session, made, revision=directory.revision, now=now)
            bodies, due = _unpacked(kept, domain=directory.profile.domain, now=now)
            enqueue(session, bodies, due, now=now)
        return Rung(decisions=len(made), deliveries=len(due))


def _claimed(session: Session, parcel: Parcel, *, now: datetime) -> Parcel:
    considered = parcel.considered
    if considered.notice is None or considered.notice.once is None:
        return parcel
    decision = claimed(session, considered.event, considered.decision, considered.notice.once, now=now)
    return parcel if decision is considered.decision else parcel.decided(decision)


def _unpacked(parcels: Iterable[Parcel], *, domain: str, now: datetime) -> tuple[list[NewBody], list[NewDelivery]]:
    """All bodies and deliveries of some parcels, each delivery pointing into the common list."""
    bodies: list[NewBody] = []
    deliveries: list[NewDelivery] = []
    for parcel in parcels:
        for candidate, body in parcel.recipients:
            message_id = parcel.message_id or envelopes.new_message_id(domain)
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

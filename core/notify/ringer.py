"""An event becomes deliveries: ring the plugins, decide about people, render, write it all in one transaction.

`Ringer.consider` makes up its mind without writing, which is what simulate and previews show; `Ringer.ring` is the same
followed by the second transaction of the way of an event. There is no other path.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime, timedelta

import attrs
from sqlalchemy.orm import Session

from ..contract.clock import Clock
from ..contract.decisions import Candidate, Decision
from ..contract.events import Event, PluginQuarantined, SystemErrorReported
from ..contract.faults import Fault, FaultReporter, hit
from ..host.admission import Admitted
from ..host.calls import BoundedCalls, raised
from ..outbox import enqueue
from ..outbox.signed_links import SignedLinks
from ..store import decisions, journal, load_directory
from ..store.database import Database, DatabaseUnavailable
from ..store.deliveries import NewBody, NewDelivery
from ..store.directory import Directory
from ..store.journal import Unrung
from . import envelopes
from .capping import counted, take_turn
from .claiming import claimed
from .considering import Considered, Considering
from .guests import Guests
from .packing import Packing, Parcel
from .rendering import Renderer
from .switchboard import Switchboard
from .switches import is_always_on

CHANNEL = "smtp"
SWEEP_AFTER = timedelta(seconds=5)
"""What is younger is most likely being rung at this moment by the process that wrote it."""
SWEEP_EVENTS = 500
TRIES_WITH_ALL = 2
MOST_RINGS = 5

Fatal = SystemErrorReported | PluginQuarantined
"""What the administrator must hear of, whatever is installed."""


@attrs.frozen(kw_only=True)
class Rung:
    """What a ring wrote: how many decisions and deliveries.

    `unheard` are the fatal errors among the events that this ring took, and no other, of which no plugin that is always
    on tells anybody.
    """

    decisions: int = 0
    deliveries: int = 0
    unheard: tuple[Fatal, ...] = ()


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
        links: SignedLinks | None = None,
    ) -> None:
        self._db = db
        self._switchboard = switchboard
        self._considering = Considering(db, switchboard=switchboard, guests=guests, clock=clock)
        self._packing = Packing(renderer, switchboard=switchboard, calls=calls, clock=clock, links=links)
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

    def sweep(self, *, on_unheard: Callable[[Sequence[Fatal]], None] = lambda _: None) -> int:
        """Ring the acts that a crash left unrung; answer how many events they held.

        Each try is noted before it begins. An act that ended the process twice is rung to built-in plugins only.

        :param on_unheard: called after each act with its `Rung.unheard`, if there are any: the next act may end the process.
        """
        now = self._clock.now()
        with self._db.reading() as session:
            acts = journal.unrung(session, before=now - SWEEP_AFTER, limit=SWEEP_EVENTS)
        for act in acts:
            if unheard := self._ring_again(act):
                on_unheard(unheard)
        return sum(len(act.events) for act in acts)

    def _ring_again(self, act: Unrung) -> tuple[Fatal, ...]:
        """One act that cannot be rung must not keep the others waiting, nor end the process for ever.

        What ended a ring while the process lived is no crash: the next try is not counted as one.
        """
        if act.rings >= MOST_RINGS:
            return self._give_up(act)
        if act.events[0].act not in self._survived:
            with self._db.writing() as session:
                journal.begin_ring(session, [event.id for event in act.events])
        self._survived.add(act.events[0].act)
        try:
            rung = self.ring(act.events, built_ins_only=act.rings >= TRIES_WITH_ALL)
            self._survived.discard(act.events[0].act)
            return rung.unheard
        except DatabaseUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - the next act must be rung, whatever is wrong with this one
            self._report(act, "could not be rung and is tried again", raised(error).detail)
            return ()

    def _give_up(self, act: Unrung) -> tuple[Fatal, ...]:
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
        return _unheard(act.events, ours=ours, heard=())

    def _report(self, act: Unrung, what: str, detail: str) -> None:
        names = ", ".join(f"{event.name} {event.id}" for event in act.events)
        self._faults.report(
            Fault(fingerprint=f"ring:{what}", title=f"An act {what}", detail=f"{names}: {detail}"[:500])
        )

    def _write(self, events: Sequence[Event], parcels: Sequence[Parcel], directory: Directory) -> Rung:
        now = self._clock.now()
        with self._db.writing() as session:
            ours = journal.claim_rung(session, [event.id for event in events], now)
            mine = [each for each in parcels if each.considered.event.id in ours]
            take_turn(session, mine, directory)
            capped = counted(session, [_claimed(session, each, now=now) for each in mine], directory, now=now)
            kept = capped.parcels
            load_directory.save_revision(session, directory, now)
            made = [parcel.considered.decision for parcel in kept]
            decisions.save(session, made, revision=directory.revision, now=now)
            bodies, due = _unpacked(kept, domain=directory.profile.domain, now=now)
            enqueue(session, bodies, due, now=now)
        for fault in capped.faults:
            self._faults.report(fault)
        heard = [
            each.considered.event.id for each in kept if each.recipients and _is_always_heard(each.considered.admitted)
        ]
        return Rung(decisions=len(made), deliveries=len(due), unheard=_unheard(events, ours=ours, heard=heard))


def _is_always_heard(admitted: Admitted) -> bool:
    """Whether it is the alert of the house, that nothing silences: a stranger's may tell it somewhere, but not for sure."""
    return admitted.built_in and is_always_on(type(admitted.plugin))


def _unheard(events: Iterable[Event], *, ours: Collection[int], heard: Collection[int]) -> tuple[Fatal, ...]:
    return tuple(each for each in events if isinstance(each, Fatal) and each.id in ours and each.id not in heard)


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
            own_id = envelopes.new_message_id(domain)
            ids = (parcel.message_id, own_id) if parcel.message_id else (own_id, "")
            due_at = parcel.due.get(candidate.person, now)
            deliveries.append(_delivery(parcel.considered, candidate, body=len(bodies) + body, ids=ids, due_at=due_at))
        bodies += parcel.bodies
    return bodies, deliveries


def _delivery(
    considered: Considered, candidate: Candidate, *, body: int, ids: tuple[str, str], due_at: datetime
) -> NewDelivery:
    """The delivery to one recipient; `ids` are its Message-ID and, where others share that, one for this recipient alone."""
    message_id, private_id = ids
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
        private_id=private_id,
        due_at=due_at,
    )

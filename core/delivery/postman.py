"""Claims due deliveries, hands them to their channels and records what became of each."""

from collections.abc import Sequence
from uuid import uuid4

import attrs
from sqlalchemy.orm import Session

from .. import outbox
from ..contract.channel import Channel, DeliveryFailure, Receipt, TemporaryFailure
from ..contract.clock import Clock
from ..contract.events import DeliveryFailed, Event
from ..contract.faults import Fault, FaultReporter, hit
from ..contract.people import SYSTEM
from ..host.calls import raised
from ..outbox import Buried, Claimed
from ..outbox.signed_addresses import SignedAddresses
from ..outbox.signed_links import SignedLinks
from ..store import journal
from ..store.database import Database
from ..store.files import AttachmentStore
from ..store.tickets import snapshot
from .alerts import AlertsUnderWay
from .enclosing import enclosed, portions
from .leases import Leases
from .open_channels import OpenChannels

BATCH = 50


@attrs.frozen(kw_only=True)
class Round:
    """One round of the postman: how many deliveries were claimed, and the events that their ends wrote."""

    claimed: int = 0
    sent: int = 0
    later: int = 0
    events: tuple[Event, ...] = ()


class Postman:
    """Delivers what is due. Several may work at once, in this process and in others: claims are leases with a fence."""

    def __init__(
        self,
        db: Database,
        *,
        channels: OpenChannels,
        leases: Leases,
        signed: SignedAddresses,
        links: SignedLinks,
        files: AttachmentStore,
        clock: Clock,
        faults: FaultReporter,
        alerts: AlertsUnderWay | None = None,
    ) -> None:
        self._db = db
        self._signed = signed
        self._links = links
        self._files = files
        self._channels = channels
        self._leases = leases
        self._clock = clock
        self._faults = faults
        self._alerts = alerts or AlertsUnderWay()

    def deliver_due(self) -> Round:
        """Claim up to 50 due deliveries, send and mark them.

        :raises DatabaseUnavailable: when the database cannot be reached; leases then end by themselves.
        """
        with self._db.reading() as session:
            directory = self._db.directory(session)
        ready = self._channels.at(directory).ready
        claimed = self._claim(tuple(ready))
        if not claimed:
            return Round()
        hit("outbox.claimed")
        poisoned = [(each, failure) for each in claimed if (failure := outbox.poison(each)) is not None]
        sound = [each for each in claimed if outbox.poison(each) is None]
        results: list[tuple[Claimed, Receipt | DeliveryFailure]] = []
        for name in ready:
            for portion in portions(each for each in sound if each.channel == name):
                # The channel has its whole time for each call, and all that is in hand has to be kept so long.
                with self._leases.keeping(claimed):
                    results += self._send(name, ready[name], portion)
        return self._mark([*poisoned, *results])

    def _claim(self, channels: tuple[str, ...]) -> Sequence[Claimed]:
        if not channels:
            return ()
        with self._db.writing() as session:
            return outbox.claim(
                session,
                channels=channels,
                limit=BATCH,
                now=self._clock.now(),
                lease=self._leases.length,
                signed=self._signed,
                links=self._links,
            )

    def _send(
        self, name: str, channel: Channel, claimed: Sequence[Claimed]
    ) -> list[tuple[Claimed, Receipt | DeliveryFailure]]:
        own, unreadable = self._enclosed(claimed)
        if not own:
            return unreadable
        try:
            results = channel.deliver([each.delivery for each in own])
            paired = list(zip(own, results, strict=True))
        except Exception as error:  # noqa: BLE001 - a channel may do anything; its deliveries stay, the others go on
            fault = f"Channel '{name}' broke while delivering"
            # Its words may quote the mail, and end in an alert.
            failure = TemporaryFailure(raised(error).detail, fault=fault)
            paired = [(each, failure) for each in own]
        self._report_channel(name, [result for each, result in paired if each.plugin not in self._alerts.plugins])
        self._show_alerts(name, [result for each, result in paired if each.plugin in self._alerts.plugins])
        return [*paired, *unreadable]

    def _enclosed(
        self, claimed: Sequence[Claimed]
    ) -> tuple[list[Claimed], list[tuple[Claimed, Receipt | DeliveryFailure]]]:
        """The deliveries with their files, and those whose files cannot be read, of which the administrator is told."""
        whole: list[Claimed] = []
        unreadable: list[tuple[Claimed, Receipt | DeliveryFailure]] = []
        for each, found in zip(claimed, enclosed(claimed, self._files), strict=True):
            if isinstance(found, Claimed):
                whole.append(found)
            else:
                unreadable.append((each, found))
                title = "A file that should go along with a mail cannot be read; the mail waits"
                self._faults.report(Fault(fingerprint="files:unreadable", title=title, detail=found.detail))
        return whole, unreadable

    def _show_alerts(self, name: str, results: Sequence[Receipt | DeliveryFailure]) -> None:
        """A system alert that is stuck raises no other: it is shown."""
        for result in results:
            if isinstance(result, DeliveryFailure):
                self._alerts.stuck(name, result.detail)
            else:
                self._alerts.sent(name)

    def _report_channel(self, name: str, results: Sequence[Receipt | DeliveryFailure]) -> None:
        for result in results:
            if isinstance(result, TemporaryFailure) and result.fault:
                self._faults.report(Fault(fingerprint=f"channel:{name}", title=result.fault, detail=result.detail))
                return

    def _mark(self, results: Sequence[tuple[Claimed, Receipt | DeliveryFailure]]) -> Round:
        now = self._clock.now()
        with self._db.writing() as session:
            marked = outbox.record(session, results, now=now)
            events = journal.append(session, [self._failed(session, each) for each in marked.buried])
        hit("outbox.marked")
        return Round(claimed=len(results), sent=marked.sent, later=marked.postponed, events=events)

    def _failed(self, session: Session, buried: Buried) -> DeliveryFailed:
        ticket = None if buried.ticket_id is None else snapshot(session, buried.ticket_id)
        return DeliveryFailed(
            id=0,
            act=uuid4().hex,
            at=self._clock.now(),
            actor=SYSTEM,
            delivery_id=buried.delivery_id,
            plugin=buried.plugin,
            channel=buried.channel,
            address=buried.address,
            reason=buried.reason,
            ticket=ticket,
            to_end_user=buried.person.startswith("user:"),
        )

"""The outbox of a test: short words for putting in, claiming and marking, at the time of the test's clock."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import attrs

from deskbell.core import outbox
from deskbell.core.contract.channel import DeliveryFailure, Receipt
from deskbell.core.outbox import Claimed, Envelope, Marked, NewBody, NewDelivery
from deskbell.core.store.database import Database
from deskbell.core.store.delivery_log import Shown, show

from .clock import FrozenClock

LEASE = timedelta(seconds=30)
ENVELOPE = Envelope(
    sender=("Support", "support@example.com"), envelope_sender="", date="Mon, 02 Mar 2026 09:00:00 +0000"
)
BODY = NewBody(subject="Hello", text="Hello.", html="<p>Hello.</p>", chat="Hello", envelope=ENVELOPE)


@attrs.frozen
class OutboxBench:
    """The outbox of one database, at the clock's time."""

    db: Database
    clock: FrozenClock
    journal_id: int

    def delivery(
        self,
        address: str = "ann@example.com",
        *,
        plugin: str = "new-ticket-alert",
        channel: str = "smtp",
        body: int = 0,
        due_at: datetime | None = None,
    ) -> NewDelivery:
        return NewDelivery(
            journal_id=self.journal_id,
            ticket_id=None,
            plugin=plugin,
            channel=channel,
            person=f"address:{address}",
            name=address.partition("@")[0].title(),
            address=address,
            body=body,
            message_id=f"<{address}.{plugin}.{channel}>",
            due_at=due_at or self.clock.now(),
        )

    def put(self, *deliveries: NewDelivery, bodies: Sequence[NewBody] = (BODY,)) -> tuple[int, ...]:
        with self.db.writing() as session:
            return outbox.enqueue(session, bodies, deliveries, now=self.clock.now())

    def put_many(self, count: int, **more: str) -> tuple[int, ...]:
        return self.put(*(self.delivery(f"agent{number}@example.com", **more) for number in range(count)))  # type: ignore[arg-type]

    def claim(self, *, channels: Sequence[str] = ("smtp",), limit: int = 50) -> tuple[Claimed, ...]:
        with self.db.writing() as session:
            return outbox.claim(session, channels=channels, limit=limit, now=self.clock.now(), lease=LEASE)

    def record(self, *results: tuple[Claimed, Receipt | DeliveryFailure]) -> Marked:
        with self.db.writing() as session:
            return outbox.record(session, results, now=self.clock.now())

    def renew(self, *claimed: Claimed) -> None:
        with self.db.writing() as session:
            outbox.renew(session, claimed, now=self.clock.now(), lease=LEASE)

    def shown(self, delivery_id: int) -> Shown:
        with self.db.reading() as session:
            return show(session, delivery_id)

    def states(self, *ids: int) -> list[str]:
        return [self.shown(each).delivery.state for each in ids]

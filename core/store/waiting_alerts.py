"""Which deliveries of system alerts have not left the house."""

from collections.abc import Collection, Mapping
from datetime import datetime

import attrs
from sqlalchemy import select
from sqlalchemy.orm import Session

from .rows import DeliveryRow

UNDELIVERED = ("queued", "leased", "held")


@attrs.frozen(kw_only=True)
class Waiting:
    """The alerts that wait for one channel: how many, and the oldest's beginning, state and last failure."""

    count: int
    since: datetime
    state: str
    detail: str


def by_channel(session: Session, *, plugins: Collection[str]) -> Mapping[str, Waiting]:
    """What waits of the deliveries of `plugins` that belong to no ticket, by channel; a channel without any is left out."""
    rows = session.connection().execute(
        select(DeliveryRow.channel, DeliveryRow.created_at, DeliveryRow.state, DeliveryRow.detail)
        .where(
            DeliveryRow.state.in_(UNDELIVERED), DeliveryRow.ticket_id.is_(None), DeliveryRow.plugin.in_(list(plugins))
        )
        .order_by(DeliveryRow.id)
    )
    found: dict[str, Waiting] = {}
    for row in rows:
        known = found.get(row.channel)
        if known is None:
            found[row.channel] = Waiting(count=1, since=row.created_at, state=row.state, detail=row.detail)
        else:
            found[row.channel] = attrs.evolve(known, count=known.count + 1)
    return found

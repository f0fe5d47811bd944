"""The acts of a span of time that were rung, read again in batches, oldest first."""

from collections.abc import Mapping
from datetime import datetime

import attrs
from sqlalchemy import select
from sqlalchemy.orm import Session

from .rows import JournalRow

LOOK_BACK = 5000
"""Rows read at once while the beginning of a span is looked for."""


@attrs.frozen(kw_only=True)
class Span:
    """The events with ids from `first` to `last`: how many there are."""

    first: int = 1
    last: int = 0
    events: int = 0


@attrs.frozen(kw_only=True)
class Batch:
    """When each event of some whole acts was rung, act after act; `reached` is the id to go on behind, None at the end."""

    rung_at: Mapping[int, datetime]
    reached: int | None


def span_since(session: Session, since: datetime) -> Span:
    """The events that happened since then, aware UTC.

    Ids grow with time, so that the newest are looked at until they are older; no index on the time is needed.
    """
    span = Span()
    before: int | None = None
    while True:
        newest = select(JournalRow.id, JournalRow.at).order_by(JournalRow.id.desc()).limit(LOOK_BACK)
        rows = session.execute(newest if before is None else newest.where(JournalRow.id < before)).all()
        young = [row.id for row in rows if row.at >= since]
        if not young:
            return span
        span = Span(first=young[-1], last=max(span.last, young[0]), events=span.events + len(young))
        before = rows[-1].id


def batch_behind(session: Session, after: int, *, last: int, limit: int) -> Batch:
    """The acts whose first event is among the next `limit` events behind `after`, whole; what was not rung is left out.

    :param last: the id of the last event to look at.
    """
    within = JournalRow.id.between(after + 1, last)
    rows = session.execute(
        select(JournalRow.id, JournalRow.act).where(within).order_by(JournalRow.id).limit(limit)
    ).all()
    if not rows:
        return Batch(rung_at={}, reached=None)
    events = session.execute(
        select(JournalRow.id, JournalRow.act, JournalRow.rung_at)
        .where(JournalRow.act.in_({row.act for row in rows}))
        .order_by(JournalRow.id)
    ).all()
    first: dict[str, int] = {}
    for event in events:
        first.setdefault(event.act, event.id)
    whole = sorted((first[event.act], event.id, event.rung_at) for event in events if first[event.act] > after)
    return Batch(rung_at={number: rung_at for _, number, rung_at in whole if rung_at is not None}, reached=rows[-1].id)

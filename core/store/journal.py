"""The journal: every event once, written with its act, read back exactly as it was.

The text of thread entries is not copied into it: entries never change, so it is read from them again.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import attrs
from cattrs.gen import make_dict_unstructure_fn, override
from cattrs.preconf.orjson import make_converter
from sqlalchemy import ColumnElement, insert, select, update
from sqlalchemy.orm import Session

from ..contract.events import EVENTS, Event
from ..contract.tickets import Entry
from .ids import take_ids
from .rows import EntryRow, JournalRow

_converter = make_converter()
_converter.register_unstructure_hook(Entry, make_dict_unstructure_fn(Entry, _converter, text=override(omit=True)))
_write: Mapping[str, Callable[[Event], dict[str, Any]]] = {
    name: make_dict_unstructure_fn(cls, _converter, id=override(omit=True)) for name, cls in EVENTS.items()
}


@attrs.frozen(kw_only=True)
class Unrung:
    """The events of one act that wait to be rung; `rings` counts the rings that were begun before."""

    events: tuple[Event, ...]
    rings: int


def append(session: Session, events: Sequence[Event]) -> tuple[Event, ...]:
    """Write events, given with any id, and answer them with the ids that they got, in the same order."""
    if not events:
        return ()
    # The rows of the tickets must be there first.
    session.flush()
    ids = take_ids(session, JournalRow.id, len(events))
    rows = [{"id": number, **_values(event)} for number, event in zip(ids, events, strict=True)]
    session.connection().execute(insert(JournalRow), rows)
    return tuple(attrs.evolve(event, id=number) for number, event in zip(ids, events, strict=True))


def _values(event: Event) -> dict[str, Any]:
    ticket = getattr(event, "ticket", None)
    return {
        "act": event.act,
        "event": event.name,
        "ticket_id": None if ticket is None else ticket.id,
        "actor_kind": event.actor.kind.value,
        "actor_id": event.actor.id,
        "at": event.at,
        "data": _write[event.name](event),
        "rings": 0,
    }


def load(session: Session, ids: Iterable[int]) -> tuple[Event, ...]:
    """The events with these ids, in the order in which they were written."""
    return _events(session, JournalRow.id.in_(list(ids)))


def find_event(session: Session, event_id: int) -> Event | None:
    """The event with this id, None when there is none."""
    return next(iter(load(session, [event_id])), None)


def history(session: Session, ticket_id: int) -> tuple[Event, ...]:
    """Everything that happened to a ticket, oldest first."""
    return _events(session, JournalRow.ticket_id == ticket_id)


def unrung(session: Session, *, before: datetime, limit: int) -> tuple[Unrung, ...]:
    """Whole acts that were written before `before` and not rung since, oldest first.

    :param limit: how many events to look at; the last act may bring some more.
    """
    waiting = JournalRow.rung_at.is_(None)
    first = session.execute(
        select(JournalRow.act, JournalRow.rings)
        .where(waiting, JournalRow.at < before)
        .order_by(JournalRow.id)
        .limit(limit)
    )
    rings: dict[str, int] = {}
    for act, count in first:
        rings[act] = max(count, rings.get(act, 0))
    acts: dict[str, list[Event]] = {act: [] for act in rings}
    for event in _events(session, waiting & JournalRow.act.in_(rings)):
        acts[event.act].append(event)
    return tuple(Unrung(events=tuple(events), rings=rings[act]) for act, events in acts.items())


def begin_ring(session: Session, ids: Iterable[int]) -> None:
    """Note that ringing these events begins, for the case that it ends the process."""
    statement = update(JournalRow).where(JournalRow.id.in_(list(ids))).values(rings=JournalRow.rings + 1)
    session.connection().execute(statement)


def claim_rung(session: Session, ids: Iterable[int], now: datetime) -> frozenset[int]:
    """Mark events as rung; answer those that nobody marked before, which are the caller's to write decisions for."""
    statement = (
        update(JournalRow)
        .where(JournalRow.id.in_(list(ids)), JournalRow.rung_at.is_(None))
        .values(rung_at=now)
        .returning(JournalRow.id)
    )
    return frozenset(session.connection().scalars(statement))


def _events(session: Session, condition: ColumnElement[bool]) -> tuple[Event, ...]:
    rows = session.execute(
        select(JournalRow.id, JournalRow.event, JournalRow.data).where(condition).order_by(JournalRow.id)
    ).all()
    texts = _texts(session, [data["entry"]["id"] for _, _, data in rows if data.get("entry")])
    return tuple(_read(number, name, data, texts) for number, name, data in rows)


def _texts(session: Session, entry_ids: Sequence[int]) -> dict[int, str]:
    if not entry_ids:
        return {}
    rows = session.execute(select(EntryRow.id, EntryRow.text).where(EntryRow.id.in_(entry_ids)))
    return dict(rows.all())


def _read(number: int, name: str, data: dict[str, Any], texts: Mapping[int, str]) -> Event:
    entry = data.get("entry")
    if entry:
        # An entry that a person deleted since leaves its events behind, without its words.
        data = {**data, "entry": {**entry, "text": texts.get(entry["id"], "")}}
    return _converter.structure({**data, "id": number}, EVENTS[name])

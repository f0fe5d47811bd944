"""Decisions as they were made, one row per plugin and event."""

from collections.abc import Collection, Sequence
from datetime import datetime

import attrs
from cattrs.preconf.orjson import make_converter
from sqlalchemy import ColumnElement, and_, exists, insert, select
from sqlalchemy.orm import Session

from ..contract.decisions import Candidate, Decision
from ..contract.events import TicketRefused
from .rows import DecisionRow, JournalRow

_converter = make_converter()


@attrs.frozen(kw_only=True)
class Recorded:
    """A decision with the name of its event, when it was made and by which revision of the directory."""

    event: str
    decision: Decision
    decided_at: datetime
    revision: int


@attrs.frozen
class Undecided:
    """An event without any decision, and when it was rung; None while it was not."""

    event_id: int
    rung_at: datetime | None


def save(session: Session, decisions: Sequence[Decision], *, revision: int, now: datetime) -> None:
    """Write decisions that were made by `revision` of the directory."""
    if not decisions:
        return
    session.flush()
    session.connection().execute(
        insert(DecisionRow),
        [
            {
                "journal_id": each.event_id,
                "plugin": each.plugin,
                "reason": each.reason,
                "because": each.because,
                "candidates": _converter.unstructure(each.candidates),
                "directory_revision": revision,
                "decided_at": now,
            }
            for each in decisions
        ],
    )


def of_ticket(session: Session, ticket_id: int) -> tuple[Recorded, ...]:
    """All decisions on a ticket's events, in the order of the events, then of the plugins' names."""
    return _recorded(session, JournalRow.ticket_id == ticket_id)


def of_event(session: Session, event_id: int) -> tuple[Recorded, ...]:
    """All decisions on one event, in the order of the plugins' names."""
    return _recorded(session, JournalRow.id == event_id)


def of_events(session: Session, event_ids: Collection[int]) -> tuple[Recorded, ...]:
    """All decisions on some events, in the order of the events, then of the plugins' names."""
    return _recorded(session, JournalRow.id.in_(event_ids))


def of_refused_mail(session: Session, raw_mail_id: int) -> tuple[Recorded, ...]:
    """All decisions on the refusal of one kept mail; none when it was set aside without an event."""
    return _recorded(session, _refusal_of(raw_mail_id))


def undecided_of_ticket(session: Session, ticket_id: int) -> tuple[Undecided, ...]:
    """The events of a ticket without any decision, oldest first."""
    return _undecided(session, JournalRow.ticket_id == ticket_id)


def undecided_of_event(session: Session, event_id: int) -> tuple[Undecided, ...]:
    """The event itself when it has no decision, else none."""
    return _undecided(session, JournalRow.id == event_id)


def undecided_of_refused_mail(session: Session, raw_mail_id: int) -> tuple[Undecided, ...]:
    """The refusal of one kept mail when there is no decision on it."""
    return _undecided(session, _refusal_of(raw_mail_id))


def _refusal_of(raw_mail_id: int) -> ColumnElement[bool]:
    return and_(JournalRow.event == TicketRefused.name, JournalRow.data["raw_mail_id"].as_integer() == raw_mail_id)


def _undecided(session: Session, condition: ColumnElement[bool]) -> tuple[Undecided, ...]:
    decided = exists().where(DecisionRow.journal_id == JournalRow.id)
    rows = session.execute(select(JournalRow.id, JournalRow.rung_at).where(condition, ~decided).order_by(JournalRow.id))
    return tuple(Undecided(number, rung_at) for number, rung_at in rows)


def _recorded(session: Session, condition: ColumnElement[bool]) -> tuple[Recorded, ...]:
    rows = session.execute(
        select(DecisionRow, JournalRow.event)
        .join(JournalRow, JournalRow.id == DecisionRow.journal_id)
        .where(condition)
        .order_by(JournalRow.id, DecisionRow.plugin)
    )
    return tuple(
        Recorded(event=event, decision=_decision(row), decided_at=row.decided_at, revision=row.directory_revision)
        for row, event in rows
    )


def _decision(row: DecisionRow) -> Decision:
    return Decision(
        event_id=row.journal_id,
        plugin=row.plugin,
        reason=row.reason,
        because=row.because,
        candidates=_converter.structure(row.candidates, tuple[Candidate, ...]),
    )

"""Decisions as they were made, one row per plugin and event."""

from collections.abc import Sequence
from datetime import datetime

import attrs
from cattrs.preconf.orjson import make_converter
from sqlalchemy import ColumnElement, insert, select
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


def of_refused_mail(session: Session, raw_mail_id: int) -> tuple[Recorded, ...]:
    """All decisions on the refusal of one kept mail; none when it was set aside without an event."""
    refused = JournalRow.event == TicketRefused.name
    return _recorded(session, refused & (JournalRow.data["raw_mail_id"].as_integer() == raw_mail_id))


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

"""The clocks of tickets as their rows keep them, and the milestones that were rung."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import attrs
from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from ..contract.tickets import TicketStatus
from .rows import MilestoneRow, TicketRow
from .upsert import upserting


@attrs.frozen(kw_only=True)
class Timing:
    """The columns of one ticket, in the words of `TicketRow`.

    `sla_used` seconds of business time were used at `sla_from`, which is None while the clock is stopped. Without a plan
    time is used as well: it is counted when there is one. `due_at` is the earlier of what comes of that under the grace of
    the plan, and of a manual due date.
    """

    sla_plan_id: int | None = None
    sla_from: datetime | None = None
    sla_used: int = 0
    due_at: datetime | None = None
    escalates_from: datetime | None = None
    next_look_at: datetime | None = None


@attrs.frozen(kw_only=True)
class TimedTicket:
    """A ticket as far as its due date goes."""

    id: int
    status: TicketStatus
    department_id: int
    topic_id: int | None
    manual_due_at: datetime | None
    timing: Timing


@attrs.frozen
class Milestone:
    """A milestone of one ticket; the fields are those of `MilestoneRow`."""

    ticket_id: int
    basis: datetime
    name: str


_TIMING = tuple(attrs.fields_dict(Timing))
_FACTS = ("id", "status", "department_id", "topic_id", "manual_due_at")
_TIMED = select(*(getattr(TicketRow, name) for name in (*_FACTS, *_TIMING)))
_BY_ID = _TIMED.where(TicketRow.id.in_(bindparam("ids", expanding=True))).order_by(TicketRow.id)
_DUE_TO_LOOK = (
    _TIMED.where(TicketRow.next_look_at <= bindparam("now"))
    .order_by(TicketRow.next_look_at, TicketRow.id)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)
_ANY = select(TicketRow.id).where(TicketRow.next_look_at <= bindparam("now")).limit(1)
_WRITE = (
    update(TicketRow)
    .where(TicketRow.id == bindparam("ticket_id"))
    .values({name: bindparam(f"new_{name}") for name in ("manual_due_at", *_TIMING)})
)
_LOOKED = (
    update(TicketRow).where(TicketRow.id == bindparam("ticket_id")).values(next_look_at=bindparam("new_next_look_at"))
)
_RUNG = select(MilestoneRow.ticket_id, MilestoneRow.basis, MilestoneRow.milestone).where(
    MilestoneRow.ticket_id.in_(bindparam("ids", expanding=True))
)

_MARKING: dict[str, Any] = {}


def timed(session: Session, ticket_ids: Collection[int]) -> tuple[TimedTicket, ...]:
    """Tickets as they stand now; unknown ids are left out."""
    if not ticket_ids:
        return ()
    return tuple(map(_timed, session.connection().execute(_BY_ID, {"ids": list(ticket_ids)})))


def any_due_to_look(session: Session, *, now: datetime) -> bool:
    """Whether there are tickets that have to be looked at by now."""
    return session.connection().scalar(_ANY, {"now": now}) is not None


def due_to_look(session: Session, *, now: datetime, limit: int) -> tuple[TimedTicket, ...]:
    """Tickets that have to be looked at by now, the longest due first; nobody else changes them until the end.

    Tickets that somebody is changing at this moment are left out: they are taken next time.
    """
    return tuple(map(_timed, session.connection().execute(_DUE_TO_LOOK, {"now": now, "limit": limit})))


def _timed(row: Any) -> TimedTicket:
    facts = {name: getattr(row, name) for name in _FACTS if name != "status"}
    timing = Timing(**{name: getattr(row, name) for name in _TIMING})
    return TimedTicket(**facts, status=TicketStatus(row.status), timing=timing)


def write(session: Session, tickets: Sequence[TimedTicket]) -> None:
    """Write the manual due date and the timing of tickets."""
    if tickets:
        session.connection().execute(_WRITE, [_values(ticket) for ticket in tickets])


def _values(ticket: TimedTicket) -> dict[str, object]:
    timing = {f"new_{name}": getattr(ticket.timing, name) for name in _TIMING}
    return {"ticket_id": ticket.id, "new_manual_due_at": ticket.manual_due_at, **timing}


def write_next_looks(session: Session, next_looks: Mapping[int, datetime | None]) -> None:
    """Write when tickets, by id, have to be looked at next."""
    if next_looks:
        rows = [{"ticket_id": ticket_id, "new_next_look_at": at} for ticket_id, at in next_looks.items()]
        session.connection().execute(_LOOKED, rows)


def stop_escalation(session: Session, ticket_ids: Collection[int]) -> None:
    """Note that tickets escalate no further."""
    if ticket_ids:
        going = TicketRow.id.in_(ticket_ids), TicketRow.escalates_from.is_not(None)
        session.connection().execute(update(TicketRow).where(*going).values(escalates_from=None))


def forget_acknowledgements(session: Session, ticket_ids: Collection[int]) -> None:
    """Note that nobody has acknowledged tickets."""
    if ticket_ids:
        known = TicketRow.id.in_(ticket_ids), TicketRow.acknowledged_at.is_not(None)
        session.connection().execute(update(TicketRow).where(*known).values(acknowledged_at=None))


def rung(session: Session, ticket_ids: Collection[int]) -> Mapping[int, frozenset[Milestone]]:
    """The milestones of tickets that were rung, by ticket."""
    found: defaultdict[int, set[Milestone]] = defaultdict(set)
    for ticket_id, basis, name in session.connection().execute(_RUNG, {"ids": list(ticket_ids)}):
        found[ticket_id].add(Milestone(ticket_id, basis, name))
    return {ticket_id: frozenset(found[ticket_id]) for ticket_id in ticket_ids}


def mark_rung(session: Session, milestones: Sequence[Milestone], *, now: datetime) -> frozenset[Milestone]:
    """Write milestones; answer those that nobody wrote before, which are the caller's to ring."""
    if not milestones:
        return frozenset()
    rows = [
        {"ticket_id": each.ticket_id, "basis": each.basis, "milestone": each.name, "at": now} for each in milestones
    ]
    return frozenset(Milestone(*row) for row in session.connection().execute(_marking(session), rows))


def _marking(session: Session) -> Any:
    """Made once for each kind of database: it takes longer to make than to run."""
    kind = session.get_bind().dialect.name
    if kind not in _MARKING:
        _MARKING[kind] = (
            upserting(session, MilestoneRow)
            .on_conflict_do_nothing()
            .returning(MilestoneRow.ticket_id, MilestoneRow.basis, MilestoneRow.milestone)
        )
    return _MARKING[kind]

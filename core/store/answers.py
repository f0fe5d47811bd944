"""Automatic answers that were put into the outbox, counted per recipient and per mailbox: the memory of the caps on answers.

It is in the database, so that the figures survive a restart and hold for all processes together (RFC 3834 section 2).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

import attrs
from sqlalchemy import bindparam, delete, func, insert, select, text
from sqlalchemy.orm import Session

from .rows import AnswerRow, TicketRow

_TURN = 0x616E7377

# Statements on the way of every mail are made once: SQLAlchemy takes longer to make one than to run it.
_TO_PEOPLE = select(AnswerRow.mailbox_id, AnswerRow.address_key, AnswerRow.ticket_id, AnswerRow.at).where(
    AnswerRow.address_key.in_(bindparam("keys", expanding=True)),
    AnswerRow.at > bindparam("since"),
    AnswerRow.at < bindparam("until"),
)
_ABOUT_TICKETS = _TO_PEOPLE.where(AnswerRow.ticket_id.in_(bindparam("tickets", expanding=True)))
_OF_MAILBOX = (
    select(AnswerRow.at)
    .where(
        AnswerRow.mailbox_id == bindparam("mailbox"),
        AnswerRow.at > bindparam("since"),
        AnswerRow.at < bindparam("until"),
    )
    .order_by(AnswerRow.at.desc())
    .limit(bindparam("most"))
    .offset(bindparam("skipped"))
)
_FIRST_TICKETS = (
    select(TicketRow.owner_id, func.min(TicketRow.created_at).label("at"))
    .where(TicketRow.owner_id.in_(bindparam("ids", expanding=True)))
    .group_by(TicketRow.owner_id)
)
_INSERT = insert(AnswerRow)
_TAKE_TURN = text("SELECT pg_advisory_xact_lock(:what, :mailbox)")


@attrs.frozen
class Answer:
    """One answer as it is counted: `at` is when it may go.

    Where an answer goes to another address than its reader is known by, it is counted under that one too, by a further
    `Answer` of no mailbox: so the mailbox has given one.
    """

    mailbox_id: int | None
    address_key: str
    ticket_id: int | None
    at: datetime


@attrs.frozen
class Newest:
    """When a mailbox gave its newest answers, the latest first, without the `skipped` newest of all."""

    skipped: int = 0
    times: tuple[datetime, ...] = ()


@attrs.frozen
class Span:
    """Between which times answers are looked at, both left out."""

    since: datetime
    until: datetime


def to_people(session: Session, keys: Collection[str], span: Span) -> tuple[Answer, ...]:
    """What is counted under these folded addresses, also what is held for later."""
    if not keys:
        return ()
    rows = session.connection().execute(_TO_PEOPLE, {"keys": list(keys), **attrs.asdict(span)})
    return tuple(Answer(*row) for row in rows)


def about_tickets(session: Session, keys: Collection[str], tickets: Collection[int], span: Span) -> tuple[Answer, ...]:
    """Of what `to_people` answers, that which is about one of these tickets."""
    if not keys or not tickets:
        return ()
    asked = {"keys": list(keys), "tickets": list(tickets), **attrs.asdict(span)}
    return tuple(Answer(*row) for row in session.connection().execute(_ABOUT_TICKETS, asked))


def of_mailbox(session: Session, mailbox_id: int, span: Span, *, skipped: int, most: int) -> Newest:
    """The newest answers of a mailbox, at most so many behind those that are skipped."""
    asked = {"mailbox": mailbox_id, "most": most, "skipped": skipped, **attrs.asdict(span)}
    return Newest(skipped, tuple(session.connection().scalars(_OF_MAILBOX, asked)))


def first_tickets(session: Session, user_ids: Collection[int]) -> Mapping[int, datetime]:
    """When the first ticket of each of these end users was opened; those without one are left out."""
    if not user_ids:
        return {}
    rows = session.connection().execute(_FIRST_TICKETS, {"ids": list(user_ids)})
    return {row.owner_id: row.at for row in rows}


def take_turn(session: Session, mailbox_ids: Iterable[int]) -> None:
    """Let one transaction at a time count answers of these mailboxes; on SQLite one writes at a time anyway.

    Call it before other rows are taken that several transactions may want.
    """
    if session.get_bind().dialect.name != "postgresql":
        return
    for mailbox_id in sorted(set(mailbox_ids)):
        session.connection().execute(_TAKE_TURN, {"what": _TURN, "mailbox": mailbox_id})


def count(session: Session, answers: Sequence[Answer]) -> None:
    """Write answers down; the outbox holds them by the same transaction."""
    if answers:
        rows = [
            {"mailbox_id": each.mailbox_id, "address_key": each.address_key, "ticket_id": each.ticket_id, "at": each.at}
            for each in answers
        ]
        session.connection().execute(_INSERT, rows)


def forget(session: Session, *, before: datetime, most: int) -> int:
    """Delete up to `most` answers that might go before `before`; say how many there were."""
    connection = session.connection()
    old = connection.scalars(select(AnswerRow.id).where(AnswerRow.at < before).limit(most)).all()
    if old:
        connection.execute(delete(AnswerRow).where(AnswerRow.id.in_(old)))
    return len(old)

"""Tickets and their entries written, many with few statements; what is read of them is in `tickets`."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import attrs
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from ..contract.errors import UnknownName
from ..contract.people import Actor
from ..contract.tickets import (
    Alignment,
    Attachment,
    Collaborator,
    Entry,
    EntryKind,
    Origin,
    Priority,
    Ticket,
    TicketStatus,
)
from .rows import AttachmentRow, CollaboratorRow, CounterRow, EntryRow, TicketRow
from .tickets import snapshots
from .upsert import upserting

FIRST_NUMBER = 100_001
"""The number of a desk's first ticket."""

_COUNTER = "ticket_number"

# Statements on the way of every mail are made once: SQLAlchemy takes longer to make one than to run it.
_INSERT_TICKETS = insert(TicketRow).returning(TicketRow.id, sort_by_parameter_order=True)
_INSERT_ENTRIES = insert(EntryRow).returning(EntryRow.id, sort_by_parameter_order=True)
_INSERT_ATTACHMENTS = insert(AttachmentRow)
_INSERT_COLLABORATORS = insert(CollaboratorRow)
_LOCK = (
    select(TicketRow.id)
    .where(TicketRow.id.in_(bindparam("ids", expanding=True)))
    .order_by(TicketRow.id)
    .with_for_update()
)


@attrs.frozen(kw_only=True)
class NewTicket:
    """A ticket that is about to be written; the fields are those of its row.

    `owner_address` is empty when no mail can reach the owner.
    """

    number: str
    subject: str
    priority: Priority
    origin: Origin
    status: TicketStatus = TicketStatus.OPEN
    owner_id: int
    owner_address: str
    department_id: int
    topic_id: int | None = None
    agent_id: int | None = None
    team_id: int | None = None
    last_respondent_id: int | None = None
    mailbox_id: int | None = None
    created_at: datetime
    verified: bool = True
    sla_plan_id: int | None = None
    sla_from: datetime | None = None
    sla_used: int = 0
    due_at: datetime | None = None
    escalates_from: datetime | None = None
    next_look_at: datetime | None = None


@attrs.frozen(kw_only=True)
class NewEntry:
    """A thread entry that is about to be written; the fields are those of `Entry` and of its row."""

    ticket_id: int
    kind: EntryKind
    origin: Origin
    author: Actor
    text: str
    untrusted_html: str = ""
    posted_at: datetime
    verified: bool = True
    automatic: bool = False
    held: bool = False
    attachments: tuple[Attachment, ...] = ()
    message_id: str = ""
    raw_mail_id: int | None = None
    quoted: tuple[tuple[int, int], ...] = ()
    alignment: Alignment = Alignment.NONE
    authentication: str = ""
    warnings: tuple[str, ...] = ()

    def numbered(self, entry_id: int) -> Entry:
        """The entry that this becomes under its id."""
        return Entry(
            id=entry_id,
            kind=self.kind,
            author=self.author,
            text=self.text,
            posted_at=self.posted_at,
            verified=self.verified,
            automatic=self.automatic,
            held=self.held,
            attachments=self.attachments,
            quoted=self.quoted,
            alignment=self.alignment,
            authentication=self.authentication,
            warnings=self.warnings,
        )


def next_numbers(session: Session, count: int) -> tuple[str, ...]:
    """So many new ticket numbers. Until the transaction ends no other one gets any."""
    raised = (
        upserting(session, CounterRow)
        .values(name=_COUNTER, value=FIRST_NUMBER - 1 + count)
        .on_conflict_do_update(index_elements=["name"], set_={"value": CounterRow.value + count})
        .returning(CounterRow.value)
    )
    last = session.connection().scalars(raised).one()
    return tuple(str(number) for number in range(last - count + 1, last + 1))


def give_back_numbers(session: Session, count: int) -> None:
    """Give back the last of the numbers that this transaction took, so that none is left out."""
    lowered = update(CounterRow).where(CounterRow.name == _COUNTER).values(value=CounterRow.value - count)
    session.connection().execute(lowered)


def insert_tickets(session: Session, tickets: Sequence[NewTicket]) -> tuple[int, ...]:
    """Write new tickets; answer their ids in the same order."""
    if not tickets:
        return ()
    return tuple(session.connection().scalars(_INSERT_TICKETS, [_ticket_values(ticket) for ticket in tickets]))


def _ticket_values(ticket: NewTicket) -> dict[str, Any]:
    values = attrs.asdict(ticket, recurse=False)
    return {
        **values,
        "status": ticket.status.value,
        "priority": ticket.priority.value,
        "origin": ticket.origin.value,
        "updated_at": ticket.created_at,
    }


def insert_collaborators(
    session: Session, collaborators: Mapping[int, Sequence[Collaborator]], *, now: datetime
) -> None:
    """Write down who takes part in new tickets, given by the tickets' ids."""
    rows = [
        {
            "ticket_id": ticket_id,
            "user_id": each.user.id,
            "address": each.user.address,
            "active": each.active,
            "added_at": now,
        }
        for ticket_id, joined in collaborators.items()
        for each in joined
    ]
    if rows:
        session.connection().execute(_INSERT_COLLABORATORS, rows)


def insert_entries(session: Session, entries: Sequence[NewEntry]) -> tuple[Entry, ...]:
    """Write entries with their attachments, whose content is stored already; answer them in the same order."""
    if not entries:
        return ()
    connection = session.connection()
    ids = connection.scalars(_INSERT_ENTRIES, [_entry_values(entry) for entry in entries]).all()
    attached = [
        {**attrs.asdict(attachment), "entry_id": entry_id}
        for entry_id, entry in zip(ids, entries, strict=True)
        for attachment in entry.attachments
    ]
    if attached:
        connection.execute(_INSERT_ATTACHMENTS, attached)
    return tuple(entry.numbered(entry_id) for entry_id, entry in zip(ids, entries, strict=True))


def _entry_values(entry: NewEntry) -> dict[str, Any]:
    return {
        "ticket_id": entry.ticket_id,
        "kind": entry.kind.value,
        "origin": entry.origin.value,
        "author_kind": entry.author.kind.value,
        "author_id": entry.author.id,
        "author_name": entry.author.name,
        "author_address": entry.author.address,
        "verified": entry.verified,
        "automatic": entry.automatic,
        "held": entry.held,
        "text": entry.text,
        "untrusted_html": entry.untrusted_html,
        "message_id": entry.message_id or None,
        "raw_mail_id": entry.raw_mail_id,
        "posted_at": entry.posted_at,
        "quoted": [list(each) for each in entry.quoted] or None,
        "alignment": entry.alignment.value,
        "authentication": entry.authentication,
        "warnings": list(entry.warnings) or None,
    }


def lock(session: Session, ticket_ids: Collection[int]) -> Mapping[int, Ticket]:
    """Tickets by id, which until the transaction ends nobody else changes.

    :raises UnknownName: when there is none with one of these ids.
    """
    lock_rows(session, ticket_ids)
    found = snapshots(session, ticket_ids)
    for ticket_id in ticket_ids:
        if ticket_id not in found:
            raise UnknownName("ticket with the id", str(ticket_id))
    return found


def lock_rows(session: Session, ticket_ids: Collection[int]) -> None:
    """Let nobody else change these tickets until the transaction ends; unknown ids do not matter.

    They are locked in the order of their ids. Who needs several locks them in one call: two transactions that lock in
    different orders wait for each other.
    """
    session.connection().execute(_LOCK, {"ids": list(ticket_ids)})


def touch(session: Session, ticket_ids: Collection[int], *, now: datetime) -> None:
    """Note that something happened on tickets."""
    _change(session, ticket_ids, updated_at=now)


def reopen(session: Session, ticket_ids: Collection[int], *, now: datetime) -> None:
    """Open closed and waiting tickets again."""
    _change(session, ticket_ids, status=TicketStatus.OPEN.value, closed_at=None, updated_at=now)


def assign(session: Session, ticket_id: int, *, agent_id: int | None, team_id: int | None, now: datetime) -> None:
    """Write down who a ticket is assigned to from now on."""
    _change(session, [ticket_id], agent_id=agent_id, team_id=team_id, updated_at=now)


def _change(session: Session, ticket_ids: Collection[int], **values: object) -> None:
    if ticket_ids:
        session.connection().execute(update(TicketRow).where(TicketRow.id.in_(ticket_ids)).values(**values))

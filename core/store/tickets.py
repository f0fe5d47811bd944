"""Tickets, their participants and their entries: written in batches, read as the snapshots that plugins see."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import attrs
from sqlalchemy import Row as ResultRow
from sqlalchemy import Select, insert, select, update
from sqlalchemy.orm import Session, aliased

from ..contract.errors import UnknownName
from ..contract.people import Actor, ActorKind, Agent, EndUser, Team
from ..contract.tickets import (
    Attachment,
    Collaborator,
    Department,
    Entry,
    EntryKind,
    HelpTopic,
    Origin,
    Priority,
    Ticket,
    TicketStatus,
)
from .end_users import organization_of
from .rows import (
    AgentRow,
    AttachmentRow,
    CollaboratorRow,
    CounterRow,
    DepartmentRow,
    EndUserRow,
    EntryRow,
    OrganizationRow,
    TeamRow,
    TicketRow,
    TopicRow,
)
from .upsert import upserting

FIRST_NUMBER = 100_001
"""The number of a desk's first ticket."""

_COUNTER = "ticket_number"


@attrs.frozen(kw_only=True)
class NewTicket:
    """A ticket that is about to be written; `owner_address` is empty when no mail can reach the owner."""

    number: str
    subject: str
    priority: Priority
    origin: Origin
    owner_id: int
    owner_address: str
    department_id: int
    topic_id: int | None = None
    agent_id: int | None = None
    team_id: int | None = None
    last_respondent_id: int | None = None
    mailbox_id: int | None = None
    created_at: datetime


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
        )


# --- writing ---


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


def insert_tickets(session: Session, tickets: Sequence[NewTicket]) -> tuple[int, ...]:
    """Write open tickets; answer their ids in the same order."""
    if not tickets:
        return ()
    statement = insert(TicketRow).returning(TicketRow.id, sort_by_parameter_order=True)
    return tuple(session.connection().scalars(statement, [_ticket_values(ticket) for ticket in tickets]))


def _ticket_values(ticket: NewTicket) -> dict[str, Any]:
    values = attrs.asdict(ticket, recurse=False)
    return {
        **values,
        "status": TicketStatus.OPEN.value,
        "priority": ticket.priority.value,
        "origin": ticket.origin.value,
        "updated_at": ticket.created_at,
    }


def insert_entries(session: Session, entries: Sequence[NewEntry]) -> tuple[Entry, ...]:
    """Write entries with their attachments, whose content is stored already; answer them in the same order."""
    if not entries:
        return ()
    connection = session.connection()
    statement = insert(EntryRow).returning(EntryRow.id, sort_by_parameter_order=True)
    ids = connection.scalars(statement, [_entry_values(entry) for entry in entries]).all()
    attached = [
        {**attrs.asdict(attachment), "entry_id": entry_id}
        for entry_id, entry in zip(ids, entries, strict=True)
        for attachment in entry.attachments
    ]
    if attached:
        connection.execute(insert(AttachmentRow), attached)
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
    }


def lock(session: Session, ticket_ids: Collection[int]) -> Mapping[int, Ticket]:
    """Tickets by id, which until the transaction ends nobody else changes.

    :raises UnknownName: when there is none with one of these ids.
    """
    rows = select(TicketRow.id).where(TicketRow.id.in_(ticket_ids)).order_by(TicketRow.id).with_for_update()
    session.connection().execute(rows)
    found = snapshots(session, ticket_ids)
    for ticket_id in ticket_ids:
        if ticket_id not in found:
            raise UnknownName("ticket with the id", str(ticket_id))
    return found


def touch(session: Session, ticket_ids: Collection[int], *, now: datetime) -> None:
    """Note that something happened on tickets."""
    _change(session, ticket_ids, updated_at=now)


def reopen(session: Session, ticket_ids: Collection[int], *, now: datetime) -> None:
    """Open closed tickets again."""
    _change(session, ticket_ids, status=TicketStatus.OPEN.value, closed_at=None, updated_at=now)


def assign(session: Session, ticket_id: int, *, agent_id: int | None, team_id: int | None, now: datetime) -> None:
    """Write down who a ticket is assigned to from now on."""
    _change(session, [ticket_id], agent_id=agent_id, team_id=team_id, updated_at=now)


def _change(session: Session, ticket_ids: Collection[int], **values: object) -> None:
    if ticket_ids:
        session.connection().execute(update(TicketRow).where(TicketRow.id.in_(ticket_ids)).values(**values))


# --- finding ---


def find_number(session: Session, number: str) -> Ticket:
    """The ticket of this number.

    :raises UnknownName: when there is none.
    """
    ticket_id = ids_by_number(session, [number]).get(number)
    if ticket_id is None:
        raise UnknownName("ticket", number)
    return snapshot(session, ticket_id)


def ids_by_number(session: Session, numbers: Collection[str]) -> Mapping[str, int]:
    """The ids of tickets by their numbers; unknown numbers are left out."""
    wanted = select(TicketRow.number, TicketRow.id).where(TicketRow.number.in_(numbers))
    return dict(session.connection().execute(wanted).all())


def ids_by_message_id(session: Session, message_ids: Collection[str]) -> Mapping[str, int]:
    """The tickets on which mails with these Message-IDs were stored, by Message-ID; the first one keeps it."""
    wanted = select(EntryRow.message_id, EntryRow.ticket_id).where(EntryRow.message_id.in_(message_ids))
    rows = session.connection().execute(wanted.order_by(EntryRow.id.desc()))
    return {message_id: ticket_id for message_id, ticket_id in rows if message_id is not None}


def closed_before(session: Session, ticket_ids: Collection[int], moment: datetime) -> frozenset[int]:
    """Those of the tickets that are closed since before `moment`."""
    wanted = select(TicketRow.id).where(
        TicketRow.id.in_(ticket_ids), TicketRow.status == TicketStatus.CLOSED.value, TicketRow.closed_at < moment
    )
    return frozenset(session.connection().scalars(wanted))


def list_tickets(
    session: Session,
    *,
    status: TicketStatus | None = None,
    department_id: int | None = None,
    agent_id: int | None = None,
    limit: int,
    before_id: int | None = None,
) -> tuple[Ticket, ...]:
    """Tickets, newest first.

    :param before_id: go on below this id, which was the last of the page before.
    """
    wanted = select(TicketRow.id).order_by(TicketRow.id.desc()).limit(limit)
    if status is not None:
        wanted = wanted.where(TicketRow.status == status.value)
    if department_id is not None:
        wanted = wanted.where(TicketRow.department_id == department_id)
    if agent_id is not None:
        wanted = wanted.where(TicketRow.agent_id == agent_id)
    if before_id is not None:
        wanted = wanted.where(TicketRow.id < before_id)
    ids = session.connection().scalars(wanted).all()
    found = snapshots(session, ids)
    return tuple(found[ticket_id] for ticket_id in ids)


# --- reading ---


def snapshot(session: Session, ticket_id: int) -> Ticket:
    """The ticket as it stands now.

    :raises UnknownName: when there is none with this id.
    """
    found = snapshots(session, [ticket_id]).get(ticket_id)
    if found is None:
        raise UnknownName("ticket with the id", str(ticket_id))
    return found


def snapshots(session: Session, ticket_ids: Collection[int]) -> Mapping[int, Ticket]:
    """Tickets as they stand now, by id; unknown ids are left out."""
    if not ticket_ids:
        return {}
    rows = session.connection().execute(_tickets().where(TicketRow.id.in_(ticket_ids))).all()
    collaborators = _collaborators(session, ticket_ids)
    return {row.id: _ticket(row, tuple(collaborators[row.id])) for row in rows}


def _tickets() -> Select[*tuple[Any, ...]]:
    respondent = aliased(AgentRow)
    return (
        select(
            *(getattr(TicketRow, name) for name in ("id", "number", "subject", "status", "priority", "origin")),
            TicketRow.created_at,
            TicketRow.owner_address,
            *_columns("owner", EndUserRow),
            *_columns("organization", OrganizationRow),
            OrganizationRow.account_manager_id,
            *_columns("department", DepartmentRow),
            *_columns("topic", TopicRow),
            *_columns("agent", AgentRow),
            AgentRow.address.label("agent_address"),
            *_columns("team", TeamRow),
            *_columns("respondent", respondent),
            respondent.address.label("respondent_address"),
        )
        .join(EndUserRow, EndUserRow.id == TicketRow.owner_id)
        .outerjoin(OrganizationRow, OrganizationRow.id == EndUserRow.organization_id)
        .join(DepartmentRow, DepartmentRow.id == TicketRow.department_id)
        .outerjoin(TopicRow, TopicRow.id == TicketRow.topic_id)
        .outerjoin(AgentRow, AgentRow.id == TicketRow.agent_id)
        .outerjoin(TeamRow, TeamRow.id == TicketRow.team_id)
        .outerjoin(respondent, respondent.id == TicketRow.last_respondent_id)
    )


def _columns(prefix: str, table: Any) -> tuple[Any, Any]:
    return table.id.label(f"{prefix}_id"), table.name.label(f"{prefix}_name")


def _ticket(row: ResultRow[*tuple[Any, ...]], collaborators: tuple[Collaborator, ...]) -> Ticket:
    return Ticket(
        id=row.id,
        number=row.number,
        subject=row.subject,
        status=TicketStatus(row.status),
        priority=Priority(row.priority),
        origin=Origin(row.origin),
        owner=_user(row, row.owner_address),
        department=Department(row.department_id, row.department_name),
        created_at=row.created_at,
        topic=None if row.topic_id is None else HelpTopic(row.topic_id, row.topic_name),
        agent=None if row.agent_id is None else Agent(row.agent_id, row.agent_name, row.agent_address),
        team=None if row.team_id is None else Team(row.team_id, row.team_name),
        last_respondent=None
        if row.respondent_id is None
        else Agent(row.respondent_id, row.respondent_name, row.respondent_address),
        collaborators=collaborators,
    )


def _user(row: ResultRow[*tuple[Any, ...]], address: str) -> EndUser:
    organization = organization_of(row.organization_id, row.organization_name, row.account_manager_id)
    return EndUser(row.owner_id, row.owner_name, address, organization)


def _collaborators(session: Session, ticket_ids: Collection[int]) -> defaultdict[int, list[Collaborator]]:
    rows = session.connection().execute(
        select(
            CollaboratorRow.ticket_id,
            CollaboratorRow.address,
            CollaboratorRow.active,
            *_columns("owner", EndUserRow),
            *_columns("organization", OrganizationRow),
            OrganizationRow.account_manager_id,
        )
        .join(EndUserRow, EndUserRow.id == CollaboratorRow.user_id)
        .outerjoin(OrganizationRow, OrganizationRow.id == EndUserRow.organization_id)
        .where(CollaboratorRow.ticket_id.in_(ticket_ids))
        .order_by(CollaboratorRow.added_at, CollaboratorRow.user_id)
    )
    found: defaultdict[int, list[Collaborator]] = defaultdict(list)
    for row in rows:
        found[row.ticket_id].append(Collaborator(_user(row, row.address), row.active))
    return found


def entries(session: Session, ticket_id: int) -> tuple[Entry, ...]:
    """The thread of a ticket, oldest first."""
    files: defaultdict[int, list[Attachment]] = defaultdict(list)
    attached = select(AttachmentRow).join(EntryRow).where(EntryRow.ticket_id == ticket_id).order_by(AttachmentRow.id)
    for file in session.scalars(attached):
        files[file.entry_id].append(_attachment(file))
    thread = select(EntryRow).where(EntryRow.ticket_id == ticket_id).order_by(EntryRow.id)
    return tuple(_entry(row, tuple(files[row.id])) for row in session.scalars(thread))


def _attachment(row: AttachmentRow) -> Attachment:
    return Attachment(row.file_name, row.content_type, row.size, row.digest, row.content_id)


def _entry(row: EntryRow, attachments: tuple[Attachment, ...]) -> Entry:
    kind = ActorKind(row.author_kind)
    return Entry(
        id=row.id,
        kind=EntryKind(row.kind),
        author=Actor(kind, row.author_id, row.author_name, row.author_address, verified=row.verified),
        text=row.text,
        posted_at=row.posted_at,
        verified=row.verified,
        automatic=row.automatic,
        held=row.held,
        attachments=attachments,
    )

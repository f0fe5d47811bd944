"""Tickets, their participants and their entries, found and read as the snapshots that plugins see."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Row as ResultRow
from sqlalchemy import String, and_, bindparam, func, literal_column, select
from sqlalchemy.orm import Session, aliased

from ..contract.errors import UnknownName
from ..contract.people import Actor, ActorKind, Agent, EndUser, Team
from ..contract.tickets import (
    Alignment,
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
from . import merging
from .end_users import organization_of
from .rows import (
    AgentRow,
    AttachmentRow,
    CollaboratorRow,
    DepartmentRow,
    EndUserRow,
    EntryRow,
    OrganizationRow,
    TeamRow,
    TicketRow,
    TopicRow,
    WatcherRow,
)

REFERENCES = 10
"""So many mails of a ticket are named in the thread of an answer."""

IDS_AT_ONCE = 500
"""So many tickets are read with one statement: no database takes any number of parameters."""


def _columns(prefix: str, table: Any) -> tuple[Any, Any]:
    return table.id.label(f"{prefix}_id"), table.name.label(f"{prefix}_name")


# Statements on the way of every mail are made once: SQLAlchemy takes longer to make one than to run it.
_IDS = TicketRow.id.in_(bindparam("ids", expanding=True))
_RESPONDENT = aliased(AgentRow)
_TARGET = aliased(TicketRow)
_TICKETS = (
    select(
        *(getattr(TicketRow, name) for name in ("id", "number", "subject", "status", "priority", "origin")),
        TicketRow.created_at,
        TicketRow.owner_address,
        TicketRow.due_at,
        TicketRow.closed_at,
        _TARGET.number.label("merged_into"),
        *_columns("owner", EndUserRow),
        *_columns("organization", OrganizationRow),
        OrganizationRow.account_manager_id,
        *_columns("department", DepartmentRow),
        *_columns("topic", TopicRow),
        *_columns("agent", AgentRow),
        AgentRow.address.label("agent_address"),
        *_columns("team", TeamRow),
        *_columns("respondent", _RESPONDENT),
        _RESPONDENT.address.label("respondent_address"),
    )
    .join(EndUserRow, EndUserRow.id == TicketRow.owner_id)
    .outerjoin(OrganizationRow, OrganizationRow.id == EndUserRow.organization_id)
    .join(DepartmentRow, DepartmentRow.id == TicketRow.department_id)
    .outerjoin(TopicRow, TopicRow.id == TicketRow.topic_id)
    .outerjoin(AgentRow, AgentRow.id == TicketRow.agent_id)
    .outerjoin(TeamRow, TeamRow.id == TicketRow.team_id)
    .outerjoin(_RESPONDENT, _RESPONDENT.id == TicketRow.last_respondent_id)
    .outerjoin(_TARGET, _TARGET.id == TicketRow.merged_into_id)
    .where(_IDS)
)
_COLLABORATORS = (
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
    .where(CollaboratorRow.ticket_id.in_(bindparam("ids", expanding=True)))
    .order_by(CollaboratorRow.added_at, CollaboratorRow.user_id)
)
_WATCHERS = (
    select(WatcherRow.ticket_id, AgentRow.id, AgentRow.name, AgentRow.address)
    .join(AgentRow, AgentRow.id == WatcherRow.agent_id)
    .where(WatcherRow.ticket_id.in_(bindparam("ids", expanding=True)))
    .order_by(WatcherRow.added_at, WatcherRow.agent_id)
)
# A ticket that was merged away names the one that is still there, never one that was merged as well.
_STANDING = func.coalesce(TicketRow.merged_into_id, TicketRow.id)
_BY_NUMBER = select(TicketRow.number, _STANDING).where(TicketRow.number.in_(bindparam("numbers", expanding=True)))
_BY_MESSAGE_ID = (
    select(EntryRow.message_id, EntryRow.ticket_id)
    .where(EntryRow.message_id.in_(bindparam("message_ids", expanding=True)))
    .order_by(EntryRow.id.desc())
)
_IS_THREADED = and_(EntryRow.message_id.is_not(None), EntryRow.kind == EntryKind.MESSAGE.value)
# One entry of each ticket is read, not all of them: their texts are long.
_FIRST_MESSAGE_ID = select(
    TicketRow.id,
    select(EntryRow.message_id)
    .where(EntryRow.ticket_id == TicketRow.id, _IS_THREADED)
    .order_by(EntryRow.id)
    .limit(1)
    .correlate(TicketRow)
    .scalar_subquery(),
).where(_IDS)
_OPEN = tuple(
    literal_column(f"'{status.value}'", String) for status in TicketStatus if status is not TicketStatus.CLOSED
)
_COUNT_OPEN = (
    select(TicketRow.owner_id, TicketRow.verified, func.count())
    .where(TicketRow.owner_id.in_(bindparam("owners", expanding=True)), TicketRow.status.in_(_OPEN))
    .group_by(TicketRow.owner_id, TicketRow.verified)
)


def find_number(session: Session, number: str) -> Ticket:
    """The ticket of this number, even when it was merged into another one.

    :raises UnknownName: when there is none.
    """
    # What is no number need not be looked for; some of it could not even be sent to the database.
    known = number.isascii() and number.isalnum()
    ticket_id = session.connection().scalar(select(TicketRow.id).where(TicketRow.number == number)) if known else None
    if ticket_id is None:
        raise UnknownName("ticket", number)
    return snapshot(session, ticket_id)


def find_living(session: Session, number: str) -> Ticket:
    """The ticket of this number, or the one that it lives on in after a merge.

    :raises UnknownName: when there is none.
    """
    found = find_number(session, number)
    return lives_on(session, [found.id])[found.id] if found.merged_into else found


def ids_by_number(session: Session, numbers: Collection[str]) -> Mapping[str, int]:
    """The ids of tickets by their numbers, of merged ones that they live on in; unknown numbers are left out."""
    return dict(session.connection().execute(_BY_NUMBER, {"numbers": list(numbers)}).all())


def ids_by_message_id(session: Session, message_ids: Collection[str]) -> Mapping[str, int]:
    """The tickets on which mails with these Message-IDs were stored, by Message-ID; the first one keeps it."""
    rows = session.connection().execute(_BY_MESSAGE_ID, {"message_ids": list(message_ids)})
    return {message_id: ticket_id for message_id, ticket_id in rows if message_id is not None}


def lives_on(session: Session, ticket_ids: Collection[int]) -> Mapping[int, Ticket]:
    """Tickets as they stand now, by id; for one that was merged away the ticket that it lives on in."""
    found = dict(snapshots(session, ticket_ids))
    merged = [ticket_id for ticket_id, ticket in found.items() if ticket.merged_into]
    if merged:
        targets = merging.standing(session, merged)
        there = snapshots(session, frozenset(targets.values()))
        found.update({ticket_id: there[target_id] for ticket_id, target_id in targets.items() if target_id in there})
    return found


def count_open(session: Session, owner_ids: Collection[int]) -> Mapping[tuple[int, bool], int]:
    """How many open tickets end users have, by their id and whether the tickets are verified; none is left out as 0."""
    if not owner_ids:
        return {}
    rows = session.connection().execute(_COUNT_OPEN, {"owners": list(owner_ids)})
    return {(owner_id, verified): count for owner_id, verified, count in rows}


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
    ids = list(ticket_ids)
    found: dict[int, Ticket] = {}
    for start in range(0, len(ids), IDS_AT_ONCE):
        found.update(_read(session, ids[start : start + IDS_AT_ONCE]))
    return found


def _read(session: Session, ticket_ids: Collection[int]) -> Mapping[int, Ticket]:
    rows = session.connection().execute(_TICKETS, {"ids": list(ticket_ids)}).all()
    collaborators = _collaborators(session, ticket_ids)
    watchers = _watchers(session, ticket_ids)
    return {row.id: _ticket(row, tuple(collaborators[row.id]), tuple(watchers[row.id])) for row in rows}


def _ticket(
    row: ResultRow[*tuple[Any, ...]], collaborators: tuple[Collaborator, ...], watchers: tuple[Agent, ...]
) -> Ticket:
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
        watchers=watchers,
        due_at=row.due_at,
        closed_at=row.closed_at,
        merged_into=row.merged_into or "",
    )


def _user(row: ResultRow[*tuple[Any, ...]], address: str) -> EndUser:
    organization = organization_of(row.organization_id, row.organization_name, row.account_manager_id)
    return EndUser(row.owner_id, row.owner_name, address, organization)


def _collaborators(session: Session, ticket_ids: Collection[int]) -> defaultdict[int, list[Collaborator]]:
    rows = session.connection().execute(_COLLABORATORS, {"ids": list(ticket_ids)})
    found: defaultdict[int, list[Collaborator]] = defaultdict(list)
    for row in rows:
        found[row.ticket_id].append(Collaborator(_user(row, row.address), row.active))
    return found


def _watchers(session: Session, ticket_ids: Collection[int]) -> defaultdict[int, list[Agent]]:
    found: defaultdict[int, list[Agent]] = defaultdict(list)
    for row in session.connection().execute(_WATCHERS, {"ids": list(ticket_ids)}):
        found[row.ticket_id].append(Agent(row.id, row.name, row.address))
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
        quoted=tuple((start, end) for start, end in row.quoted or ()),
        alignment=Alignment(row.alignment),
        authentication=row.authentication,
        warnings=tuple(row.warnings or ()),
    )


def message_ids(session: Session, ticket_id: int) -> tuple[str, ...]:
    """The Message-IDs of end users' mails on a ticket: the first, then the newest ones, in their order.

    As many as a header that quotes them can hold: RFC 5322 section 3.6.4 lets the middle of a long thread be left out.
    Agents' mails became notes, or replies that left under ids of their own: nobody else knows theirs.
    """
    of_ticket = select(EntryRow.message_id).where(EntryRow.ticket_id == ticket_id, _IS_THREADED)
    found = [each for each in session.connection().scalars(of_ticket.order_by(EntryRow.id)) if each is not None]
    return tuple(found if len(found) <= REFERENCES else [found[0], *found[1 - REFERENCES :]])


def first_message_ids(session: Session, ticket_ids: Collection[int]) -> Mapping[int, str]:
    """The Message-ID of the first end user's mail on each ticket; a ticket without one is left out."""
    rows = session.connection().execute(_FIRST_MESSAGE_ID, {"ids": list(ticket_ids)})
    return {ticket_id: message_id for ticket_id, message_id in rows if message_id is not None}

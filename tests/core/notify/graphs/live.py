"""Puts a random desk and the tickets of random acts into a real database, so that the acts can be rung for good."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import attrs
from sqlalchemy import delete, insert, select, text
from sqlalchemy.orm import Session

from deskbell.core.contract.events import Event
from deskbell.core.contract.tickets import Ticket
from deskbell.core.store import journal
from deskbell.core.store.database import touch_directory
from deskbell.core.store.directory import Directory
from deskbell.core.store.rows import (
    AgentRow,
    BodyRow,
    DeliveryRow,
    DepartmentMemberRow,
    DepartmentRow,
    EndUserRow,
    JournalRow,
    MailboxRow,
    OptionRow,
    OrganizationRow,
    QuarantineRow,
    Row,
    SettingRow,
    SwitchRow,
    TeamMemberRow,
    TeamRow,
    TicketRow,
    TopicRow,
    WindowRow,
)
from stand_ins.paper_desk import NOW

from .world import USERS

EMPTIED: tuple[type[Row], ...] = (
    JournalRow, BodyRow, WindowRow, TicketRow, EndUserRow, MailboxRow, TopicRow, TeamMemberRow, TeamRow,
    DepartmentMemberRow, DepartmentRow, OrganizationRow, AgentRow, SwitchRow, OptionRow, QuarantineRow,
)  # fmt: skip
"""Before a desk moves in, in an order that breaks no reference; the decisions and deliveries go with the journal."""


def move_in(session: Session, directory: Directory) -> None:
    """Replace everything on the desk by this directory; its settings but the admin address stay."""
    session.execute(text("PRAGMA defer_foreign_keys = ON"))
    for row in EMPTIED:
        session.execute(delete(row))
    session.execute(delete(SettingRow).where(SettingRow.name == "admin_address"))
    session.execute(insert(SettingRow), [{"name": "admin_address", "value": directory.profile.admin_address}])
    for row, records in _organisation(directory):
        _insert(session, row, records)
    _insert(session, SwitchRow, [attrs.asdict(each) for each in directory.switches])
    _insert(session, OptionRow, [attrs.asdict(each) for each in directory.options])
    quarantined = [{"plugin": name, "reason": why, "since": NOW} for name, why in directory.quarantined.items()]
    _insert(session, QuarantineRow, quarantined)
    _insert(session, EndUserRow, [{"id": each, "name": f"U{each}", "created_at": NOW} for each in USERS])
    touch_directory(session)


def _organisation(directory: Directory) -> Iterable[tuple[type[Row], list[dict[str, Any]]]]:
    departments, teams = directory.departments.values(), directory.teams.values()
    yield AgentRow, [{**_plain(each), "address_key": each.address.lower() or "-"} for each in directory.agents.values()]
    yield OrganizationRow, [_plain(each) for each in directory.organizations.values()]
    yield DepartmentRow, [_plain(each, "members", "extended") for each in departments]
    yield (
        DepartmentMemberRow,
        [{"department_id": one.id, "agent_id": each} for one in departments for each in one.members],
    )
    yield (
        DepartmentMemberRow,
        [{**_plain(each), "department_id": one.id, "extended": True} for one in departments for each in one.extended],
    )
    yield TeamRow, [_plain(each, "members") for each in teams]
    yield TeamMemberRow, [{**_plain(each), "team_id": one.id} for one in teams for each in one.members]
    yield TopicRow, [_plain(each) for each in directory.topics.values()]
    yield MailboxRow, [{**_plain(each), "address_key": each.address} for each in directory.mailboxes.values()]


def _plain(record: Any, *without: str) -> dict[str, Any]:
    return {name: value for name, value in attrs.asdict(record, recurse=False).items() if name not in without}


def _insert(session: Session, row: type[Row], values: Sequence[dict[str, Any]]) -> None:
    if values:
        session.execute(insert(row), list(values))


def write_down(session: Session, acts: Sequence[Sequence[Event]]) -> list[tuple[Event, ...]]:
    """The tickets and the journal rows of all acts; answers their events with the ids that they got."""
    tickets: dict[int, Ticket] = {}
    for events in acts:
        tickets |= {found.id: found for event in events if (found := getattr(event, "ticket", None)) is not None}
    _insert(session, TicketRow, [_ticket(each) for each in tickets.values()])
    written = iter(journal.append(session, [event for events in acts for event in events]))
    return [tuple(next(written) for _ in events) for events in acts]


def _ticket(ticket: Ticket) -> dict[str, Any]:
    """What the outbox needs of it; the rest stands in its events."""
    return {
        "id": ticket.id,
        "number": ticket.number,
        "subject": ticket.subject,
        "origin": ticket.origin.value,
        "owner_id": ticket.owner.id,
        "owner_address": ticket.owner.address,
        "department_id": ticket.department.id,
        "created_at": NOW,
        "updated_at": NOW,
    }


def delivered(session: Session, event_ids: Sequence[int]) -> set[tuple[int, str, str, str]]:
    """(event, plugin, person, address) of each delivery in the outbox."""
    rows = session.execute(
        select(DeliveryRow.journal_id, DeliveryRow.plugin, DeliveryRow.person, DeliveryRow.address).where(
            DeliveryRow.journal_id.in_(event_ids)
        )
    )
    return {(row.journal_id, row.plugin, row.person, row.address) for row in rows}


def same_moment(now: datetime) -> float:
    """How many seconds a clock must be moved, so that it shows the moment at which the desks were made."""
    return (NOW - now).total_seconds()

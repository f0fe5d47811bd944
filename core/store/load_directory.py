"""Reads the directory from its rows, and keeps each revision by which decisions were made."""

import zlib
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar

import attrs
from cattrs.preconf.orjson import make_converter
from sqlalchemy import select
from sqlalchemy.orm import Session

from ..contract.kinds import Level, Switch
from ..contract.tickets import Priority
from .directory import (
    AgentRecord,
    ChannelRecord,
    DepartmentRecord,
    Directory,
    ExtendedMember,
    MailboxRecord,
    OptionRecord,
    OrganizationRecord,
    Profile,
    RecipientsMode,
    SwitchRecord,
    TeamMember,
    TeamRecord,
    TopicRecord,
)
from .rows import (
    AgentRow,
    ChannelRow,
    DepartmentMemberRow,
    DepartmentRow,
    DirectoryRevisionRow,
    MailboxRow,
    OptionRow,
    OrganizationRow,
    QuarantineRow,
    SettingRow,
    SwitchRow,
    TeamMemberRow,
    TeamRow,
    TopicRow,
)

R = TypeVar("R")

_converter = make_converter()
_converter.register_structure_hook(object, lambda value, _: value)


def load_directory(session: Session, revision: int) -> Directory:
    """The directory as `session` sees it."""
    return Directory(
        revision=revision,
        profile=_profile(session),
        agents={row.id: _same(row, AgentRecord) for row in session.scalars(select(AgentRow))},
        organizations={row.id: _same(row, OrganizationRecord) for row in session.scalars(select(OrganizationRow))},
        departments=_departments(session),
        teams=_teams(session),
        topics={row.id: _same(row, TopicRecord, priority=Priority(row.priority)) for row in session.scalars(select(TopicRow))},
        mailboxes={row.id: _same(row, MailboxRecord, aliases=tuple(row.aliases)) for row in session.scalars(select(MailboxRow))},
        channels={row.name: _same(row, ChannelRecord) for row in session.scalars(select(ChannelRow))},
        switches=tuple(_switch(row) for row in session.scalars(select(SwitchRow).order_by(SwitchRow.id))),
        options=tuple(
            _same(row, OptionRecord, level=Level(row.level))
            for row in session.scalars(select(OptionRow).order_by(OptionRow.id))
        ),
        quarantined={row.plugin: row.reason for row in session.scalars(select(QuarantineRow))},
    )


def _same(row: Any, record: type[R], **given: Any) -> R:
    """The record that is made of the row's columns of the same names."""
    names = (field.name for field in attrs.fields(record) if field.name not in given)  # type: ignore[arg-type]
    return record(**{name: getattr(row, name) for name in names}, **given)


def _profile(session: Session) -> Profile:
    known = {field.name for field in attrs.fields(Profile)}
    stored = {row.name: row.value for row in session.scalars(select(SettingRow))}
    return Profile(**{name: value for name, value in stored.items() if name in known})


def _departments(session: Session) -> dict[int, DepartmentRecord]:
    members: defaultdict[int, list[DepartmentMemberRow]] = defaultdict(list)
    for member in session.scalars(select(DepartmentMemberRow).order_by(DepartmentMemberRow.id)):
        members[member.department_id].append(member)
    return {row.id: _department(row, members[row.id]) for row in session.scalars(select(DepartmentRow))}


def _department(row: DepartmentRow, members: Iterable[DepartmentMemberRow]) -> DepartmentRecord:
    members = tuple(members)
    return _same(
        row,
        DepartmentRecord,
        recipients_mode=RecipientsMode(row.recipients_mode),
        members=tuple(each.agent_id for each in members if not each.extended),
        extended=tuple(_same(each, ExtendedMember) for each in members if each.extended),
    )


def _teams(session: Session) -> dict[int, TeamRecord]:
    members: defaultdict[int, list[TeamMember]] = defaultdict(list)
    for member in session.scalars(select(TeamMemberRow).order_by(TeamMemberRow.id)):
        members[member.team_id].append(_same(member, TeamMember))
    return {row.id: _same(row, TeamRecord, members=tuple(members[row.id])) for row in session.scalars(select(TeamRow))}


def _switch(row: SwitchRow) -> SwitchRecord:
    position = None if row.position is None else Switch(row.position)
    return _same(row, SwitchRecord, level=Level(row.level), position=position)


def save_revision(session: Session, directory: Directory, now: datetime) -> None:
    """Keep this revision of the directory, if it is not kept yet."""
    if session.get(DirectoryRevisionRow, directory.revision) is not None:
        return
    content = zlib.compress(_converter.dumps(directory))
    session.add(DirectoryRevisionRow(revision=directory.revision, saved_at=now, content=content))
    session.flush()


def directory_at(session: Session, revision: int) -> Directory:
    """The directory as it was at `revision`.

    :raises LookupError: when no decision was made by that revision.
    """
    row = session.get(DirectoryRevisionRow, revision)
    if row is None:
        raise LookupError(f"revision {revision} of the directory was never used for a decision")
    return _unpacked(bytes(row.content))


@lru_cache(maxsize=32)
def _unpacked(content: bytes) -> Directory:
    return _converter.loads(zlib.decompress(content), Directory)

"""Planned changes of agents, departments and so on, as records with ids that the store can write."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Generic, TypeVar

import attrs
from sqlalchemy.orm import Session

from ...contract.people import Actor
from ...contract.structuring.times import duration_of
from ...contract.tickets import Priority
from ...store import records
from ...store.directory import (
    AgentMail,
    AgentRecord,
    DepartmentRecord,
    EscalationStep,
    ExtendedMember,
    MailboxRecord,
    OrganizationRecord,
    RecipientsMode,
    ScheduleRecord,
    SlaPlanRecord,
    TeamMember,
    TeamRecord,
    TopicRecord,
)
from ...store.records import EndUserRecord
from .changes import Change
from .hours_fields import week_of
from .objects import INHERIT, INHERITED, Group, Ids, Ref

R = TypeVar("R")


@attrs.frozen
class RecordTable(Generic[R]):
    """How the records of one table are made from a key, changed, and written."""

    new: Callable[[str], R]
    changed: Callable[[R, Change, Ids], R]
    save: Callable[[Session, R, Actor, datetime], int]


def _agent(record: AgentRecord, change: Change, ids: Ids) -> AgentRecord:
    return attrs.evolve(record, **_columns(change, ids, admin="is_admin", substitute="substitute_id"))


def _organization(record: OrganizationRecord, change: Change, ids: Ids) -> OrganizationRecord:
    return attrs.evolve(record, **_columns(change, ids, account_manager="account_manager_id"))


def _schedule(record: ScheduleRecord, change: Change, ids: Ids) -> ScheduleRecord:
    columns = _columns(change, ids)
    if "week" in columns:
        columns["week"] = week_of(columns["week"])
    return attrs.evolve(record, **columns)


def _sla_plan(record: SlaPlanRecord, change: Change, ids: Ids) -> SlaPlanRecord:
    columns = _columns(change, ids, schedule="schedule_id")
    for name in ("grace", "due_soon", "repeat"):
        if name in columns:
            columns[f"{name}_seconds"] = _seconds(columns.pop(name))
    if "steps" in columns:
        columns["steps"] = tuple(
            EscalationStep(after_seconds=_seconds(step["after"]), roles=tuple(step["roles"]))
            for step in columns["steps"]
        )
    return attrs.evolve(record, **columns)


def _seconds(text: str) -> int:
    return int(duration_of(text).total_seconds())


def _department(record: DepartmentRecord, change: Change, ids: Ids) -> DepartmentRecord:
    columns = _columns(change, ids, parent="parent_id", manager="manager_id", sla_plan="sla_plan_id")
    if "recipients_mode" in columns:
        columns["recipients_mode"] = RecipientsMode(columns["recipients_mode"])
    columns |= {name: None for name in INHERITED if columns.get(name) == INHERIT}
    if columns.get("agent_mail") is not None:
        columns["agent_mail"] = AgentMail(columns["agent_mail"])
    return attrs.evolve(record, **{**columns, "extended": _extended(record, change, ids)})


def _extended(record: DepartmentRecord, change: Change, ids: Ids) -> tuple[ExtendedMember, ...]:
    members = {each.agent_id: each for each in record.extended}
    for edit in change.fields:
        match edit.path:
            case ("extended", Ref() as ref) if edit.after is None:
                members.pop(_stored(ref, ids))
            case ("extended", Ref() as ref):
                members[_stored(ref, ids)] = ExtendedMember(agent_id=_stored(ref, ids))
            case ("extended", Ref() as ref, "role"):
                members[_stored(ref, ids)] = attrs.evolve(members[_stored(ref, ids)], role=str(edit.after))
            case ("extended", Ref() as ref, "alerts"):
                members[_stored(ref, ids)] = attrs.evolve(members[_stored(ref, ids)], alerts=edit.after is True)
    return tuple(members.values())


def _team(record: TeamRecord, change: Change, ids: Ids) -> TeamRecord:
    columns = _columns(change, ids, lead="lead_id")
    flags = {each.agent_id: each.alerts for each in record.members}
    if "members" in columns:
        flags = {agent_id: flags.get(agent_id, True) for agent_id in columns["members"]}
    if "without_alerts" in columns:
        quiet = columns.pop("without_alerts")
        flags = {agent_id: agent_id not in quiet for agent_id in flags}
    columns["members"] = tuple(TeamMember(agent_id=agent_id, alerts=alerts) for agent_id, alerts in flags.items())
    return attrs.evolve(record, **columns)


def _topic(record: TopicRecord, change: Change, ids: Ids) -> TopicRecord:
    columns = _columns(
        change, ids, department="department_id", agent="agent_id", team="team_id", sla_plan="sla_plan_id"
    )
    if "priority" in columns:
        columns["priority"] = Priority(columns["priority"])
    return attrs.evolve(record, **columns)


def _mailbox(record: MailboxRecord, change: Change, ids: Ids) -> MailboxRecord:
    return attrs.evolve(record, **_columns(change, ids, department="department_id", topic="topic_id"))


def _end_user(record: EndUserRecord, change: Change, ids: Ids) -> EndUserRecord:
    columns = _columns(change, ids, organization="organization_id")
    primary = columns.pop("address", record.addresses[0])
    further = columns.pop("addresses", record.addresses[1:])
    return attrs.evolve(record, addresses=(primary, *further), **columns)


def _columns(change: Change, ids: Ids, **renamed: str) -> dict[str, Any]:
    """The new values of plain fields by the name that the record has for them."""
    return {
        renamed.get(str(edit.path[0]), str(edit.path[0])): _stored(edit.after, ids)
        for edit in change.fields
        if len(edit.path) == 1 and edit.path != ("extended",)
    }


def _stored(value: object, ids: Ids) -> Any:
    """The value with ids in the place of names."""
    if isinstance(value, Ref):
        return ids[value.table, value.identity]
    return tuple(_stored(item, ids) for item in value.items) if isinstance(value, Group) else value


RECORD_TABLES: Mapping[str, RecordTable[Any]] = {
    "agents": RecordTable[AgentRecord](
        new=lambda key: AgentRecord(id=0, name="", address=key),
        changed=_agent,
        save=lambda session, record, *_: records.save_agent(session, record),
    ),
    "organizations": RecordTable[OrganizationRecord](
        new=lambda key: OrganizationRecord(id=0, name=key),
        changed=_organization,
        save=lambda session, record, *_: records.save_organization(session, record),
    ),
    "schedules": RecordTable[ScheduleRecord](
        new=lambda key: ScheduleRecord(id=0, name=key),
        changed=_schedule,
        save=lambda session, record, *_: records.save_schedule(session, record),
    ),
    "sla_plans": RecordTable[SlaPlanRecord](
        new=lambda key: SlaPlanRecord(id=0, name=key, grace_seconds=0),
        changed=_sla_plan,
        save=lambda session, record, *_: records.save_sla_plan(session, record),
    ),
    "departments": RecordTable[DepartmentRecord](
        new=lambda key: DepartmentRecord(id=0, name=key),
        changed=_department,
        save=lambda session, record, by, now: records.save_department(session, record, by=by, now=now),
    ),
    "teams": RecordTable[TeamRecord](
        new=lambda key: TeamRecord(id=0, name=key),
        changed=_team,
        save=lambda session, record, *_: records.save_team(session, record),
    ),
    "topics": RecordTable[TopicRecord](
        new=lambda key: TopicRecord(id=0, name=key),
        changed=_topic,
        save=lambda session, record, by, now: records.save_topic(session, record, by=by, now=now),
    ),
    "mailboxes": RecordTable[MailboxRecord](
        new=lambda key: MailboxRecord(id=0, name=key, address="", department_id=0),
        changed=_mailbox,
        save=lambda session, record, *_: records.save_mailbox(session, record),
    ),
    "end_users": RecordTable[EndUserRecord](
        new=lambda key: EndUserRecord(addresses=(key,)),
        changed=_end_user,
        save=lambda session, record, _, now: records.save_end_user(session, record, now=now),
    ),
}
"""The tables that are kept as records, in an order in which each comes after those that it refers to."""

REFER_TO_THEMSELVES = ("agents", "departments")
"""The tables whose records may refer to a record of the same table that comes later."""

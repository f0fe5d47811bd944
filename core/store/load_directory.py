"""Reads the directory from its rows, and keeps each revision by which decisions were made."""

import zlib
from collections import defaultdict
from datetime import datetime
from functools import lru_cache
from typing import Any

import attrs
from cattrs.preconf.orjson import make_converter
from sqlalchemy import RowMapping, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from ..contract.errors import DeskbellError
from ..contract.kinds import Level, Switch
from ..contract.tickets import Priority
from .directory import (
    AgentMail,
    AgentRecord,
    ChannelRecord,
    DepartmentRecord,
    Directory,
    EscalationStep,
    ExtendedMember,
    MailboxRecord,
    OptionRecord,
    OrganizationRecord,
    Profile,
    RecipientsMode,
    ScheduleRecord,
    SlaPlanRecord,
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
    ScheduleRow,
    SettingRow,
    SlaPlanRow,
    SwitchRow,
    TeamMemberRow,
    TeamRow,
    TopicRow,
)
from .upsert import upserting

REVISIONS_AT_HAND = 16

_converter = make_converter()
# The value of an option is what JSON holds; by type it would match every class.
_converter.register_structure_hook_func(lambda hint: hint is object, lambda value, _: value)


class UnknownRevision(DeskbellError, LookupError):
    """A revision of the directory that no decision was made by."""

    def __init__(self, revision: int) -> None:
        super().__init__(f"Revision {revision} of the directory was not kept: no decision was made by it.")


# --- reading the rows ---


def load_directory(session: Session, *, revision: int) -> Directory:
    """The directory as `session` sees it, under this number.

    Columns are read, not rows: what the session has loaded before would hide what others have changed since.
    """
    session.flush()
    return Directory(
        revision=revision,
        profile=_profile(session),
        agents=_agents(session),
        organizations=_organizations(session),
        departments=_departments(session),
        teams=_teams(session),
        topics=_topics(session),
        mailboxes=_mailboxes(session),
        schedules=_schedules(session),
        sla_plans=_sla_plans(session),
        channels=_channels(session),
        switches=_switches(session),
        options=_options(session),
        quarantined=_quarantined(session),
    )


def _read(session: Session, *columns: InstrumentedAttribute[Any]) -> list[RowMapping]:
    """These columns of one table, in the order of the first, which is its key."""
    return list(session.connection().execute(select(*columns).order_by(columns[0])).mappings())


def _profile(session: Session) -> Profile:
    known = attrs.fields_dict(Profile)
    stored = {row["name"]: row["value"] for row in _read(session, SettingRow.name, SettingRow.value)}
    if "agent_mail" in stored:
        stored["agent_mail"] = AgentMail(stored["agent_mail"])
    return Profile(**{name: value for name, value in stored.items() if name in known})


def _agents(session: Session) -> dict[int, AgentRecord]:
    rows = _read(
        session,
        AgentRow.id,
        AgentRow.name,
        AgentRow.address,
        AgentRow.is_admin,
        AgentRow.active,
        AgentRow.alert_only,
        AgentRow.leave_from,
        AgentRow.leave_until,
        AgentRow.substitute_id,
    )
    return {row["id"]: AgentRecord(**row) for row in rows}


def _organizations(session: Session) -> dict[int, OrganizationRecord]:
    rows = _read(session, OrganizationRow.id, OrganizationRow.name, OrganizationRow.account_manager_id)
    return {row["id"]: OrganizationRecord(**row) for row in rows}


def _departments(session: Session) -> dict[int, DepartmentRecord]:
    primary, extended = _department_members(session)
    rows = _read(
        session,
        DepartmentRow.id,
        DepartmentRow.name,
        DepartmentRow.parent_id,
        DepartmentRow.manager_id,
        DepartmentRow.recipients_mode,
        DepartmentRow.address,
        DepartmentRow.autoresponse_address,
        DepartmentRow.signature,
        DepartmentRow.template_set,
        DepartmentRow.sla_plan_id,
        DepartmentRow.ticket_limit,
        DepartmentRow.reopen_days,
        DepartmentRow.claim_on_reply,
        DepartmentRow.pause_while_waiting,
        DepartmentRow.agent_mail,
    )
    return {row["id"]: _department(row, primary, extended) for row in rows}


def _department(
    row: RowMapping, primary: dict[int, list[int]], extended: dict[int, list[ExtendedMember]]
) -> DepartmentRecord:
    agent_mail = None if row["agent_mail"] is None else AgentMail(row["agent_mail"])
    named = {**row, "recipients_mode": RecipientsMode(row["recipients_mode"]), "agent_mail": agent_mail}
    return DepartmentRecord(members=tuple(primary[row["id"]]), extended=tuple(extended[row["id"]]), **named)


def _department_members(session: Session) -> tuple[dict[int, list[int]], dict[int, list[ExtendedMember]]]:
    primary: dict[int, list[int]] = defaultdict(list)
    extended: dict[int, list[ExtendedMember]] = defaultdict(list)
    rows = _read(
        session,
        DepartmentMemberRow.id,
        DepartmentMemberRow.department_id,
        DepartmentMemberRow.agent_id,
        DepartmentMemberRow.extended,
        DepartmentMemberRow.role,
        DepartmentMemberRow.alerts,
    )
    for row in rows:
        if row["extended"]:
            member = ExtendedMember(agent_id=row["agent_id"], role=row["role"], alerts=row["alerts"])
            extended[row["department_id"]].append(member)
        else:
            primary[row["department_id"]].append(row["agent_id"])
    return primary, extended


def _teams(session: Session) -> dict[int, TeamRecord]:
    members: dict[int, list[TeamMember]] = defaultdict(list)
    listed = _read(session, TeamMemberRow.id, TeamMemberRow.team_id, TeamMemberRow.agent_id, TeamMemberRow.alerts)
    for row in listed:
        members[row["team_id"]].append(TeamMember(agent_id=row["agent_id"], alerts=row["alerts"]))
    rows = _read(session, TeamRow.id, TeamRow.name, TeamRow.lead_id, TeamRow.alerts)
    return {row["id"]: TeamRecord(members=tuple(members[row["id"]]), **row) for row in rows}


def _topics(session: Session) -> dict[int, TopicRecord]:
    rows = _read(
        session,
        TopicRow.id,
        TopicRow.name,
        TopicRow.department_id,
        TopicRow.priority,
        TopicRow.agent_id,
        TopicRow.team_id,
        TopicRow.sla_plan_id,
    )
    return {row["id"]: TopicRecord(**{**row, "priority": Priority(row["priority"])}) for row in rows}


def _mailboxes(session: Session) -> dict[int, MailboxRecord]:
    rows = _read(
        session,
        MailboxRow.id,
        MailboxRow.name,
        MailboxRow.address,
        MailboxRow.aliases,
        MailboxRow.department_id,
        MailboxRow.topic_id,
        MailboxRow.answer_unaddressed,
        MailboxRow.plus_addresses,
        MailboxRow.auth_server,
        MailboxRow.arc_sealers,
        MailboxRow.agents_unproven,
    )
    return {row["id"]: _mailbox(row) for row in rows}


def _mailbox(row: RowMapping) -> MailboxRecord:
    lists = {name: tuple(row[name]) for name in ("aliases", "arc_sealers")}
    return MailboxRecord(**{**row, **lists})


def _schedules(session: Session) -> dict[int, ScheduleRecord]:
    rows = _read(
        session,
        ScheduleRow.id,
        ScheduleRow.name,
        ScheduleRow.time_zone,
        ScheduleRow.week,
        ScheduleRow.country,
        ScheduleRow.subdivision,
        ScheduleRow.days_off,
    )
    return {row["id"]: _schedule(row) for row in rows}


def _schedule(row: RowMapping) -> ScheduleRecord:
    week = {day: tuple((start, end) for start, end in spans) for day, spans in row["week"].items()}
    return ScheduleRecord(**{**row, "week": week, "days_off": tuple(row["days_off"])})


def _sla_plans(session: Session) -> dict[int, SlaPlanRecord]:
    rows = _read(
        session,
        SlaPlanRow.id,
        SlaPlanRow.name,
        SlaPlanRow.schedule_id,
        SlaPlanRow.grace_seconds,
        SlaPlanRow.due_soon_seconds,
        SlaPlanRow.repeat_seconds,
        SlaPlanRow.repeat_cap,
        SlaPlanRow.steps,
    )
    return {row["id"]: SlaPlanRecord(**{**row, "steps": _steps(row["steps"])}) for row in rows}


def _steps(steps: list[Any]) -> tuple[EscalationStep, ...]:
    return tuple(EscalationStep(after_seconds=each["after_seconds"], roles=tuple(each["roles"])) for each in steps)


def _channels(session: Session) -> dict[str, ChannelRecord]:
    return {row["name"]: ChannelRecord(**row) for row in _read(session, ChannelRow.name, ChannelRow.held)}


def _switches(session: Session) -> tuple[SwitchRecord, ...]:
    rows = _read(
        session,
        SwitchRow.id,
        SwitchRow.plugin,
        SwitchRow.level,
        SwitchRow.scope_id,
        SwitchRow.position,
        SwitchRow.shadow,
    )
    return tuple(
        SwitchRecord(
            plugin=row["plugin"],
            level=Level(row["level"]),
            scope_id=row["scope_id"],
            position=None if row["position"] is None else Switch(row["position"]),
            shadow=row["shadow"],
        )
        for row in rows
    )


def _options(session: Session) -> tuple[OptionRecord, ...]:
    rows = _read(
        session, OptionRow.id, OptionRow.plugin, OptionRow.level, OptionRow.scope_id, OptionRow.field, OptionRow.value
    )
    return tuple(
        OptionRecord(
            plugin=row["plugin"],
            level=Level(row["level"]),
            scope_id=row["scope_id"],
            field=row["field"],
            value=row["value"],
        )
        for row in rows
    )


def _quarantined(session: Session) -> dict[str, str]:
    return {row["plugin"]: row["reason"] for row in _read(session, QuarantineRow.plugin, QuarantineRow.reason)}


# --- keeping revisions ---


def save_revision(session: Session, directory: Directory, now: datetime) -> None:
    """Keep this revision of the directory, if it is not kept yet."""
    kept = select(DirectoryRevisionRow.revision).where(DirectoryRevisionRow.revision == directory.revision)
    if session.connection().scalar(kept) is not None:
        return
    content = zlib.compress(_converter.dumps(directory))
    new = upserting(session, DirectoryRevisionRow).values(revision=directory.revision, saved_at=now, content=content)
    session.connection().execute(new.on_conflict_do_nothing())


def directory_at(session: Session, revision: int) -> Directory:
    """The directory as it was at `revision`.

    :raises UnknownRevision: when no decision was made by it.
    """
    kept = select(DirectoryRevisionRow.content).where(DirectoryRevisionRow.revision == revision)
    content = session.scalar(kept)
    if content is None:
        raise UnknownRevision(revision)
    return _unpacked(bytes(content))


@lru_cache(maxsize=REVISIONS_AT_HAND)
def _unpacked(content: bytes) -> Directory:
    return _converter.loads(zlib.decompress(content), Directory)

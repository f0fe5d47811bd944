"""Writes the records that a desk is organised by, whole, and tells what would be lost with one.

Every function works in the caller's transaction. A record with the id 0 is new; saving answers the id that it got.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import TypeVar

import attrs
from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import Session, selectinload

from ..contract.addresses import normalise
from ..contract.kinds import Level
from ..contract.people import Actor, ActorKind
from . import configuration
from .directory import (
    AgentRecord,
    DepartmentRecord,
    MailboxRecord,
    OrganizationRecord,
    ScheduleRecord,
    SlaPlanRecord,
    TeamRecord,
    TopicRecord,
)
from .rows import (
    AgentRow,
    CollaboratorRow,
    DepartmentMemberRow,
    DepartmentRow,
    EndUserAddressRow,
    EndUserRow,
    EntryRow,
    JournalRow,
    MailboxRow,
    OrganizationRow,
    Row,
    ScheduleRow,
    SlaPlanRow,
    TeamMemberRow,
    TeamRow,
    TicketRow,
    TopicRow,
)

R = TypeVar("R", bound=Row)
S = TypeVar("S", DepartmentRow, TopicRow, MailboxRow)
_LOOK_UP_AT_ONCE = 500


@attrs.frozen(kw_only=True)
class EndUserRecord:
    """A person who asks for help; the first of the addresses is the primary one."""

    id: int = 0
    name: str = ""
    addresses: tuple[str, ...]
    organization_id: int | None = None


@attrs.frozen(kw_only=True)
class Usage:
    """What hangs on a record: how many tickets, and whether the person has written or done anything."""

    tickets: int = 0
    acted: bool = False


# --- saving ---


def save_agent(session: Session, agent: AgentRecord) -> int:
    """Write an agent."""
    row = _row(session, AgentRow, agent.id)
    row.name, row.address, row.address_key = agent.name, agent.address, normalise(agent.address)
    row.is_admin, row.active, row.alert_only = agent.is_admin, agent.active, agent.alert_only
    row.leave_from, row.leave_until = agent.leave_from, agent.leave_until
    row.substitute_id = agent.substitute_id
    return _added(session, row).id


def save_organization(session: Session, organization: OrganizationRecord) -> int:
    """Write an organization."""
    row = _row(session, OrganizationRow, organization.id)
    row.name, row.account_manager_id = organization.name, organization.account_manager_id
    return _added(session, row).id


def save_schedule(session: Session, schedule: ScheduleRecord) -> int:
    """Write business hours."""
    row = _row(session, ScheduleRow, schedule.id)
    row.name, row.time_zone = schedule.name, schedule.time_zone
    row.week = {day: [list(span) for span in spans] for day, spans in schedule.week.items()}
    row.country, row.subdivision, row.days_off = schedule.country, schedule.subdivision, list(schedule.days_off)
    return _added(session, row).id


def save_sla_plan(session: Session, plan: SlaPlanRecord) -> int:
    """Write an SLA plan with the steps of its escalation."""
    row = _row(session, SlaPlanRow, plan.id)
    row.name, row.schedule_id = plan.name, plan.schedule_id
    row.grace_seconds, row.due_soon_seconds = plan.grace_seconds, plan.due_soon_seconds
    row.repeat_seconds, row.repeat_cap = plan.repeat_seconds, plan.repeat_cap
    row.steps = [{"after_seconds": step.after_seconds, "roles": list(step.roles)} for step in plan.steps]
    return _added(session, row).id


def save_department(session: Session, department: DepartmentRecord, *, by: Actor, now: datetime) -> int:
    """Write a department with its primary and extended members.

    :param by: who changes its ways of working, from the template set to the pause; that is written down.
    """
    row = _scope_row(session, DepartmentRow, department.id, level=Level.DEPARTMENT)
    row.name, row.signature = department.name, department.signature
    row.parent_id, row.manager_id = department.parent_id, department.manager_id
    row.recipients_mode = department.recipients_mode.value
    row.address, row.autoresponse_address = department.address, department.autoresponse_address
    primary = [(agent_id, False, "", True) for agent_id in department.members]
    wanted = primary + [(each.agent_id, True, each.role, each.alerts) for each in department.extended]
    if wanted != [(each.agent_id, each.extended, each.role, each.alerts) for each in row.members]:
        row.members = [
            DepartmentMemberRow(agent_id=agent_id, extended=extended, role=role, alerts=alerts)
            for agent_id, extended, role, alerts in wanted
        ]
    _added(session, row)
    ways: dict[str, object] = {
        "template_set": department.template_set or None,
        "sla_plan": _plan_name(session, department.sla_plan_id),
        "ticket_limit": department.ticket_limit,
        "reopen_days": department.reopen_days,
        "claim_on_reply": department.claim_on_reply,
        "pause_while_waiting": department.pause_while_waiting,
        "agent_mail": None if department.agent_mail is None else department.agent_mail.value,
    }
    configuration.set_scope_settings(session, Level.DEPARTMENT, row.id, ways, by=by, now=now)
    return row.id


def save_team(session: Session, team: TeamRecord) -> int:
    """Write a team with its members."""
    row = _row(session, TeamRow, team.id)
    row.name, row.lead_id, row.alerts = team.name, team.lead_id, team.alerts
    wanted = [(each.agent_id, each.alerts) for each in team.members]
    if wanted != [(each.agent_id, each.alerts) for each in row.members]:
        row.members = [TeamMemberRow(agent_id=agent_id, alerts=alerts) for agent_id, alerts in wanted]
    return _added(session, row).id


def save_topic(session: Session, topic: TopicRecord, *, by: Actor, now: datetime) -> int:
    """Write a help topic; who changes its SLA plan is written down."""
    row = _scope_row(session, TopicRow, topic.id, level=Level.TOPIC)
    row.name, row.priority = topic.name, topic.priority.value
    row.department_id, row.agent_id, row.team_id = topic.department_id, topic.agent_id, topic.team_id
    _added(session, row)
    plan: dict[str, object] = {"sla_plan": _plan_name(session, topic.sla_plan_id)}
    configuration.set_scope_settings(session, Level.TOPIC, row.id, plan, by=by, now=now)
    return row.id


def save_mailbox(session: Session, mailbox: MailboxRecord) -> int:
    """Write an intake mailbox."""
    row = _scope_row(session, MailboxRow, mailbox.id, level=Level.MAILBOX)
    row.name, row.address, row.address_key = mailbox.name, mailbox.address, normalise(mailbox.address)
    row.aliases = list(mailbox.aliases)
    row.department_id, row.topic_id = mailbox.department_id, mailbox.topic_id
    row.answer_unaddressed, row.plus_addresses = mailbox.answer_unaddressed, mailbox.plus_addresses
    row.auth_server, row.arc_sealers = mailbox.auth_server, list(mailbox.arc_sealers)
    row.agents_unproven = mailbox.agents_unproven
    return _added(session, row).id


def save_end_user(session: Session, user: EndUserRecord, *, now: datetime) -> int:
    """Write an end user with all addresses; `now` is when a new one came to be known."""
    row = _row(session, EndUserRow, user.id)
    row.name, row.organization_id = user.name, user.organization_id
    if user.id == 0:
        row.created_at = now
    if tuple(each.address for each in row.addresses) != user.addresses:
        row.addresses = []
        # Out before in: the keys are unique, and some may only change their place.
        _added(session, row)
        row.addresses = [EndUserAddressRow(address=each, address_key=normalise(each)) for each in user.addresses]
    return _added(session, row).id


def free_addresses(session: Session, *, mailbox_ids: Collection[int], end_user_ids: Collection[int]) -> None:
    """Let go of the addresses of records that are about to be saved with others, so that these can trade them."""
    for mailbox_id in mailbox_ids:
        session.get_one(MailboxRow, mailbox_id).address_key = f"mailbox {mailbox_id}"
    for end_user_id in end_user_ids:
        session.get_one(EndUserRow, end_user_id).addresses = []
    session.flush()


def _row(session: Session, table: type[R], record_id: int) -> R:
    return session.get_one(table, record_id) if record_id else table()


def _scope_row(session: Session, table: type[S], record_id: int, *, level: Level) -> S:
    row = _row(session, table, record_id)
    fresh = None if record_id else configuration.fresh_scope_id(session, level)
    if fresh is not None:
        row.id = fresh
    return row


def _plan_name(session: Session, plan_id: int | None) -> str | None:
    return None if plan_id is None else session.get_one(SlaPlanRow, plan_id).name


def _added(session: Session, row: R) -> R:
    session.add(row)
    session.flush()
    return row


# --- removing ---


def remove_agent(session: Session, agent_id: int) -> None:
    """Take away an agent; memberships go along, other places that name the agent are left empty."""
    _remove(session, AgentRow, agent_id)


def remove_organization(session: Session, organization_id: int) -> None:
    """Take away an organization; its end users stay."""
    _remove(session, OrganizationRow, organization_id)


def remove_department(session: Session, department_id: int, *, by: Actor, now: datetime) -> None:
    """Take away a department without tickets, mailboxes or children, and all that is switched for it."""
    configuration.forget_scope(session, Level.DEPARTMENT, department_id, by=by, now=now)
    _remove(session, DepartmentRow, department_id)


def remove_team(session: Session, team_id: int) -> None:
    """Take away a team; tickets and topics that name it are left without."""
    _remove(session, TeamRow, team_id)


def remove_topic(session: Session, topic_id: int, *, by: Actor, now: datetime) -> None:
    """Take away a help topic and all that is switched for it; its tickets are left without."""
    configuration.forget_scope(session, Level.TOPIC, topic_id, by=by, now=now)
    _remove(session, TopicRow, topic_id)


def remove_mailbox(session: Session, mailbox_id: int, *, by: Actor, now: datetime) -> None:
    """Take away an intake mailbox and all that is switched for it; what it brought stays."""
    configuration.forget_scope(session, Level.MAILBOX, mailbox_id, by=by, now=now)
    _remove(session, MailboxRow, mailbox_id)


def remove_schedule(session: Session, schedule_id: int) -> None:
    """Take away business hours; SLA plans that name them are left without, so that every hour counts."""
    _remove(session, ScheduleRow, schedule_id)


def remove_sla_plan(session: Session, plan_id: int) -> None:
    """Take away an SLA plan; tickets that run by it are left without."""
    _remove(session, SlaPlanRow, plan_id)


def remove_end_user(session: Session, end_user_id: int) -> None:
    """Take away an end user who owns no ticket."""
    _remove(session, EndUserRow, end_user_id)


def _remove(session: Session, table: type[Row], record_id: int) -> None:
    session.delete(session.get_one(table, record_id))
    session.flush()


# --- looking ---


def end_users(session: Session, addresses: Collection[str] | None = None) -> tuple[EndUserRecord, ...]:
    """Every end user, or those who have one of `addresses`; oldest first."""
    if addresses is None:
        return tuple(map(_end_user, session.scalars(_with_addresses())))
    found: dict[int, EndUserRecord] = {}
    for keys in _batches(sorted({normalise(address) for address in addresses})):
        owners = select(EndUserAddressRow.user_id).where(EndUserAddressRow.address_key.in_(keys))
        for row in session.scalars(_with_addresses().where(EndUserRow.id.in_(owners))):
            found[row.id] = _end_user(row)
    return tuple(found[key] for key in sorted(found))


def _with_addresses() -> Select[EndUserRow]:
    return select(EndUserRow).options(selectinload(EndUserRow.addresses)).order_by(EndUserRow.id)


def _end_user(row: EndUserRow) -> EndUserRecord:
    addresses = tuple(each.address for each in row.addresses)
    return EndUserRecord(id=row.id, name=row.name, addresses=addresses, organization_id=row.organization_id)


def _batches(keys: Sequence[str]) -> Iterator[list[str]]:
    """Few enough at a time for the limit that databases set on the values of one statement."""
    rest = iter(keys)
    while batch := list(islice(rest, _LOOK_UP_AT_ONCE)):
        yield batch


def department_usage(session: Session, department_id: int) -> Usage:
    """The tickets in a department."""
    return Usage(tickets=_tickets(session, TicketRow.department_id == department_id))


def team_usage(session: Session, team_id: int) -> Usage:
    """The tickets that are assigned to a team."""
    return Usage(tickets=_tickets(session, TicketRow.team_id == team_id))


def agent_usage(session: Session, agent_id: int) -> Usage:
    """The tickets that an agent is assigned to or was the last to answer, and whether the history names the agent."""
    mine = or_(TicketRow.agent_id == agent_id, TicketRow.last_respondent_id == agent_id)
    return Usage(tickets=_tickets(session, mine), acted=_acted(session, ActorKind.AGENT, agent_id))


def end_user_usage(session: Session, end_user_id: int) -> Usage:
    """The tickets that an end user takes part in, and whether the history names the end user."""
    joined = select(CollaboratorRow.ticket_id).where(CollaboratorRow.user_id == end_user_id)
    mine = or_(TicketRow.owner_id == end_user_id, TicketRow.id.in_(joined))
    return Usage(tickets=_tickets(session, mine), acted=_acted(session, ActorKind.END_USER, end_user_id))


def _tickets(session: Session, condition: ColumnElement[bool]) -> int:
    return session.scalars(select(func.count()).select_from(TicketRow).where(condition)).one()


def _acted(session: Session, kind: ActorKind, person_id: int) -> bool:
    wrote = exists().where(EntryRow.author_kind == kind.value, EntryRow.author_id == person_id)
    caused = exists().where(JournalRow.actor_kind == kind.value, JournalRow.actor_id == person_id)
    return session.scalars(select(or_(wrote, caused))).one()

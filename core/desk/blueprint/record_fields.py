"""Records of the desk as fields in the words of the file, ids replaced by names."""

from collections.abc import Iterable, Mapping
from datetime import timedelta

from ...contract.kinds import Level, Switch
from ...contract.structuring import plain
from ...contract.structuring.times import duration_text
from ...store.directory import (
    AgentRecord,
    ChannelRecord,
    DepartmentRecord,
    MailboxRecord,
    OptionRecord,
    OrganizationRecord,
    Profile,
    ScheduleRecord,
    SlaPlanRecord,
    SwitchRecord,
    TeamRecord,
    TopicRecord,
)
from ...store.records import EndUserRecord
from ...store.secrets import SecretBox
from .hours_fields import week_texts
from .objects import EXTENDED, INHERIT, INHERITED, Fields, Group, Path, Ref, Sealed

Names = Mapping[tuple[str, int], str]
"""What a record is called, by table and id."""

SCOPES = {Level.DEPARTMENT: "departments", Level.TOPIC: "topics", Level.MAILBOX: "mailboxes"}
"""The table that the scope of a switch or option is a row of."""


def profile(record: Profile) -> Fields:
    """The settings of the desk as a whole; the SLA plan is kept by its name."""
    return {
        ("desk_name",): record.desk_name,
        ("admin_address",): record.admin_address,
        ("domain",): record.domain,
        ("base_url",): record.base_url,
        ("ticket_limit",): record.ticket_limit,
        ("reopen_days",): record.reopen_days,
        ("claim_on_reply",): record.claim_on_reply,
        ("pause_while_waiting",): record.pause_while_waiting,
        ("sla_plan",): Ref.to("sla_plans", record.sla_plan) if record.sla_plan else None,
        ("keep_decisions_days",): record.keep_decisions_days,
        ("login_failures",): record.login_failures,
        ("login_window_minutes",): record.login_window_minutes,
        ("agent_mail",): record.agent_mail.value,
        ("answers_per_hour",): record.answers_per_hour,
        ("answers_per_day",): record.answers_per_day,
        ("mailbox_answers_per_hour",): record.mailbox_answers_per_hour,
        ("reply_marker",): record.reply_marker,
        ("bounce_domain",): record.bounce_domain,
        ("largest_files_kib",): record.largest_files_kib,
    }


def agent(record: AgentRecord, *, names: Names) -> Fields:
    """An agent."""
    return {
        ("name",): record.name,
        ("admin",): record.is_admin,
        ("active",): record.active,
        ("alert_only",): record.alert_only,
        ("leave_from",): record.leave_from,
        ("leave_until",): record.leave_until,
        ("substitute",): _ref("agents", record.substitute_id, names=names),
    }


def organization(record: OrganizationRecord, *, names: Names) -> Fields:
    """An organization."""
    return {("account_manager",): _ref("agents", record.account_manager_id, names=names)}


def schedule(record: ScheduleRecord) -> Fields:
    """Business hours."""
    return {
        ("time_zone",): record.time_zone,
        ("country",): record.country,
        ("subdivision",): record.subdivision,
        ("days_off",): Group(tuple(dict.fromkeys(record.days_off))),
        ("week",): week_texts(record.week),
    }


def sla_plan(record: SlaPlanRecord, *, names: Names) -> Fields:
    """An SLA plan."""
    return {
        ("schedule",): _ref("schedules", record.schedule_id, names=names),
        ("grace",): _duration(record.grace_seconds),
        ("due_soon",): _duration(record.due_soon_seconds),
        ("repeat",): _duration(record.repeat_seconds),
        ("repeat_cap",): record.repeat_cap,
        ("steps",): [{"after": _duration(step.after_seconds), "roles": list(step.roles)} for step in record.steps],
    }


def _duration(seconds: int) -> str:
    return duration_text(timedelta(seconds=seconds))


def department(record: DepartmentRecord, *, names: Names) -> Fields:
    """A department with its members."""
    fields: dict[Path, object] = {
        ("parent",): _ref("departments", record.parent_id, names=names),
        ("manager",): _ref("agents", record.manager_id, names=names),
        ("members",): _refs(record.members, names=names),
        ("recipients_mode",): record.recipients_mode.value,
        ("address",): record.address,
        ("autoresponse_address",): record.autoresponse_address,
        ("signature",): record.signature,
        ("template_set",): record.template_set,
        ("sla_plan",): _ref("sla_plans", record.sla_plan_id, names=names),
        **{(name,): INHERIT if (said := getattr(record, name)) is None else plain(said) for name in INHERITED},
        ("extended",): EXTENDED,
    }
    for each in record.extended:
        ref = Ref.to("agents", names["agents", each.agent_id])
        fields["extended", ref] = EXTENDED
        fields["extended", ref, "role"] = each.role
        fields["extended", ref, "alerts"] = each.alerts
    return fields


def team(record: TeamRecord, *, names: Names) -> Fields:
    """A team with its members."""
    return {
        ("lead",): _ref("agents", record.lead_id, names=names),
        ("alerts",): record.alerts,
        ("members",): _refs((each.agent_id for each in record.members), names=names),
        ("without_alerts",): _refs((each.agent_id for each in record.members if not each.alerts), names=names),
    }


def topic(record: TopicRecord, *, names: Names) -> Fields:
    """A help topic."""
    return {
        ("department",): _ref("departments", record.department_id, names=names),
        ("priority",): record.priority.value,
        ("agent",): _ref("agents", record.agent_id, names=names),
        ("team",): _ref("teams", record.team_id, names=names),
        ("sla_plan",): _ref("sla_plans", record.sla_plan_id, names=names),
    }


def mailbox(record: MailboxRecord, *, names: Names) -> Fields:
    """An intake mailbox."""
    return {
        ("address",): record.address,
        ("aliases",): Group(tuple(dict.fromkeys(record.aliases))),
        ("department",): _ref("departments", record.department_id, names=names),
        ("topic",): _ref("topics", record.topic_id, names=names),
        ("answer_unaddressed",): record.answer_unaddressed,
        ("plus_addresses",): record.plus_addresses,
        ("auth_server",): record.auth_server,
        ("arc_sealers",): Group(tuple(dict.fromkeys(record.arc_sealers))),
        ("agents_unproven",): record.agents_unproven,
    }


def end_user(record: EndUserRecord, *, names: Names) -> Fields:
    """An end user; the primary address is the key."""
    return {
        ("name",): record.name,
        ("addresses",): Group(record.addresses[1:]),
        ("organization",): _ref("organizations", record.organization_id, names=names),
    }


def channel(record: ChannelRecord, *, options: Mapping[str, object]) -> Fields:
    """What is set for a channel."""
    return {("held",): record.held} | {(name,): kept(value) for name, value in sorted(options.items())}


def switch(record: SwitchRecord, *, names: Names) -> Fields:
    """What one level says about one plugin; nothing if what it is said for is gone."""
    position = None if record.position in (None, Switch.INHERIT) else str(record.position)
    said: dict[Path, object] = {}
    if record.level is Level.GLOBAL:
        said = {("position",): position, ("shadow",): record.shadow}
    elif ref := _scope(record.level, record.scope_id, names=names):
        said = {(ref.table, ref): position}
        if record.level is Level.DEPARTMENT:
            said["shadow_departments", ref] = record.shadow
    return {path: value for path, value in said.items() if value is not None}


def option(record: OptionRecord, *, names: Names) -> Fields:
    """One option at one level; nothing if what it is set for is gone."""
    # The tick of a role is the option `audience.<role>`; the role may have a dot in its name.
    path: Path = tuple(record.field.split(".", 1))
    if record.level is Level.GLOBAL:
        return {path: kept(record.value)}
    ref = _scope(record.level, record.scope_id, names=names)
    return {} if ref is None else {(ref.table, ref, *path): kept(record.value)}


def _scope(level: Level, scope_id: int, *, names: Names) -> Ref | None:
    table = SCOPES[level]
    return Ref.to(table, names[table, scope_id]) if (table, scope_id) in names else None


def _ref(table: str, record_id: int | None, *, names: Names) -> Ref | None:
    return None if record_id is None else Ref.to(table, names[table, record_id])


def _refs(ids: Iterable[int], *, names: Names) -> Group:
    return Group(tuple(Ref.to("agents", names["agents", each]) for each in dict.fromkeys(ids)))


def kept(value: object) -> object:
    """An option as it is stored; one with a secret in it is marked as such."""
    return Sealed(value) if _holds_secret(value) else value


def _holds_secret(value: object) -> bool:
    if isinstance(value, Mapping):
        return any(map(_holds_secret, value.values()))
    return any(map(_holds_secret, value)) if isinstance(value, list) else SecretBox.is_sealed(value)

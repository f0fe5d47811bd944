"""The desk's configuration as one frozen value: who works here, how it is organised, what is switched.

It is read once per revision and shared by all threads, so that the rules which turn roles into people are pure functions.
It holds no secret: channel options stay in their rows.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Protocol, TypeVar

import attrs

from ..contract.addresses import normalise
from ..contract.errors import UnknownName
from ..contract.kinds import Level, Switch
from ..contract.tickets import Priority


class RecipientsMode(StrEnum):
    """Who counts as department members for alerts."""

    MEMBERS = "members"
    MEMBERS_AND_EXTENDED = "members_and_extended"
    NOBODY = "nobody"


class AgentMail(StrEnum):
    """What becomes of an agent's answer by mail: nothing but an unverified message, a note, or a reply."""

    OFF = "off"
    NOTE = "note"
    REPLY = "reply"


@attrs.frozen(kw_only=True)
class AgentRecord:
    """An agent. A leave lasts from `leave_from` until `leave_until`; without an end it lasts until further notice."""

    id: int
    name: str
    address: str
    is_admin: bool = False
    active: bool = True
    alert_only: bool = False
    leave_from: datetime | None = None
    leave_until: datetime | None = None
    substitute_id: int | None = None

    def on_leave(self, moment: datetime) -> bool:
        """Whether the leave covers `moment`."""
        if self.leave_from is None or moment < self.leave_from:
            return False
        return self.leave_until is None or moment < self.leave_until

    def available(self, moment: datetime) -> bool:
        """Active and not on leave."""
        return self.active and not self.on_leave(moment)


@attrs.frozen(kw_only=True)
class OrganizationRecord:
    """An organization and its account manager."""

    id: int
    name: str
    account_manager_id: int | None = None


@attrs.frozen(kw_only=True)
class ExtendedMember:
    """An agent with access to a department that is not the own one."""

    agent_id: int
    role: str = ""
    alerts: bool = True


@attrs.frozen(kw_only=True)
class DepartmentRecord:
    """A node of the department tree; `members` are the ids of its primary members.

    Ways of working that are None, from `sla_plan_id` to `agent_mail`, are as the parent's (see `Policy`).
    """

    id: int
    name: str
    parent_id: int | None = None
    manager_id: int | None = None
    recipients_mode: RecipientsMode = RecipientsMode.MEMBERS
    address: str = ""
    autoresponse_address: str = ""
    signature: str = ""
    template_set: str = ""
    sla_plan_id: int | None = None
    ticket_limit: int | None = None
    reopen_days: int | None = None
    claim_on_reply: bool | None = None
    pause_while_waiting: bool | None = None
    agent_mail: AgentMail | None = None
    members: tuple[int, ...] = ()
    extended: tuple[ExtendedMember, ...] = ()


@attrs.frozen(kw_only=True)
class TeamMember:
    """An agent in a team, with an own alerts flag."""

    agent_id: int
    alerts: bool = True


@attrs.frozen(kw_only=True)
class TeamRecord:
    """A team; its lead is a member only if listed."""

    id: int
    name: str
    lead_id: int | None = None
    alerts: bool = True
    members: tuple[TeamMember, ...] = ()


@attrs.frozen(kw_only=True)
class TopicRecord:
    """A help topic and where it routes."""

    id: int
    name: str
    department_id: int | None = None
    priority: Priority = Priority.NORMAL
    agent_id: int | None = None
    team_id: int | None = None
    sla_plan_id: int | None = None


@attrs.frozen(kw_only=True)
class ScheduleRecord:
    """Business hours: `week` maps ``mon`` to ``sun`` to spans of local wall-clock time such as ``("09:00", "17:00")``.

    `country` and `subdivision` say whose public holidays are none of them, `days_off` are further dates in ISO form.
    """

    id: int
    name: str
    time_zone: str = "UTC"
    week: Mapping[str, tuple[tuple[str, str], ...]] = attrs.field(factory=dict)
    country: str = ""
    subdivision: str = ""
    days_off: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class EscalationStep:
    """After so many seconds of business time without acknowledgement or reply, these roles are told."""

    after_seconds: int
    roles: tuple[str, ...]


@attrs.frozen(kw_only=True)
class SlaPlanRecord:
    """How long an answer may take; durations are seconds of business time, without a schedule of any time.

    The overdue alert is repeated every `repeat_seconds` (0: never) up to `repeat_cap` times.
    """

    id: int
    name: str
    schedule_id: int | None = None
    grace_seconds: int
    due_soon_seconds: int = 3600
    repeat_seconds: int = 0
    repeat_cap: int = 10
    steps: tuple[EscalationStep, ...] = ()


@attrs.frozen(kw_only=True)
class MailboxRecord:
    """An intake mailbox; `aliases` are further addresses that arrive there, `plus_addresses` says that plus forms do too.

    `auth_server` names the authserv-id whose Authentication-Results are believed ('' believes none), `arc_sealers` the
    domains whose ARC seals are. `agents_unproven` lets agents answer by mail that carries no authentication at all.
    """

    id: int
    name: str
    address: str
    department_id: int
    aliases: tuple[str, ...] = ()
    topic_id: int | None = None
    answer_unaddressed: bool = False
    plus_addresses: bool = False
    auth_server: str = ""
    arc_sealers: tuple[str, ...] = ()
    agents_unproven: bool = False

    @property
    def addresses(self) -> tuple[str, ...]:
        """The address and its aliases."""
        return (self.address, *self.aliases)


@attrs.frozen(kw_only=True)
class SwitchRecord:
    """What one level says about one plugin; `scope_id` is 0 at the global level, None leaves that half unset."""

    plugin: str
    level: Level
    scope_id: int = 0
    position: Switch | None = None
    shadow: bool | None = None


@attrs.frozen(kw_only=True)
class OptionRecord:
    """The value of one option field of one plugin at one level."""

    plugin: str
    level: Level
    scope_id: int = 0
    field: str
    value: object


@attrs.frozen(kw_only=True)
class ChannelRecord:
    """Whether a channel's deliveries are held back by a person."""

    name: str
    held: bool = False


@attrs.frozen(kw_only=True)
class Profile:
    """The desk as a whole: its name, the admin address ('' = none), its mail domain and the link to its pages.

    From `ticket_limit` on: ways of working that departments may set otherwise (see `Policy`), then for how many days
    decisions are kept (0: for ever), and when failed logins are told: after more than `login_failures` within
    `login_window_minutes`. Automatic answers are capped: per person and mailbox `answers_per_hour` and `answers_per_day`,
    and `mailbox_answers_per_hour` for all of a mailbox together; 0 lifts a cap. Whoever answers one of our mails is asked to
    write above `reply_marker`. Mails that come back go to ``b.<token>@<bounce_domain>``, unless it is ''. Files of a reply go
    along up to `largest_files_kib` in all.
    """

    desk_name: str = "Helpdesk"
    admin_address: str = ""
    domain: str = "example.com"
    base_url: str = ""
    ticket_limit: int = 20
    reopen_days: int = 30
    claim_on_reply: bool = True
    pause_while_waiting: bool = False
    sla_plan: str = ""
    keep_decisions_days: int = 0
    login_failures: int = 10
    login_window_minutes: int = 15
    agent_mail: AgentMail = AgentMail.OFF
    answers_per_hour: int = 5
    answers_per_day: int = 20
    mailbox_answers_per_hour: int = 300
    reply_marker: str = "-- Please write your answer above this line --"
    bounce_domain: str = ""
    largest_files_kib: int = 10_240


@attrs.frozen(kw_only=True)
class Policy:
    """How a department works, after its parents and the desk have filled in what it leaves open.

    `ticket_limit` is how many open tickets an end user may have (0: any number); a message reopens a closed ticket within
    `reopen_days` (0: never); a reply to an unassigned ticket claims it when `claim_on_reply`; with `pause_while_waiting` a
    reply makes the ticket wait for its end user, and while it waits the clock of its SLA plan stands still. `agent_mail` is
    what an agent's answer by mail becomes.
    """

    ticket_limit: int
    reopen_days: int
    claim_on_reply: bool
    pause_while_waiting: bool
    agent_mail: AgentMail
    sla_plan_id: int | None


@attrs.frozen(kw_only=True)
class Directory:
    """Everything above at one `revision`, by id, with the look-ups that the rules need."""

    revision: int = 0
    profile: Profile = attrs.field(factory=Profile)
    agents: Mapping[int, AgentRecord] = attrs.field(factory=dict)
    organizations: Mapping[int, OrganizationRecord] = attrs.field(factory=dict)
    departments: Mapping[int, DepartmentRecord] = attrs.field(factory=dict)
    teams: Mapping[int, TeamRecord] = attrs.field(factory=dict)
    topics: Mapping[int, TopicRecord] = attrs.field(factory=dict)
    mailboxes: Mapping[int, MailboxRecord] = attrs.field(factory=dict)
    schedules: Mapping[int, ScheduleRecord] = attrs.field(factory=dict)
    sla_plans: Mapping[int, SlaPlanRecord] = attrs.field(factory=dict)
    channels: Mapping[str, ChannelRecord] = attrs.field(factory=dict)
    switches: tuple[SwitchRecord, ...] = ()
    options: tuple[OptionRecord, ...] = ()
    quarantined: Mapping[str, str] = attrs.field(factory=dict)

    @cached_property
    def switch_index(self) -> Mapping[tuple[str, Level, int], SwitchRecord]:
        """Switches by (plugin, level, scope id)."""
        return {(switch.plugin, switch.level, switch.scope_id): switch for switch in self.switches}

    @cached_property
    def option_index(self) -> Mapping[tuple[str, Level, int], Mapping[str, object]]:
        """Option fields by (plugin, level, scope id)."""
        index: dict[tuple[str, Level, int], dict[str, object]] = {}
        for option in self.options:
            index.setdefault((option.plugin, option.level, option.scope_id), {})[option.field] = option.value
        return index

    @cached_property
    def agents_by_address(self) -> Mapping[str, AgentRecord]:
        """Agents by normalised address."""
        return {normalise(agent.address): agent for agent in self.agents.values()}

    @cached_property
    def mailboxes_by_address(self) -> Mapping[str, MailboxRecord]:
        """Mailboxes by each of their normalised addresses."""
        return {normalise(address): box for box in self.mailboxes.values() for address in box.addresses}

    @cached_property
    def system_addresses(self) -> frozenset[str]:
        """Normalised addresses that are the desk itself: mailboxes, departments, addresses marked alert-only."""
        departments = (
            address for each in self.departments.values() for address in (each.address, each.autoresponse_address)
        )
        agents = (agent.address for agent in self.agents.values() if agent.alert_only)
        own = {normalise(address) for address in (*departments, *agents) if address}
        return frozenset(own | set(self.mailboxes_by_address))

    def is_system_address(self, address: str) -> bool:
        """Whether `address`, or what it is a plus form of, is the desk itself (RFC 3834 section 2)."""
        key = normalise(address)
        local, _, domain = key.rpartition("@")
        return key in self.system_addresses or f"{local.partition('+')[0]}@{domain}" in self.system_addresses

    def department_path(self, department_id: int) -> Iterator[DepartmentRecord]:
        """The department, its parent and so on to the root; a cycle ends the walk."""
        seen: set[int] = set()
        current = self.departments.get(department_id)
        while current is not None and current.id not in seen:
            yield current
            seen.add(current.id)
            current = self.departments.get(current.parent_id) if current.parent_id is not None else None

    def policy(self, department_id: int) -> Policy:
        """How a department works: what it says, else its parents, else the settings of the desk."""
        known = self._policies.get(department_id)
        if known is None:
            known = self._policies[department_id] = self._policy(department_id)
        return known

    @cached_property
    def _policies(self) -> dict[int, Policy]:
        return {}

    def _policy(self, department_id: int) -> Policy:
        path = tuple(self.department_path(department_id))
        said = {
            name: next((value for each in path if (value := getattr(each, name)) is not None), None)
            for name in attrs.fields_dict(Policy)
        }
        default = {name: getattr(self.profile, name) for name in said if name != "sla_plan_id"}
        default["sla_plan_id"] = self._default_plan_id
        return Policy(**{name: default[name] if value is None else value for name, value in said.items()})

    @cached_property
    def _default_plan_id(self) -> int | None:
        wanted = self.profile.sla_plan.casefold()
        return next((plan.id for plan in self.sla_plans.values() if wanted and plan.name.casefold() == wanted), None)

    def schedule(self, name: str) -> ScheduleRecord:
        """The schedule of this name, case ignored.

        :raises UnknownName: when there is none.
        """
        return named("schedule", name, self.schedules)

    def sla_plan(self, name: str) -> SlaPlanRecord:
        """The SLA plan of this name, case ignored.

        :raises UnknownName: when there is none.
        """
        return named("SLA plan", name, self.sla_plans)

    def agent(self, address: str) -> AgentRecord:
        """The agent with this address.

        :raises UnknownName: when there is none.
        """
        found = self.agents_by_address.get(normalise(address))
        if found is None:
            raise UnknownName("agent", address, (agent.address for agent in self.agents.values()))
        return found

    def department(self, name: str) -> DepartmentRecord:
        """The department of this name, case ignored.

        :raises UnknownName: when there is none.
        """
        return named("department", name, self.departments)

    def team(self, name: str) -> TeamRecord:
        """The team of this name, case ignored.

        :raises UnknownName: when there is none.
        """
        return named("team", name, self.teams)

    def topic(self, name: str) -> TopicRecord:
        """The help topic of this name, case ignored.

        :raises UnknownName: when there is none.
        """
        return named("topic", name, self.topics)

    def mailbox(self, name: str) -> MailboxRecord:
        """The mailbox of this name or address, case ignored.

        :raises UnknownName: when there is none.
        """
        by_address = self.mailboxes_by_address.get(normalise(name))
        return by_address if by_address is not None else named("mailbox", name, self.mailboxes)


class Named(Protocol):
    """A record that people call by its name."""

    @property
    def name(self) -> str:
        """The name that administrators use."""
        ...


N = TypeVar("N", bound=Named)


def named(kind: str, name: str, records: Mapping[int, N]) -> N:
    """The record of this name, case ignored.

    :raises UnknownName: with the nearest names, when there is none.
    """
    wanted = name.casefold()
    for record in records.values():
        if record.name.casefold() == wanted:
            return record
    raise UnknownName(kind, name, (record.name for record in records.values()))

"""What each table of the file may say; a field that is absent is left alone.

An empty text takes a reference or a time away: ``manager = ""``.
"""

from collections.abc import Mapping
from datetime import timedelta

import attrs

from ...contract.kinds import Switch
from ...contract.structuring import plain
from ...contract.tickets import Priority
from ...store.directory import AgentMail, RecipientsMode
from .hours_fields import StepTable, check_day, check_steps, duration, week_of, week_texts
from .table_fields import (
    addresses,
    check_address,
    check_country,
    check_domain,
    check_folder,
    check_line,
    check_link,
    check_name,
    moment,
    number,
    refers,
    text,
    texts,
    whole,
)

MOST_TICKETS = 1_000_000
MOST_DAYS = 36_500
MOST_FAILURES = 100_000
MOST_MINUTES = 44_640
MOST_REPEATS = 1_000
MOST_ANSWERS = 1_000_000
MOST_FILES_KIB = 102_400


@attrs.frozen(kw_only=True)
class SettingsTable:
    """``[settings]``: the desk as a whole."""

    desk_name: str | None = text(check_name)
    admin_address: str | None = text(check_address, or_empty=True)
    domain: str | None = text(check_domain)
    base_url: str | None = text(check_link, or_empty=True)
    ticket_limit: int | None = number(most=MOST_TICKETS)
    reopen_days: int | None = number(most=MOST_DAYS)
    claim_on_reply: bool | None = None
    pause_while_waiting: bool | None = None
    sla_plan: str | None = refers("sla_plans", absent=None)
    keep_decisions_days: int | None = number(most=MOST_DAYS)
    login_failures: int | None = number(most=MOST_FAILURES)
    login_window_minutes: int | None = number(least=1, most=MOST_MINUTES)
    agent_mail: AgentMail | None = None
    answers_per_hour: int | None = number(most=MOST_ANSWERS)
    answers_per_day: int | None = number(most=MOST_ANSWERS)
    mailbox_answers_per_hour: int | None = number(most=MOST_ANSWERS)
    reply_marker: str | None = text(check_line, or_empty=True)
    bounce_domain: str | None = text(check_domain, or_empty=True)
    largest_files_kib: int | None = number(most=MOST_FILES_KIB)


@attrs.frozen(kw_only=True)
class AgentTable:
    """``[agents."ann@example.com"]``; a new one needs a `name`. A leave begins and ends with a date or a time."""

    name: str | None = text(check_name)
    admin: bool | None = None
    active: bool | None = None
    alert_only: bool | None = None
    leave_from: str | None = moment()
    leave_until: str | None = moment()
    substitute: str | None = refers("agents", absent=None)


@attrs.frozen(kw_only=True)
class OrganizationTable:
    """``[organizations.Example]``."""

    account_manager: str | None = refers("agents", absent=None)


@attrs.frozen(kw_only=True)
class ScheduleTable:
    """``[schedules."Office hours"]``; a new one needs a `week`, which is always given whole."""

    time_zone: str | None = text(check_name)
    week: Mapping[str, tuple[str, ...]] | None = whole(week_of, kept=lambda week: week_texts(week_of(week)))
    country: str | None = text(check_country, or_empty=True)
    subdivision: str | None = text(check_country, or_empty=True)
    days_off: tuple[str, ...] | None = texts(check_day)


@attrs.frozen(kw_only=True)
class SlaPlanTable:
    """``[sla_plans.Standard]``; a new one needs a `grace`. Durations are business time; `steps` are given whole."""

    schedule: str | None = refers("schedules", absent=None)
    grace: timedelta | None = duration(above_zero=True)  # noqa: RUF009 - it makes a field
    due_soon: timedelta | None = duration(above_zero=False)  # noqa: RUF009 - it makes a field
    repeat: timedelta | None = duration(above_zero=False)  # noqa: RUF009 - it makes a field
    repeat_cap: int | None = number(most=MOST_REPEATS)
    steps: tuple[StepTable, ...] | None = whole(check_steps, kept=plain)


@attrs.frozen(kw_only=True)
class ExtendedTable:
    """``[departments.Support.extended."bob@example.com"]``: access to a department that is not the own one."""

    role: str | None = text(check_line)
    alerts: bool | None = None


@attrs.frozen(kw_only=True)
class DepartmentTable:
    """``[departments.Support]``; `members` are all primary members, `extended` has a table for each extended one.

    The numbers and flags may be ``"inherit"``, which `reading` takes out before.
    """

    parent: str | None = refers("departments", absent=None)
    manager: str | None = refers("agents", absent=None)
    members: tuple[str, ...] | None = refers("agents", absent=None)
    recipients_mode: RecipientsMode | None = None
    address: str | None = text(check_address, or_empty=True)
    autoresponse_address: str | None = text(check_address, or_empty=True)
    signature: str | None = None
    template_set: str | None = text(check_folder, or_empty=True)
    sla_plan: str | None = refers("sla_plans", absent=None)
    ticket_limit: int | None = number(most=MOST_TICKETS)
    reopen_days: int | None = number(most=MOST_DAYS)
    claim_on_reply: bool | None = None
    pause_while_waiting: bool | None = None
    agent_mail: AgentMail | None = None
    extended: Mapping[str, ExtendedTable] | None = refers("agents", absent=None)


@attrs.frozen(kw_only=True)
class TeamTable:
    """``[teams.Night]``; `without_alerts` are those of the `members` whose own alerts flag is off."""

    lead: str | None = refers("agents", absent=None)
    alerts: bool | None = None
    members: tuple[str, ...] | None = refers("agents", absent=None)
    without_alerts: tuple[str, ...] | None = refers("agents", absent=None)


@attrs.frozen(kw_only=True)
class TopicTable:
    """``[topics.Password]``."""

    department: str | None = refers("departments", absent=None)
    priority: Priority | None = None
    agent: str | None = refers("agents", absent=None)
    team: str | None = refers("teams", absent=None)
    sla_plan: str | None = refers("sla_plans", absent=None)


@attrs.frozen(kw_only=True)
class MailboxTable:
    """``[mailboxes.support]``; a new one needs an `address` and a `department`."""

    address: str | None = text(check_address)
    aliases: tuple[str, ...] | None = addresses()
    department: str | None = refers("departments", absent=None)
    topic: str | None = refers("topics", absent=None)
    answer_unaddressed: bool | None = None
    plus_addresses: bool | None = None
    auth_server: str | None = text(check_domain, or_empty=True)
    arc_sealers: tuple[str, ...] | None = texts(check_domain)
    agents_unproven: bool | None = None


@attrs.frozen(kw_only=True)
class EndUserTable:
    """``[end_users."eve@example.org"]``; the key is the primary address, `addresses` are all further ones."""

    name: str | None = text(check_line)
    addresses: tuple[str, ...] | None = addresses()
    organization: str | None = refers("organizations", absent=None)


@attrs.frozen(kw_only=True)
class SwitchTable:
    """``[switches.new-ticket-alert]``; `position` and `shadow` are global, the tables below them are by name."""

    position: Switch | None = None
    shadow: bool | None = None
    departments: Mapping[str, Switch] | None = refers("departments", absent=None)
    shadow_departments: Mapping[str, bool] | None = refers("departments", absent=None)
    topics: Mapping[str, Switch] | None = refers("topics", absent=None)
    mailboxes: Mapping[str, Switch] | None = refers("mailboxes", absent=None)


@attrs.frozen(kw_only=True)
class FixedTables:
    """The tables that are the same on every desk; those of options and channels depend on the installed plugins."""

    settings: SettingsTable | None = None
    agents: Mapping[str, AgentTable] | None = None
    organizations: Mapping[str, OrganizationTable] | None = None
    schedules: Mapping[str, ScheduleTable] | None = None
    sla_plans: Mapping[str, SlaPlanTable] | None = None
    departments: Mapping[str, DepartmentTable] | None = None
    teams: Mapping[str, TeamTable] | None = None
    topics: Mapping[str, TopicTable] | None = None
    mailboxes: Mapping[str, MailboxTable] | None = None
    end_users: Mapping[str, EndUserTable] | None = None
    switches: Mapping[str, SwitchTable] | None = None

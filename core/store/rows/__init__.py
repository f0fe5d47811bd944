"""Every table, one class each; importing this module fills the metadata that migrations and sessions work with."""

from .base import DirectoryRow, Row
from .changes import ChangeRow
from .faults import FaultRow
from .fetching import FetchAccountRow, FetchStateRow
from .guards import AnswerRow, BanRow, LoginAlertRow, LoginFailureRow, SuppressionRow, WindowRow
from .mail import RawMailRow
from .notices import BodyRow, DecisionRow, DirectoryRevisionRow, JournalRow
from .outbox import AttemptRow, DeliveryReportRow, DeliveryRow
from .people import AgentRow, EndUserAddressRow, EndUserRow, OrganizationRow
from .sla import MilestoneRow, ScheduleRow, SlaPlanRow
from .structure import DepartmentMemberRow, DepartmentRow, MailboxRow, TeamMemberRow, TeamRow, TopicRow
from .switches import ChannelRow, CounterRow, OptionRow, QuarantineRow, SettingRow, SwitchRow
from .tickets import AttachmentRow, CollaboratorRow, EntryRow, TicketRow, WatcherRow

__all__ = [
    "AgentRow",
    "AnswerRow",
    "AttachmentRow",
    "AttemptRow",
    "BanRow",
    "BodyRow",
    "ChangeRow",
    "ChannelRow",
    "CollaboratorRow",
    "CounterRow",
    "DecisionRow",
    "DeliveryReportRow",
    "DeliveryRow",
    "DepartmentMemberRow",
    "DepartmentRow",
    "DirectoryRevisionRow",
    "DirectoryRow",
    "EndUserAddressRow",
    "EndUserRow",
    "EntryRow",
    "FaultRow",
    "FetchAccountRow",
    "FetchStateRow",
    "JournalRow",
    "LoginAlertRow",
    "LoginFailureRow",
    "MailboxRow",
    "MilestoneRow",
    "OptionRow",
    "OrganizationRow",
    "QuarantineRow",
    "RawMailRow",
    "Row",
    "ScheduleRow",
    "SettingRow",
    "SlaPlanRow",
    "SuppressionRow",
    "SwitchRow",
    "TeamMemberRow",
    "TeamRow",
    "TicketRow",
    "TopicRow",
    "WatcherRow",
    "WindowRow",
]

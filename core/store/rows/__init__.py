"""Every table, one class each; importing this module fills the metadata that migrations and sessions work with."""

from .base import DirectoryRow, Row
from .faults import FaultRow
from .fetching import FetchAccountRow, FetchStateRow
from .mail import RawMailRow
from .notices import BodyRow, DecisionRow, DirectoryRevisionRow, JournalRow
from .outbox import AttemptRow, DeliveryRow
from .people import AgentRow, EndUserAddressRow, EndUserRow, OrganizationRow
from .structure import DepartmentMemberRow, DepartmentRow, MailboxRow, TeamMemberRow, TeamRow, TopicRow
from .switches import ChannelRow, CounterRow, OptionRow, QuarantineRow, SettingRow, SwitchRow
from .tickets import AttachmentRow, CollaboratorRow, EntryRow, TicketRow

__all__ = [
    "AgentRow",
    "AttachmentRow",
    "AttemptRow",
    "BodyRow",
    "ChannelRow",
    "CollaboratorRow",
    "CounterRow",
    "DecisionRow",
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
    "MailboxRow",
    "OptionRow",
    "OrganizationRow",
    "QuarantineRow",
    "RawMailRow",
    "Row",
    "SettingRow",
    "SwitchRow",
    "TeamMemberRow",
    "TeamRow",
    "TicketRow",
    "TopicRow",
]

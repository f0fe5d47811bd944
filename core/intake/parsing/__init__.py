"""Reading raw mail: bytes in, a frozen `Mail` out. It knows no database and no network, and it never raises."""

from .limits import MailLimits
from .mail import Attachment, Fault, Headers, Mail, Mailbox, Quarantine
from .reading import read_mail

__all__ = ["Attachment", "Fault", "Headers", "Mail", "MailLimits", "Mailbox", "Quarantine", "read_mail"]

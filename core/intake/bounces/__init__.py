"""Reports of other servers and of recipients about mails of ours, read from a `Mail`; no database, and it never raises."""

from .reading import read_report
from .report import Recipient, Report

__all__ = ["Recipient", "Report", "read_report"]

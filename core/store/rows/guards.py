"""Who is not written to, what was said lately, and who failed to log in."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from .base import Row


class BanRow(Row):
    """An end user whom the desk does not answer: a normalised address, or ``@example.com`` for a whole domain."""

    __tablename__ = "bans"

    pattern: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str] = mapped_column(Text, default="")
    since: Mapped[datetime]
    until: Mapped[datetime | None]


class SuppressionRow(Row):
    """An address that mail does not reach, and the evidence: the words of the bounce or complaint."""

    __tablename__ = "suppressions"

    address_key: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str] = mapped_column(Text)
    evidence: Mapped[str] = mapped_column(Text, default="")
    since: Mapped[datetime]
    until: Mapped[datetime | None]


class WindowRow(Row):
    """When a plugin last said something that it says once in a while only; `key` is its own and whom it belongs to."""

    __tablename__ = "windows"

    plugin: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class AnswerRow(Row):
    """One automatic answer that was put into the outbox, counted per recipient and mailbox; `at` is when it may go.

    `address_key` is folded: without plus tag, as rate limits do.
    """

    __tablename__ = "answers"

    id: Mapped[int] = mapped_column(primary_key=True)
    mailbox_id: Mapped[int | None] = mapped_column(ForeignKey("mailboxes.id", ondelete="CASCADE"))
    address_key: Mapped[str]
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id", ondelete="SET NULL"))
    at: Mapped[datetime]

    __table_args__ = (Index(None, "address_key", "at"), Index(None, "mailbox_id", "at"), Index(None, "at"))


class LoginFailureRow(Row):
    """One failed login as one counter sees it: ``agent:<address>``, ``end_user:<address>`` or ``network:<address>``.

    Guesses at reply addresses are counted beside them, as ``reply:<mailbox>:<claimed or proven>:<address>``.
    """

    __tablename__ = "login_failures"

    id: Mapped[int] = mapped_column(primary_key=True)
    counter: Mapped[str]
    at: Mapped[datetime]

    __table_args__ = (Index(None, "counter", "at"), Index(None, "at"))


class LoginAlertRow(Row):
    """When it was last told that a counter of failed logins passed its limit."""

    __tablename__ = "login_alerts"

    counter: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]

"""Raw mails: what arrived, byte for byte, and what became of it."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from .base import Row


class RawMailRow(Row):
    """A mail as it arrived, committed before it is acknowledged.

    `state` is ``waiting``, ``stored`` (it is a thread entry), ``refused`` (a hook or a rule said no), ``loop`` (our own
    mail came back) or ``quarantined``. `reason` says why for all but the first two. `tries` counts the starts of its
    processing, written before each, so that a mail that kills the process is set aside after two. `envelope_from` is
    None when the door did not tell it, '' for the null sender. `source_key` makes a repeated fetch one mail.
    """

    __tablename__ = "raw_mails"
    __table_args__ = (
        Index(
            "ix_raw_mails_waiting",
            "id",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index(None, "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str]
    source_key: Mapped[str | None] = mapped_column(unique=True)
    mailbox_id: Mapped[int | None] = mapped_column(ForeignKey("mailboxes.id", ondelete="SET NULL"))
    envelope_from: Mapped[str | None] = mapped_column(Text)
    envelope_to: Mapped[str] = mapped_column(Text, default="")
    content: Mapped[bytes] = mapped_column(LargeBinary)
    digest: Mapped[str] = mapped_column(index=True)
    received_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(default="waiting")
    reason: Mapped[str] = mapped_column(Text, default="")
    tries: Mapped[int] = mapped_column(default=0)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id", ondelete="SET NULL"))

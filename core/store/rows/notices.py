"""The journal, the decisions made on its rows, and the rendered bodies."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from .base import Row


class JournalRow(Row):
    """One event, written in the transaction of its act. `data` is the frozen event without the text of its entries.

    The rows of one `act` are rung and decided together. `rings` counts the rings begun by the sweep after a crash.
    """

    __tablename__ = "journal"
    __table_args__ = (
        Index(
            "ix_journal_unrung",
            "id",
            sqlite_where=text("rung_at IS NULL"),
            postgresql_where=text("rung_at IS NULL"),
        ),
        Index(None, "ticket_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    act: Mapped[str] = mapped_column(index=True)
    event: Mapped[str]
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"))
    actor_kind: Mapped[str]
    actor_id: Mapped[int | None]
    at: Mapped[datetime]
    data: Mapped[dict[str, Any]]
    rung_at: Mapped[datetime | None]
    rings: Mapped[int] = mapped_column(default=0)


class DirectoryRevisionRow(Row):
    """The directory as it was when decisions were made by it: compressed JSON, so that explain can look back."""

    __tablename__ = "directory_revisions"

    revision: Mapped[int] = mapped_column(primary_key=True)
    saved_at: Mapped[datetime]
    content: Mapped[bytes] = mapped_column(LargeBinary)


class DecisionRow(Row):
    """What was decided for one plugin on one journal row: each candidate with outcome, reason and what decided it.

    `reason` is set when the whole plugin was judged at once (off, quarantined, declined, failed).
    """

    __tablename__ = "decisions"
    __table_args__ = (UniqueConstraint("journal_id", "plugin"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    journal_id: Mapped[int] = mapped_column(ForeignKey("journal.id", ondelete="CASCADE"))
    plugin: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    because: Mapped[str] = mapped_column(Text, default="")
    candidates: Mapped[list[Any]]
    directory_revision: Mapped[int]
    decided_at: Mapped[datetime]


class BodyRow(Row):
    """Rendered words, stored once for all deliveries that share them. `envelope` holds what the mail's header shows."""

    __tablename__ = "bodies"

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text, default="")
    chat: Mapped[str] = mapped_column(Text, default="")
    envelope: Mapped[dict[str, Any]]

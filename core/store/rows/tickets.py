"""Tickets, collaborators, thread entries and attachments."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from .base import NullableJson, Row


class TicketRow(Row):
    """A ticket as it stands now; its history is the journal.

    `verified` is False when its first message was. The clock of its SLA plan: `sla_used` seconds of business time were used
    at `sla_from`, which is None while the clock is stopped; `due_at` is what comes of it, of the grace of the plan and of
    `manual_due_at`. The escalation counts from `escalates_from` until somebody acknowledges or replies. `next_look_at` is
    when the sweep has to look at the ticket for the next milestone.
    """

    __tablename__ = "tickets"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    subject: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(default="open")
    priority: Mapped[str] = mapped_column(default="normal")
    origin: Mapped[str]
    owner_id: Mapped[int] = mapped_column(ForeignKey("end_users.id"))
    owner_address: Mapped[str]
    department_id: Mapped[int] = mapped_column(ForeignKey("departments.id"), index=True)
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("topics.id", ondelete="SET NULL"))
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id", ondelete="SET NULL"), index=True)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id", ondelete="SET NULL"))
    last_respondent_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id", ondelete="SET NULL"))
    mailbox_id: Mapped[int | None] = mapped_column(ForeignKey("mailboxes.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    verified: Mapped[bool] = mapped_column(default=True)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id", ondelete="SET NULL"))
    sla_plan_id: Mapped[int | None] = mapped_column(ForeignKey("sla_plans.id", ondelete="SET NULL"), index=True)
    sla_from: Mapped[datetime | None]
    sla_used: Mapped[int] = mapped_column(default=0)
    manual_due_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    escalates_from: Mapped[datetime | None]
    acknowledged_at: Mapped[datetime | None]
    next_look_at: Mapped[datetime | None]

    __table_args__ = (
        Index(None, "status", "updated_at"),
        Index(None, "owner_id", "status"),
        Index(
            "ix_tickets_merged",
            "merged_into_id",
            sqlite_where=text("merged_into_id IS NOT NULL"),
            postgresql_where=text("merged_into_id IS NOT NULL"),
        ),
        Index(
            "ix_tickets_next_look",
            "next_look_at",
            "id",
            sqlite_where=text("next_look_at IS NOT NULL"),
            postgresql_where=text("next_look_at IS NOT NULL"),
        ),
    )


class CollaboratorRow(Row):
    """Another end user who takes part in a ticket."""

    __tablename__ = "collaborators"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("end_users.id", ondelete="CASCADE"), primary_key=True)
    address: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)
    added_at: Mapped[datetime]


class WatcherRow(Row):
    """An agent who asked to be kept informed of a ticket."""

    __tablename__ = "watchers"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"), primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id", ondelete="CASCADE"), primary_key=True)
    added_at: Mapped[datetime]


class EntryRow(Row):
    """One thread entry. `message_id` is that of the mail it came by, for threading.

    `quoted` is a list of ``[from, to]``, `warnings` a list of codes; both are NULL when there is nothing to say.
    """

    __tablename__ = "thread_entries"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    origin: Mapped[str]
    author_kind: Mapped[str]
    author_id: Mapped[int | None]
    author_name: Mapped[str] = mapped_column(default="")
    author_address: Mapped[str] = mapped_column(default="")
    verified: Mapped[bool] = mapped_column(default=True)
    automatic: Mapped[bool] = mapped_column(default=False)
    held: Mapped[bool] = mapped_column(default=False)
    text: Mapped[str] = mapped_column(Text)
    untrusted_html: Mapped[str] = mapped_column(Text, default="")
    quoted: Mapped[list[Any] | None] = mapped_column(NullableJson)
    alignment: Mapped[str] = mapped_column(default="none")
    authentication: Mapped[str] = mapped_column(Text, default="")
    warnings: Mapped[list[Any] | None] = mapped_column(NullableJson)
    message_id: Mapped[str | None] = mapped_column(Text, index=True)
    raw_mail_id: Mapped[int | None] = mapped_column(ForeignKey("raw_mails.id", ondelete="SET NULL"))
    posted_at: Mapped[datetime]


class AttachmentRow(Row):
    """A file of an entry; the content lies beside the database, named by its SHA-256 `digest`."""

    __tablename__ = "attachments"

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("thread_entries.id", ondelete="CASCADE"), index=True)
    file_name: Mapped[str]
    content_type: Mapped[str]
    content_id: Mapped[str] = mapped_column(default="")
    size: Mapped[int]
    digest: Mapped[str] = mapped_column(index=True)

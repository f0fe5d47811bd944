"""The outbox: one delivery per person and channel, and every attempt on it."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from .base import Row


class DeliveryRow(Row):
    """A notice on its way to one address.

    `state` is ``queued``, ``held`` (by a person), ``leased``, ``sent``, ``dead`` or ``cancelled``. A lease ends at
    `lease_until`; `fence` grows with each claim, and a mark with an older fence is refused. `attempts` counts tries
    that ended, `losses` workers that vanished with it; the retry plan runs from `planned_from`. Where several deliveries
    share a Message-ID, each has a `private_id` among its References: that alone tells who answers.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("journal_id", "plugin", "channel", "address_key"),
        Index(
            "ix_deliveries_due",
            "due_at",
            "id",
            sqlite_where=text("state IN ('queued', 'leased')"),
            postgresql_where=text("state IN ('queued', 'leased')"),
        ),
        Index(None, "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    journal_id: Mapped[int] = mapped_column(ForeignKey("journal.id", ondelete="CASCADE"))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"), index=True)
    plugin: Mapped[str]
    channel: Mapped[str]
    person: Mapped[str]
    name: Mapped[str] = mapped_column(default="")
    address: Mapped[str]
    address_key: Mapped[str]
    body_id: Mapped[int] = mapped_column(ForeignKey("bodies.id"))
    message_id: Mapped[str] = mapped_column(Text, index=True)
    private_id: Mapped[str | None] = mapped_column(Text, index=True)
    state: Mapped[str] = mapped_column(default="queued")
    due_at: Mapped[datetime]
    created_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    fence: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    losses: Mapped[int] = mapped_column(default=0)
    planned_from: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    detail: Mapped[str] = mapped_column(Text, default="")


class DeliveryReportRow(Row):
    """What another server or a recipient reported about a mail of ours (RFC 3464, 5965, 8098), one row per recipient.

    `kind` is ``bounce``, ``delayed``, ``delivered``, ``complaint`` or ``read``. Without a `delivery_id` nothing of ours is
    known to match; only a `confirmed` one, which named that delivery by its token or Message-ID, changed anything.
    """

    __tablename__ = "delivery_reports"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    at: Mapped[datetime]
    raw_mail_id: Mapped[int | None] = mapped_column(ForeignKey("raw_mails.id", ondelete="SET NULL"), index=True)
    delivery_id: Mapped[int | None] = mapped_column(ForeignKey("deliveries.id", ondelete="CASCADE"), index=True)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"), index=True)
    recipient: Mapped[str] = mapped_column(Text, default="")
    address_key: Mapped[str] = mapped_column(Text, default="")
    action: Mapped[str] = mapped_column(default="")
    status: Mapped[str] = mapped_column(default="")
    diagnostic: Mapped[str] = mapped_column(Text, default="")
    permanent: Mapped[bool] = mapped_column(default=False)
    confirmed: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (Index(None, "address_key", "at"),)


class AttemptRow(Row):
    """One try to deliver: `outcome` is ``sent``, ``temporary``, ``permanent`` or ``lost`` (the worker vanished)."""

    __tablename__ = "attempts"

    id: Mapped[int] = mapped_column(primary_key=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("deliveries.id", ondelete="CASCADE"), index=True)
    number: Mapped[int]
    at: Mapped[datetime]
    outcome: Mapped[str]
    code: Mapped[str] = mapped_column(default="")
    detail: Mapped[str] = mapped_column(Text, default="")

"""Agents, end users with their addresses, and organizations."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .base import DirectoryRow, Row


class AgentRow(DirectoryRow, Row):
    """A person who works on tickets. A leave lasts from `leave_from` until `leave_until` (None: until further notice)."""

    __tablename__ = "agents"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    address: Mapped[str]
    address_key: Mapped[str] = mapped_column(unique=True)
    is_admin: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    alert_only: Mapped[bool] = mapped_column(default=False)
    leave_from: Mapped[datetime | None]
    leave_until: Mapped[datetime | None]
    substitute_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id", ondelete="SET NULL"))


class OrganizationRow(DirectoryRow, Row):
    """Whom end users belong to, and the agent who looks after them."""

    __tablename__ = "organizations"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    account_manager_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id", ondelete="SET NULL"))


class EndUserRow(Row):
    """A person who asks for help."""

    __tablename__ = "end_users"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(default="")
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organizations.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime]

    addresses: Mapped[list["EndUserAddressRow"]] = relationship(
        back_populates="user", cascade="all, delete-orphan", order_by="EndUserAddressRow.id"
    )


class EndUserAddressRow(Row):
    """One of a person's addresses; the first is the primary one. `address_key` is the normalised form."""

    __tablename__ = "end_user_addresses"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("end_users.id", ondelete="CASCADE"), index=True)
    address: Mapped[str]
    address_key: Mapped[str] = mapped_column(unique=True)

    user: Mapped[EndUserRow] = relationship(back_populates="addresses")

"""How the desk is organised: departments, teams, help topics and intake mailboxes."""

from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .base import DirectoryRow, Row


class DepartmentRow(DirectoryRow, Row):
    """A node of the department tree. Addresses are where its mail comes from; empty ones fall back to the mailbox.

    What is None from `sla_plan_id` on is as the parent says, at the root as the settings of the desk say.
    """

    __tablename__ = "departments"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("departments.id", ondelete="RESTRICT"))
    manager_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id", ondelete="SET NULL"))
    recipients_mode: Mapped[str] = mapped_column(default="members")
    address: Mapped[str] = mapped_column(default="")
    autoresponse_address: Mapped[str] = mapped_column(default="")
    signature: Mapped[str] = mapped_column(default="")
    template_set: Mapped[str] = mapped_column(default="")
    sla_plan_id: Mapped[int | None] = mapped_column(ForeignKey("sla_plans.id", ondelete="SET NULL"))
    ticket_limit: Mapped[int | None]
    reopen_days: Mapped[int | None]
    claim_on_reply: Mapped[bool | None]
    pause_while_waiting: Mapped[bool | None]
    agent_mail: Mapped[str | None]

    members: Mapped[list["DepartmentMemberRow"]] = relationship(
        cascade="all, delete-orphan", order_by="DepartmentMemberRow.id"
    )


class DepartmentMemberRow(DirectoryRow, Row):
    """A primary member, or an extended one with an access role and an alerts flag."""

    __tablename__ = "department_members"

    id: Mapped[int] = mapped_column(primary_key=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("departments.id", ondelete="CASCADE"), index=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id", ondelete="CASCADE"))
    extended: Mapped[bool] = mapped_column(default=False)
    role: Mapped[str] = mapped_column(default="")
    alerts: Mapped[bool] = mapped_column(default=True)


class TeamRow(DirectoryRow, Row):
    """A team across departments, with a lead and an alerts switch of its own."""

    __tablename__ = "teams"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id", ondelete="SET NULL"))
    alerts: Mapped[bool] = mapped_column(default=True)

    members: Mapped[list["TeamMemberRow"]] = relationship(cascade="all, delete-orphan", order_by="TeamMemberRow.id")


class TeamMemberRow(DirectoryRow, Row):
    """A member of a team, with an own alerts flag."""

    __tablename__ = "team_members"

    id: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"), index=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id", ondelete="CASCADE"))
    alerts: Mapped[bool] = mapped_column(default=True)


class TopicRow(DirectoryRow, Row):
    """What an end user picks, and where that routes."""

    __tablename__ = "topics"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    department_id: Mapped[int | None] = mapped_column(ForeignKey("departments.id", ondelete="SET NULL"))
    priority: Mapped[str] = mapped_column(default="normal")
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id", ondelete="SET NULL"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id", ondelete="SET NULL"))
    sla_plan_id: Mapped[int | None] = mapped_column(ForeignKey("sla_plans.id", ondelete="SET NULL"))


class MailboxRow(DirectoryRow, Row):
    """An address that mail arrives at, its aliases and the department that it routes to.

    `answer_unaddressed` lifts the rule that the mailbox must stand in To or Cc for an answer (RFC 3834 section 2). With
    `plus_addresses` its server also delivers ``local+anything``. `auth_server` is the authserv-id whose
    Authentication-Results are believed, `arc_sealers` are the domains whose ARC seals are. `agents_unproven` lets agents
    answer by mail where their mail carries no authentication at all.
    """

    __tablename__ = "mailboxes"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    address: Mapped[str]
    address_key: Mapped[str] = mapped_column(unique=True)
    aliases: Mapped[list[Any]] = mapped_column(default=list)
    department_id: Mapped[int] = mapped_column(ForeignKey("departments.id", ondelete="RESTRICT"))
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("topics.id", ondelete="SET NULL"))
    answer_unaddressed: Mapped[bool] = mapped_column(default=False)
    plus_addresses: Mapped[bool] = mapped_column(default=False)
    auth_server: Mapped[str] = mapped_column(default="")
    arc_sealers: Mapped[list[Any]] = mapped_column(default=list)
    agents_unproven: Mapped[bool] = mapped_column(default=False)

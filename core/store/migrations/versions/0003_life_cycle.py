"""The life cycle and its guards: SLA plans, milestones, watchers, bans, windows, failed logins, the audit of changes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"

TIME = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(JSONB(), "postgresql")

FIRST_MESSAGE_DECIDES = """
UPDATE tickets SET verified = false WHERE id IN (
    SELECT ticket_id FROM thread_entries AS entry
    WHERE kind = 'message' AND NOT verified
    AND id = (SELECT min(id) FROM thread_entries AS other WHERE other.ticket_id = entry.ticket_id)
)
"""
"""A ticket is as sure as the message that opened it."""


def upgrade() -> None:
    """Create the new tables, then the new columns of old ones."""
    op.add_column("deliveries", sa.Column("private_id", sa.Text(), nullable=True))
    op.create_index(op.f("ix_deliveries_private_id"), "deliveries", ["private_id"])
    op.create_table(
        "bans",
        sa.Column("pattern", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("until", TIME, nullable=True),
        sa.PrimaryKeyConstraint("pattern", name=op.f("pk_bans")),
    )
    op.create_table(
        "changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("actor_kind", sa.String(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("plugin", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("before", JSON, nullable=True),
        sa.Column("after", JSON, nullable=True),
        sa.Column("undoes_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["undoes_id"], ["changes.id"], name=op.f("fk_changes_undoes_id_changes"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_changes")),
    )
    with op.batch_alter_table("changes") as table:
        table.create_index(op.f("ix_changes_at"), ["at"], unique=False)
        table.create_index(op.f("ix_changes_plugin"), ["plugin"], unique=False)

    op.create_table(
        "login_alerts",
        sa.Column("counter", sa.String(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("counter", name=op.f("pk_login_alerts")),
    )
    op.create_table(
        "login_failures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("counter", sa.String(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_failures")),
    )
    with op.batch_alter_table("login_failures") as table:
        table.create_index(op.f("ix_login_failures_at"), ["at"], unique=False)
        table.create_index(op.f("ix_login_failures_counter_login_failures_at"), ["counter", "at"], unique=False)

    op.create_table(
        "schedules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("week", JSON, nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("subdivision", sa.String(), nullable=False),
        sa.Column("days_off", JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedules")),
        sa.UniqueConstraint("name", name=op.f("uq_schedules_name")),
    )
    op.create_table(
        "suppressions",
        sa.Column("address_key", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("until", TIME, nullable=True),
        sa.PrimaryKeyConstraint("address_key", name=op.f("pk_suppressions")),
    )
    op.create_table(
        "windows",
        sa.Column("plugin", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("plugin", "key", name=op.f("pk_windows")),
    )
    op.create_table(
        "sla_plans",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("schedule_id", sa.Integer(), nullable=True),
        sa.Column("grace_seconds", sa.Integer(), nullable=False),
        sa.Column("due_soon_seconds", sa.Integer(), nullable=False),
        sa.Column("repeat_seconds", sa.Integer(), nullable=False),
        sa.Column("repeat_cap", sa.Integer(), nullable=False),
        sa.Column("steps", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["schedule_id"], ["schedules.id"], name=op.f("fk_sla_plans_schedule_id_schedules"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sla_plans")),
        sa.UniqueConstraint("name", name=op.f("uq_sla_plans_name")),
    )
    op.create_table(
        "milestones",
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("basis", TIME, nullable=False),
        sa.Column("milestone", sa.String(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_milestones_ticket_id_tickets"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("ticket_id", "basis", "milestone", name=op.f("pk_milestones")),
    )
    op.create_table(
        "watchers",
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("added_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agents.id"], name=op.f("fk_watchers_agent_id_agents"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_watchers_ticket_id_tickets"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("ticket_id", "agent_id", name=op.f("pk_watchers")),
    )
    with op.batch_alter_table("departments") as table:
        table.add_column(sa.Column("template_set", sa.String(), nullable=False, server_default=""))
        table.add_column(sa.Column("sla_plan_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("ticket_limit", sa.Integer(), nullable=True))
        table.add_column(sa.Column("reopen_days", sa.Integer(), nullable=True))
        table.add_column(sa.Column("claim_on_reply", sa.Boolean(), nullable=True))
        table.add_column(sa.Column("pause_while_waiting", sa.Boolean(), nullable=True))
        table.create_foreign_key(
            op.f("fk_departments_sla_plan_id_sla_plans"), "sla_plans", ["sla_plan_id"], ["id"], ondelete="SET NULL"
        )

    with op.batch_alter_table("tickets") as table:
        table.add_column(sa.Column("verified", sa.Boolean(), nullable=False, server_default=sa.true()))
        table.add_column(sa.Column("merged_into_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("sla_plan_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("sla_from", TIME, nullable=True))
        table.add_column(sa.Column("sla_used", sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("manual_due_at", TIME, nullable=True))
        table.add_column(sa.Column("due_at", TIME, nullable=True))
        table.add_column(sa.Column("escalates_from", TIME, nullable=True))
        table.add_column(sa.Column("acknowledged_at", TIME, nullable=True))
        table.add_column(sa.Column("next_look_at", TIME, nullable=True))
        table.drop_index(op.f("ix_tickets_owner_id"))
        table.create_index(op.f("ix_tickets_owner_id_tickets_status"), ["owner_id", "status"], unique=False)
        table.create_index(op.f("ix_tickets_sla_plan_id"), ["sla_plan_id"], unique=False)
        table.create_index(
            "ix_tickets_merged",
            ["merged_into_id"],
            unique=False,
            sqlite_where=sa.text("merged_into_id IS NOT NULL"),
            postgresql_where=sa.text("merged_into_id IS NOT NULL"),
        )
        table.create_index(
            "ix_tickets_next_look",
            ["next_look_at", "id"],
            unique=False,
            sqlite_where=sa.text("next_look_at IS NOT NULL"),
            postgresql_where=sa.text("next_look_at IS NOT NULL"),
        )
        table.create_foreign_key(
            op.f("fk_tickets_sla_plan_id_sla_plans"), "sla_plans", ["sla_plan_id"], ["id"], ondelete="SET NULL"
        )
        table.create_foreign_key(
            op.f("fk_tickets_merged_into_id_tickets"), "tickets", ["merged_into_id"], ["id"], ondelete="SET NULL"
        )

    op.execute(FIRST_MESSAGE_DECIDES)
    # A plan that comes later counts from the beginning of a ticket.
    op.execute("UPDATE tickets SET sla_from = created_at")

    with op.batch_alter_table("topics") as table:
        table.add_column(sa.Column("sla_plan_id", sa.Integer(), nullable=True))
        table.create_foreign_key(
            op.f("fk_topics_sla_plan_id_sla_plans"), "sla_plans", ["sla_plan_id"], ["id"], ondelete="SET NULL"
        )

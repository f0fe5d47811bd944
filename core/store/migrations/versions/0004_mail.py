"""Mail that behaves: who may be believed, what was quoted, how often a person was answered, what other servers reported."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"

TIME = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    """Create the new tables, then the new columns of old ones."""
    op.create_table(
        "answers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mailbox_id", sa.Integer(), nullable=True),
        sa.Column("address_key", sa.String(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=True),
        sa.Column("at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["mailbox_id"], ["mailboxes.id"], name=op.f("fk_answers_mailbox_id_mailboxes"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_answers_ticket_id_tickets"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answers")),
    )
    op.create_index(op.f("ix_answers_address_key_answers_at"), "answers", ["address_key", "at"])
    op.create_index(op.f("ix_answers_mailbox_id_answers_at"), "answers", ["mailbox_id", "at"])
    op.create_index(op.f("ix_answers_at"), "answers", ["at"])
    op.create_table(
        "delivery_reports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("raw_mail_id", sa.Integer(), nullable=True),
        sa.Column("delivery_id", sa.Integer(), nullable=True),
        sa.Column("ticket_id", sa.Integer(), nullable=True),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("address_key", sa.Text(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("diagnostic", sa.Text(), nullable=False),
        sa.Column("permanent", sa.Boolean(), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["raw_mail_id"],
            ["raw_mails.id"],
            name=op.f("fk_delivery_reports_raw_mail_id_raw_mails"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["deliveries.id"],
            name=op.f("fk_delivery_reports_delivery_id_deliveries"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_delivery_reports_ticket_id_tickets"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_reports")),
    )
    op.create_index(op.f("ix_delivery_reports_raw_mail_id"), "delivery_reports", ["raw_mail_id"])
    op.create_index(op.f("ix_delivery_reports_delivery_id"), "delivery_reports", ["delivery_id"])
    op.create_index(op.f("ix_delivery_reports_ticket_id"), "delivery_reports", ["ticket_id"])
    op.create_index(
        op.f("ix_delivery_reports_address_key_delivery_reports_at"), "delivery_reports", ["address_key", "at"]
    )
    op.add_column("departments", sa.Column("agent_mail", sa.String(), nullable=True))
    for column in (
        sa.Column("plus_addresses", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("auth_server", sa.String(), nullable=False, server_default=""),
        sa.Column("arc_sealers", JSON, nullable=False, server_default="[]"),
        sa.Column("agents_unproven", sa.Boolean(), nullable=False, server_default=sa.false()),
    ):
        op.add_column("mailboxes", column)
    for column in (
        sa.Column("quoted", JSON, nullable=True),
        sa.Column("alignment", sa.String(), nullable=False, server_default="none"),
        sa.Column("authentication", sa.Text(), nullable=False, server_default=""),
        sa.Column("warnings", JSON, nullable=True),
    ):
        op.add_column("thread_entries", column)

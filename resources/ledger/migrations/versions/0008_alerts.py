"""States that people are told of, and who was told."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "alert",
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("employee_id", sa.Text(), nullable=False),
        sa.Column("since", moment, nullable=False),
        sa.Column("named", sa.Boolean(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("over_at", moment, nullable=True),
        sa.PrimaryKeyConstraint("company", "event", "subject", "employee_id", "since", name="pk_alert"),
    )
    op.create_table(
        "alert_note",
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.Float(), nullable=False),
        sa.Column("sent_at", moment, nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("company", "target", "event", "subject", "phase", "at", name="pk_alert_note"),
    )
    op.create_table(
        "alert_settings",
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("since", moment, nullable=False),
        sa.Column("looked_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("company", name="pk_alert_settings"),
    )

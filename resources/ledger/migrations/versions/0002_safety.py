"""What limits, releases, recovery and retention need."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("acknowledged", sa.Column("identity", sa.Text(), nullable=True))
    op.add_column("acknowledged", sa.Column("record", sa.Text(), nullable=True))
    op.add_column("plan", sa.Column("epoch", sa.Integer(), server_default="0", nullable=False))
    op.add_column("plan_person", sa.Column("digest", sa.Text(), nullable=True))
    op.add_column("release", sa.Column("root_run_id", sa.Text(), nullable=True))
    op.add_column("accepted_older", sa.Column("accepted_by", sa.Text(), nullable=True))
    op.create_table(
        "baseline",
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("company", name="pk_baseline"),
    )
    op.create_table(
        "heartbeat",
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("company", "run_id", name="pk_heartbeat"),
    )

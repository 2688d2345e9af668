"""Whose each destination is: what two companies must not both write."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "claim",
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("company", "destination", "digest", name="pk_claim"),
        sa.UniqueConstraint("destination", "digest", name="uq_claim_destination_digest"),
    )

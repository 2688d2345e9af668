"""The first schema of the ledger."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "accepted_older",
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("accepted_at", MOMENT, nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("company", "destination", "number", "accepted_at", name="pk_accepted_older"),
    )
    op.create_table(
        "acknowledged",
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("employee_id", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("fields", sa.Text(), nullable=True),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("company", "destination", "employee_id", name="pk_acknowledged"),
    )
    op.create_table(
        "answer",
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("plan_run_id", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("request", sa.Integer(), nullable=True),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("company", "destination", "plan_run_id", "person", name="pk_answer"),
    )
    op.create_table(
        "applied",
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("dated", sa.Date(), nullable=True),
        sa.Column("plan_run_id", sa.Text(), nullable=False),
        sa.Column("applied_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("company", "destination", name="pk_applied"),
    )
    op.create_table(
        "disposition",
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("root_run_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("company", "root_run_id", name="pk_disposition"),
    )
    op.create_table(
        "epoch",
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("company", "destination", name="pk_epoch"),
    )
    op.create_table(
        "gate",
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("root_run_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("company", "root_run_id", "number", name="pk_gate"),
    )
    op.create_table(
        "held",
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("plan_run_id", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("saved_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("company", "destination", "plan_run_id", name="pk_held"),
    )
    op.create_index("ix_held_company_digest", "held", ["company", "digest"], unique=False)
    op.create_table(
        "intake",
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("modified", MOMENT, nullable=True),
        sa.Column("dated", sa.Date(), nullable=True),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("first_seen", MOMENT, nullable=False),
        sa.Column("root_run_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("company", "number", name="pk_intake"),
        sa.UniqueConstraint("company", "sha256", name="uq_intake_company_sha256"),
    )
    op.create_table(
        "intake_run",
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("root_run_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("taken_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("company", "root_run_id", "number", name="pk_intake_run"),
    )
    op.create_table(
        "lease",
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("company", name="pk_lease"),
    )
    op.create_table(
        "outcome",
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("plan_run_id", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("employee_id", sa.Text(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("landed", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("company", "destination", "plan_run_id", "person", name="pk_outcome"),
    )
    op.create_table(
        "outcome_count",
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("plan_run_id", sa.Text(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("company", "destination", "plan_run_id", name="pk_outcome_count"),
    )
    op.create_table(
        "plan",
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("plan_run_id", sa.Text(), nullable=False),
        sa.Column("root_run_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("accounting_passed", sa.Boolean(), nullable=False),
        sa.Column("gate_passed", sa.Boolean(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("saved_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("company", "destination", "plan_run_id", name="pk_plan"),
    )
    op.create_index("ix_plan_company_root_run_id", "plan", ["company", "root_run_id"], unique=False)
    op.create_table(
        "rate_call",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("credential", sa.Text(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_rate_call"),
    )
    op.create_index("ix_rate_call_credential_at", "rate_call", ["credential", "at"], unique=False)
    op.create_table(
        "reject",
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("root_run_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=False),
        sa.Column("employee_id", sa.Text(), nullable=True),
        sa.Column("column", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("company", "root_run_id", "position", name="pk_reject"),
    )
    op.create_table(
        "release",
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("plan_run_id", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("released_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("company", "destination", "plan_run_id", name="pk_release"),
    )
    op.create_table(
        "request",
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("plan_run_id", sa.Text(), nullable=False),
        sa.Column("request", sa.Integer(), nullable=False),
        sa.Column("meta", sa.JSON(), nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("company", "destination", "plan_run_id", "request", name="pk_request"),
    )
    op.create_table(
        "run",
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("root_run_id", sa.Text(), nullable=False),
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("began", MOMENT, nullable=False),
        sa.Column("ended", MOMENT, nullable=True),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("failures", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("company", "run_id", name="pk_run"),
    )
    op.create_table(
        "secret",
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("company", "name", name="pk_secret"),
    )
    op.create_table(
        "skip",
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("employee_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("first_seen", sa.Date(), nullable=False),
        sa.Column("last_seen", sa.Date(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("closed", sa.Date(), nullable=True),
        sa.Column("last_root_run", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("company", "destination", "employee_id", "reason", name="pk_skip"),
    )
    op.create_table(
        "skip_run",
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("root_run_id", sa.Text(), nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("company", "destination", "root_run_id", name="pk_skip_run"),
    )
    op.create_table(
        "plan_change",
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("plan_run_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("old", sa.Text(), nullable=True),
        sa.Column("new", sa.Text(), nullable=True),
        sa.Column("visible", sa.Boolean(), nullable=False),
        sa.Column("apply", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company", "destination", "plan_run_id"],
            ["plan.company", "plan.destination", "plan.plan_run_id"],
            name="fk_plan_change_plan",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("company", "destination", "plan_run_id", "position", name="pk_plan_change"),
    )
    op.create_table(
        "plan_person",
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("plan_run_id", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("employee_id", sa.Text(), nullable=True),
        sa.Column("matched_by", sa.Text(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("intended", sa.Text(), nullable=True),
        sa.Column("kinds", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["company", "destination", "plan_run_id"],
            ["plan.company", "plan.destination", "plan.plan_run_id"],
            name="fk_plan_person_plan",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("company", "destination", "plan_run_id", "person", name="pk_plan_person"),
    )

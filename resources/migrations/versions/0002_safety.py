"""What limits, releases, recovery and retention need."""

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    pass

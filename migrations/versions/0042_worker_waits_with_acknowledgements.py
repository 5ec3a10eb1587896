"""The worker may write until when the acknowledgement channel of a hospital is left alone: it could not, and both its jobs that do failed."""

from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

WORK = "mdo_work"


def upgrade() -> None:
    op.execute(f"GRANT UPDATE (application_ack_after) ON links TO {WORK}")


def downgrade() -> None:
    op.execute(f"REVOKE UPDATE (application_ack_after) ON links FROM {WORK}")

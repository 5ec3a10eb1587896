"""Who was mailed that something stands still is mailed that it runs again: since when it does, and whether they know."""

import sqlalchemy as sa
from alembic import op

revision = "0086"
down_revision = "0085"
branch_labels = None
depends_on = None

TABLE = "standstill_mails"


def upgrade() -> None:
    op.add_column(TABLE, sa.Column("runs_since", sa.DateTime(timezone=True)))
    # With a value of its own: a worker of the version before writes rows without it.
    op.add_column(TABLE, sa.Column("runs_told", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column(TABLE, "runs_told")
    op.drop_column(TABLE, "runs_since")

"""An appointment is known under the number of who asked for it too, when a later message has only that (SCH-1)."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("appointments", sa.Column("asked_number", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("appointments", "asked_number")

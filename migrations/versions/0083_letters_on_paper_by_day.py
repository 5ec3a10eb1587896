"""The letters on paper of one day are found by that day: *Post* counted them among all letters of ten years."""

import sqlalchemy as sa
from alembic import op

revision = "0083"
down_revision = "0082"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_deliveries_on_paper", "deliveries", ["sent_at"], postgresql_where=sa.text("channel = 'paper'"))


def downgrade() -> None:
    op.drop_index("ix_deliveries_on_paper", "deliveries")

"""Closed recommendations are read newest first, as many as the list shows: all of ten years were read and sorted for two hundred."""

import sqlalchemy as sa
from alembic import op

revision = "0091"
down_revision = "0090"
branch_labels = None
depends_on = None

INDEX, TABLE = "ix_follow_ups_closed_at", "follow_ups"
STANDS = "closed_at IS NOT NULL AND superseded_by_id IS NULL"


def upgrade() -> None:
    op.create_index(INDEX, TABLE, [sa.text("closed_at DESC")], postgresql_where=sa.text(STANDS))


def downgrade() -> None:
    op.drop_index(INDEX, TABLE)

"""Since when the public keys of a hospital's system cannot be fetched: after a day its link managers are told."""

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("fetched_keys", sa.Column("failing_since", sa.DateTime(timezone=True)))
    op.execute("UPDATE fetched_keys SET failing_since = asked_at WHERE reason <> ''")


def downgrade() -> None:
    op.drop_column("fetched_keys", "failing_since")

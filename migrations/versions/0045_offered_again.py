"""When a message was offered again is kept: it was late from when it came. What was put aside has an index of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("inbound_messages", sa.Column("offered_at", sa.DateTime(timezone=True)))
    op.create_index("ix_inbound_messages_ignored", "inbound_messages", ["seq"], postgresql_where=sa.text("state = 'ignored'"))


def downgrade() -> None:
    op.drop_index("ix_inbound_messages_ignored", "inbound_messages")
    op.drop_column("inbound_messages", "offered_at")

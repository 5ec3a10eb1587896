"""When a message was offered again to be read is kept: how late it is was counted from when it came, weeks ago, and alarmed at once.

And what was put aside is found without reading all that was read.
"""

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

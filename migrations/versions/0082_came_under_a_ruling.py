"""A message says by which answer to *Who is this?* its patient was found: taken back, what it told is over too."""

import sqlalchemy as sa
from alembic import op

revision = "0082"
down_revision = "0081"
branch_labels = None
depends_on = None

TABLE, COLUMN, INDEX = "inbound_messages", "ruling_id", "ix_inbound_messages_ruling_id"


def upgrade() -> None:
    op.add_column(TABLE, sa.Column(COLUMN, sa.Uuid(), nullable=True))
    op.create_index(INDEX, TABLE, [COLUMN], postgresql_where=sa.text(f"{COLUMN} IS NOT NULL"))


def downgrade() -> None:
    op.drop_index(INDEX, TABLE)
    op.drop_column(TABLE, COLUMN)

"""As when a message counts that a clock said came before what its hospital had sent."""

import sqlalchemy as sa
from alembic import op

revision = "0066"
down_revision = "0065"
branch_labels = None
depends_on = None

TABLE, COLUMN = "inbound_messages", "counts_at"


def upgrade() -> None:
    op.add_column(TABLE, sa.Column(COLUMN, sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        f"ix_{TABLE}_{COLUMN}", TABLE, ["hospital_id", "seq"], postgresql_where=sa.text(f"{COLUMN} IS NOT NULL")
    )


def downgrade() -> None:
    op.drop_index(f"ix_{TABLE}_{COLUMN}", TABLE)
    op.drop_column(TABLE, COLUMN)

"""A board chooses whether loose values ask for a look after the discussion; nothing changes until it does."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("boards", sa.Column("folds_values", sa.Boolean(), nullable=False, server_default=sa.false()))
    # Of what stands on the list by now nobody noted which were loose values: all of it goes on asking.
    op.add_column("cases", sa.Column("unseen_only_values", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("cases", "unseen_only_values")
    op.drop_column("boards", "folds_values")

"""Which worker has a letter of a destination under way: when it dies another one goes on, long before the lease ends."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("destinations", sa.Column("leased_by", sa.Integer()))


def downgrade() -> None:
    op.drop_column("destinations", "leased_by")

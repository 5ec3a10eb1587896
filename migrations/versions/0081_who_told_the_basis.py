"""Who recorded on what ground a case is held, and when: nothing ever wrote it, and nothing read it."""

import sqlalchemy as sa
from alembic import op

revision = "0081"
down_revision = "0080"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_column("cases", "basis_told_by")
    op.drop_column("cases", "basis_told_at")


def downgrade() -> None:
    op.add_column("cases", sa.Column("basis_told_by", sa.Text(), nullable=False, server_default=""))
    op.alter_column("cases", "basis_told_by", server_default=None)
    op.add_column("cases", sa.Column("basis_told_at", sa.DateTime(timezone=True), nullable=True))

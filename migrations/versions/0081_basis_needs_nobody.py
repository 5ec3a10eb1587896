"""Who recorded on what ground a case is held is written by nobody any more; the columns go when no process of a version that names them runs."""

from alembic import op

revision = "0081"
down_revision = "0080"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("cases", "basis_told_by", server_default="")


def downgrade() -> None:
    op.alter_column("cases", "basis_told_by", server_default=None)

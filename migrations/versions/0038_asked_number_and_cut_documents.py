"""An appointment has the number of who asked for it too (SCH-1), and a document says on the case that its end never came."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("appointments", sa.Column("asked_number", sa.Text(), nullable=False, server_default=""))
    op.add_column("case_documents", sa.Column("is_cut", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("case_documents", "is_cut")
    op.drop_column("appointments", "asked_number")

"""Of a note is kept how far each page typed: what builds on letters that nobody sent is not taken (ADR 0085)."""

import sqlalchemy as sa
from alembic import op

revision = "0079"
down_revision = "0078"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("notes", sa.Column("vector", sa.LargeBinary(), nullable=True))
    op.add_column("notes", sa.Column("pieces", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("notes", "pieces")
    op.drop_column("notes", "vector")

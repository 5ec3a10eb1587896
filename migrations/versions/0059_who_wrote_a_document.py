"""Who wrote a document, in the words of the hospital that sent it: it was read and shown nowhere."""

import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("case_documents", sa.Column("author", sa.Text(), nullable=False, server_default=""))
    op.alter_column("case_documents", "author", server_default=None)


def downgrade() -> None:
    op.drop_column("case_documents", "author")

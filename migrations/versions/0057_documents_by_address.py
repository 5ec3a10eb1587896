"""Under which address on the sender's FHIR server a document is known: by that it is replaced or deleted, whatever its number."""

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("case_documents", sa.Column("known_as", sa.Text(), nullable=False, server_default=""))
    op.alter_column("case_documents", "known_as", server_default=None)


def downgrade() -> None:
    op.drop_column("case_documents", "known_as")

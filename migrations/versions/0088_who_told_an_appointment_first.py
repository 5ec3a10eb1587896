"""An appointment says which message told it first: when that turns out to be about somebody else, it is nobody's here."""

import sqlalchemy as sa
from alembic import op

revision = "0088"
down_revision = "0087"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("appointments", sa.Column("first_message_id", sa.Uuid(), nullable=True))


def downgrade() -> None:
    op.drop_column("appointments", "first_message_id")

"""A session remembers how identity was proven: the method, whether it was two factors, and the provider that vouched."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

WORDS = ("method", "issuer", "provider_session")


def upgrade() -> None:
    for name in WORDS:
        op.add_column("sessions", sa.Column(name, sa.Text(), nullable=False, server_default=""))
        op.alter_column("sessions", name, server_default=None)
    op.add_column("sessions", sa.Column("strong", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.alter_column("sessions", "strong", server_default=None)


def downgrade() -> None:
    for name in (*WORDS, "strong"):
        op.drop_column("sessions", name)

"""A process of the version before, which knows nothing of these columns, registers a case beside the new schema until it is started anew."""

from alembic import op

revision = "0879"
down_revision = "0878"
branch_labels = None
depends_on = None

NAMES = ("known_as", "task_number")


def upgrade() -> None:
    for name in NAMES:
        op.alter_column("cases", name, server_default="")


def downgrade() -> None:
    for name in NAMES:
        op.alter_column("cases", name, server_default=None)

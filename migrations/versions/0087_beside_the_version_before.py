"""A process of the version before, which knows nothing of these columns, writes beside the new schema until it is started anew."""

from alembic import op

revision = "0087"
down_revision = "0086"
branch_labels = None
depends_on = None

COLUMNS = (("cases", "known_as", ""), ("cases", "task_number", ""), ("polls", "topic", ""), ("polls", "subscribes", "false"))


def upgrade() -> None:
    for table, name, value in COLUMNS:
        op.alter_column(table, name, server_default=value)


def downgrade() -> None:
    for table, name, _ in COLUMNS:
        op.alter_column(table, name, server_default=None)

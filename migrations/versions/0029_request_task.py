"""The Task on a hospital's own server that asked for the discussion is kept with the case: the decision becomes its output."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("request_task", sa.Text(), nullable=False, server_default=""))
    op.alter_column("cases", "request_task", server_default=None)


def downgrade() -> None:
    op.drop_column("cases", "request_task")

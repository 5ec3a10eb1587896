"""Where this database stood when a worker last looked, so that one that was put back is noticed before a letter leaves."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

OWNER, WORK = "mdo_owner", "mdo_work"


def upgrade() -> None:
    op.create_table(
        "whereabouts",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("timeline", sa.Text(), nullable=False),
        sa.Column("database", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_whereabouts"),
    )
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON whereabouts TO {WORK}")
    op.execute(f"ALTER TABLE whereabouts OWNER TO {OWNER}")


def downgrade() -> None:
    op.drop_table("whereabouts")

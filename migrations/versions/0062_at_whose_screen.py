"""At whose screen somebody watches along, and who said so: six people around one screen were one person present."""

import sqlalchemy as sa
from alembic import op

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None

COLUMNS = ("screen_of", "noted_by")


def upgrade() -> None:
    for name in COLUMNS:
        op.add_column("presences", sa.Column(name, sa.Uuid(), sa.ForeignKey("people.id", name=f"fk_presences_{name}_people")))
    op.add_column("presences", sa.Column("mistaken", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.execute("DELETE FROM presences WHERE mistaken")  # without the mark they would have been there
    op.drop_column("presences", "mistaken")
    for name in reversed(COLUMNS):
        op.drop_column("presences", name)

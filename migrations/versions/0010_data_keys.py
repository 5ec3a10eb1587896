"""The keys that seal lie in the database, wrapped by a key of the ring."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "data_keys",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("kek", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_data_keys"),
    )
    op.create_index(
        "uq_data_keys_purpose_current", "data_keys", ["purpose"], unique=True, postgresql_where=sa.text("retired_at IS NULL")
    )


def downgrade() -> None:
    # What these keys sealed nobody could ever open again: going back is for a database in which they were not used yet.
    kept = op.get_bind().execute(sa.text("SELECT count(*) FROM data_keys")).scalar()
    if kept:
        raise RuntimeError("data_keys holds keys that sealed values: this migration does not go back (docs/decisions/0021)")
    op.drop_table("data_keys")

"""Numbers that a hospital merged: their messages are understood in one order."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0013"
branch_labels = None
depends_on = None

TABLE = "same_patients"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("hospital_id", sa.UUID(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["hospital_id"], ["hospitals.id"], name=op.f("fk_same_patients_hospital_id_hospitals")),
        sa.PrimaryKeyConstraint("hospital_id", "key", name=op.f("pk_same_patients")),
    )
    # Of the workers alone: a web process has nothing to do with the order of messages.
    op.execute(f"ALTER TABLE {TABLE} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {TABLE} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY house ON {TABLE} TO mdo_owner, CURRENT_USER USING (true) WITH CHECK (true)")
    op.execute(f"CREATE POLICY work ON {TABLE} TO mdo_work USING (true) WITH CHECK (true)")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {TABLE} TO mdo_work")
    op.execute(f"ALTER TABLE {TABLE} OWNER TO mdo_owner")


def downgrade() -> None:
    op.drop_table(TABLE)

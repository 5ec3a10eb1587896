"""Which privacy officer the worker mailed that somebody broke the glass."""

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

OWNER, WORK = "mdo_owner", "mdo_work"
TABLE = "glass_mails"


def upgrade() -> None:
    # With its case a grant goes: who was told of it is of no use then.
    grant = sa.ForeignKey("case_grants.id", name=f"fk_{TABLE}_grant_id_case_grants", ondelete="CASCADE")
    op.create_table(
        TABLE,
        sa.Column("person_id", sa.Uuid(), sa.ForeignKey("people.id", name=f"fk_{TABLE}_person_id_people"), nullable=False),
        sa.Column("grant_id", sa.Uuid(), grant, nullable=False),
        sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "grant_id", name=f"pk_{TABLE}"),
    )
    op.create_index(f"ix_{TABLE}_grant_id", TABLE, ["grant_id"])
    op.execute(f"ALTER TABLE {TABLE} OWNER TO {OWNER}")
    op.execute(f"ALTER TABLE {TABLE} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {TABLE} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY house ON {TABLE} TO {OWNER}, CURRENT_USER USING (true) WITH CHECK (true)")
    # Web processes have no business here: no policy, and no right.
    op.execute(f"CREATE POLICY work ON {TABLE} TO {WORK} USING (true) WITH CHECK (true)")
    op.execute(f"GRANT SELECT, INSERT, DELETE ON {TABLE} TO {WORK}")


def downgrade() -> None:
    op.drop_table(TABLE)

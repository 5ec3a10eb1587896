"""Whom the worker mailed that the certificates of a hospital's line end, once for each step."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

OWNER, WORK = "mdo_owner", "mdo_work"
TABLE = "line_reminders"
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("person_id", sa.Uuid(), sa.ForeignKey("people.id", name=f"fk_{TABLE}_person_id_people"), nullable=False),
        sa.Column("link_id", sa.Uuid(), sa.ForeignKey("links.id", name=f"fk_{TABLE}_link_id_links"), nullable=False),
        sa.Column("ends_at", TIME, nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("mailed_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("person_id", "link_id", "ends_at", "days", name=f"pk_{TABLE}"),
    )
    op.execute(f"ALTER TABLE {TABLE} OWNER TO {OWNER}")
    op.execute(f"ALTER TABLE {TABLE} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {TABLE} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY house ON {TABLE} TO {OWNER}, CURRENT_USER USING (true) WITH CHECK (true)")
    # Web processes have no business here: no policy, and no right.
    op.execute(f"CREATE POLICY work ON {TABLE} TO {WORK} USING (true) WITH CHECK (true)")
    op.execute(f"GRANT SELECT, INSERT, DELETE ON {TABLE} TO {WORK}")


def downgrade() -> None:
    op.drop_table(TABLE)

"""What members of a board put down about a case before its meeting."""

import sqlalchemy as sa
from alembic import op

revision = "0067"
down_revision = "0066"
branch_labels = None
depends_on = None

APP, WORK, OWNER = "mdo_app", "mdo_work", "mdo_owner"
TABLE = "preparations"
TIME = sa.DateTime(timezone=True)
#: who reads the case beyond observing it
READS = (
    f"EXISTS (SELECT FROM cases c WHERE c.id = {TABLE}.case_id AND c.hospital_id IS DISTINCT FROM (SELECT access.only_watches()))"
    f" AND (NOT (SELECT access.observes()) OR access.beyond_observing({TABLE}.case_id))"
)
OWN = "person_id = (SELECT access.person())"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Uuid(), nullable=False),
        _points("case_id", "cases"),
        _points("person_id", "people"),
        sa.Column("discipline", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_at", TIME, nullable=False),
        sa.Column("replaced_at", TIME),
        sa.PrimaryKeyConstraint("id", name=f"pk_{TABLE}"),
        sa.CheckConstraint("length(text) BETWEEN 1 AND 4000", name=f"ck_{TABLE}_has_words"),
    )
    op.create_index(f"ix_{TABLE}_case_id", TABLE, ["case_id", "written_at"])
    op.create_index(
        f"uq_{TABLE}_case_id_person_id", TABLE, ["case_id", "person_id"], unique=True, postgresql_where=sa.text("replaced_at IS NULL")
    )
    op.execute(f"ALTER TABLE {TABLE} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {TABLE} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY house ON {TABLE} TO {OWNER}, CURRENT_USER USING (true) WITH CHECK (true)")
    op.execute(f"CREATE POLICY work ON {TABLE} TO {WORK} USING (true) WITH CHECK (true)")
    op.execute(f"CREATE POLICY reads ON {TABLE} FOR SELECT TO {APP} USING ({READS})")
    op.execute(f"CREATE POLICY adds ON {TABLE} FOR INSERT TO {APP} WITH CHECK ({OWN} AND replaced_at IS NULL AND {READS})")
    op.execute(f"CREATE POLICY replaces ON {TABLE} FOR UPDATE TO {APP} USING ({OWN})")
    op.execute(f"GRANT SELECT, INSERT, UPDATE (replaced_at) ON {TABLE} TO {APP}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON {TABLE} TO {WORK}")
    op.execute(f"ALTER TABLE {TABLE} OWNER TO {OWNER}")


def _points(name: str, table: str) -> sa.Column:
    return sa.Column(name, sa.Uuid(), sa.ForeignKey(f"{table}.id", name=f"fk_{TABLE}_{name}_{table}"), nullable=False)


def downgrade() -> None:
    op.drop_table(TABLE)

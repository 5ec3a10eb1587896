"""Who of a board cannot come on a day, and who takes their place: a place of the quorum that nobody fills was found on the day itself."""

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None

OWNER, APP, WORK = "mdo_owner", "mdo_app", "mdo_work"
TABLE = "absences"
LEADS = "board_id = ANY ((SELECT access.boards('leads'))::uuid[])"
OWN = "person_id = (SELECT access.person()) AND board_id = ANY ((SELECT access.boards('speaks'))::uuid[])"
WRITES = f"(({OWN}) OR {LEADS})"
SAID = f"told_by = (SELECT access.person()) AND {WRITES}"


def _points(name: str, table: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.Uuid(), sa.ForeignKey(f"{table}.id", name=f"fk_{TABLE}_{name}_{table}"), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        TABLE,
        _points("board_id", "boards"),
        _points("person_id", "people"),
        sa.Column("day", sa.Date(), nullable=False),
        _points("substitute_id", "people", nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        _points("told_by", "people"),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("board_id", "person_id", "day", name=f"pk_{TABLE}"),
        sa.CheckConstraint("substitute_id IS NULL OR words = ''", name=f"ck_{TABLE}_one_substitute"),
    )
    op.execute(f"ALTER TABLE {TABLE} OWNER TO {OWNER}")
    op.execute(f"ALTER TABLE {TABLE} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {TABLE} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY house ON {TABLE} TO {OWNER}, CURRENT_USER USING (true) WITH CHECK (true)")
    op.execute(f"CREATE POLICY reads ON {TABLE} FOR SELECT TO {APP} USING (board_id = ANY ((SELECT access.boards('sits'))::uuid[]))")
    op.execute(f"CREATE POLICY adds ON {TABLE} FOR INSERT TO {APP} WITH CHECK ({SAID})")
    op.execute(f"CREATE POLICY changes ON {TABLE} FOR UPDATE TO {APP} USING ({WRITES}) WITH CHECK ({SAID})")
    op.execute(f"CREATE POLICY goes ON {TABLE} FOR DELETE TO {APP} USING ({WRITES})")
    op.execute(f"GRANT SELECT, INSERT, UPDATE (substitute_id, words, told_by, told_at), DELETE ON {TABLE} TO {APP}")
    # The worker only clears away what is past.
    op.execute(f"CREATE POLICY work ON {TABLE} TO {WORK} USING (true)")
    op.execute(f"GRANT SELECT, DELETE ON {TABLE} TO {WORK}")


def downgrade() -> None:
    op.drop_table(TABLE)

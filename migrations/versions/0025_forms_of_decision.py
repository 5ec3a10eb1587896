"""Forms of decision; objections of members who were called away; the hospital of treatment as one of the region."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

APP, WORK, OWNER = "mdo_app", "mdo_work", "mdo_owner"
TIME = sa.DateTime(timezone=True)
#: who reads a decision reads what was said against it: not somebody who only observes
READS = (
    "EXISTS (SELECT FROM cases c WHERE c.id = decision_objections.case_id AND c.hospital_id IS DISTINCT FROM (SELECT access.only_watches()))"
    " AND (NOT (SELECT access.observes()) OR access.beyond_observing(decision_objections.case_id))"
)
OWN = "person_id = (SELECT access.person())"
LEADS = (
    "EXISTS (SELECT FROM rounds r JOIN meetings m ON m.id = r.meeting_id WHERE r.id = decision_objections.round_id"
    " AND m.board_id = ANY ((SELECT access.boards('leads'))::uuid[]))"
)


def upgrade() -> None:
    op.add_column("decisions", sa.Column("form", sa.String(40), nullable=False, server_default="first"))
    op.execute("ALTER TABLE decisions DISABLE TRIGGER decisions_only_grows")
    op.execute("UPDATE decisions SET form = 'correction' WHERE version > 1")
    op.execute("ALTER TABLE decisions ENABLE TRIGGER decisions_only_grows")
    op.alter_column("decisions", "form", server_default=None)
    op.add_column("boards", sa.Column("objection_hours", sa.Integer(), nullable=False, server_default="24"))
    op.alter_column("boards", "objection_hours", server_default=None)
    op.add_column("presences", sa.Column("away", JSONB(), nullable=False, server_default="[]"))
    op.alter_column("presences", "away", server_default=None)
    op.add_column(
        "advice_items",
        sa.Column(
            "place_hospital_id", sa.Uuid(), sa.ForeignKey("hospitals.id", name="fk_advice_items_place_hospital_id_hospitals")
        ),
    )
    op.create_table(
        "decision_objections",
        sa.Column("id", sa.Uuid(), nullable=False),
        _points("case_id", "cases"),
        _points("round_id", "rounds"),
        _points("decision_id", "decisions"),
        _points("person_id", "people"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        _points("answered_by", "people", nullable=True),
        sa.Column("answered_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_decision_objections"),
        sa.UniqueConstraint("decision_id", "person_id", name="uq_decision_objections_decision_id_person_id"),
        sa.CheckConstraint(
            "num_nonnulls(answered_by, answered_at) IN (0, 2)", name="ck_decision_objections_answered_by_somebody"
        ),
    )
    op.create_index("ix_decision_objections_case_id", "decision_objections", ["case_id", "made_at"])
    op.create_index("ix_decision_objections_round_id", "decision_objections", ["round_id"])
    op.execute("ALTER TABLE decision_objections ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE decision_objections FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY house ON decision_objections TO {OWNER}, CURRENT_USER USING (true) WITH CHECK (true)")
    op.execute(f"CREATE POLICY work ON decision_objections TO {WORK} USING (true) WITH CHECK (true)")
    op.execute(f"CREATE POLICY reads ON decision_objections FOR SELECT TO {APP} USING ({READS})")
    op.execute(f"CREATE POLICY adds ON decision_objections FOR INSERT TO {APP} WITH CHECK ({OWN} AND answered_by IS NULL AND {READS})")
    op.execute(f"CREATE POLICY answers ON decision_objections FOR UPDATE TO {APP} USING ({LEADS})")
    op.execute(f"GRANT SELECT, INSERT, UPDATE (answer, answered_by, answered_at) ON decision_objections TO {APP}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON decision_objections TO {WORK}")
    op.execute(f"ALTER TABLE decision_objections OWNER TO {OWNER}")


def _points(name: str, table: str, *, nullable: bool = False) -> sa.Column:
    key = sa.ForeignKey(f"{table}.id", name=f"fk_decision_objections_{name}_{table}")
    return sa.Column(name, sa.Uuid(), key, nullable=nullable)


def downgrade() -> None:
    op.drop_table("decision_objections")
    op.drop_column("advice_items", "place_hospital_id")
    op.drop_column("presences", "away")
    op.drop_column("boards", "objection_hours")
    op.drop_column("decisions", "form")

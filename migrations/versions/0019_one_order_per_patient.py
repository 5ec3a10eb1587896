"""Numbers that a hospital merged are understood in one order; what is new on a case, and when somebody last looked at it."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

TABLE, LOOKS = "same_patients", "case_looks"


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
    _news()


def _news() -> None:
    op.add_column("cases", sa.Column("news_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE cases c SET news_at = (SELECT max(e.at) FROM case_events e WHERE e.case_id = c.id"
        " AND e.what IN ('referral.updated', 'patient.changed', 'document.added', 'case.answered'))"
    )
    op.create_table(
        LOOKS,
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("case_id", sa.UUID(), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("before_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_case_looks_person_id_people")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_looks_case_id_cases")),
        sa.PrimaryKeyConstraint("person_id", "case_id", name=op.f("pk_case_looks")),
    )
    op.create_index("ix_case_looks_case_id", LOOKS, ["case_id"])
    mine = "person_id = (SELECT access.person())"
    visible = f"{mine} AND EXISTS (SELECT FROM cases c WHERE c.id = {LOOKS}.case_id)"
    op.execute(f"ALTER TABLE {LOOKS} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {LOOKS} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY house ON {LOOKS} TO mdo_owner, CURRENT_USER USING (true) WITH CHECK (true)")
    op.execute(f"CREATE POLICY work ON {LOOKS} TO mdo_work USING (true) WITH CHECK (true)")
    op.execute(f"CREATE POLICY reads ON {LOOKS} FOR SELECT TO mdo_app USING ({mine})")
    op.execute(f"CREATE POLICY adds ON {LOOKS} FOR INSERT TO mdo_app WITH CHECK ({visible})")
    op.execute(f"CREATE POLICY changes ON {LOOKS} FOR UPDATE TO mdo_app USING ({visible})")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON {LOOKS} TO mdo_app, mdo_work")
    op.execute(f"ALTER TABLE {LOOKS} OWNER TO mdo_owner")


def downgrade() -> None:
    op.drop_table(LOOKS)
    op.drop_column("cases", "news_at")
    op.drop_table(TABLE)

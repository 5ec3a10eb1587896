"""Advice in items with owner, place and day, and the questions every round answers."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

TEXTS = {
    "advice_items": ("kind", "text", "intent", "condition", "place", "responsible"),
    "round_answers": (
        "diagnosis_changed", "imaging_revision", "pathology_revision", "wish", "trial", "deviation", "dissent", "told_by", "again",
    ),
}  # fmt: skip
#: who sees the case sees what is typed about it, as with the notes
CASE = "EXISTS (SELECT FROM cases c WHERE c.id = {table}.case_id AND c.hospital_id IS DISTINCT FROM (SELECT access.only_watches()))"
APP, WORK, OWNER = "mdo_app", "mdo_work", "mdo_owner"


def upgrade() -> None:
    op.create_table(
        "advice_items",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("round_id", sa.Uuid(), sa.ForeignKey("rounds.id", name="fk_advice_items_round_id_rounds"), nullable=False),
        sa.Column("case_id", sa.Uuid(), sa.ForeignKey("cases.id", name="fk_advice_items_case_id_cases"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date()),
        *_common("advice_items"),
        sa.PrimaryKeyConstraint("id", name="pk_advice_items"),
    )
    op.create_index("ix_advice_items_round_id", "advice_items", ["round_id", "position"])
    op.create_index("ix_advice_items_case_id", "advice_items", ["case_id"])
    op.create_table(
        "round_answers",
        sa.Column("round_id", sa.Uuid(), sa.ForeignKey("rounds.id", name="fk_round_answers_round_id_rounds"), nullable=False),
        sa.Column("case_id", sa.Uuid(), sa.ForeignKey("cases.id", name="fk_round_answers_case_id_cases"), nullable=False),
        sa.Column("told_on", sa.Date()),
        *_common("round_answers"),
        sa.PrimaryKeyConstraint("round_id", name="pk_round_answers"),
    )
    op.create_index("ix_round_answers_case_id", "round_answers", ["case_id"])
    for table in TEXTS:
        _protect(table)


def _common(table: str) -> list[sa.Column]:
    return [
        *(sa.Column(name, sa.Text(), nullable=False) for name in TEXTS[table]),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.Uuid(), sa.ForeignKey("people.id", name=f"fk_{table}_changed_by_people"), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
    ]


def _protect(table: str) -> None:
    rule = CASE.format(table=table)
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY house ON {table} TO {OWNER}, CURRENT_USER USING (true) WITH CHECK (true)")
    op.execute(f"CREATE POLICY work ON {table} TO {WORK} USING (true) WITH CHECK (true)")
    op.execute(f"CREATE POLICY reads ON {table} FOR SELECT TO {APP} USING ({rule})")
    op.execute(f"CREATE POLICY adds ON {table} FOR INSERT TO {APP} WITH CHECK ({rule})")
    op.execute(f"CREATE POLICY changes ON {table} FOR UPDATE TO {APP} USING ({rule})")
    op.execute(f"CREATE POLICY removes ON {table} FOR DELETE TO {APP} USING ({rule})")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {APP}, {WORK}")
    op.execute(f"ALTER TABLE {table} OWNER TO {OWNER}")


def downgrade() -> None:
    for table in TEXTS:
        op.drop_table(table)

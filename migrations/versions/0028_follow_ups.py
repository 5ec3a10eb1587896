"""What became of a recommendation, and how many days before its due date a board wants to be warned."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

APP, WORK, OWNER = "mdo_app", "mdo_work", "mdo_owner"
TIME = sa.DateTime(timezone=True)
#: as decisions: who sees the case, but not for somebody who only observes
RULE = (
    "EXISTS (SELECT FROM cases c WHERE c.id = follow_ups.case_id AND c.hospital_id IS DISTINCT FROM (SELECT access.only_watches()))"
    " AND (NOT (SELECT access.observes()) OR access.beyond_observing(follow_ups.case_id))"
)
CHECKS = {
    "closed_when": "(state = 'open') = (closed_at IS NULL)",
    "closed_by_whom": "state = 'open' OR closed_by IS NOT NULL",
    "reason": "(state IN ('partly', 'not_done')) = (reason <> '')",
    "superseded_is_closed": "superseded_by_id IS NULL OR state <> 'open'",
    "superseded_by_what": "state <> 'superseded' OR superseded_by_id IS NOT NULL",
    "evidence": "(evidence_kind = '') = (evidence_id IS NULL)",
}
#: decisions that were signed before and hold now are followed from here on
FROM_BEFORE = """
INSERT INTO follow_ups (id, decision_id, round_id, case_id, hospital_id, owner_hospital_id, board_id, position, kind, text, intent,
    condition, place, responsible, due_on, signed_at, state, reason, words, evidence_kind, revision)
SELECT gen_random_uuid(), d.id, d.round_id, d.case_id, d.hospital_id, coalesce(
        (SELECT h.id FROM hospitals h WHERE lower(btrim(item ->> 'place')) IN (lower(h.name), lower(h.code)) ORDER BY h.code LIMIT 1),
        d.hospital_id),
    m.board_id, one.place, item ->> 'kind', item ->> 'text', item ->> 'intent', item ->> 'condition', item ->> 'place',
    item ->> 'responsible', nullif(item ->> 'due_on', '')::date, d.signed_at, 'open', '', '', '', 1
FROM decisions d JOIN rounds r ON r.id = d.round_id JOIN meetings m ON m.id = r.meeting_id,
    jsonb_array_elements(d.content::jsonb #> '{advice,items}') WITH ORDINALITY AS one (item, place)
WHERE NOT EXISTS (SELECT FROM decisions newer WHERE newer.supersedes_id = d.id)
"""


def upgrade() -> None:
    op.add_column("boards", sa.Column("follow_days", sa.Integer(), nullable=False, server_default="7"))
    op.create_table(
        "follow_ups",
        sa.Column("id", sa.Uuid(), nullable=False),
        *(
            sa.Column(name, sa.Uuid(), sa.ForeignKey(f"{table}.id", name=f"fk_follow_ups_{name}_{table}"), nullable=is_null)
            for name, table, is_null in (
                ("decision_id", "decisions", False),
                ("round_id", "rounds", False),
                ("case_id", "cases", False),
                ("hospital_id", "hospitals", False),
                ("owner_hospital_id", "hospitals", False),
                ("board_id", "boards", False),
                ("closed_by", "people", True),
                ("superseded_by_id", "decisions", True),
            )
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("kind", "text", "intent", "condition", "place", "responsible", "reason", "words", "evidence_kind")
        ),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("due_on", sa.Date()),
        sa.Column("done_on", sa.Date()),
        sa.Column("signed_at", TIME, nullable=False),
        sa.Column("closed_at", TIME),
        sa.Column("told_at", TIME),
        *(sa.Column(name, sa.Uuid()) for name in ("evidence_id", "message_id", "carried_from_id")),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_follow_ups"),
        sa.UniqueConstraint("decision_id", "position", name="uq_follow_ups_decision_id_position"),
        *(sa.CheckConstraint(check, name=f"ck_follow_ups_{name}") for name, check in CHECKS.items()),
    )
    for name in ("round_id", "case_id", "hospital_id", "owner_hospital_id", "superseded_by_id"):
        op.create_index(f"ix_follow_ups_{name}", "follow_ups", [name])
    op.create_index("ix_follow_ups_board_id", "follow_ups", ["board_id", "signed_at"])
    op.create_index("ix_follow_ups_due", "follow_ups", ["due_on", "id"], postgresql_where=sa.text("state = 'open'"))
    op.execute(FROM_BEFORE)
    _protect()


def _protect() -> None:
    op.execute("ALTER TABLE follow_ups ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE follow_ups FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY house ON follow_ups TO {OWNER}, CURRENT_USER USING (true) WITH CHECK (true)")
    op.execute(f"CREATE POLICY work ON follow_ups TO {WORK} USING (true) WITH CHECK (true)")
    op.execute(f"CREATE POLICY reads ON follow_ups FOR SELECT TO {APP} USING ({RULE})")
    op.execute(f"CREATE POLICY adds ON follow_ups FOR INSERT TO {APP} WITH CHECK ({RULE})")
    op.execute(f"CREATE POLICY changes ON follow_ups FOR UPDATE TO {APP} USING ({RULE})")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON follow_ups TO {APP}, {WORK}")
    op.execute(f"ALTER TABLE follow_ups OWNER TO {OWNER}")


def downgrade() -> None:
    op.drop_table("follow_ups")
    op.drop_column("boards", "follow_days")

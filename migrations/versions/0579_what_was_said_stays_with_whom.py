"""What was discussed, typed and recommended stays with whom it is about, and who was in a room with who that was (ADR 0585)."""

from alembic import op

revision = "0579"
down_revision = "0578"
branch_labels = None
depends_on = None

OWNER, APP = "mdo_owner", "mdo_app"
#: table -> what screens write after a row is there
CHANGES = {
    "rounds": "position, minutes, presenter, outcome, outcome_reason, started_at, ended_at",
    "notes": "revision, size, vector, pieces, frozen_at",
    "round_answers": "diagnosis_changed, imaging_revision, pathology_revision, wish, trial, deviation, dissent, told_by, told_on, again,"
    " revision, changed_by, changed_at",
    "advice_items": "position, kind, text, intent, condition, place, place_hospital_id, responsible, due_on, revision, changed_by, changed_at",
    "follow_ups": "responsible, responsible_id, due_on, state, reason, words, done_on, closed_at, closed_by, told_at, evidence_kind,"
    " evidence_id, message_id, superseded_by_id, carried_from_id, revision",
    "presences": "hospital_id, first_seen_at, seen_at, away, screen_of, noted_by, mistaken",
}
# A case is seen by a board on whose agenda it stands: who leads that board puts it there.
FUNCTION = """RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
    BEGIN
        IF NOT EXISTS (SELECT FROM meetings WHERE id = NEW.meeting_id AND board_id = ANY (access.boards('leads')))
        THEN RAISE EXCEPTION 'this belongs to somebody else' USING ERRCODE = 'insufficient_privilege'; END IF;
        RETURN NEW;
    END $$"""


def upgrade() -> None:
    for table, columns in CHANGES.items():
        op.execute(f"REVOKE UPDATE ON {table} FROM {APP}")
        op.execute(f"GRANT UPDATE ({columns}) ON {table} TO {APP}")
    op.execute(f"CREATE FUNCTION access.round_is_theirs() {FUNCTION}")
    op.execute(f"ALTER FUNCTION access.round_is_theirs() OWNER TO {OWNER}")
    op.execute("REVOKE ALL ON FUNCTION access.round_is_theirs() FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION access.round_is_theirs() TO {APP}")
    op.execute(
        f"CREATE TRIGGER own_round BEFORE INSERT ON rounds FOR EACH ROW WHEN (current_user = '{APP}') EXECUTE FUNCTION access.round_is_theirs()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER own_round ON rounds")
    op.execute("DROP FUNCTION access.round_is_theirs()")
    for table, columns in CHANGES.items():
        op.execute(f"REVOKE UPDATE ({columns}) ON {table} FROM {APP}")
        op.execute(f"GRANT UPDATE ON {table} TO {APP}")

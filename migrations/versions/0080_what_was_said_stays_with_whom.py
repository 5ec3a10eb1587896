"""What was discussed, typed and recommended stays with whom it is about, a meeting with who leads its board (ADR 0086)."""

from alembic import op

revision = "0080"
down_revision = "0079"
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
THEIRS = "board_id = ANY (access.boards('{}'))"
#: of what is added -> whether it is of a board that one leads (or speaks at). On whose agenda a case stands decides who sees it.
ADDS = {
    "rounds": ("own_round", f"EXISTS (SELECT FROM meetings WHERE id = NEW.meeting_id AND {THEIRS.format('leads')})"),
    "decisions": (
        "own_decision",
        "EXISTS (SELECT FROM rounds r JOIN meetings m ON m.id = r.meeting_id WHERE r.id = NEW.round_id AND r.case_id = NEW.case_id"
        f" AND m.{THEIRS.format('leads')}) AND NEW.signed_by = access.person()",
    ),
    "note_updates": (
        "own_typing",
        "EXISTS (SELECT FROM notes n JOIN rounds r ON r.id = n.round_id JOIN meetings m ON m.id = r.meeting_id WHERE n.id = NEW.note_id"
        f" AND m.{THEIRS.format('speaks')}) AND NEW.person_id = access.person()",
    ),
}
#: of a meeting everybody who withdraws or objects writes its revision, and that their case is on no more; the rest is for who leads its board
AGENDA = "series_at, minutes, registration_closes_at, place, video_url, state, opened_at, closed_at, current_since"


def _agenda(columns: str) -> None:
    op.execute("DROP TRIGGER own_agenda ON meetings")
    op.execute(
        f"CREATE TRIGGER own_agenda BEFORE INSERT OR DELETE OR UPDATE OF {columns} ON meetings FOR EACH ROW"
        f" WHEN (current_user = '{APP}') EXECUTE FUNCTION access.agenda_is_theirs()"
    )


def _function(is_theirs: str) -> str:
    return f"""RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
        BEGIN
            IF ({is_theirs}) IS NOT TRUE THEN
                RAISE EXCEPTION 'this belongs to somebody else' USING ERRCODE = 'insufficient_privilege';
            END IF;
            RETURN NEW;
        END $$"""


def upgrade() -> None:
    for table, columns in CHANGES.items():
        op.execute(f"REVOKE UPDATE ON {table} FROM {APP}")
        op.execute(f"GRANT UPDATE ({columns}) ON {table} TO {APP}")
    for table, (name, is_theirs) in ADDS.items():
        op.execute(f"CREATE FUNCTION access.{name}() {_function(is_theirs)}")
        op.execute(f"ALTER FUNCTION access.{name}() OWNER TO {OWNER}")
        op.execute(f"REVOKE ALL ON FUNCTION access.{name}() FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION access.{name}() TO {APP}")
        op.execute(
            f"CREATE TRIGGER {name} BEFORE INSERT ON {table} FOR EACH ROW WHEN (current_user = '{APP}') EXECUTE FUNCTION access.{name}()"
        )
    _agenda(f"id, board_id, starts_at, {AGENDA}")


def downgrade() -> None:
    _agenda("id, board_id, starts_at")
    for table, (name, _) in ADDS.items():
        op.execute(f"DROP TRIGGER {name} ON {table}")
        op.execute(f"DROP FUNCTION access.{name}()")
    for table, columns in CHANGES.items():
        op.execute(f"REVOKE UPDATE ({columns}) ON {table} FROM {APP}")
        op.execute(f"GRANT UPDATE ON {table} TO {APP}")

"""Who only sees a case writes nothing of it: not where it goes and how it stands, no question, no end of who reads along, no history (ADR 0096)."""

from alembic import op

revision = "0094"
down_revision = "0093"
branch_labels = None
depends_on = None

OWNER, APP = "mdo_owner", "mdo_app"
PATH = "SET search_path = pg_catalog, public, pg_temp"
#: of a case everybody who prepares or objects says that something is new; the rest is for who may act on it
CASE = "board_id board_hint state is_open reason missing cautions objected cancel_told_at state_since unseen_since unseen_only_values".split()
#: trigger -> (when, on, what must hold). Never narrower than the pages, which look at more (domain/policy.py).
GUARDS = {
    "own_case": (
        f"UPDATE OF {', '.join(CASE)}",
        "cases",
        f"({', '.join(f'NEW.{one}' for one in CASE)}) IS NOT DISTINCT FROM ({', '.join(f'OLD.{one}' for one in CASE)})"
        " OR access.handles(OLD.id)",
    ),
    "own_question": (
        "INSERT OR UPDATE",
        "information_requests",
        "access.handles(NEW.case_id) AND CASE TG_OP WHEN 'INSERT' THEN NEW.asked_by = access.person()"
        " ELSE NEW.answered_by IS NOT DISTINCT FROM OLD.answered_by OR coalesce(NEW.answered_by, access.person()) = access.person() END",
    ),
    "own_grant_ends": ("UPDATE", "case_grants", "access.handles(OLD.case_id) AND NEW.ended_by = access.person()"),
    # In the own name by who sees it: they read along, prepare, object, or broke the glass. As what happened by itself: by who acts on it.
    "own_history": ("INSERT", "case_events", "NEW.person_id = access.person() OR NEW.person_id IS NULL AND access.handles(NEW.case_id)"),
    "own_follow_up": ("INSERT OR UPDATE", "follow_ups", "access.handles(NEW.case_id)"),
    "own_fact_stands": ("UPDATE", "case_facts", "access.handles(NEW.case_id)"),
    "own_document_stands": ("UPDATE", "case_documents", "access.handles(NEW.case_id)"),
    "own_handover": ("INSERT", "follow_up_handovers", "access.handles(NEW.case_id)"),
}  # fmt: skip
#: a role of a hospital is ended, or given other days, by whom that hospital has for it: not by who leads any board, of who only takes part
TERM = "OLD.ended_at IS NULL"
WHOSE_TERM = f"{TERM} AND (access.administers() OR OLD.hospital_id IN (access.keeps_link(), access.watches()))"
#: what was signed is frozen, and is thawed to be revised, by who leads the board that said it
AT_BOARD = "EXISTS (SELECT FROM rounds r JOIN meetings m ON m.id = r.meeting_id WHERE r.id = OLD.round_id AND m.board_id = ANY (access.boards('{}')))"
NOTE = "CASE TG_OP WHEN 'DELETE' THEN OLD.revision = 0 ELSE {} END"
SPEAKS = NOTE.format(AT_BOARD.format("speaks"))
FREEZES = NOTE.format(
    f"{AT_BOARD.format('speaks')} AND (NEW.frozen_at IS NOT DISTINCT FROM OLD.frozen_at OR {AT_BOARD.format('leads')})"
)


def _function(is_theirs: str) -> str:
    return f"""RETURNS trigger LANGUAGE plpgsql {PATH} AS $$
        BEGIN
            IF ({is_theirs}) IS NOT TRUE THEN
                RAISE EXCEPTION 'this belongs to somebody else' USING ERRCODE = 'insufficient_privilege';
            END IF;
            RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
        END $$"""


def upgrade() -> None:
    for name, (when, table, is_theirs) in GUARDS.items():
        op.execute(f"CREATE FUNCTION access.{name}() {_function(is_theirs)}")
        op.execute(f"ALTER FUNCTION access.{name}() OWNER TO {OWNER}")
        op.execute(f"REVOKE ALL ON FUNCTION access.{name}() FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION access.{name}() TO {APP}")
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {when} ON {table} FOR EACH ROW WHEN (current_user = '{APP}') EXECUTE FUNCTION access.{name}()"
        )
    op.execute(f"CREATE OR REPLACE FUNCTION access.own_role_is_over() {_function(WHOSE_TERM)}")
    op.execute(f"CREATE OR REPLACE FUNCTION access.own_note() {_function(FREEZES)}")


def downgrade() -> None:
    op.execute(f"CREATE OR REPLACE FUNCTION access.own_role_is_over() {_function(TERM)}")
    op.execute(f"CREATE OR REPLACE FUNCTION access.own_note() {_function(SPEAKS)}")
    for name, (_, table, _) in reversed(GUARDS.items()):
        op.execute(f"DROP TRIGGER {name} ON {table}")
        op.execute(f"DROP FUNCTION access.{name}()")

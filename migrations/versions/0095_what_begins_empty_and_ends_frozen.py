"""What a statement could still freeze, type in, take or forge by another way than the one that was shut (ADR 0096), and who gives a case (0095)."""

from alembic import op

revision = "0095"
down_revision = "0094"
branch_labels = None
depends_on = None

OWNER, APP = "mdo_owner", "mdo_app"
PATH = "SET search_path = pg_catalog, public, pg_temp"
LEADS, SPEAKS = (f"ANY (access.boards('{kind}'))" for kind in ("leads", "speaks"))
AT_BOARD = "EXISTS (SELECT FROM rounds r JOIN meetings m ON m.id = r.meeting_id WHERE r.id = {} AND m.board_id = {})"
#: a note begins empty and open, whoever makes it: one that came frozen could not be typed in when its case was discussed
EMPTY = "NEW.revision = 0 AND NEW.size = 0 AND NEW.pieces = 0 AND NEW.vector IS NULL AND NEW.frozen_at IS NULL"
CHANGED = (
    f"{AT_BOARD.format('OLD.round_id', SPEAKS)} AND"
    f" (NEW.frozen_at IS NOT DISTINCT FROM OLD.frozen_at OR {AT_BOARD.format('OLD.round_id', LEADS)})"
)
#: before and after: a frozen note that went, and came back open, was thawed
NOTE = f"CASE TG_OP WHEN 'DELETE' THEN OLD.revision = 0 {{}} ELSE {CHANGED} END"
TYPING = (
    "EXISTS (SELECT FROM notes n JOIN rounds r ON r.id = n.round_id JOIN meetings m ON m.id = r.meeting_id WHERE n.id = NEW.note_id"
    f" AND m.board_id = {SPEAKS}{{}}) AND NEW.person_id = access.person()"
)
ROUND = "CASE TG_OP WHEN 'DELETE' THEN OLD.round_id ELSE NEW.round_id END"
FIELDS = AT_BOARD.format(ROUND, SPEAKS)
#: recommendations and answers are frozen as their round's notes are
OPEN = f" AND NOT EXISTS (SELECT FROM notes n WHERE n.round_id = {ROUND} AND n.frozen_at IS NOT NULL)"
PLACE = f"(access.administers() OR {{0}}.hospital_id IN (access.keeps_link(), access.watches()) OR {{0}}.board_id = {LEADS})"
IN_OWN_NAME = "({0} IS NOT DISTINCT FROM {1} OR {0} = access.person())"
REVIEW = (
    f"{PLACE.format('NEW')} AND {IN_OWN_NAME.format('NEW.started_by', 'OLD.started_by')}"
    f" AND {IN_OWN_NAME.format('NEW.signed_by', 'OLD.signed_by')}{{}} AND (TG_OP = 'INSERT' OR OLD.signed_at IS NULL"
    " AND (NEW.board_id, NEW.hospital_id) IS NOT DISTINCT FROM (OLD.board_id, OLD.hospital_id))"
)
#: the name under a review is what people read of who signed it
SIGNED_NAME = (
    " AND (NEW.signed_name IS NOT DISTINCT FROM coalesce(OLD.signed_name, '')"
    " OR NEW.signed_name = (SELECT p.name FROM people p WHERE p.id = access.person()))"
)
CALENDAR = "access.person() = CASE TG_OP WHEN 'DELETE' THEN OLD.person_id ELSE NEW.person_id END"
#: a privacy officer ends a role in a review, and gives none: to let one that ran out go on is to give it
TERM = "OLD.ended_at IS NULL AND (access.administers() OR OLD.hospital_id IN (access.keeps_link(), {}))"
ENDS = "CASE WHEN (NEW.starts_on, NEW.ends_on) IS NOT DISTINCT FROM (OLD.starts_on, OLD.ends_on) THEN access.watches() END"
#: trigger's function -> (what must hold from now on, what had to until now)
RULES = {
    "own_note": (NOTE.format("AND OLD.frozen_at IS NULL"), NOTE.format("")),
    "own_typing": (TYPING.format(" AND n.frozen_at IS NULL"), TYPING.format("")),
    "own_advice": (FIELDS + OPEN, FIELDS),
    "own_answers": (FIELDS + OPEN, FIELDS),
    "own_role_is_over": (TERM.format(ENDS), TERM.format("access.watches()")),
    "own_review": (REVIEW.format(SIGNED_NAME), REVIEW.format("")),
    # Taken over by its new owner, a calendar that hangs in somebody's telephone shows the meetings of another.
    "own_calendar": (f"{CALENDAR} AND (TG_OP <> 'UPDATE' OR OLD.person_id = NEW.person_id)", CALENDAR),
}
GIVES = "access.handles(c.id) AND (NOT c.objected OR c.hospital_id = access.treats())"
#: who leads it now, and not every board that once discussed it: the owner, as whom this runs, sees those cases too
GIVES_NOW = f"""(c.hospital_id = access.treats() OR NOT c.objected AND (c.board_id = {LEADS} OR c.board_id IS NULL AND EXISTS (
            SELECT FROM board_hospitals l WHERE l.hospital_id = c.hospital_id AND l.board_id = {LEADS})))"""
#: as domain/case.WAITING: what stands on an agenda is discussed there
WAITS = "c.state IN ('received', 'incomplete', 'information_requested', 'ready', 'deferred')"


def _function(is_theirs: str) -> str:
    return f"""RETURNS trigger LANGUAGE plpgsql {PATH} AS $$
        BEGIN
            IF ({is_theirs}) IS NOT TRUE THEN
                RAISE EXCEPTION 'this belongs to somebody else' USING ERRCODE = 'insufficient_privilege';
            END IF;
            RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
        END $$"""


def _give(which: str, whose: str) -> None:
    op.execute(f"""CREATE OR REPLACE FUNCTION access.give_to_board(p_case uuid, p_board uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
        {PATH} AS $$
        BEGIN
            UPDATE cases c SET board_id = p_board
            WHERE c.id = p_case AND {which} AND {whose}
                AND EXISTS (SELECT FROM board_hospitals b WHERE b.hospital_id = c.hospital_id AND b.board_id = p_board);
            IF NOT FOUND THEN
                RAISE EXCEPTION 'this belongs to somebody else' USING ERRCODE = 'insufficient_privilege';
            END IF;
        END $$""")


def upgrade() -> None:
    op.execute(f"CREATE FUNCTION access.own_empty_note() {_function(EMPTY)}")
    op.execute(f"ALTER FUNCTION access.own_empty_note() OWNER TO {OWNER}")
    op.execute("REVOKE ALL ON FUNCTION access.own_empty_note() FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION access.own_empty_note() TO {APP}")
    op.execute(
        f"CREATE TRIGGER own_empty_note BEFORE INSERT ON notes FOR EACH ROW WHEN (current_user = '{APP}')"
        " EXECUTE FUNCTION access.own_empty_note()"
    )
    for name, (holds, _) in RULES.items():
        op.execute(f"CREATE OR REPLACE FUNCTION access.{name}() {_function(holds)}")
    _give(WAITS, GIVES_NOW)


def downgrade() -> None:
    _give("c.is_open", GIVES)
    for name, (_, held) in RULES.items():
        op.execute(f"CREATE OR REPLACE FUNCTION access.{name}() {_function(held)}")
    op.execute("DROP TRIGGER own_empty_note ON notes")
    op.execute("DROP FUNCTION access.own_empty_note()")

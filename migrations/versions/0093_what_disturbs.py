"""What a smuggled statement could still stop, forge or switch: queues, what is shown in a room, rights reviews, lines in nobody's name."""

from alembic import op

revision = "0093"
down_revision = "0092"
branch_labels = None
depends_on = None

OWNER, APP = "mdo_owner", "mdo_app"
PATH = "SET search_path = pg_catalog, public, pg_temp"
LEADS = "ANY (access.boards('leads'))"
PLACE = f"(access.administers() OR {{0}}.hospital_id IN (access.keeps_link(), access.watches()) OR {{0}}.board_id = {LEADS})"
IN_OWN_NAME = "({0} IS NOT DISTINCT FROM {1} OR {0} = access.person())"
WHOSE = "CASE TG_OP WHEN 'DELETE' THEN OLD.person_id ELSE NEW.person_id END"
WAIT = "coalesce(NEW.wait_until <= now() + interval '10 minutes', true)"
SAME = "NEW.{0} IS NOT DISTINCT FROM OLD.{0}"
#: trigger -> (when, on, what must hold). Never narrower than the pages, which look at more (domain/policy.py). Of an INSERT, OLD is nothing.
GUARDS = {
    # A web process only gives a queue free: that nobody answers, and until when it rests, is the worker's.
    "own_queue": (
        "INSERT OR UPDATE",
        "destinations",
        f"access.person() IS NOT NULL AND (NEW.leased_until IS NULL OR {SAME.format('leased_until')})"
        f" AND (NEW.next_attempt_at IS NULL OR {SAME.format('next_attempt_at')})"
        " AND CASE TG_OP WHEN 'INSERT' THEN (NEW.failures, NEW.down_since, NEW.leased_by) IS NOT DISTINCT FROM (0, NULL, NULL)"
        " ELSE (NEW.hospital_id, NEW.audience, NEW.failures, NEW.down_since, NEW.leased_by)"
        " IS NOT DISTINCT FROM (OLD.hospital_id, OLD.audience, OLD.failures, OLD.down_since, OLD.leased_by) END",
    ),
    # Who withdraws a case, or moves it, takes it off the screen that it is on; another one is put there by who leads the meeting.
    "own_screen": (
        "UPDATE OF current_round_id",
        "meetings",
        f"OLD.board_id = {LEADS} OR {SAME.format('current_round_id')} OR (NEW.current_round_id IS NULL"
        " AND EXISTS (SELECT FROM rounds r WHERE r.id = OLD.current_round_id AND access.handles(r.case_id)))",
    ),
    "own_review": (
        "INSERT OR UPDATE",
        "rights_reviews",
        f"{PLACE.format('NEW')} AND {IN_OWN_NAME.format('NEW.started_by', 'OLD.started_by')}"
        f" AND {IN_OWN_NAME.format('NEW.signed_by', 'OLD.signed_by')} AND (TG_OP = 'INSERT' OR OLD.signed_at IS NULL"
        " AND (NEW.board_id, NEW.hospital_id) IS NOT DISTINCT FROM (OLD.board_id, OLD.hospital_id))",
    ),
    "own_verdict": (
        "INSERT OR UPDATE",
        "rights_review_lines",
        "EXISTS (SELECT FROM rights_reviews v WHERE v.id = NEW.review_id AND v.signed_at IS NULL AND"
        f" {PLACE.format('v')}) AND {IN_OWN_NAME.format('NEW.decided_by', 'OLD.decided_by')}"
        " AND (TG_OP = 'INSERT' OR NEW.person_id <> access.person() AND (NEW.review_id, NEW.person_id, NEW.membership_id, NEW.role)"
        " IS NOT DISTINCT FROM (OLD.review_id, OLD.person_id, OLD.membership_id, OLD.role))",
    ),
    "own_calendar": ("INSERT OR DELETE OR UPDATE OF person_id, key_hash, made_at", "calendar_addresses", f"access.person() = {WHOSE}"),
    # Nobody is shut out for long by guesses that were never made: a page makes somebody wait for a minute, by a clock that may differ.
    "own_wait": ("INSERT OR UPDATE OF wait_until", "people", WAIT),
    "own_wait_of_address": ("INSERT OR UPDATE OF wait_until", "sign_in_attempts", WAIT),
}  # fmt: skip
WAS = "person_id IS NULL OR person_id = (SELECT access.person()) OR act ~ '^(sign_in|sign_out|confirm|account)'"
#: before there is a viewer, of signing in alone, and never of a patient; what the portal did by itself, of a case that is seen here, or
#: that a privacy officer of its hospital just had destroyed
ADDS = """person_id = (SELECT access.person()) OR patient_id IS NULL AND case_id IS NULL AND act ~ '^(sign_in|sign_out|confirm|account)'
    OR person_id IS NULL AND EXISTS (SELECT FROM cases c WHERE c.id = audit_entries.case_id)
    OR person_id IS NULL AND act = 'case.destroyed' AND hospital_id = (SELECT access.watches())"""


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
    op.execute(f"ALTER POLICY adds ON audit_entries WITH CHECK ({ADDS})")


def downgrade() -> None:
    op.execute(f"ALTER POLICY adds ON audit_entries WITH CHECK ({WAS})")
    for name, (_, table, _) in reversed(GUARDS.items()):
        op.execute(f"DROP TRIGGER {name} ON {table}")
        op.execute(f"DROP FUNCTION access.{name}()")

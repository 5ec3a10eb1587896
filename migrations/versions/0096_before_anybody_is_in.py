"""What a statement of nobody, or of a stranger, could still end, use up, use again or say of how somebody comes in (ADR 0099)."""

from alembic import op

revision = "0096"
down_revision = "0095"
branch_labels = None
depends_on = None

OWNER, APP = "mdo_owner", "mdo_app"
PATH = "SET search_path = pg_catalog, public, pg_temp"
OWN = "access.person() = OLD.person_id"
#: a session of this person began in this very transaction: only the sign-in can do that, with its keyed hash
BEGINS = """RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER {} AS $$
    SELECT EXISTS (SELECT FROM sessions WHERE person_id = p_person AND ended_at IS NULL AND xmin = pg_current_xact_id()::xid) $$"""
#: for whom the invitation is that this transaction shows; as is_invited, which asks it of one person
INVITED = """RETURNS uuid LANGUAGE sql STABLE {} AS $$
    SELECT person_id FROM invitations WHERE expires_at > now() AND (used_at IS NULL OR xmin = pg_current_xact_id()::xid)
        AND token_hash = encode(sha256(convert_to(current_setting('mdo.invitation', true), 'UTF8')), 'hex') $$"""
WHOSE = "CASE TG_OP WHEN 'DELETE' THEN OLD.person_id ELSE NEW.person_id END"
#: trigger -> (when, on, what must hold). Never narrower than the pages, which look at more; clocks of processes may differ by ten minutes.
GUARDS = {
    "own_untie": ("DELETE", "identities", "access.administers() OR OLD.hospital_id = access.keeps_link()"),
    "own_code_once": ("UPDATE", "recovery_codes", "OLD.used_at IS NULL"),
    "own_app_onward": (
        "UPDATE",
        "authenticators",
        f"{OWN} OR ((NEW.pending_sealed, NEW.pending_at, NEW.confirmed_at)"
        " IS NOT DISTINCT FROM (OLD.pending_sealed, OLD.pending_at, OLD.confirmed_at)"
        " AND NEW.last_step BETWEEN OLD.last_step AND extract(epoch FROM now()) / 30 + 20)",
    ),
    "own_passkey_onward": ("UPDATE", "passkeys", f"NEW.sign_count >= OLD.sign_count AND (NEW.label = OLD.label OR {OWN})"),
    "own_invitation_ends": (
        "UPDATE OR DELETE",
        "invitations",
        "TG_OP = 'UPDATE' AND (access.is_invited(OLD.person_id) OR access.invites(OLD.person_id))",
    ),
    "own_browser": (
        "INSERT OR UPDATE OR DELETE",
        "known_devices",
        f"access.person() = {WHOSE} OR CASE TG_OP WHEN 'DELETE' THEN access.is_invited(OLD.person_id)"
        " ELSE access.begins(NEW.person_id) AND (TG_OP = 'INSERT' OR NEW.person_id = OLD.person_id) END",
    ),
    "own_mail": (
        "UPDATE OF mailed_of_questions",
        "people",
        "NEW.mailed_of_questions = OLD.mailed_of_questions OR access.person() = NEW.id",
    ),
    "own_goodbye": (
        "UPDATE OF signed_out_at",
        "people",
        "NEW.signed_out_at IS NOT DISTINCT FROM OLD.signed_out_at OR NEW.signed_out_at > coalesce(OLD.signed_out_at, '-infinity')"
        " AND (access.person() = NEW.id OR access.is_invited(NEW.id) OR access.invites(NEW.id))",
    ),
}
ENDS = "end_sessions(p_person uuid, p_but text, p_hospital uuid, p_now timestamptz) RETURNS SETOF uuid LANGUAGE"
UPDATE = """UPDATE sessions SET ended_at = p_now WHERE person_id = p_person AND key_hash <> p_but AND ended_at IS NULL
        AND (p_hospital IS NULL OR hospital_id = p_hospital) RETURNING person_id"""
#: by whom it is, by whose invitation is used or who could make one, and for a hospital by who manages or goes through its roles
ENDED_BY_WHOM = f"""CREATE OR REPLACE FUNCTION access.{ENDS} plpgsql SECURITY DEFINER {PATH} AS $$
BEGIN
    IF session_user = '{APP}' AND (access.person() = p_person OR access.is_invited(p_person) OR access.invites(p_person)
        OR p_hospital IS NOT NULL AND (access.administers() OR p_hospital IN (access.keeps_link(), access.watches()))) IS NOT TRUE THEN
        RAISE EXCEPTION 'this belongs to somebody else' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN QUERY {UPDATE};
END $$"""
ENDED_BY_ANYBODY = f"CREATE OR REPLACE FUNCTION access.{ENDS} sql SECURITY DEFINER {PATH} AS $$ {UPDATE} $$"
#: of the portal's own doing, as 0093 says; of signing in: that somebody confirmed who they are, or changed what they sign in with, is said
#: in their own session, where their invitation is used, or by who ties them to the provider of that hospital
ADDS = """person_id = (SELECT access.person())
    OR patient_id IS NULL AND case_id IS NULL AND {}
    OR person_id IS NULL{} AND EXISTS (SELECT FROM cases c WHERE c.id = audit_entries.case_id)
    OR person_id IS NULL AND act = 'case.destroyed' AND hospital_id = (SELECT access.watches())"""
#: that a case was destroyed is said by who has it destroyed, of whom it is hidden by then, and by nobody who still sees it
NOT_GONE = " AND act <> 'case.destroyed'"
WAS = "act ~ '^(sign_in|sign_out|confirm|account)'"
IS = """(act ~ '^(sign_in|sign_out|confirm[.])' OR act ~ '^(confirm|account)' AND (person_id IS NULL
        OR person_id = (SELECT access.invited()))
        OR act ~ '^account' AND ((SELECT access.administers()) OR hospital_id = (SELECT access.keeps_link())))"""


def _function(is_theirs: str) -> str:
    return f"""RETURNS trigger LANGUAGE plpgsql {PATH} AS $$
        BEGIN
            IF ({is_theirs}) IS NOT TRUE THEN
                RAISE EXCEPTION 'this belongs to somebody else' USING ERRCODE = 'insufficient_privilege';
            END IF;
            RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
        END $$"""


def _let(signature: str) -> None:
    op.execute(f"ALTER FUNCTION access.{signature} OWNER TO {OWNER}")
    op.execute(f"REVOKE ALL ON FUNCTION access.{signature} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION access.{signature} TO {APP}")


def upgrade() -> None:
    op.execute(f"CREATE FUNCTION access.begins(p_person uuid) {BEGINS.format(PATH)}")
    _let("begins(uuid)")
    op.execute(f"CREATE FUNCTION access.invited() {INVITED.format(PATH)}")
    _let("invited()")
    for name, (when, table, is_theirs) in GUARDS.items():
        op.execute(f"CREATE FUNCTION access.{name}() {_function(is_theirs)}")
        _let(f"{name}()")
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {when} ON {table} FOR EACH ROW WHEN (current_user = '{APP}') EXECUTE FUNCTION access.{name}()"
        )
    op.execute(ENDED_BY_WHOM)
    op.execute(f"ALTER POLICY adds ON audit_entries WITH CHECK ({ADDS.format(IS, NOT_GONE)})")


def downgrade() -> None:
    op.execute(f"ALTER POLICY adds ON audit_entries WITH CHECK ({ADDS.format(WAS, '')})")
    op.execute(ENDED_BY_ANYBODY)
    for name, (_, table, _) in reversed(GUARDS.items()):
        op.execute(f"DROP TRIGGER {name} ON {table}")
        op.execute(f"DROP FUNCTION access.{name}()")
    op.execute("DROP FUNCTION access.invited()")
    op.execute("DROP FUNCTION access.begins(uuid)")

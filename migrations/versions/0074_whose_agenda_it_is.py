"""When a board meets, who takes part and what a sign-in must prove decide who sees whose patients: a web process changes them for who may."""

from alembic import op

revision = "0074"
down_revision = "0073"
branch_labels = None
depends_on = None

OWNER, APP = "mdo_owner", "mdo_app"
PATH = "SET search_path = pg_catalog, public, pg_temp"
REFUSED = "RAISE EXCEPTION 'this belongs to somebody else' USING ERRCODE = 'insufficient_privilege'"
# Never narrower than the pages, which look at more (domain/policy.py).
FUNCTIONS = {
    "agenda_is_theirs()": f"""RETURNS trigger LANGUAGE plpgsql {PATH} AS $$
        BEGIN
            IF NOT access.administers() AND (
                TG_OP <> 'INSERT' AND NOT OLD.board_id = ANY (access.boards('leads'))
                OR TG_OP <> 'DELETE' AND NOT NEW.board_id = ANY (access.boards('leads'))
            ) THEN {REFUSED}; END IF;
            RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
        END $$""",
    "place_is_theirs()": f"""RETURNS trigger LANGUAGE plpgsql {PATH} AS $$
        BEGIN
            IF NOT access.administers() THEN {REFUSED}; END IF;
            RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
        END $$""",
    "hospital_is_theirs()": f"""RETURNS trigger LANGUAGE plpgsql {PATH} AS $$
        BEGIN
            IF NOT access.administers() AND (TG_OP = 'INSERT' OR OLD.id IS DISTINCT FROM access.keeps_link() OR NEW.id <> OLD.id)
            THEN {REFUSED}; END IF;
            RETURN NEW;
        END $$""",
    "provider_is_theirs()": f"""RETURNS trigger LANGUAGE plpgsql {PATH} AS $$
        BEGIN
            IF NOT access.administers() AND (NEW.hospital_id IS DISTINCT FROM access.keeps_link()
                OR TG_OP = 'UPDATE' AND OLD.hospital_id IS DISTINCT FROM access.keeps_link())
            THEN {REFUSED}; END IF;
            RETURN NEW;
        END $$""",
    "factor_stays()": f"""RETURNS trigger LANGUAGE plpgsql {PATH} AS $$
        BEGIN
            IF OLD.person_id IS DISTINCT FROM access.person() AND NOT access.is_invited(OLD.person_id) THEN {REFUSED}; END IF;
            RETURN OLD;
        END $$""",
}
#: trigger -> (when, on, function)
GUARDS = {
    "own_agenda": ("INSERT OR DELETE OR UPDATE OF id, board_id, starts_at", "meetings", "agenda_is_theirs()"),
    "own_board": ("INSERT OR DELETE OR UPDATE", "boards", "place_is_theirs()"),
    "own_participation": ("INSERT OR DELETE OR UPDATE", "board_hospitals", "place_is_theirs()"),
    "own_hospital": ("INSERT OR UPDATE", "hospitals", "hospital_is_theirs()"),
    "own_provider": ("INSERT OR UPDATE", "identity_providers", "provider_is_theirs()"),
    "own_passkey_stays": ("DELETE", "passkeys", "factor_stays()"),
    "own_app_stays": ("DELETE", "authenticators", "factor_stays()"),
    "own_codes_stay": ("DELETE", "recovery_codes", "factor_stays()"),
}


def upgrade() -> None:
    for signature, rest in FUNCTIONS.items():
        op.execute(f"CREATE FUNCTION access.{signature} {rest}")
        op.execute(f"ALTER FUNCTION access.{signature} OWNER TO {OWNER}")
        op.execute(f"REVOKE ALL ON FUNCTION access.{signature} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION access.{signature} TO {APP}")
    for name, (when, table, function) in GUARDS.items():
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {when} ON {table} FOR EACH ROW WHEN (current_user = '{APP}') EXECUTE FUNCTION access.{function}"
        )


def downgrade() -> None:
    for name, (_, table, _) in GUARDS.items():
        op.execute(f"DROP TRIGGER {name} ON {table}")
    for signature in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION access.{signature}")

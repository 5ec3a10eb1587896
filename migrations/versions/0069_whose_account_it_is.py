"""What a web process may change of cases, patients and colleagues; and who may say by what a colleague signs in."""

from alembic import op

revision = "0069"
down_revision = "0068"
branch_labels = None
depends_on = None

OWNER, APP = "mdo_owner", "mdo_app"
#: table -> what screens write after a row is there; whose it is, and what its sender said, is the worker's
CHANGES = {
    "cases": "board_id, board_hint, state, is_open, reason, missing, cautions, objected, cancel_told_at, state_since, news_at, unseen_since,"
    " unseen_only_values, revision",
    "patients": "local_number, local_authority, bsn_sealed, bsn_index, bsn_tail, bsn_doubtful, family, own_prefix, own_family,"
    " partner_prefix, partner_family, initials, given, birth_on, sex, deceased, objects, told_at",
    "people": "name, email, discipline, password_hash, totp_sealed, language, mailed_of_questions, disabled_at, signed_out_at, failures,"
    " wait_until",
    "passkeys": "sign_count, label, backed_up, last_used_at",
    "authenticators": "pending_sealed, pending_at, last_step, confirmed_at",
    "recovery_codes": "used_at",
    "invitations": "used_at",
    "identities": "used_at",
}
PATH = "SET search_path = pg_catalog, public, pg_temp"
REFUSED = "RAISE EXCEPTION 'this belongs to somebody else' USING ERRCODE = 'insufficient_privilege'"
# An invitation that waits, or that is being used in this very transaction: a used one is never waiting again.
FUNCTIONS = {
    "is_invited(p_person uuid)": f"""RETURNS boolean LANGUAGE sql STABLE {PATH} AS $$
        SELECT EXISTS (SELECT FROM invitations WHERE person_id = p_person AND expires_at > now()
            AND (used_at IS NULL OR xmin = pg_current_xact_id()::xid)) $$""",
    "person_is_theirs()": f"""RETURNS trigger LANGUAGE plpgsql {PATH} AS $$
        DECLARE me uuid := access.person();
        BEGIN
            IF (NEW.password_hash, NEW.totp_sealed) IS DISTINCT FROM (OLD.password_hash, OLD.totp_sealed)
                AND me IS DISTINCT FROM NEW.id AND NOT access.is_invited(NEW.id)
            OR (NEW.name, NEW.email, NEW.discipline, NEW.disabled_at) IS DISTINCT FROM
                (OLD.name, OLD.email, OLD.discipline, OLD.disabled_at) AND me IS NULL
            THEN {REFUSED}; END IF;
            RETURN NEW;
        END $$""",
    "factor_is_theirs()": f"""RETURNS trigger LANGUAGE plpgsql {PATH} AS $$
        BEGIN
            IF NEW.person_id IS DISTINCT FROM access.person() THEN {REFUSED}; END IF;
            RETURN NEW;
        END $$""",
    "invitation_is_theirs()": f"""RETURNS trigger LANGUAGE plpgsql {PATH} AS $$
        BEGIN
            IF TG_OP = 'INSERT' AND (NEW.made_by IS NULL OR NEW.made_by IS DISTINCT FROM access.person())
                OR TG_OP = 'UPDATE' AND OLD.used_at IS NOT NULL
            THEN {REFUSED}; END IF;
            RETURN NEW;
        END $$""",
    "identity_is_theirs()": f"""RETURNS trigger LANGUAGE plpgsql {PATH} AS $$
        BEGIN
            IF (NEW.linked_by_id IS NULL OR NEW.linked_by_id IS DISTINCT FROM access.person())
                AND NOT (NEW.linked_by_id IS NULL AND access.is_invited(NEW.person_id))
            THEN {REFUSED}; END IF;
            RETURN NEW;
        END $$""",
}
WEB = f"current_user = '{APP}'"
#: trigger -> (when, on, condition beside it, function)
GUARDS = {
    "own_account": (
        "UPDATE OF name, email, discipline, password_hash, totp_sealed, disabled_at", "people", "", "person_is_theirs()",
    ),
    "own_passkey": ("INSERT", "passkeys", "", "factor_is_theirs()"),
    "own_app": ("INSERT OR UPDATE OF pending_sealed", "authenticators", " AND NEW.pending_sealed <> ''", "factor_is_theirs()"),
    "own_codes": ("INSERT", "recovery_codes", "", "factor_is_theirs()"),
    "own_invitation": ("INSERT OR UPDATE", "invitations", "", "invitation_is_theirs()"),
    "own_identity": ("INSERT", "identities", "", "identity_is_theirs()"),
}  # fmt: skip


def upgrade() -> None:
    for table, columns in CHANGES.items():
        op.execute(f"REVOKE UPDATE ON {table} FROM {APP}")
        op.execute(f"GRANT UPDATE ({columns}) ON {table} TO {APP}")
    for signature, rest in FUNCTIONS.items():
        op.execute(f"CREATE FUNCTION access.{signature} {rest}")
        op.execute(f"ALTER FUNCTION access.{signature} OWNER TO {OWNER}")
        op.execute(f"REVOKE ALL ON FUNCTION access.{signature} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION access.{signature} TO {APP}")
    for name, (when, table, more, function) in GUARDS.items():
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {when} ON {table} FOR EACH ROW WHEN ({WEB}{more}) EXECUTE FUNCTION access.{function}"
        )


def downgrade() -> None:
    for name, (_, table, _, _) in GUARDS.items():
        op.execute(f"DROP TRIGGER {name} ON {table}")
    for signature in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION access.{signature}")
    for table, columns in CHANGES.items():
        op.execute(f"REVOKE UPDATE ({columns}) ON {table} FROM {APP}")
        op.execute(f"GRANT UPDATE ON {table} TO {APP}")

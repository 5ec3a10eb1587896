"""An invitation opens an account to who holds its token; and is made, as a provider's account is tied, by who may for that colleague."""

from alembic import op

revision = "0072"
down_revision = "0071"
branch_labels = None
depends_on = None

OWNER, APP = "mdo_owner", "mdo_app"
PATH = "SET search_path = pg_catalog, public, pg_temp"
REFUSED = "RAISE EXCEPTION 'this belongs to somebody else' USING ERRCODE = 'insufficient_privilege'"
THEIRS = "person_id = p_person AND ended_at IS NULL"
# Wider than the application's own rule (services/rights/colleagues.py), which looks at what each place is worth: never narrower.
INVITES = f"""
CREATE FUNCTION access.invites(p_person uuid) RETURNS boolean LANGUAGE sql STABLE {PATH} AS $$
    SELECT access.administers()
        OR EXISTS (SELECT FROM memberships WHERE {THEIRS} AND hospital_id = access.keeps_link())
            AND (has_none OR NOT EXISTS (
                SELECT FROM memberships WHERE {THEIRS} AND (hospital_id <> access.keeps_link() OR role = 'administrator')
            ))
        OR has_none AND EXISTS (SELECT FROM board_memberships WHERE {THEIRS} AND board_id = ANY (access.boards('leads')))
    FROM (SELECT EXISTS (SELECT FROM people WHERE id = p_person AND password_hash = '') AS has_none) AS account
$$
"""
# A token is shown to its own transaction only (services/rights/credentials.py); of what is not shown the hash is nobody's.
SHOWN = " AND token_hash = encode(sha256(convert_to(current_setting('mdo.invitation', true), 'UTF8')), 'hex')"


def is_invited(shown: str) -> str:
    return f"""
CREATE OR REPLACE FUNCTION access.is_invited(p_person uuid) RETURNS boolean LANGUAGE sql STABLE {PATH} AS $$
    SELECT EXISTS (SELECT FROM invitations WHERE person_id = p_person AND expires_at > now(){shown}
        AND (used_at IS NULL OR xmin = pg_current_xact_id()::xid)) $$
"""


def invitation_is_theirs(may: str) -> str:
    return f"""
CREATE OR REPLACE FUNCTION access.invitation_is_theirs() RETURNS trigger LANGUAGE plpgsql {PATH} AS $$
    BEGIN
        IF TG_OP = 'INSERT' AND (NEW.made_by IS NULL OR NEW.made_by IS DISTINCT FROM access.person(){may})
            OR TG_OP = 'UPDATE' AND OLD.used_at IS NOT NULL
        THEN {REFUSED}; END IF;
        RETURN NEW;
    END $$
"""


def identity_is_theirs(may: str) -> str:
    return f"""
CREATE OR REPLACE FUNCTION access.identity_is_theirs() RETURNS trigger LANGUAGE plpgsql {PATH} AS $$
    BEGIN
        IF (NEW.linked_by_id IS NULL OR NEW.linked_by_id IS DISTINCT FROM access.person(){may})
            AND NOT (NEW.linked_by_id IS NULL AND access.is_invited(NEW.person_id))
        THEN {REFUSED}; END IF;
        RETURN NEW;
    END $$
"""


def upgrade() -> None:
    op.execute(INVITES)
    op.execute(f"ALTER FUNCTION access.invites(uuid) OWNER TO {OWNER}")
    op.execute("REVOKE ALL ON FUNCTION access.invites(uuid) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION access.invites(uuid) TO {APP}")
    op.execute(is_invited(SHOWN))
    op.execute(invitation_is_theirs(" OR NOT access.invites(NEW.person_id)"))
    op.execute(identity_is_theirs(" OR NOT (access.administers() OR NEW.hospital_id IS NOT DISTINCT FROM access.keeps_link())"))


def downgrade() -> None:
    op.execute(is_invited(""))
    op.execute(invitation_is_theirs(""))
    op.execute(identity_is_theirs(""))
    op.execute("DROP FUNCTION access.invites(uuid)")

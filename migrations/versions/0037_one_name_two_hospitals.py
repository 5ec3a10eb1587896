"""Two hospitals may send under one name when the certificates of their lines tell them apart."""

from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

OWNER, APP, WORK = "mdo_owner", "mdo_app", "mdo_work"

# What the listener will do with a message that both could have sent (services/links/hospitals.sender_of): whose certificate calls. Who has the
# name already must be calling with one: over a tunnel or in the clear its messages would from now on be nobody's.
APART = """
CREATE FUNCTION access.apart_by_certificate(p_holder uuid, p_comer uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
    WITH counts AS (SELECT link_id, fingerprint, name, seen_at FROM link_certificates WHERE withdrawn_at IS NULL)
    SELECT EXISTS (SELECT FROM counts WHERE link_id = p_holder AND seen_at IS NOT NULL)
        AND EXISTS (SELECT FROM counts WHERE link_id = p_comer)
        AND NOT EXISTS (SELECT FROM links WHERE id IN (p_holder, p_comer) AND plain_accepted_at IS NOT NULL AND plain_accepted_until >= now())
        AND NOT EXISTS (
            SELECT FROM counts a JOIN counts b
            ON (a.fingerprint = b.fingerprint AND a.fingerprint <> '') OR (a.name = b.name AND a.name <> '')
            WHERE a.link_id = p_holder AND b.link_id = p_comer
        )
$$
"""
# One after the other (the lock), so that two who save at once cannot both find the name free.
SENDERS = """
CREATE OR REPLACE FUNCTION access.senders_apart() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('links.senders'));
    IF EXISTS (
        SELECT FROM links l WHERE l.id <> NEW.id AND {alike}
    ) THEN
        RAISE EXCEPTION 'another link sends under this name' USING ERRCODE = 'unique_violation', CONSTRAINT = 'links_senders_apart';
    END IF;
    RETURN NEW;
END $$
"""


ALIKE = """l.sending_applications && {row}.sending_applications
        AND (l.sending_facilities = '{}' OR {row}.sending_facilities = '{}' OR l.sending_facilities && {row}.sending_facilities)"""
SHARED = f"(TG_OP = 'UPDATE' AND {ALIKE.replace('{row}', 'OLD')})"
NOW_APART = f"{ALIKE.replace('{row}', 'NEW')} AND NOT {SHARED} AND NOT access.apart_by_certificate(l.id, NEW.id)"


def upgrade() -> None:
    op.execute(APART)
    op.execute(f"ALTER FUNCTION access.apart_by_certificate(uuid, uuid) OWNER TO {OWNER}")
    op.execute("REVOKE ALL ON FUNCTION access.apart_by_certificate(uuid, uuid) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION access.apart_by_certificate(uuid, uuid) TO {APP}, {WORK}")
    op.execute(SENDERS.replace("{alike}", NOW_APART))


def downgrade() -> None:
    op.execute(SENDERS.replace("{alike}", ALIKE.replace("{row}", "NEW")))
    op.execute("DROP FUNCTION access.apart_by_certificate(uuid, uuid)")

"""What a web process may write of a link, senders that are one hospital's, used proofs kept long enough, letters over TLS."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

OWNER, APP, WORK = "mdo_owner", "mdo_app", "mdo_work"
MINE = "hospital_id = (SELECT access.keeps_link()) OR (SELECT access.administers())"
#: what the screens write: the settings of a link, its own places, and a new token
SCREENS = (
    "level", "profile_in", "profile_out", "charset_in", "sending_applications", "sending_facilities", "channel_out", "host_out",
    "port_out", "url_out", "token_out_sealed", "token_in_hash", "otherwise",
)  # fmt: skip
#: what only the administrator's command line writes: where we may go, as whom, and how a hospital proves who it is
EMPTY = (
    "inside_networks = '{}' AND certificate_out_sealed = '' AND trust_out = '' AND token_url_out = '' AND client_id_out = ''"
    " AND scopes_out = '' AND client_id_in = '' AND jwks_in = '' AND plain_accepted_at IS NULL AND plain_accepted_until IS NULL"
    " AND plain_accepted_by = '' AND plain_accepted_why = '' AND NOT application_ack_out AND NOT tls_out"
)

OF_CASE = (
    "EXISTS (SELECT FROM cases c WHERE c.id = outgoing_questions.case_id"
    " AND c.hospital_id IS DISTINCT FROM (SELECT access.only_watches()))"
)
#: a question carries the patient's particulars: it goes to the hospital of its case, and it is that case's question
TO_ITS_HOSPITAL = (
    "EXISTS (SELECT FROM cases c JOIN information_requests r ON r.case_id = c.id WHERE c.id = outgoing_questions.case_id"
    " AND r.id = outgoing_questions.id AND c.hospital_id = outgoing_questions.hospital_id"
    " AND c.hospital_id IS DISTINCT FROM (SELECT access.only_watches()))"
)

# A proof is taken until half a minute after its end, and machines' clocks differ: a used one is remembered ten minutes longer.
TOKENS = """
CREATE OR REPLACE FUNCTION access.issue_link_token(
    p_link uuid, p_jti text, p_used_until timestamptz, p_hash text, p_scopes text, p_until timestamptz, p_mac bytea
) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF p_mac IS DISTINCT FROM access.mac('gate', concat_ws(' ', 'link', p_link, p_jti, p_hash, p_scopes)) THEN
        RAISE EXCEPTION 'a token is given for a signed assertion' USING ERRCODE = 'insufficient_privilege';
    END IF;
    DELETE FROM link_tokens WHERE expires_at < now();
    DELETE FROM used_assertions WHERE expires_at < now(){margin};
    INSERT INTO used_assertions (link_id, jti, expires_at) VALUES (p_link, p_jti, p_used_until) ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    INSERT INTO link_tokens (token_hash, link_id, scopes, expires_at)
    VALUES (p_hash, p_link, p_scopes, least(p_until, now() + interval '10 minutes'));
    RETURN true;
END $$
"""

# One after the other (the lock), so that two who save at once cannot both find the name free.
SENDERS = """
CREATE FUNCTION access.senders_apart() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('links.senders'));
    IF EXISTS (
        SELECT FROM links l WHERE l.id <> NEW.id AND l.sending_applications && NEW.sending_applications
        AND (l.sending_facilities = '{}' OR NEW.sending_facilities = '{}' OR l.sending_facilities && NEW.sending_facilities)
    ) THEN
        RAISE EXCEPTION 'another link sends under this name' USING ERRCODE = 'unique_violation', CONSTRAINT = 'links_senders_apart';
    END IF;
    RETURN NEW;
END $$
"""


def upgrade() -> None:
    op.add_column("links", sa.Column("tls_out", sa.Boolean(), nullable=False, server_default="false"))
    op.alter_column("links", "tls_out", server_default=None)
    op.execute(f"REVOKE UPDATE ON links FROM {APP}")
    op.execute(f"GRANT UPDATE ({', '.join(SCREENS)}) ON links TO {APP}")
    op.execute(f"REVOKE INSERT, UPDATE ON link_certificates FROM {APP}")
    op.execute("DROP POLICY adds ON links")
    op.execute(f"CREATE POLICY adds ON links FOR INSERT TO {APP} WITH CHECK (({MINE}) AND {EMPTY})")
    op.execute(TOKENS.replace("{margin}", " - interval '10 minutes'"))
    op.execute(SENDERS)
    op.execute(f"ALTER FUNCTION access.senders_apart() OWNER TO {OWNER}")
    op.execute("REVOKE ALL ON FUNCTION access.senders_apart() FROM PUBLIC")
    op.execute(
        "CREATE TRIGGER senders_apart BEFORE INSERT OR UPDATE OF sending_applications, sending_facilities ON links"
        " FOR EACH ROW EXECUTE FUNCTION access.senders_apart()"
    )
    op.execute("DROP POLICY adds ON outgoing_questions")
    op.execute(f"CREATE POLICY adds ON outgoing_questions FOR INSERT TO {APP} WITH CHECK ({TO_ITS_HOSPITAL})")


def downgrade() -> None:
    op.execute("DROP POLICY adds ON outgoing_questions")
    op.execute(f"CREATE POLICY adds ON outgoing_questions FOR INSERT TO {APP} WITH CHECK ({OF_CASE})")
    op.execute("DROP TRIGGER senders_apart ON links")
    op.execute("DROP FUNCTION access.senders_apart()")
    op.execute(TOKENS.replace("{margin}", ""))
    op.execute("DROP POLICY adds ON links")
    op.execute(f"CREATE POLICY adds ON links FOR INSERT TO {APP} WITH CHECK ({MINE})")
    op.execute(f"GRANT INSERT, UPDATE ON link_certificates TO {APP}")
    op.execute(f"GRANT UPDATE ON links TO {APP}")
    op.drop_column("links", "tls_out")

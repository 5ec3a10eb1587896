"""A link manager writes down what is agreed about the own line: TLS, whom we trust there, tokens both ways, and what its server is asked."""

from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

OWNER, APP = "mdo_owner", "mdo_app"
#: networks and our own certificate stay the administrator's: where else we may go, and as whom
AGREED = "tls_out, trust_out, token_url_out, client_id_out, scopes_out, client_id_in, jwks_in"
MINE = "l.hospital_id = (SELECT access.keeps_link()) OR (SELECT access.administers())"
OF_LINK = f"EXISTS (SELECT FROM links l WHERE l.id = polls.link_id AND l.hospital_id = polls.hospital_id AND ({MINE}))"

# Whom we let in, whom we trust and whether letters are encrypted: by who proved a moment ago to be there, as with certificates (0035).
# Only what changes counts: a page may write back what stood there.
CONFIRMED = """
CREATE FUNCTION access.agreed_by_who_is_there() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF current_user = '{app}' AND NOT access.confirmed_lately() THEN
        RAISE EXCEPTION 'what is agreed about a line is written by who confirmed to be there' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$
"""
#: a server that tells of something new only makes us look earlier; what is asked there is not its own
ASKED = "query, every_seconds, attempts, reason, since"


def _differs(columns: str) -> str:
    return " OR ".join(f"OLD.{one} IS DISTINCT FROM NEW.{one}" for one in columns.split(", "))


def upgrade() -> None:
    op.execute(CONFIRMED.replace("{app}", APP))
    op.execute(f"ALTER FUNCTION access.agreed_by_who_is_there() OWNER TO {OWNER}")
    op.execute("REVOKE ALL ON FUNCTION access.agreed_by_who_is_there() FROM PUBLIC")
    for table, columns in (("links", AGREED), ("polls", ASKED)):
        op.execute(
            f"CREATE TRIGGER agreed_by_who_is_there BEFORE UPDATE OF {columns} ON {table} FOR EACH ROW"
            f" WHEN ({_differs(columns)}) EXECUTE FUNCTION access.agreed_by_who_is_there()"
        )
    op.execute(f"GRANT UPDATE ({AGREED}) ON links TO {APP}")
    mine = f"({OF_LINK}) AND (SELECT access.confirmed_lately())"
    op.execute(f"CREATE POLICY adds ON polls FOR INSERT TO {APP} WITH CHECK ({mine})")
    op.execute(f"CREATE POLICY changes ON polls FOR UPDATE TO {APP} USING ({mine}) WITH CHECK ({mine})")
    op.execute(f"CREATE POLICY ends ON polls FOR DELETE TO {APP} USING ({mine})")
    op.execute(f"GRANT INSERT, DELETE, UPDATE (query, every_seconds, attempts, reason) ON polls TO {APP}")


def downgrade() -> None:
    op.execute(f"REVOKE INSERT, DELETE, UPDATE (query, every_seconds, attempts, reason) ON polls FROM {APP}")
    for policy in ("adds", "changes", "ends"):
        op.execute(f"DROP POLICY {policy} ON polls")
    op.execute(f"REVOKE UPDATE ({AGREED}) ON links FROM {APP}")
    for table in ("links", "polls"):
        op.execute(f"DROP TRIGGER agreed_by_who_is_there ON {table}")
    op.execute("DROP FUNCTION access.agreed_by_who_is_there()")

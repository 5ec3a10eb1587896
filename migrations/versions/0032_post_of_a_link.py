"""How many letters are under way, for whoever looks after a link: a number, where the letters themselves are not theirs to read."""

from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

OWNER, APP, WORK = "mdo_owner", "mdo_app", "mdo_work"
POST_OF = """
CREATE FUNCTION access.post_of(p_hospital uuid)
RETURNS TABLE (last_out_at timestamptz, waiting bigint, oldest_at timestamptz, refused bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF p_hospital IS DISTINCT FROM access.keeps_link() AND NOT access.administers() THEN
        RETURN;
    END IF;
    RETURN QUERY SELECT max(d.sent_at), count(*) FILTER (WHERE d.state IN ('waiting', 'sent')),
        min(d.created_at) FILTER (WHERE d.state IN ('waiting', 'sent')), count(*) FILTER (WHERE d.state IN ('refused', 'dead'))
        FROM deliveries d WHERE d.hospital_id = p_hospital;
END $$
"""


def upgrade() -> None:
    op.execute(POST_OF)
    op.execute(f"ALTER FUNCTION access.post_of(uuid) OWNER TO {OWNER}")
    op.execute("REVOKE ALL ON FUNCTION access.post_of(uuid) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION access.post_of(uuid) TO {APP}, {WORK}")


def downgrade() -> None:
    op.execute("DROP FUNCTION access.post_of(uuid)")

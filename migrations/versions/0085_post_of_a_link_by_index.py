"""The letters of a link are counted by indexes: its page asked all letters of ten years when the last one left, each half minute."""

from alembic import op

revision = "0085"
down_revision = "0084"
branch_labels = None
depends_on = None

#: `counted`: what stands between the look who asks, and the end
POST_OF = """
CREATE OR REPLACE FUNCTION access.post_of(p_hospital uuid)
RETURNS TABLE (last_out_at timestamptz, waiting bigint, oldest_at timestamptz, refused bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF p_hospital IS DISTINCT FROM access.keeps_link() AND NOT access.administers() THEN
        RETURN;
    END IF;
    RETURN QUERY {counted};
END $$
"""
AMONG_ALL = """SELECT max(d.sent_at), count(*) FILTER (WHERE d.state IN ('waiting', 'sent')),
        min(d.created_at) FILTER (WHERE d.state IN ('waiting', 'sent')), count(*) FILTER (WHERE d.state IN ('refused', 'dead'))
        FROM deliveries d WHERE d.hospital_id = p_hospital"""
BY_INDEX = """SELECT (SELECT max(d.sent_at) FROM deliveries d WHERE d.hospital_id = p_hospital),
        count(*) FILTER (WHERE d.state IN ('waiting', 'sent')),
        min(d.created_at) FILTER (WHERE d.state IN ('waiting', 'sent')), count(*) FILTER (WHERE d.state IN ('refused', 'dead'))
        FROM deliveries d WHERE d.hospital_id = p_hospital AND d.state IN ('waiting', 'sent', 'refused', 'dead')"""


def upgrade() -> None:
    op.create_index("ix_deliveries_sent_at", "deliveries", ["hospital_id", "sent_at"])
    op.execute(POST_OF.format(counted=BY_INDEX))


def downgrade() -> None:
    op.execute(POST_OF.format(counted=AMONG_ALL))
    op.drop_index("ix_deliveries_sent_at", "deliveries")

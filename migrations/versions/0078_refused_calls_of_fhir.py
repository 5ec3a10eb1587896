"""Calls that came to nothing come over FHIR too: who answers the line writes them down by one function, and no process otherwise."""

from alembic import op

revision = "0078"
down_revision = "0077"
branch_labels = None
depends_on = None

OWNER, APP, WORK = "mdo_owner", "mdo_app", "mdo_work"
TABLE, MOST = "refused_calls", 200
DOOR = "access.note_refused_calls(jsonb, timestamptz, timestamptz, integer)"
# One after another: two who write and clear up would wait for each other. Whoever answers strangers writes: never more than the newest.
NOTE = f"""
CREATE FUNCTION access.note_refused_calls(p_calls jsonb, p_now timestamptz, p_before timestamptz, p_most integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('{TABLE}', 0));
    INSERT INTO {TABLE} AS kept (address, reason, first_at, seen_at, times)
        SELECT address, reason, p_now, p_now, sum(times)
        FROM jsonb_to_recordset(p_calls) AS told (address text, reason text, times bigint)
        WHERE address ~ '^\\[?[0-9A-Fa-f.:%]{{2,60}}\\]?$' AND reason ~ '^[a-z_]{{1,40}}$' AND times > 0
        GROUP BY address, reason ORDER BY address, reason
        ON CONFLICT (address, reason) DO UPDATE SET seen_at = excluded.seen_at, times = kept.times + excluded.times;
    DELETE FROM {TABLE} WHERE seen_at <= p_before OR (address, reason) NOT IN (
        SELECT address, reason FROM {TABLE} ORDER BY seen_at DESC, address, reason LIMIT least(p_most, {MOST})
    );
END $$
"""


def upgrade() -> None:
    op.execute(NOTE)
    op.execute(f"ALTER FUNCTION {DOOR} OWNER TO {OWNER}")
    op.execute(f"REVOKE ALL ON FUNCTION {DOOR} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {DOOR} TO {APP}, {WORK}")


def downgrade() -> None:
    op.execute(f"DROP FUNCTION {DOOR}")

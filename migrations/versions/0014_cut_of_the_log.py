"""The access log is cut at its head by a statement in the chain itself; its checks hold for old lines too, where those allow it."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

PATH = "SET search_path = pg_catalog, public, pg_temp"
#: `only_destroyed()` of 0011, and what it says of seals: those of lines that may go
GUARD = """
CREATE OR REPLACE FUNCTION only_destroyed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER {path} AS $$
DECLARE
    this_transaction bigint := pg_current_xact_id()::text::bigint;
    allowed boolean;
BEGIN
    IF TG_LEVEL = 'STATEMENT' THEN
        allowed := EXISTS (SELECT FROM destructions_under_way u WHERE u.transaction_id = this_transaction);
    ELSIF TG_TABLE_NAME = 'audit_entries' THEN
        allowed := OLD.at < now() - interval '5 years'
            AND EXISTS (SELECT FROM destructions_under_way u WHERE u.transaction_id = this_transaction AND u.case_id IS NULL);
    {seals}
    ELSE
        allowed := EXISTS (SELECT FROM destructions_under_way u WHERE u.transaction_id = this_transaction AND u.case_id = OLD.case_id);
    END IF;
    IF NOT allowed THEN
        RAISE EXCEPTION '% only grows: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF TG_LEVEL = 'STATEMENT' THEN RETURN NULL; END IF;
    RETURN OLD;
END $$;
"""
SEALS = """ELSIF TG_TABLE_NAME = 'audit_seals' THEN
        allowed := OLD.sealed_at < now() - interval '5 years'
            AND EXISTS (SELECT FROM destructions_under_way u WHERE u.transaction_id = this_transaction AND u.case_id IS NULL);"""

CUT = f"""
CREATE FUNCTION purge_log(most integer)
RETURNS TABLE (chain uuid, place bigint, seal bytea, lines bigint, years integer, cut_at timestamptz) LANGUAGE plpgsql SECURITY DEFINER {PATH} AS $$
DECLARE
    term integer := (SELECT greatest(amount, 5) FROM retention_rules WHERE kind = 'access_log');
    edge timestamptz := now() - make_interval(years => term);
    left_over bigint := most;
    one record;
    start bigint;
    gone bigint;
    last bigint;
BEGIN
    INSERT INTO destructions_under_way (transaction_id, case_id) VALUES (pg_current_xact_id()::text::bigint, NULL);
    FOR one IN SELECT s.hospital_id AS id, min(s.number) AS first FROM audit_seals s GROUP BY s.hospital_id ORDER BY 1 LOOP
        EXIT WHEN left_over <= 0;
        -- What an earlier cut left hanging: a seal without its line, and a statement in this chain that says so.
        start := one.first;
        IF NOT EXISTS (SELECT FROM audit_seals s JOIN audit_entries a ON a.seq = s.seq WHERE s.hospital_id = one.id AND s.number = start)
        THEN
            CONTINUE WHEN NOT EXISTS (SELECT FROM audit_entries c WHERE c.act = 'retention.cut' AND c.object_id = start::text
                AND coalesce(c.hospital_id, '00000000-0000-0000-0000-000000000000') = one.id);
            start := start + 1;
        END IF;
        -- From the beginning of the chain to the first place that must stay: younger, on hold, or already missing. What somebody took
        -- away is not tidied up here. A line that was sealed late counts from its seal.
        -- The last one must be a seal that can be checked without its line (0014); lines of before go together with the first of those.
        SELECT max(w.number) FILTER (WHERE w.dated) INTO last FROM (
            SELECT n.number, n.dated, bool_or(n.stays) OVER (ORDER BY n.number) AS stays FROM (
                SELECT s.number, s.words_hash IS NOT NULL AS dated, a.seq IS NULL OR a.at >= edge OR s.sealed_at >= edge
                    OR s.number <> start + row_number() OVER (ORDER BY s.number) - 1
                    OR EXISTS (SELECT FROM legal_holds h WHERE h.lifted_at IS NULL
                        AND (h.case_id = a.case_id OR h.patient_id = a.patient_id)) AS stays
                FROM audit_seals s LEFT JOIN audit_entries a ON a.seq = s.seq
                WHERE s.hospital_id = one.id AND s.number >= start ORDER BY s.number
                LIMIT left_over + (SELECT count(*) FROM audit_seals b WHERE b.hospital_id = one.id AND b.words_hash IS NULL)
            ) n
        ) w WHERE NOT w.stays;
        CONTINUE WHEN last IS NULL;
        DELETE FROM audit_entries a USING audit_seals s WHERE a.seq = s.seq AND s.hospital_id = one.id AND s.number <= last;
        GET DIAGNOSTICS gone = ROW_COUNT;
        -- The last seal stays: what the rest of the chain hangs on.
        DELETE FROM audit_seals s WHERE s.hospital_id = one.id AND s.number < last;
        left_over := left_over - gone;
        RETURN QUERY SELECT s.hospital_id, s.number, s.hash, gone, term, now() FROM audit_seals s
            WHERE s.hospital_id = one.id AND s.number = last;
    END LOOP;
    DELETE FROM destructions_under_way WHERE transaction_id = pg_current_xact_id()::text::bigint;
END $$;
"""
#: as it was in 0011
CUT_BEFORE = f"""
CREATE FUNCTION purge_log(most integer) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER {PATH} AS $$
DECLARE
    edge timestamptz := now() - make_interval(years => (SELECT greatest(amount, 5) FROM retention_rules WHERE kind = 'access_log'));
    keep_from bigint;
    gone integer;
BEGIN
    SELECT min(seq) INTO keep_from FROM audit_entries a WHERE a.at >= edge OR EXISTS (
        SELECT FROM legal_holds h WHERE h.lifted_at IS NULL AND (h.case_id = a.case_id OR h.patient_id = a.patient_id));
    INSERT INTO destructions_under_way (transaction_id, case_id) VALUES (pg_current_xact_id()::text::bigint, NULL);
    DELETE FROM audit_entries WHERE seq IN (
        SELECT seq FROM audit_entries WHERE keep_from IS NULL OR seq < keep_from ORDER BY seq LIMIT most);
    GET DIAGNOSTICS gone = ROW_COUNT;
    DELETE FROM destructions_under_way WHERE transaction_id = pg_current_xact_id()::text::bigint;
    RETURN gone;
END $$;
"""
#: since 0012 these hold for new lines (NOT VALID); where no old line breaks one, PostgreSQL may know that it holds for all
VALIDATE = """
DO $$
DECLARE one text;
BEGIN
    FOR one IN SELECT conname FROM pg_constraint WHERE conrelid = 'audit_entries'::regclass AND contype = 'c' AND NOT convalidated LOOP
        BEGIN
            EXECUTE format('ALTER TABLE audit_entries VALIDATE CONSTRAINT %I', one);
        EXCEPTION WHEN check_violation THEN NULL;
        END;
    END LOOP;
END $$
"""


def upgrade() -> None:
    op.add_column("audit_seals", sa.Column("words_hash", sa.LargeBinary(), nullable=True))
    op.create_index(
        "ix_audit_entries_cuts", "audit_entries", ["hospital_id", "object_id"], postgresql_where=sa.text("act = 'retention.cut'")
    )
    op.execute(GUARD.format(path=PATH, seals=SEALS))
    op.execute("DROP TRIGGER audit_seals_only_grows ON audit_seals")
    op.execute(
        "CREATE TRIGGER audit_seals_only_grows BEFORE UPDATE OR TRUNCATE ON audit_seals FOR EACH STATEMENT EXECUTE FUNCTION only_grows()"
    )
    for level in ("statement", "row"):
        op.execute(
            f"CREATE TRIGGER audit_seals_only_destroyed_{level} BEFORE DELETE ON audit_seals "
            f"FOR EACH {level} EXECUTE FUNCTION only_destroyed()"
        )
    _door(CUT)
    op.execute(VALIDATE)


def _door(function: str) -> None:
    """Another `purge_log`, owned and granted as the one before."""
    op.execute("DROP FUNCTION purge_log(integer)")
    op.execute(function)
    op.execute("ALTER FUNCTION purge_log(integer) OWNER TO mdo_owner")
    op.execute("REVOKE ALL ON FUNCTION purge_log(integer) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION purge_log(integer) TO mdo_work")


def downgrade() -> None:
    _door(CUT_BEFORE)
    op.execute(GUARD.format(path=PATH, seals=""))
    for level in ("statement", "row"):
        op.execute(f"DROP TRIGGER audit_seals_only_destroyed_{level} ON audit_seals")
    op.execute("DROP TRIGGER audit_seals_only_grows ON audit_seals")
    op.execute(
        "CREATE TRIGGER audit_seals_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_seals "
        "FOR EACH STATEMENT EXECUTE FUNCTION only_grows()"
    )
    op.drop_index("ix_audit_entries_cuts", "audit_entries")
    op.drop_column("audit_seals", "words_hash")

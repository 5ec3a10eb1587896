"""Bewaren: how long everything stays, holds, requests to destroy, and the one door through which a case or an old log line goes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

APPEND_ONLY = ("audit_entries", "case_events", "decisions")
#: kind -> (amount, least, most); the unit belongs to the kind (domain/retention.py)
RULES = {
    "case": (12, 1, 240),
    "letter": (3, 1, 24),
    "inbound": (90, 7, 365),
    "draft": (30, 1, 90),
    "session": (12, 1, 24),
    "feed_count": (24, 1, 120),
    "access_log": (5, 5, 20),
    "proof": (20, 5, 30),
}
PATH = "SET search_path = pg_catalog, public, pg_temp"
DOORS = ("case_shield(uuid)", "destroy_case(uuid, uuid, bytea[])", "purge_log(integer)")

GUARD = f"""
CREATE FUNCTION only_the_owner_marks() RETURNS trigger LANGUAGE plpgsql {PATH} AS $$
BEGIN
    -- Inside a SECURITY DEFINER function of the owner current_user is the owner; for anybody else it is themselves, whatever was granted.
    IF current_user <> (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID) THEN
        RAISE EXCEPTION '% is written by the portal''s own functions only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER destructions_under_way_owner BEFORE INSERT OR UPDATE ON destructions_under_way
    FOR EACH ROW EXECUTE FUNCTION only_the_owner_marks();

CREATE FUNCTION only_destroyed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER {PATH} AS $$
DECLARE
    this_transaction bigint := pg_current_xact_id()::text::bigint;
    allowed boolean;
BEGIN
    IF TG_LEVEL = 'STATEMENT' THEN
        allowed := EXISTS (SELECT FROM destructions_under_way u WHERE u.transaction_id = this_transaction);
    ELSIF TG_TABLE_NAME = 'audit_entries' THEN
        allowed := OLD.at < now() - interval '5 years'
            AND EXISTS (SELECT FROM destructions_under_way u WHERE u.transaction_id = this_transaction AND u.case_id IS NULL);
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

SHIELD = f"""
CREATE FUNCTION case_shield(wanted uuid) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER {PATH} AS $$
    SELECT CASE
        WHEN EXISTS (
            SELECT FROM legal_holds h WHERE h.lifted_at IS NULL AND (h.case_id = c.id OR h.patient_id = c.patient_id)
        ) THEN 'hold'
        WHEN EXISTS (SELECT FROM rounds r WHERE r.case_id = c.id AND r.outcome IS NULL) THEN 'agenda'
        WHEN c.is_open OR c.state NOT IN ('delivered', 'followed_up', 'closed', 'redirected', 'withdrawn') THEN 'open'
        WHEN EXISTS (SELECT FROM deliveries d WHERE d.case_id = c.id AND d.state <> 'received') THEN 'letter'
        ELSE ''
    END
    FROM cases c WHERE c.id = wanted
$$;
"""

DESTROY = f"""
CREATE FUNCTION destroy_case(wanted uuid, request uuid DEFAULT NULL, keys bytea[] DEFAULT '{{}}') RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER {PATH} AS $$
DECLARE
    this_transaction bigint := pg_current_xact_id()::text::bigint;
    known text[] := ARRAY[
        ['note_updates', 'note_id IN (SELECT n.id FROM notes n JOIN rounds r ON r.id = n.round_id WHERE r.case_id = $1)'],
        ['notes', 'round_id IN (SELECT id FROM rounds WHERE case_id = $1)'],
        ['deliveries', 'case_id = $1'], ['decisions', 'case_id = $1'], ['information_requests', 'case_id = $1'],
        ['case_events', 'case_id = $1'], ['case_documents', 'case_id = $1'], ['case_facts', 'case_id = $1'],
        ['rounds', 'case_id = $1'], ['cases', 'id = $1']
    ];
    of_case jsonb := '{{"cases": "id = $1", "rounds": "case_id = $1", "decisions": "case_id = $1", "deliveries": "case_id = $1",
        "notes": "round_id IN (SELECT id FROM rounds WHERE case_id = $1)", "case_facts": "case_id = $1",
        "case_documents": "case_id = $1", "information_requests": "case_id = $1"}}';
    step text[];
    leaf record;
    gone bigint;
    counts jsonb := '{{}}';
    the_case cases%ROWTYPE;
    the_patient uuid;
    papers jsonb;
BEGIN
    -- Locks first (patient before case, as a hold does), then every condition on what is then committed.
    SELECT patient_id INTO the_patient FROM cases WHERE id = wanted;
    PERFORM FROM patients WHERE id = the_patient FOR UPDATE;
    SELECT * INTO the_case FROM cases WHERE id = wanted FOR UPDATE;
    IF NOT FOUND OR case_shield(wanted) <> '' THEN RETURN NULL; END IF;
    IF request IS NULL THEN
        PERFORM FROM retention_rules WHERE kind = 'case' AND the_case.state_since < now() - make_interval(months => amount);
    ELSE
        PERFORM FROM destroy_requests r WHERE r.id = request AND r.hospital_id = the_case.hospital_id AND r.executed_at IS NULL
            AND (r.case_id = wanted OR (r.case_id IS NULL AND r.patient_id = the_patient)) AND r.approved_by <> r.requested_by
            AND EXISTS (SELECT FROM memberships m WHERE m.person_id = r.approved_by AND m.hospital_id = r.hospital_id
                AND m.role = 'privacy_officer' AND m.ended_at IS NULL);
    END IF;
    IF NOT FOUND THEN RETURN NULL; END IF;

    SELECT coalesce(jsonb_agg(jsonb_build_object('number', d.document_number, 'hash', d.content_hash, 'signed_at', d.signed_at,
        'receipts', (SELECT coalesce(jsonb_agg(jsonb_build_object('hospital', h.name, 'code', l.receipt_code,
            'reference', l.receipt_reference, 'received_at', l.received_at, 'letter', l.letter_sha256) ORDER BY h.name), '[]')
            FROM deliveries l JOIN hospitals h ON h.id = l.hospital_id WHERE l.decision_id = d.id)) ORDER BY d.document_number), '[]')
        INTO papers FROM decisions d WHERE d.case_id = wanted;

    INSERT INTO destructions_under_way (transaction_id, case_id) VALUES (this_transaction, wanted);
    UPDATE meetings SET current_round_id = NULL, current_since = NULL WHERE id IN (SELECT meeting_id FROM rounds WHERE case_id = wanted)
        AND current_round_id IN (SELECT id FROM rounds WHERE case_id = wanted);
    SELECT keys || coalesce(array_agg(k), '{{}}') INTO keys FROM inbound_messages m, unnest(m.patient_keys) k WHERE m.case_id = wanted;
    UPDATE inbound_messages SET raw_sealed = '', patient_keys = '{{}}', case_id = NULL WHERE case_id = wanted;
    GET DIAGNOSTICS gone = ROW_COUNT;
    counts := counts || jsonb_build_object('inbound_messages', gone);
    -- What points at the case by a foreign key goes with it, also in a table that was added later.
    FOR leaf IN
        SELECT f.conrelid::regclass::text AS child, a.attname AS pointer, f.confrelid::regclass::text AS parent
        FROM pg_constraint f JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = f.conkey[1]
        WHERE f.contype = 'f' AND of_case ? f.confrelid::regclass::text
            AND NOT f.conrelid::regclass::text = ANY (known) ORDER BY 1, 2
    LOOP
        EXECUTE format('DELETE FROM %s WHERE %I IN (SELECT id FROM %s WHERE %s)',
            leaf.child, leaf.pointer, leaf.parent, of_case ->> leaf.parent) USING wanted;
        GET DIAGNOSTICS gone = ROW_COUNT;
        counts := counts || jsonb_build_object(leaf.child, gone + coalesce((counts ->> leaf.child)::bigint, 0));
    END LOOP;
    FOREACH step SLICE 1 IN ARRAY known LOOP
        EXECUTE format('DELETE FROM %I WHERE %s', step[1], step[2]) USING wanted;
        GET DIAGNOSTICS gone = ROW_COUNT;
        counts := counts || jsonb_build_object(step[1], gone);
    END LOOP;
    IF NOT EXISTS (SELECT FROM cases WHERE patient_id = the_patient) THEN
        FOR leaf IN
            SELECT f.conrelid::regclass::text AS child, a.attname AS pointer
            FROM pg_constraint f JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = f.conkey[1]
            WHERE f.contype = 'f' AND f.confrelid = 'patients'::regclass AND f.conrelid <> 'cases'::regclass
        LOOP
            EXECUTE format('DELETE FROM %s WHERE %I = $1', leaf.child, leaf.pointer) USING the_patient;
        END LOOP;
        DELETE FROM patients WHERE id = the_patient;
        counts := counts || '{{"patients": 1}}';
        IF request IS NOT NULL THEN
            UPDATE inbound_messages SET raw_sealed = '', patient_keys = '{{}}'
                WHERE hospital_id = the_case.hospital_id AND state <> 'kept' AND patient_keys && keys;
        END IF;
    END IF;
    DELETE FROM destructions_under_way WHERE transaction_id = this_transaction;
    INSERT INTO tombstones (id, case_id, hospital_id, documents, counts, request_id, destroyed_at)
        VALUES (gen_random_uuid(), wanted, the_case.hospital_id, papers, counts, request, now());
    RETURN counts;
END $$;
"""

LOG = f"""
CREATE FUNCTION purge_log(most integer) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER {PATH} AS $$
DECLARE
    edge timestamptz := now() - make_interval(years => (SELECT greatest(amount, 5) FROM retention_rules WHERE kind = 'access_log'));
    keep_from bigint;
    gone integer;
BEGIN
    -- Only the oldest lines, without gaps: what is left is still one chain. A line about somebody on hold keeps all that come after it.
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

# The roles of the processes, where they exist: only the functions decide what goes.
GRANTS = f"""
DO $$
DECLARE one text;
BEGIN
    FOREACH one IN ARRAY ARRAY['mdo_app', 'mdo_work'] LOOP
        IF EXISTS (SELECT FROM pg_roles WHERE rolname = one) THEN
            EXECUTE format('GRANT EXECUTE ON FUNCTION {", ".join(DOORS[:2])} TO %I', one);
        END IF;
    END LOOP;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'mdo_work') THEN
        GRANT EXECUTE ON FUNCTION {DOORS[2]} TO mdo_work;
    END IF;
END $$
"""


def upgrade() -> None:
    _rules()
    _holds()
    _requests()
    _tombstones()
    op.create_table(
        "destructions_under_way",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("transaction_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.UUID(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_destructions_under_way")),
    )
    where = sa.text("case_id IS NOT NULL")
    op.create_index("ix_inbound_messages_case_id", "inbound_messages", ["case_id"], postgresql_where=where)
    op.create_index("ix_cases_ended", "cases", ["state_since"], postgresql_where=sa.text("NOT is_open"))
    op.create_index("ix_decisions_supersedes_id", "decisions", ["supersedes_id"])
    # Its rows die at once: without the index every look would pass all those not yet vacuumed.
    op.create_index("ix_destructions_under_way_transaction_id", "destructions_under_way", ["transaction_id"])
    for part in (GUARD, SHIELD, DESTROY, LOG):
        op.execute(part)
    for table in APPEND_ONLY:
        op.execute(f"DROP TRIGGER {table}_only_grows ON {table}")
        op.execute(
            f"CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION only_grows()"
        )
        for level in ("statement", "row"):
            op.execute(
                f"CREATE TRIGGER {table}_only_destroyed_{level} BEFORE DELETE ON {table} FOR EACH {level} EXECUTE FUNCTION only_destroyed()"
            )
    for door in (*DOORS, "only_destroyed()"):
        op.execute(f"REVOKE ALL ON FUNCTION {door} FROM PUBLIC")
    op.execute(GRANTS)


def _rules() -> None:
    bounds = " AND ".join(f"(kind <> '{kind}' OR amount BETWEEN {least} AND {most})" for kind, (_, least, most) in RULES.items())
    table = op.create_table(
        "retention_rules",
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("changed_by", sa.UUID(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(bounds, name=op.f("ck_retention_rules_bounds")),
        sa.ForeignKeyConstraint(["changed_by"], ["people.id"], name=op.f("fk_retention_rules_changed_by_people")),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_retention_rules")),
    )
    op.bulk_insert(table, [{"kind": kind, "amount": amount, "reason": ""} for kind, (amount, _, _) in RULES.items()])


def _holds() -> None:
    op.create_table(
        "legal_holds",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("hospital_id", sa.UUID(), nullable=False),
        sa.Column("case_id", sa.UUID(), nullable=True),
        sa.Column("patient_id", sa.UUID(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("set_by", sa.UUID(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_by", sa.UUID(), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lift_reason", sa.Text(), nullable=False),
        sa.CheckConstraint("num_nonnulls(case_id, patient_id) = 1", name=op.f("ck_legal_holds_one_object")),
        sa.CheckConstraint("num_nonnulls(lifted_by, lifted_at) IN (0, 2)", name=op.f("ck_legal_holds_lifted_by_somebody")),
        sa.ForeignKeyConstraint(["hospital_id"], ["hospitals.id"], name=op.f("fk_legal_holds_hospital_id_hospitals")),
        sa.ForeignKeyConstraint(["set_by"], ["people.id"], name=op.f("fk_legal_holds_set_by_people")),
        sa.ForeignKeyConstraint(["lifted_by"], ["people.id"], name=op.f("fk_legal_holds_lifted_by_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_holds")),
    )
    for column in ("case_id", "patient_id"):
        where = sa.text("lifted_at IS NULL")
        op.create_index(f"uq_legal_holds_{column}_set", "legal_holds", [column], unique=True, postgresql_where=where)
    op.create_index("ix_legal_holds_hospital_id", "legal_holds", ["hospital_id", "set_at"])


def _requests() -> None:
    op.create_table(
        "destroy_requests",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("hospital_id", sa.UUID(), nullable=False),
        sa.Column("patient_id", sa.UUID(), nullable=False),
        sa.Column("case_id", sa.UUID(), nullable=True),
        sa.Column("letter_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("requested_by", sa.UUID(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("approved_by", sa.UUID(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refused_by", sa.UUID(), nullable=True),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ground", sa.String(length=40), nullable=True),
        sa.Column("refusal", sa.Text(), nullable=False),
        sa.Column("executed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("counts", postgresql.JSONB(), nullable=False),
        sa.Column("document_count", sa.Integer(), nullable=False),
        sa.Column("documents_hash", sa.Text(), nullable=False),
        sa.CheckConstraint("approved_by <> requested_by AND refused_by <> requested_by", name=op.f("ck_destroy_requests_two_persons")),
        sa.CheckConstraint(
            "num_nonnulls(approved_by, approved_at) IN (0, 2) AND num_nonnulls(refused_by, refused_at, ground) IN (0, 3) "
            "AND num_nonnulls(approved_at, refused_at) < 2",
            name=op.f("ck_destroy_requests_judged_once"),
        ),
        sa.CheckConstraint("executed_at IS NULL OR approved_at IS NOT NULL", name=op.f("ck_destroy_requests_approved_first")),
        sa.ForeignKeyConstraint(["hospital_id"], ["hospitals.id"], name=op.f("fk_destroy_requests_hospital_id_hospitals")),
        sa.ForeignKeyConstraint(["requested_by"], ["people.id"], name=op.f("fk_destroy_requests_requested_by_people")),
        sa.ForeignKeyConstraint(["approved_by"], ["people.id"], name=op.f("fk_destroy_requests_approved_by_people")),
        sa.ForeignKeyConstraint(["refused_by"], ["people.id"], name=op.f("fk_destroy_requests_refused_by_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_destroy_requests")),
    )
    op.create_index(
        "uq_destroy_requests_open",
        "destroy_requests",
        ["patient_id", "case_id"],
        unique=True,
        postgresql_where=sa.text("approved_at IS NULL AND refused_at IS NULL"),
        postgresql_nulls_not_distinct=True,
    )
    op.create_index("ix_destroy_requests_hospital_id", "destroy_requests", ["hospital_id", "requested_at"])


def _tombstones() -> None:
    op.create_table(
        "tombstones",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("case_id", sa.UUID(), nullable=False),
        sa.Column("hospital_id", sa.UUID(), nullable=False),
        sa.Column("documents", postgresql.JSONB(), nullable=False),
        sa.Column("counts", postgresql.JSONB(), nullable=False),
        sa.Column("request_id", sa.UUID(), nullable=True),
        sa.Column("destroyed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["hospital_id"], ["hospitals.id"], name=op.f("fk_tombstones_hospital_id_hospitals")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tombstones")),
        sa.UniqueConstraint("case_id", name=op.f("uq_tombstones_case_id")),
    )
    op.create_index("ix_tombstones_hospital_id", "tombstones", ["hospital_id", "destroyed_at"])
    op.create_index("ix_tombstones_request_id", "tombstones", ["request_id"])


def downgrade() -> None:
    for table in APPEND_ONLY:
        for name in ("only_grows", "only_destroyed_statement", "only_destroyed_row"):
            op.execute(f"DROP TRIGGER {table}_{name} ON {table}")
        op.execute(
            f"CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION only_grows()"
        )
    for door in DOORS:
        op.execute(f"DROP FUNCTION {door}")
    op.drop_index("ix_inbound_messages_case_id", "inbound_messages")
    op.drop_index("ix_cases_ended", "cases")
    op.drop_index("ix_decisions_supersedes_id", "decisions")
    for table in ("destructions_under_way", "tombstones", "destroy_requests", "legal_holds", "retention_rules"):
        op.drop_table(table)
    op.execute("DROP FUNCTION only_destroyed()")
    op.execute("DROP FUNCTION only_the_owner_marks()")

"""The second wall: roles, and policies by which PostgreSQL itself shows each signed-in person only what is theirs."""

# `access.enter(hash of the session's key)` looks the session up and puts who entered, signed for this very transaction, in a setting; every
# policy reads that setting through functions that check the signature. An application that sets it by itself, or carries it over into
# another transaction, is nobody, and nobody sees no row. docs/decisions/0023 has the reasons.

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

OWNER, APP, WORK, AUDIT = "mdo_owner", "mdo_app", "mdo_work", "mdo_audit"

#: rows that are a person's business, but no patient's: every process reads and writes them
OPEN = (
    "hospitals", "links", "boards", "board_hospitals", "meetings", "people", "presences",
    "passkeys", "authenticators", "recovery_codes", "invitations", "challenges", "sign_in_attempts", "known_devices",
    "identity_providers", "identities", "used_logout_tokens", "rights_reviews", "rights_review_lines", "data_keys",
    "retention_rules",
)  # fmt: skip
CASE = "EXISTS (SELECT FROM cases c WHERE c.id = {table}.case_id AND c.hospital_id IS DISTINCT FROM (SELECT access.only_watches()))"
#: documents, decisions and letters: not for somebody who only observes
BEYOND = CASE + " AND (NOT (SELECT access.observes()) OR access.beyond_observing({table}.case_id))"
OWN = (
    "hospital_id = (SELECT access.treats()) OR hospital_id = (SELECT access.watches())"
)  # fmt: skip
SHARED = (
    "NOT objected AND (board_id = ANY ((SELECT access.boards('leads'))::uuid[])"
    " OR (board_id IS NULL AND EXISTS (SELECT FROM board_hospitals b WHERE b.hospital_id = cases.hospital_id"
    " AND b.board_id = ANY ((SELECT access.boards('leads'))::uuid[])))"
    " OR id = ANY ((SELECT access.granted())::uuid[])"
    " OR ((SELECT access.on_boards()) AND access.on_agenda(id)))"
)
WRITES = (
    "hospital_id = (SELECT access.treats()) OR NOT objected AND (board_id = ANY ((SELECT access.boards('leads'))::uuid[])"
    " OR (board_id IS NULL AND EXISTS (SELECT FROM board_hospitals b WHERE b.hospital_id = cases.hospital_id"
    " AND b.board_id = ANY ((SELECT access.boards('leads'))::uuid[])))"
    " OR ((SELECT access.on_boards()) AND access.on_agenda(id)))"
)
MINE = "person_id = (SELECT access.person())"

#: table -> (who reads, who changes; "" = as who reads, None = nobody)
POLICIES: dict[str, tuple[str, str | None]] = {
    "patients": (
        f"{OWN} OR hospital_id = (SELECT access.link_hospital()) OR EXISTS (SELECT FROM cases c WHERE c.patient_id = patients.id)",
        "hospital_id = (SELECT access.treats())",
    ),
    "cases": (f"{OWN} OR {SHARED}", WRITES),
    "case_facts": (CASE, ""),
    "case_documents": (BEYOND, ""),
    "case_events": (CASE, ""),
    "information_requests": (CASE, ""),
    "rounds": (CASE.replace(" AND c.hospital_id IS DISTINCT FROM (SELECT access.only_watches())", ""), ""),
    "notes": ("EXISTS (SELECT FROM rounds r JOIN cases c ON c.id = r.case_id WHERE r.id = notes.round_id"
              " AND c.hospital_id IS DISTINCT FROM (SELECT access.only_watches()))", ""),
    "note_updates": ("EXISTS (SELECT FROM notes n WHERE n.id = note_updates.note_id)", ""),
    "decisions": (BEYOND, ""),
    "deliveries": (
        f"hospital_id = (SELECT access.keeps_link()) OR hospital_id = (SELECT access.treats()) OR ({BEYOND})",
        "",
    ),
    "inbound_messages": (
        "hospital_id = (SELECT access.keeps_link()) OR (SELECT access.administers()) OR hospital_id = (SELECT access.link_hospital())",
        "",
    ),
    "feed_counts": (
        "(SELECT access.administers()) OR EXISTS (SELECT FROM links l WHERE l.id = feed_counts.link_id"
        " AND (l.hospital_id = (SELECT access.keeps_link()) OR l.hospital_id = (SELECT access.link_hospital())))",
        "",
    ),
    "drafts": (f"{MINE} AND hospital_id = (SELECT access.hospital())", ""),
    "case_grants": (f"{MINE} OR to_hospital_id = (SELECT access.hospital()) OR hospital_id = (SELECT access.watches()) OR {CASE}", f"kind <> 'emergency' AND {CASE}"),
    "audit_entries": (
        f"{MINE} OR hospital_id = (SELECT access.watches()) OR acting_hospital_id = (SELECT access.watches())",
        f"person_id IS NULL OR {MINE} OR act ~ '^(sign_in|sign_out|confirm|account)'",
    ),
    "sessions": (MINE, ""),
    "legal_holds": (OWN, "hospital_id = (SELECT access.watches())"),
    "destroy_requests": (OWN, ""),
    "tombstones": (OWN, ""),
    "audit_reviews": ("hospital_id = (SELECT access.watches())", ""),
    # Everybody reads what colleagues are; what they become is for who manages them, and for nobody about themselves.
    "memberships": (
        "true",
        "person_id <> (SELECT access.person()) AND ((SELECT access.administers()) OR hospital_id = (SELECT access.keeps_link())"
        " OR hospital_id = (SELECT access.watches()) OR (role = 'member' AND cardinality((SELECT access.boards('leads'))::uuid[]) > 0))",
    ),
    "board_memberships": (
        "true",
        "person_id <> (SELECT access.person()) AND ((SELECT access.administers())"
        " OR board_id = ANY ((SELECT access.boards('leads'))::uuid[]))",
    ),
}  # fmt: skip
#: of those, the ones from which a row may go again
FORGET = ("passkeys", "authenticators", "recovery_codes", "invitations", "challenges", "sign_in_attempts", "known_devices", "identities", "used_logout_tokens", "board_hospitals")
#: what a web process may do with a table, when that is less or more than SELECT, INSERT, UPDATE
RIGHTS = {
    "audit_entries": "SELECT, INSERT",
    "case_events": "SELECT, INSERT",
    "decisions": "SELECT, INSERT",
    "note_updates": "SELECT, INSERT",
    "links": "SELECT",
    "rounds": "SELECT, INSERT, UPDATE, DELETE",
    "notes": "SELECT, INSERT, UPDATE, DELETE",
    "drafts": "SELECT, INSERT, UPDATE, DELETE",
    "sessions": "SELECT, UPDATE (ended_at)",
    "data_keys": "SELECT",
    "tombstones": "SELECT",
    "audit_reviews": "SELECT, INSERT",
    **{table: "SELECT, INSERT, UPDATE, DELETE" for table in FORGET},
}
WORK_RIGHTS = {
    "audit_entries": "SELECT, INSERT",
    "case_events": "SELECT, INSERT",
    "decisions": "SELECT, INSERT",
    "sessions": "SELECT, DELETE",
    "tombstones": "SELECT, DELETE",
    "presences": "SELECT, INSERT, UPDATE, DELETE",
    **{table: "SELECT, INSERT, UPDATE, DELETE" for table in ("drafts", "feed_counts", "destroy_requests", "legal_holds")},
}
#: written by the owner's own functions only
OWNERS = ("destructions_under_way",)
#: of the workers only: the chain of the access log
WORKERS = {"audit_seals": "SELECT, INSERT", "audit_waiting": "SELECT, DELETE"}

SECRETS = """
CREATE TABLE access.secrets (name text PRIMARY KEY, value bytea NOT NULL);
INSERT INTO access.secrets VALUES
    ('viewer', uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())),
    ('gate', uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));

CREATE FUNCTION access.mac(p_name text, p_text text) RETURNS bytea LANGUAGE sql STABLE AS $$
    SELECT sha256(value || sha256(value || convert_to(p_text, 'UTF8'))) FROM access.secrets WHERE name = p_name
$$;
CREATE FUNCTION access.set_gate(p_key bytea) RETURNS void LANGUAGE sql AS $$
    UPDATE access.secrets SET value = p_key WHERE name = 'gate'
$$;
"""

#: who entered: read by every policy, each time with the signature checked
VIEWER = """
CREATE FUNCTION access.here(p_body text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT encode(access.mac('viewer', pg_backend_pid() || ' ' || extract(epoch FROM transaction_timestamp()) || ' ' || p_body), 'hex')
$$;
CREATE FUNCTION access.let_in(p_viewer jsonb) RETURNS void LANGUAGE sql AS $$
    SELECT set_config('mdo.viewer', access.here(p_viewer::text) || p_viewer::text, true)
$$;
CREATE FUNCTION access.viewer() RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE said text := current_setting('mdo.viewer', true);
BEGIN
    IF said IS NULL OR length(said) < 65 OR access.here(substr(said, 65)) <> left(said, 64) THEN
        RETURN NULL;
    END IF;
    RETURN substr(said, 65)::jsonb;
END $$;
"""
GETTERS = {
    "person": ("uuid", "(access.viewer() ->> 'person')::uuid"),
    "hospital": ("uuid", "(access.viewer() ->> 'hospital')::uuid"),
    "treats": ("uuid", "(access.viewer() ->> 'treats')::uuid"),
    "watches": ("uuid", "(access.viewer() ->> 'watches')::uuid"),
    "only_watches": ("uuid", "(access.viewer() ->> 'only_watches')::uuid"),
    "keeps_link": ("uuid", "(access.viewer() ->> 'keeps_link')::uuid"),
    "link_hospital": ("uuid", "(access.viewer() ->> 'link_hospital')::uuid"),
    "administers": ("boolean", "coalesce((access.viewer() ->> 'administers')::boolean, false)"),
    "observes": ("boolean", "coalesce((access.viewer() ->> 'observes')::boolean, false)"),
    "on_boards": ("boolean", "coalesce((access.viewer() ->> 'on_boards')::boolean, false)"),
    "granted": ("uuid[]", "access.ids(access.viewer() -> 'granted')"),
}
LISTS = """
CREATE FUNCTION access.ids(p_list jsonb) RETURNS uuid[] LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(array_agg(one::uuid), '{}')
    FROM jsonb_array_elements_text(CASE jsonb_typeof(p_list) WHEN 'array' THEN p_list ELSE '[]' END) AS one
$$;
CREATE FUNCTION access.boards(p_kind text) RETURNS uuid[] LANGUAGE plpgsql STABLE AS $$
BEGIN RETURN access.ids(access.viewer() -> p_kind); END $$;
CREATE FUNCTION access.on_agenda(p_case uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
DECLARE seen uuid[] := access.boards('sits');
BEGIN
    RETURN EXISTS (
        SELECT FROM rounds r JOIN meetings m ON m.id = r.meeting_id
        WHERE r.case_id = p_case AND m.board_id = ANY (seen) AND m.starts_at > now() - interval '14 days'
    );
END $$;
CREATE FUNCTION access.beyond_observing(p_case uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
DECLARE speaks uuid[] := access.boards('speaks');
BEGIN
    RETURN EXISTS (
        SELECT FROM cases c WHERE c.id = p_case AND (
            c.hospital_id = access.treats() OR c.id = ANY (access.granted()) OR c.board_id = ANY (access.boards('leads'))
            OR EXISTS (SELECT FROM rounds r JOIN meetings m ON m.id = r.meeting_id WHERE r.case_id = c.id AND m.board_id = ANY (speaks))
        )
    );
END $$;
"""

NUMBERS = """
CREATE FUNCTION access.gone_by_objection(p_meeting uuid) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        SELECT count(*) FROM rounds r JOIN cases c ON c.id = r.case_id JOIN meetings m ON m.id = r.meeting_id
        WHERE m.id = p_meeting AND c.objected AND m.board_id = ANY (access.boards('sits'))
    );
END $$;
"""

#: a privacy officer may stop a patient from being destroyed without being one who may change the patient
LOCKS = """
CREATE FUNCTION access.hold_still(p_patient uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM patients WHERE id = p_patient FOR UPDATE;
    PERFORM FROM cases WHERE patient_id = p_patient ORDER BY id FOR UPDATE;
END $$;
"""

#: the doors: a session's key, or a hospital's token
DOORS = """
CREATE FUNCTION access.enter(p_hash text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    kept record; roles text[]; leads uuid[]; sits uuid[]; speaks uuid[]; treats uuid; watches uuid;
    today date := (now() AT TIME ZONE 'Europe/Amsterdam')::date;
BEGIN
    PERFORM set_config('mdo.viewer', '', true);
    SELECT s.person_id, s.hospital_id, s.strong, s.confirmed_strongly_at INTO kept
    FROM sessions s JOIN people p ON p.id = s.person_id
    WHERE s.key_hash = p_hash AND s.ended_at IS NULL AND p.disabled_at IS NULL
        AND s.seen_at > now() - interval '45 minutes' AND s.started_at > now() - interval '12 hours';
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    IF kept.strong THEN
        SELECT coalesce(array_agg(DISTINCT m.role), '{}') INTO roles FROM memberships m
        WHERE m.person_id = kept.person_id AND m.hospital_id = kept.hospital_id AND m.ended_at IS NULL AND coalesce(m.starts_on <= today, true) AND coalesce(m.ends_on >= today, true);
        SELECT coalesce(array_agg(DISTINCT b.board_id) FILTER (WHERE b.role IN ('secretary', 'chair')), '{}'),
            coalesce(array_agg(DISTINCT b.board_id), '{}'),
            coalesce(array_agg(DISTINCT b.board_id) FILTER (WHERE b.role <> 'observer'), '{}')
        INTO leads, sits, speaks FROM board_memberships b WHERE b.person_id = kept.person_id AND b.ended_at IS NULL AND coalesce(b.starts_on <= today, true) AND coalesce(b.ends_on >= today, true);
    END IF;
    IF roles && '{specialist,case_manager,secretary}' OR (cardinality(leads) > 0 AND EXISTS (
        SELECT FROM board_memberships b WHERE b.person_id = kept.person_id AND b.ended_at IS NULL AND coalesce(b.starts_on <= today, true) AND coalesce(b.ends_on >= today, true) AND b.role = 'secretary'
    )) THEN
        treats := kept.hospital_id;
    END IF;
    IF 'privacy_officer' = ANY (roles) THEN
        watches := kept.hospital_id;
    END IF;
    PERFORM access.let_in(jsonb_build_object(
        'person', kept.person_id,
        'hospital', kept.hospital_id,
        'strong', kept.strong,
        'confirmed', extract(epoch FROM kept.confirmed_strongly_at),
        'clinician', coalesce(roles && '{specialist,case_manager}', false),
        'treats', treats,
        'watches', watches,
        'only_watches', CASE WHEN treats IS NULL THEN watches END,
        'keeps_link', CASE WHEN 'link_manager' = ANY (roles) THEN kept.hospital_id END,
        'administers', coalesce('administrator' = ANY (roles), false),
        'leads', to_jsonb(leads),
        'sits', to_jsonb(sits),
        'speaks', to_jsonb(speaks),
        'on_boards', coalesce(cardinality(sits) > 0, false),
        'observes', coalesce(cardinality(sits) > cardinality(speaks), false),
        'granted', CASE WHEN kept.strong THEN (
            SELECT to_jsonb(array_agg(DISTINCT g.case_id)) FROM case_grants g
            WHERE (g.person_id = kept.person_id OR (g.to_hospital_id = kept.hospital_id AND roles && '{specialist,case_manager}'))
                AND g.begins_at <= now() AND g.ends_at > now() AND g.ended_at IS NULL
        ) END
    ));
    RETURN true;
END $$;

CREATE FUNCTION access.enter_link(p_token text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE of_link uuid;
BEGIN
    -- The token itself and not its hash, which every web process can read.
    PERFORM set_config('mdo.viewer', '', true);
    SELECT l.hospital_id INTO of_link FROM links l
    WHERE l.token_in_hash = encode(sha256(convert_to(p_token, 'UTF8')), 'hex') AND p_token <> '';
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM access.let_in(jsonb_build_object('link_hospital', of_link));
    RETURN true;
END $$;

CREATE FUNCTION access.start_session(
    p_hash text, p_person uuid, p_hospital uuid, p_now timestamptz, p_proof jsonb, p_mac bytea
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF p_mac IS DISTINCT FROM access.mac('gate', concat_ws(' ', p_hash, p_person, p_hospital, p_proof ->> 'method', p_proof ->> 'strong')) THEN
        RAISE EXCEPTION 'a session starts with a proof of identity' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO sessions (
        key_hash, person_id, hospital_id, started_at, seen_at, confirmed_at, confirmed_strongly_at, method, strong, issuer,
        provider_session, device, client_address
    ) VALUES (
        p_hash, p_person, p_hospital, p_now, p_now, p_now, CASE WHEN (p_proof ->> 'strong')::boolean THEN p_now END, p_proof ->> 'method',
        (p_proof ->> 'strong')::boolean, p_proof ->> 'issuer', p_proof ->> 'provider_session', p_proof ->> 'device',
        p_proof ->> 'client_address'
    );
END $$;

CREATE FUNCTION access.replace_session(
    p_old text, p_new text, p_hospital uuid, p_now timestamptz, p_proof jsonb, p_mac bytea
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE now_strong boolean := (p_proof ->> 'strong')::boolean;
BEGIN
    IF p_mac IS DISTINCT FROM access.mac('gate', concat_ws(' ', 'replace', p_old, p_new, coalesce(p_proof ->> 'method', 'as'),
        coalesce(p_proof ->> 'strong', 'before'))) THEN
        RAISE EXCEPTION 'a session is replaced by the sign-in' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO sessions (
        key_hash, person_id, hospital_id, started_at, seen_at, confirmed_at, confirmed_strongly_at, method, strong, issuer,
        provider_session, device, client_address
    ) SELECT p_new, person_id, coalesce(p_hospital, hospital_id), started_at, p_now,
        CASE WHEN p_proof IS NULL THEN confirmed_at ELSE p_now END,
        CASE WHEN p_proof IS NULL THEN confirmed_strongly_at WHEN now_strong THEN p_now END,
        coalesce(p_proof ->> 'method', method), coalesce(now_strong, s.strong), coalesce(p_proof ->> 'issuer', issuer),
        coalesce(p_proof ->> 'provider_session', provider_session), device, client_address
    FROM sessions s WHERE key_hash = p_old AND ended_at IS NULL;
    UPDATE sessions SET ended_at = p_now WHERE key_hash = p_old;
END $$;

CREATE FUNCTION access.confirm(p_hash text, p_now timestamptz, p_strong boolean, p_mac bytea) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF p_mac IS DISTINCT FROM access.mac('gate', concat_ws(' ', 'confirm', p_hash, p_strong::text)) THEN
        RAISE EXCEPTION 'identity is confirmed with a proof' USING ERRCODE = 'insufficient_privilege';
    END IF;
    UPDATE sessions SET confirmed_at = p_now, confirmed_strongly_at = CASE WHEN p_strong THEN p_now ELSE confirmed_strongly_at END
    WHERE key_hash = p_hash;
END $$;

CREATE FUNCTION access.touch(p_hash text, p_now timestamptz) RETURNS void LANGUAGE sql AS $$
    UPDATE sessions SET seen_at = p_now WHERE key_hash = p_hash AND ended_at IS NULL
$$;
CREATE FUNCTION access.end_session(p_hash text, p_now timestamptz) RETURNS SETOF uuid LANGUAGE sql AS $$
    UPDATE sessions SET ended_at = p_now WHERE key_hash = p_hash AND ended_at IS NULL RETURNING person_id
$$;
CREATE FUNCTION access.end_sessions(p_person uuid, p_but text, p_hospital uuid, p_now timestamptz) RETURNS SETOF uuid LANGUAGE sql AS $$
    UPDATE sessions SET ended_at = p_now WHERE person_id = p_person AND key_hash <> p_but AND ended_at IS NULL
        AND (p_hospital IS NULL OR hospital_id = p_hospital) RETURNING person_id
$$;
CREATE FUNCTION access.presences(p_people uuid[], p_now timestamptz)
RETURNS TABLE (person_id uuid, open_sessions bigint, last_seen_at timestamptz, last_strong boolean) LANGUAGE sql STABLE AS $$
    SELECT s.person_id, count(*) FILTER (
        WHERE s.ended_at IS NULL AND s.seen_at > p_now - interval '45 minutes' AND s.started_at > p_now - interval '12 hours'
    ), max(s.seen_at), (array_agg(s.strong ORDER BY s.started_at DESC))[1]
    FROM sessions s WHERE s.person_id = ANY (p_people) GROUP BY s.person_id
$$;
CREATE FUNCTION access.end_provider_sessions(
    p_issuer text, p_hospital uuid, p_provider_session text, p_people uuid[], p_now timestamptz
) RETURNS SETOF uuid LANGUAGE sql AS $$
    UPDATE sessions SET ended_at = p_now
    WHERE issuer = p_issuer AND issuer <> '' AND hospital_id = p_hospital AND ended_at IS NULL
        AND (p_provider_session = '' OR provider_session = p_provider_session) AND (p_people IS NULL OR person_id = ANY (p_people))
    RETURNING person_id
$$;
CREATE FUNCTION access.sessions_of(p_hashes text[]) RETURNS SETOF sessions LANGUAGE sql STABLE AS $$
    SELECT * FROM sessions WHERE key_hash = ANY (p_hashes)
$$;

CREATE FUNCTION access.break_glass(
    p_hospital uuid, p_number text, p_bsn_index bytea, p_birth_on date, p_reason text
) RETURNS SETOF uuid LANGUAGE plpgsql AS $$
DECLARE who jsonb := access.viewer(); one record;
BEGIN
    IF NOT coalesce((who ->> 'clinician')::boolean AND (who ->> 'strong')::boolean, false)
        OR (who ->> 'confirmed')::numeric < extract(epoch FROM now()) - 300 OR length(btrim(p_reason)) < 10 THEN
        RAISE EXCEPTION 'the glass is broken by a clinician who just proved identity, with a reason' USING ERRCODE = 'insufficient_privilege';
    END IF;
    FOR one IN
        SELECT c.id, c.hospital_id FROM cases c JOIN patients p ON p.id = c.patient_id
        WHERE p.hospital_id = p_hospital AND p.birth_on = p_birth_on AND NOT c.objected AND NOT p.objects
            AND ((p_number <> '' AND p.local_number = p_number) OR (length(p_bsn_index) > 0 AND p.bsn_index = p_bsn_index))
    LOOP
        INSERT INTO case_grants (id, case_id, hospital_id, kind, person_id, reason, begins_at, ends_at, given_by, given_at)
        VALUES (gen_random_uuid(), one.id, one.hospital_id, 'emergency', (who ->> 'person')::uuid, p_reason, now(),
            now() + interval '60 minutes', (who ->> 'person')::uuid, now());
        RETURN NEXT one.id;
    END LOOP;
END $$;
"""
#: what a web process may call; the rest is for these functions themselves
FOR_APP = (
    "enter(text)", "enter_link(text)", "start_session(text, uuid, uuid, timestamptz, jsonb, bytea)",
    "replace_session(text, text, uuid, timestamptz, jsonb, bytea)", "confirm(text, timestamptz, boolean, bytea)",
    "touch(text, timestamptz)", "end_session(text, timestamptz)", "end_sessions(uuid, text, uuid, timestamptz)", "presences(uuid[], timestamptz)", "end_provider_sessions(text, uuid, text, uuid[], timestamptz)", "sessions_of(text[])", "break_glass(uuid, text, bytea, date, text)",
    "viewer()", "ids(jsonb)", "boards(text)", "on_agenda(uuid)", "beyond_observing(uuid)", "gone_by_objection(uuid)", "hold_still(uuid)", *(f"{name}()" for name in GETTERS),
)  # fmt: skip


def upgrade() -> None:
    _roles()
    op.execute("CREATE SCHEMA access")
    op.execute("SET LOCAL search_path = public, access")
    op.execute(SECRETS + VIEWER)
    for name, (kind, expression) in GETTERS.items():
        if name != "granted":
            _getter(name, kind, expression)
    op.execute(LISTS)
    _getter("granted", *GETTERS["granted"])
    op.execute(NUMBERS + LOCKS + DOORS)
    _define()
    for table in OPEN:
        op.execute(f"GRANT {RIGHTS.get(table, 'SELECT, INSERT, UPDATE')} ON {table} TO {APP}")
        op.execute(f"GRANT {WORK_RIGHTS.get(table, RIGHTS.get(table, 'SELECT, INSERT, UPDATE'))} ON {table} TO {WORK}")
    for table, (reads, writes) in POLICIES.items():
        _protect(table, reads, writes)
    for table in (*OWNERS, *WORKERS):
        _close(table)
    for table, rights in WORKERS.items():
        op.execute(f"CREATE POLICY work ON {table} TO {WORK} USING (true) WITH CHECK (true)")
        op.execute(f"CREATE POLICY audit ON {table} FOR SELECT TO {AUDIT} USING (true)")
        op.execute(f"GRANT {rights} ON {table} TO {WORK}")
        op.execute(f"GRANT SELECT ON {table} TO {AUDIT}")
    op.execute(f"GRANT EXECUTE ON FUNCTION case_shield(uuid), destroy_case(uuid, uuid, bytea[]) TO {APP}, {WORK}")
    op.execute(f"GRANT EXECUTE ON FUNCTION purge_log(integer) TO {WORK}")
    op.execute(f"GRANT USAGE ON SEQUENCE document_numbers TO {APP}, {WORK}")
    op.execute(f"GRANT USAGE ON SCHEMA access TO {APP}, {WORK}, {AUDIT}")
    op.execute(f"GRANT SELECT ON hospitals, people, data_keys TO {AUDIT}")
    op.execute(f"ALTER SCHEMA access OWNER TO {OWNER}")
    _hand_over()
    op.execute("SET LOCAL search_path = public")


def _roles() -> None:
    """Made here when they are missing and this login may; docs/operating/initdb.sql makes them beforehand."""
    for role in (OWNER, APP, WORK, AUDIT):
        login = "NOLOGIN" if role == OWNER else "LOGIN"
        op.execute(
            f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN "
            f"CREATE ROLE {role} {login} NOSUPERUSER NOBYPASSRLS; END IF; END $$"
        )
    # Whoever made a role administers it, which is not yet being a member that may act as it.
    op.execute(
        f"DO $$ BEGIN GRANT {OWNER} TO CURRENT_USER; EXCEPTION WHEN insufficient_privilege OR invalid_grant_operation THEN NULL; END $$"
    )


def _hand_over() -> None:
    """Everything belongs to the owner, who cannot sign in; the login that migrates is only a member."""
    op.execute(f"GRANT USAGE, CREATE ON SCHEMA public TO {OWNER}")
    op.execute(
        f"""
        DO $$ DECLARE one record; BEGIN
            FOR one IN SELECT oid::regclass AS name, relkind FROM pg_class
                WHERE relnamespace IN ('public'::regnamespace, 'access'::regnamespace) AND relkind IN ('r', 'S') LOOP
                IF one.relkind = 'r' OR NOT EXISTS (SELECT FROM pg_depend WHERE objid = one.name::oid AND deptype IN ('a', 'i')) THEN
                    EXECUTE format('ALTER %s %s OWNER TO {OWNER}', CASE one.relkind WHEN 'r' THEN 'TABLE' ELSE 'SEQUENCE' END, one.name);
                END IF;
            END LOOP;
            FOR one IN SELECT oid::regprocedure AS name FROM pg_proc
                WHERE pronamespace IN ('public'::regnamespace, 'access'::regnamespace) LOOP
                EXECUTE format('ALTER FUNCTION %s OWNER TO {OWNER}', one.name);
            END LOOP;
        END $$
        """
    )


def _getter(name: str, kind: str, expression: str) -> None:
    op.execute(f"CREATE FUNCTION access.{name}() RETURNS {kind} LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN {expression}; END $$")


def _define() -> None:
    """Every function of the schema runs as the owner, with a fixed path, and only for whom it is meant."""
    op.execute(
        """
        DO $$ DECLARE one regprocedure; BEGIN
            FOR one IN SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = 'access'::regnamespace LOOP
                EXECUTE format('ALTER FUNCTION %s SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp', one);
                EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', one);
            END LOOP;
        END $$
        """
    )
    for signature in FOR_APP:
        op.execute(f"GRANT EXECUTE ON FUNCTION access.{signature} TO {APP}, {WORK}")


def _close(table: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY house ON {table} TO {OWNER}, CURRENT_USER USING (true) WITH CHECK (true)")


def _protect(table: str, reads: str, writes: str | None) -> None:
    _close(table)
    op.execute(f"CREATE POLICY work ON {table} TO {WORK} USING (true) WITH CHECK (true)")
    reads = reads.format(table=table)
    changes = (writes or reads).format(table=table)
    op.execute(f"CREATE POLICY reads ON {table} FOR SELECT TO {APP} USING ({reads})")
    op.execute(f"CREATE POLICY adds ON {table} FOR INSERT TO {APP} WITH CHECK ({changes})")
    op.execute(f"CREATE POLICY changes ON {table} FOR UPDATE TO {APP} USING ({changes})")
    op.execute(f"CREATE POLICY removes ON {table} FOR DELETE TO {APP} USING ({changes})")
    op.execute(f"GRANT {RIGHTS.get(table, 'SELECT, INSERT, UPDATE')} ON {table} TO {APP}")
    op.execute(f"GRANT {WORK_RIGHTS.get(table, 'SELECT, INSERT, UPDATE')} ON {table} TO {WORK}")
    if table == "audit_entries":
        op.execute(f"CREATE POLICY audit ON {table} FOR SELECT TO {AUDIT} USING (true)")
        op.execute(f"GRANT SELECT ON {table} TO {AUDIT}")


def downgrade() -> None:
    for table in WORKERS:
        op.execute(f"DROP POLICY work ON {table}")
        op.execute(f"DROP POLICY audit ON {table}")
    for table in (*OWNERS, *WORKERS):
        op.execute(f"DROP POLICY house ON {table}")
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    for table in POLICIES:
        for policy in ("house", "work", "reads", "adds", "changes", "removes"):
            op.execute(f"DROP POLICY {policy} ON {table}")
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    op.execute("DROP POLICY audit ON audit_entries")
    op.execute("DROP SCHEMA access CASCADE")
    op.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {APP}, {WORK}, {AUDIT}")
    op.execute(f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {APP}, {WORK}, {AUDIT}")

"""Going out by FHIR: registered networks and keys per link, tokens for signed assertions, pulls, snapshots, questions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

OWNER, APP, WORK = "mdo_owner", "mdo_app", "mdo_work"
TIME = sa.DateTime(timezone=True)
UUID = postgresql.UUID(as_uuid=True)
TEXTS = ("trust_out", "token_url_out", "client_id_out", "scopes_out", "client_id_in", "jwks_in")
LINK_HOSPITAL = "hospital_id = (SELECT access.keeps_link()) OR (SELECT access.administers())"
OF_CASE = "EXISTS (SELECT FROM cases c WHERE c.id = {table}.case_id AND c.hospital_id IS DISTINCT FROM (SELECT access.only_watches()))"

DOORS = """
CREATE FUNCTION access.issue_link_token(
    p_link uuid, p_jti text, p_used_until timestamptz, p_hash text, p_scopes text, p_until timestamptz, p_mac bytea
) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF p_mac IS DISTINCT FROM access.mac('gate', concat_ws(' ', 'link', p_link, p_jti, p_hash, p_scopes)) THEN
        RAISE EXCEPTION 'a token is given for a signed assertion' USING ERRCODE = 'insufficient_privilege';
    END IF;
    DELETE FROM link_tokens WHERE expires_at < now();
    DELETE FROM used_assertions WHERE expires_at < now();
    INSERT INTO used_assertions (link_id, jti, expires_at) VALUES (p_link, p_jti, p_used_until) ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    INSERT INTO link_tokens (token_hash, link_id, scopes, expires_at)
    VALUES (p_hash, p_link, p_scopes, least(p_until, now() + interval '10 minutes'));
    RETURN true;
END $$;

CREATE OR REPLACE FUNCTION access.enter_link(p_token text) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE of_link uuid; hashed text := encode(sha256(convert_to(p_token, 'UTF8')), 'hex');
BEGIN
    -- The token itself and not its hash, which every web process can read.
    PERFORM set_config('mdo.viewer', '', true);
    SELECT l.hospital_id INTO of_link FROM links l
    WHERE p_token <> '' AND (
        l.token_in_hash = hashed
        OR l.id = (SELECT t.link_id FROM link_tokens t WHERE t.token_hash = hashed AND t.expires_at > now())
    );
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM access.let_in(jsonb_build_object('link_hospital', of_link));
    RETURN true;
END $$;
"""
SIGNATURE = "access.issue_link_token(uuid, text, timestamptz, text, text, timestamptz, bytea)"


def upgrade() -> None:
    for name in TEXTS:
        op.add_column("links", sa.Column(name, sa.Text, nullable=False, server_default=""))
        op.alter_column("links", name, server_default=None)
    op.add_column("links", sa.Column("inside_networks", postgresql.ARRAY(sa.Text), nullable=False, server_default="{}"))
    op.alter_column("links", "inside_networks", server_default=None)
    op.add_column("links", sa.Column("certificate_out_sealed", sa.LargeBinary, nullable=False, server_default=""))
    op.alter_column("links", "certificate_out_sealed", server_default=None)
    _tables()
    op.create_index("uq_links_client_id_in", "links", ["client_id_in"], unique=True, postgresql_where="client_id_in <> ''")
    for table, reads in {"pulls": LINK_HOSPITAL, "snapshots": OF_CASE, "outgoing_questions": OF_CASE}.items():
        _protect(table, reads.format(table=table), writes=table == "outgoing_questions")
    op.execute(DOORS)
    op.execute(f"ALTER FUNCTION {SIGNATURE} OWNER TO {OWNER}")
    op.execute(f"REVOKE ALL ON FUNCTION {SIGNATURE} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {SIGNATURE} TO {APP}, {WORK}")
    for table in ("link_tokens", "used_assertions"):
        op.execute(f"ALTER TABLE {table} OWNER TO {OWNER}")
    op.execute(f"GRANT SELECT ON link_tokens TO {APP}, {WORK}")


def _tables() -> None:
    op.create_table(
        "link_tokens",
        sa.Column("token_hash", sa.Text, primary_key=True),
        sa.Column("link_id", UUID, sa.ForeignKey("links.id"), nullable=False),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
    )
    op.create_table(
        "used_assertions",
        sa.Column("link_id", UUID, sa.ForeignKey("links.id"), primary_key=True),
        sa.Column("jti", sa.Text, primary_key=True),
        sa.Column("expires_at", TIME, nullable=False),
    )
    op.create_table(
        "pulls",
        sa.Column("id", UUID, primary_key=True),
        sa.Column("link_id", UUID, sa.ForeignKey("links.id"), nullable=False),
        sa.Column("hospital_id", UUID, sa.ForeignKey("hospitals.id"), nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("group_number", sa.Text, nullable=False),
        sa.Column("message_id", UUID, nullable=False),
        sa.Column("notice_sealed", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_attempt_at", TIME, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("settled_at", TIME),
        sa.Column("snapshot_message_id", UUID),
        sa.Column("case_id", UUID, sa.ForeignKey("cases.id")),
        sa.UniqueConstraint("link_id", "number"),
    )
    op.create_index("ix_pulls_waiting", "pulls", ["next_attempt_at"], postgresql_where="state = 'waiting'")
    op.create_index("ix_pulls_snapshot_message_id", "pulls", ["snapshot_message_id"])
    op.create_index("ix_pulls_case_id", "pulls", ["case_id"])
    op.create_table(
        "snapshots",
        sa.Column("id", UUID, primary_key=True),
        sa.Column("case_id", UUID, sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("hospital_id", UUID, sa.ForeignKey("hospitals.id"), nullable=False),
        sa.Column("message_id", UUID, nullable=False),
        sa.Column("taken_at", TIME, nullable=False),
        sa.Column("fact_ids", postgresql.ARRAY(UUID), nullable=False),
        sa.UniqueConstraint("case_id", "message_id"),
    )
    op.create_table(
        "outgoing_questions",
        sa.Column("id", UUID, sa.ForeignKey("information_requests.id"), primary_key=True),
        sa.Column("case_id", UUID, sa.ForeignKey("cases.id"), nullable=False, index=True),
        sa.Column("hospital_id", UUID, sa.ForeignKey("hospitals.id"), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_attempt_at", TIME, nullable=False),
        sa.Column("receipt_code", sa.Text, nullable=False),
        sa.Column("receipt_reference", sa.Text, nullable=False),
        sa.Column("sent_at", TIME),
    )
    op.create_index("ix_outgoing_questions_waiting", "outgoing_questions", ["next_attempt_at"], postgresql_where="state = 'waiting'")


def _protect(table: str, reads: str, *, writes: bool) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY house ON {table} TO {OWNER}, CURRENT_USER USING (true) WITH CHECK (true)")
    op.execute(f"CREATE POLICY work ON {table} TO {WORK} USING (true) WITH CHECK (true)")
    op.execute(f"CREATE POLICY reads ON {table} FOR SELECT TO {APP} USING ({reads})")
    op.execute(f"GRANT SELECT ON {table} TO {APP}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {WORK}")
    if writes:
        op.execute(f"CREATE POLICY adds ON {table} FOR INSERT TO {APP} WITH CHECK ({reads})")
        op.execute(f"GRANT INSERT ON {table} TO {APP}")
    op.execute(f"ALTER TABLE {table} OWNER TO {OWNER}")


def downgrade() -> None:
    op.execute(f"DROP FUNCTION {SIGNATURE}")
    op.execute(
        """
        CREATE OR REPLACE FUNCTION access.enter_link(p_token text) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
        SET search_path = pg_catalog, public, pg_temp AS $$
        DECLARE of_link uuid;
        BEGIN
            PERFORM set_config('mdo.viewer', '', true);
            SELECT l.hospital_id INTO of_link FROM links l
            WHERE l.token_in_hash = encode(sha256(convert_to(p_token, 'UTF8')), 'hex') AND p_token <> '';
            IF NOT FOUND THEN
                RETURN false;
            END IF;
            PERFORM access.let_in(jsonb_build_object('link_hospital', of_link));
            RETURN true;
        END $$
        """
    )
    for table in ("outgoing_questions", "snapshots", "pulls", "used_assertions", "link_tokens"):
        op.drop_table(table)
    op.drop_index("uq_links_client_id_in", "links")
    for name in (*TEXTS, "inside_networks", "certificate_out_sealed"):
        op.drop_column("links", name)

"""What a web process may change of what came in, went out or was asked: columns by name; and only who judged a request destroys by it."""

import sqlalchemy as sa
from alembic import op

revision = "0065"
down_revision = "0064"
branch_labels = None
depends_on = None

OWNER, APP, WORK = "mdo_owner", "mdo_app", "mdo_work"
#: table -> the columns that screens and the FHIR door write after a row is there; what it says was sent, signed or asked stays
CHANGES = {
    "case_documents": "kind, status, superseded_at, reference, known_as, author",
    "case_facts": "status, superseded_at",
    "inbound_messages": "state, reason, place, settled_at, offered_at, attempts, next_attempt_at, doubled_at, doubles, application_ack,"
    " patient_keys",
    "information_requests": "answered_at, answered_by, answer",
    "deliveries": "channel, state, attempts, next_attempt_at, leased_until, sent_at, named_id, refused_at, received_at, receipt_code,"
    " receipt_reference, receipt_text, confirmed_by, held_at, hold_reason",
    "case_grants": "ended_at, ended_by",
    "legal_holds": "lifted_by, lifted_at, lift_reason",
    "destroy_requests": "reason, approved_by, approved_at, refused_by, refused_at, ground, refusal, executed_at, counts, document_count,"
    " documents_hash",
    "retention_rules": "amount, reason, changed_by, changed_at",
}
TREATS, WATCHES, ME = "hospital_id = (SELECT access.treats())", "hospital_id = (SELECT access.watches())", "(SELECT access.person())"
#: table -> (who adds, whose row is changed, to what): each in the own name
POLICIES = {
    "legal_holds": (f"{WATCHES} AND set_by = {ME}", WATCHES, f"{WATCHES} AND lifted_by = {ME}"),
    "destroy_requests": (
        f"({TREATS} OR {WATCHES}) AND requested_by = {ME} AND approved_by IS NULL AND refused_by IS NULL AND executed_at IS NULL",
        WATCHES,
        f"{WATCHES} AND coalesce(approved_by, refused_by) = {ME}",
    ),
}
BEFORE = {"legal_holds": (WATCHES, WATCHES), "destroy_requests": (f"{TREATS} OR {WATCHES}",) * 2}
DOOR, ASKING = "destroy_case(uuid, uuid, bytea[])", "destroy_asked(uuid, uuid, bytea[])"
# The term is the worker's to look at: a web process has a way in by a request that was approved, and no other.
ASKED = """
CREATE FUNCTION destroy_asked(wanted uuid, request uuid, keys bytea[]) RETURNS jsonb LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT CASE WHEN request IS NOT NULL THEN destroy_case(wanted, request, keys) END
$$
"""
# A case that is made older than it is would be due the same night.
NO_OLDER = f"""
CREATE FUNCTION access.case_gets_no_older() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF current_user = '{APP}' THEN
        NEW.state_since := OLD.state_since;
    END IF;
    RETURN NEW;
END $$
"""


def upgrade() -> None:
    op.add_column("people", sa.Column("signed_out_at", sa.DateTime(timezone=True), nullable=True))
    for table, columns in CHANGES.items():
        op.execute(f"REVOKE UPDATE ON {table} FROM {APP}")
        op.execute(f"GRANT UPDATE ({columns}) ON {table} TO {APP}")
    for table, (adds, whose, becomes) in POLICIES.items():
        _policies(table, f"WITH CHECK ({adds})", f"USING ({whose}) WITH CHECK ({becomes})")
    _terms_are_the_administrators()
    for made in (ASKED, NO_OLDER):
        op.execute(made)
    for signature in (ASKING, "access.case_gets_no_older()"):
        op.execute(f"ALTER FUNCTION {signature} OWNER TO {OWNER}")
        op.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {ASKING} TO {APP}, {WORK}")
    op.execute(f"REVOKE EXECUTE ON FUNCTION {DOOR} FROM {APP}")
    op.execute(
        "CREATE TRIGGER case_gets_no_older BEFORE UPDATE OF state_since ON cases FOR EACH ROW"
        " WHEN (NEW.state_since < OLD.state_since) EXECUTE FUNCTION access.case_gets_no_older()"
    )


def _terms_are_the_administrators() -> None:
    op.execute(f"REVOKE INSERT ON retention_rules FROM {APP}")
    op.execute("ALTER TABLE retention_rules ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE retention_rules FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY house ON retention_rules TO {OWNER}, CURRENT_USER USING (true) WITH CHECK (true)")
    op.execute(f"CREATE POLICY work ON retention_rules TO {WORK} USING (true) WITH CHECK (true)")
    op.execute(f"CREATE POLICY reads ON retention_rules FOR SELECT TO {APP} USING (true)")
    op.execute(
        f"CREATE POLICY changes ON retention_rules FOR UPDATE TO {APP} USING ((SELECT access.administers()))"
        f" WITH CHECK (changed_by = {ME} AND (SELECT access.administers()))"
    )


def _policies(table: str, adds: str, changes: str) -> None:
    op.execute(f"DROP POLICY adds ON {table}")
    op.execute(f"DROP POLICY changes ON {table}")
    op.execute(f"CREATE POLICY adds ON {table} FOR INSERT TO {APP} {adds}")
    op.execute(f"CREATE POLICY changes ON {table} FOR UPDATE TO {APP} {changes}")


def downgrade() -> None:
    op.execute("DROP TRIGGER case_gets_no_older ON cases")
    op.execute("DROP FUNCTION access.case_gets_no_older()")
    op.execute(f"DROP FUNCTION {ASKING}")
    op.execute(f"GRANT EXECUTE ON FUNCTION {DOOR} TO {APP}")
    for policy in ("house", "work", "reads", "changes"):
        op.execute(f"DROP POLICY {policy} ON retention_rules")
    op.execute("ALTER TABLE retention_rules NO FORCE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE retention_rules DISABLE ROW LEVEL SECURITY")
    op.execute(f"GRANT INSERT ON retention_rules TO {APP}")
    for table, (adds, changes) in BEFORE.items():
        _policies(table, f"WITH CHECK ({adds})", f"USING ({changes})")
    for table, columns in CHANGES.items():
        op.execute(f"REVOKE UPDATE ({columns}) ON {table} FROM {APP}")
        op.execute(f"GRANT UPDATE ON {table} TO {APP}")
    op.drop_column("people", "signed_out_at")

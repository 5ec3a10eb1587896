"""Which numbers a hospital named when it merged; who opened a message stands with its patient; answers nobody could decide about."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

LOG = "audit_entries"
#: As its owner: who opens a message (a link manager) may not see the patient, and does not learn who it is. Of the case the message made;
#: else the patient it does not fit; else the one whose other messages have the same number, when that is one.
NAMES_PATIENT = """
CREATE FUNCTION audit_message_names_patient() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    opened inbound_messages%ROWTYPE;
    found_case cases%ROWTYPE;
    whose uuid[];
BEGIN
    SELECT * INTO opened FROM inbound_messages WHERE id = NEW.object_id::uuid;
    SELECT * INTO found_case FROM cases WHERE id = opened.case_id;
    IF FOUND THEN
        NEW.case_id := found_case.id;
        NEW.patient_id := found_case.patient_id;
        NEW.basis := found_case.basis;
    ELSE
        SELECT patient_id INTO NEW.patient_id FROM identity_conflicts WHERE message_id = opened.id ORDER BY opened_at DESC LIMIT 1;
        IF NOT FOUND THEN
            SELECT array_agg(DISTINCT c.patient_id) INTO whose FROM inbound_messages o JOIN cases c ON c.id = o.case_id
                WHERE o.hospital_id = opened.hospital_id AND o.patient_keys && opened.patient_keys;
            IF cardinality(whose) = 1 THEN
                NEW.patient_id := whose[1];
            END IF;
        END IF;
    END IF;
    NEW.hospital_id := coalesce(opened.hospital_id, NEW.hospital_id);
    RETURN NEW;
END $$
"""
TRIGGER = (
    f"CREATE TRIGGER {LOG}_message BEFORE INSERT ON {LOG} FOR EACH ROW "
    "WHEN (NEW.act = 'inbox:raw' AND NEW.outcome = 0 AND NEW.object_id_type = 'uuid' AND NEW.patient_id IS NULL) "
    "EXECUTE FUNCTION audit_message_names_patient()"
)
DOOR = "destroy_case(uuid, uuid, bytea[])"
ASKED = "(r.case_id = wanted OR (r.case_id IS NULL AND r.patient_id = the_patient))"
#: what was asked, whoever it was merged with since; and only while it is still the patient who asked
ASKED_OF_ROWS = """(r.case_id = wanted OR (r.case_id IS NULL
                AND coalesce(the_case.home_patient_id, the_patient) = ANY (r.patient_ids)))
            AND the_patient = (WITH RECURSIVE up AS (SELECT p.id, p.merged_into FROM patients p WHERE p.id = r.patient_id
                UNION SELECT p.id, p.merged_into FROM patients p JOIN up ON p.id = up.merged_into)
                SELECT up.id FROM up WHERE up.merged_into IS NULL)"""
TOLD = ("told_kept_number", "told_gone_number")


def upgrade() -> None:
    for name in TOLD:
        op.add_column("patient_merges", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    op.drop_column("identity_conflicts", "trouble")
    op.execute(NAMES_PATIENT)
    op.execute("ALTER FUNCTION audit_message_names_patient() OWNER TO mdo_owner")
    op.execute("REVOKE ALL ON FUNCTION audit_message_names_patient() FROM PUBLIC")
    op.execute(TRIGGER)
    op.add_column("destroy_requests", sa.Column("patient_ids", sa.ARRAY(sa.Uuid()), nullable=False, server_default="{}"))
    op.execute("UPDATE destroy_requests SET patient_ids = ARRAY[patient_id]")
    _replace(ASKED, ASKED_OF_ROWS)
    # They were settled as unreadable with no question behind them: read again, each becomes a question on *Wie is dit?*.
    op.execute(
        "UPDATE inbound_messages m SET state = 'kept', reason = '', place = '', attempts = 0, next_attempt_at = NULL,"
        " settled_at = NULL WHERE m.state = 'unreadable' AND m.reason = 'identity_conflict' AND length(m.raw_sealed) > 0"
        " AND NOT EXISTS (SELECT FROM identity_conflicts c WHERE c.message_id = m.id AND c.closed_at IS NULL)"
    )


def _replace(old: str, new: str) -> None:
    """The same function but for one condition; owner and grants stay."""
    text = op.get_bind().scalar(sa.text(f"SELECT pg_get_functiondef('{DOOR}'::regprocedure)"))
    if old not in text:
        raise ValueError("destroy_case() is not as migration 0011 made it")
    op.execute(text.replace(old, new))


def downgrade() -> None:
    _replace(ASKED_OF_ROWS, ASKED)
    op.drop_column("destroy_requests", "patient_ids")
    op.execute(f"DROP TRIGGER {LOG}_message ON {LOG}")
    op.execute("DROP FUNCTION audit_message_names_patient()")
    op.add_column("identity_conflicts", sa.Column("trouble", sa.Text(), nullable=False, server_default=""))
    op.execute("GRANT UPDATE (trouble) ON identity_conflicts TO mdo_app")
    for name in TOLD:
        op.drop_column("patient_merges", name)

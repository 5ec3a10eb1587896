"""A hold on a patient holds for every case of that patient, whichever of the merged numbers it was put on."""

from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

BY_TWO = "h.patient_id = c.patient_id OR h.patient_id = c.home_patient_id"
#: every number that is this patient: all of its cases stand under the one on which the others were merged
BY_ALL = """h.patient_id IN (
                WITH RECURSIVE family AS (
                    SELECT c.patient_id AS id
                    UNION SELECT p.id FROM patients p JOIN family ON p.merged_into = family.id
                ) SELECT family.id FROM family)"""
SHIELD = """
CREATE OR REPLACE FUNCTION case_shield(wanted uuid) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT CASE
        WHEN EXISTS (
            SELECT FROM legal_holds h
            WHERE h.lifted_at IS NULL AND (h.case_id = c.id OR {patient})
        ) THEN 'hold'
        WHEN EXISTS (SELECT FROM rounds r WHERE r.case_id = c.id AND r.outcome IS NULL) THEN 'agenda'
        WHEN c.is_open OR c.state NOT IN ('delivered', 'followed_up', 'closed', 'redirected', 'withdrawn') THEN 'open'
        WHEN EXISTS (SELECT FROM deliveries d WHERE d.case_id = c.id AND d.state NOT IN ('received', 'cancelled')) THEN 'letter'
        ELSE ''
    END
    FROM cases c WHERE c.id = wanted
$$
"""


def upgrade() -> None:
    op.execute(SHIELD.format(patient=BY_ALL))


def downgrade() -> None:
    op.execute(SHIELD.format(patient=BY_TWO))

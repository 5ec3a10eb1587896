"""A hold on a patient holds for a case whatever number between its own and the one on which all stands now it was put on."""

from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

BY_TWO = "h.patient_id = c.patient_id OR h.patient_id = c.home_patient_id"
#: from the number that the case came under, up along every merge
BY_ALL = """h.patient_id IN (
                WITH RECURSIVE up AS (
                    SELECT p.id, p.merged_into FROM patients p WHERE p.id IN (c.home_patient_id, c.patient_id)
                    UNION SELECT p.id, p.merged_into FROM patients p JOIN up ON p.id = up.merged_into
                ) SELECT up.id FROM up)"""
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

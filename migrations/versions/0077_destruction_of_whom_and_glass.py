"""Destroying what a patient asked, beside who takes numbers apart or breaks the glass: only what it is about goes, and nobody meets an error."""

import sqlalchemy as sa
from alembic import op

revision = "0077"
down_revision = "0076"
branch_labels = None
depends_on = None

DESTROY, GLASS = "destroy_case(uuid, uuid, bytea[])", "access.break_glass(uuid, text, bytea, date, text)"
# Whose case it is was read before that patient was waited for: taken apart meanwhile, the row of another went, with its objection, and
# the row of who asked stayed.
THERE = "IF NOT FOUND OR case_shield(wanted) <> '' THEN RETURN NULL; END IF;"
THERE_AND_THEIRS = "IF NOT FOUND OR the_case.patient_id <> the_patient OR case_shield(wanted) <> '' THEN RETURN NULL; END IF;"
LOOKS = "    FOR one IN\n"
# Whoever destroys holds the patient first. The cases are looked for after that: one that went meanwhile is not among them.
WAITS = """    PERFORM FROM patients p
        WHERE p.hospital_id = p_hospital AND p.birth_on = p_birth_on
            AND ((p_number <> '' AND p.local_number = p_number) OR (length(p_bsn_index) > 0 AND p.bsn_index = p_bsn_index))
        ORDER BY p.id FOR KEY SHARE;
"""


def upgrade() -> None:
    _replace(DESTROY, THERE, THERE_AND_THEIRS)
    _replace(GLASS, LOOKS, WAITS + LOOKS)


def downgrade() -> None:
    _replace(GLASS, WAITS + LOOKS, LOOKS)
    _replace(DESTROY, THERE_AND_THEIRS, THERE)


def _replace(function: str, old: str, new: str) -> None:
    """The same function but for this; owner and grants stay."""
    text = op.get_bind().scalar(sa.text(f"SELECT pg_get_functiondef('{function}'::regprocedure)"))
    if text.count(old) != 1:
        raise ValueError(f"{function} is not as earlier migrations made it")
    op.execute(text.replace(old, new))

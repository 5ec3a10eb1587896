"""No patient is destroyed while a person is asked whose a message is; and what is of nobody's case any more is on nobody's list."""

import sqlalchemy as sa
from alembic import op

revision = "0103"
down_revision = "0102"
branch_labels = None
depends_on = None

SHIELD, DESTROY = "case_shield(uuid)", "destroy_case(uuid, uuid, bytea[])"
# The question goes with the patient, and with it the answer; by a request the message too, which may be the referral of another.
NOTHING = "        ELSE ''\n"
ASKED = """        WHEN EXISTS (
            SELECT FROM identity_conflicts k WHERE k.hospital_id = c.hospital_id AND k.closed_at IS NULL AND k.blocks
                AND ARRAY[k.patient_id, k.other_patient_id] && ARRAY(
                    WITH RECURSIVE family AS (
                        SELECT c.patient_id AS id
                        UNION SELECT p.id FROM patients p JOIN family ON p.merged_into = family.id
                    ) SELECT family.id FROM family)
        ) THEN 'question'
"""
# What could not be read has nothing left to be read, and what a person put in the case of another under a mistaken number is theirs.
EMPTIES = "UPDATE inbound_messages SET raw_sealed = '', patient_keys = '{}'"
OF_CASE, OF_NUMBER = ", case_id = NULL WHERE case_id = wanted;", "state <> 'kept' AND patient_keys && keys;"
SETTLES = """UPDATE inbound_messages SET raw_sealed = '', patient_keys = '{}', settled_at = coalesce(settled_at, now()),
        state = CASE state WHEN 'unreadable' THEN 'ignored' ELSE state END"""
CHANGES = (
    (DESTROY, EMPTIES + OF_CASE, SETTLES + OF_CASE),
    (DESTROY, EMPTIES + "\n", SETTLES + "\n"),
    (DESTROY, OF_NUMBER, "case_id IS NULL AND " + OF_NUMBER),
    (SHIELD, NOTHING, ASKED + NOTHING),
)


def upgrade() -> None:
    for function, old, new in CHANGES:
        _replace(function, old, new)


def downgrade() -> None:
    for function, old, new in reversed(CHANGES):
        _replace(function, new, old)


def _replace(function: str, old: str, new: str) -> None:
    """The same function but for this; owner and grants stay."""
    text = op.get_bind().scalar(sa.text(f"SELECT pg_get_functiondef('{function}'::regprocedure)"))
    if text.count(old) != 1:
        raise ValueError(f"{function} is not as earlier migrations made it")
    op.execute(text.replace(old, new))

"""Of a destroyed case the proof keeps whose it was, and the log finds the lines of a case: looks are told to whose case it is, or was. And no
patient is destroyed at their request while a message of theirs waits to be read: read a moment later, it would bring them back."""

import sqlalchemy as sa
from alembic import op

revision = "0105"
down_revision = "0104"
branch_labels = None
depends_on = None

DESTROY = "destroy_case(uuid, uuid, bytea[])"
STONE_WAS = """(id, case_id, hospital_id, documents, counts, request_id, destroyed_at)
        VALUES (gen_random_uuid(), wanted, the_case.hospital_id, papers, counts, request, now());"""
STONE_IS = """(id, case_id, hospital_id, patient_id, documents, counts, request_id, destroyed_at)
        VALUES (gen_random_uuid(), wanted, the_case.hospital_id, coalesce(the_case.home_patient_id, the_patient), papers, counts,
            request, now());"""
JUDGED_WAS = "AND m.role = 'privacy_officer' AND m.ended_at IS NULL);"
JUDGED_IS = """AND m.role = 'privacy_officer' AND m.ended_at IS NULL)
            AND NOT EXISTS (SELECT FROM inbound_messages i WHERE i.hospital_id = the_case.hospital_id AND i.state = 'kept'
                AND i.patient_keys && keys);"""
CHANGES = ((STONE_WAS, STONE_IS), (JUDGED_WAS, JUDGED_IS))


def upgrade() -> None:
    op.create_index("ix_audit_entries_case_id", "audit_entries", ["case_id", "at"], postgresql_where=sa.text("case_id IS NOT NULL"))
    op.add_column("tombstones", sa.Column("patient_id", sa.Uuid(), nullable=True))
    op.create_index("ix_tombstones_patient_id", "tombstones", ["patient_id"])
    for old, new in CHANGES:
        _replace(old, new)


def downgrade() -> None:
    for old, new in reversed(CHANGES):
        _replace(new, old)
    op.drop_index("ix_tombstones_patient_id", "tombstones")
    op.drop_column("tombstones", "patient_id")
    op.drop_index("ix_audit_entries_case_id", "audit_entries")


def _replace(old: str, new: str) -> None:
    """The same function but for this; owner and grants stay."""
    text = op.get_bind().scalar(sa.text(f"SELECT pg_get_functiondef('{DESTROY}'::regprocedure)"))
    if text.count(old) != 1:
        raise ValueError(f"{DESTROY} is not as earlier migrations made it")
    op.execute(text.replace(old, new))

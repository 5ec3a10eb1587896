"""What is out of the ordinary in the log is found among five million lines, also what a hospital's own people did elsewhere."""

import sqlalchemy as sa
from alembic import op

revision = "0084"
down_revision = "0083"
branch_labels = None
depends_on = None

TABLE, WAS = "audit_entries", "emergency OR outcome <> 0"
ACTS = "'case:grant','case:object','destroy:approve','destroy:request','glass:break','retention:hold'"
ODD = f"{WAS} OR act IN ({ACTS})"


def upgrade() -> None:
    op.drop_index("ix_audit_entries_odd", TABLE)
    op.create_index("ix_audit_entries_odd", TABLE, ["hospital_id", "at", "seq"], postgresql_where=sa.text(ODD))
    op.create_index("ix_audit_entries_odd_by", TABLE, ["acting_hospital_id", "at", "seq"], postgresql_where=sa.text(ODD))


def downgrade() -> None:
    op.drop_index("ix_audit_entries_odd_by", TABLE)
    op.drop_index("ix_audit_entries_odd", TABLE)
    op.create_index("ix_audit_entries_odd", TABLE, ["hospital_id", "at"], postgresql_where=sa.text(WAS))

"""After ten years a list still finds what it shows: the newest letters, what has not arrived, and who ever worked on a case."""

import sqlalchemy as sa
from alembic import op

revision = "0073"
down_revision = "0072"
branch_labels = None
depends_on = None

NOT_ARRIVED = "state IN ('waiting','sent','refused','dead')"
TREATS = "'case:answer','case:register','case:route','case:withdraw','document:add','note:write'"


def upgrade() -> None:
    op.create_index("ix_deliveries_created_at", "deliveries", ["created_at"])
    op.create_index(
        "ix_deliveries_not_arrived", "deliveries", ["created_at", "id"], postgresql_where=sa.text(NOT_ARRIVED)
    )
    op.create_index(
        "ix_audit_entries_treats", "audit_entries", ["case_id"], postgresql_where=sa.text(f"outcome = 0 AND act IN ({TREATS})")
    )


def downgrade() -> None:
    op.drop_index("ix_audit_entries_treats", "audit_entries")
    op.drop_index("ix_deliveries_not_arrived", "deliveries")
    op.drop_index("ix_deliveries_created_at", "deliveries")

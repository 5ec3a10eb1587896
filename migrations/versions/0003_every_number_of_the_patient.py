"""Messages are in order when they share any number of the patient, not only when they carry the same numbers."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

INDEX, TABLE, KEPT = "ix_inbound_messages_patient", "inbound_messages", sa.text("state = 'kept'")


def upgrade() -> None:
    op.drop_index(INDEX, TABLE)
    op.add_column(TABLE, sa.Column("patient_keys", ARRAY(sa.LargeBinary()), nullable=False, server_default="{}"))
    op.execute("UPDATE inbound_messages SET patient_keys = ARRAY[patient_key] WHERE patient_key <> ''")
    op.alter_column(TABLE, "patient_keys", server_default=None)
    op.drop_column(TABLE, "patient_key")
    op.create_index(INDEX, TABLE, ["patient_keys"], postgresql_using="gin", postgresql_where=KEPT)


def downgrade() -> None:
    op.drop_index(INDEX, TABLE)
    op.add_column(TABLE, sa.Column("patient_key", sa.LargeBinary(), nullable=False, server_default=""))
    op.execute("UPDATE inbound_messages SET patient_key = coalesce(patient_keys[1], '')")
    op.alter_column(TABLE, "patient_key", server_default=None)
    op.drop_column(TABLE, "patient_keys")
    op.create_index(INDEX, TABLE, ["link_id", "patient_key", "seq"], postgresql_where=KEPT)

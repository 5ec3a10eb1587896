"""The index of waiting messages' numbers: looked up for every feed message, so it must not gather a pending list, nor lose to another index."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

INDEX, TABLE, COLUMNS = "ix_inbound_messages_patient", "inbound_messages", ["patient_keys"]


def upgrade() -> None:
    op.drop_index(INDEX, TABLE)
    # Another condition than `state = 'kept'`: the planner, whose statistics lag behind a queue, would read all that waits through the
    # index on seq instead. Without fastupdate every look-up would read the list of what was not yet sorted in.
    where = sa.text("settled_at IS NULL")
    op.create_index(INDEX, TABLE, COLUMNS, postgresql_using="gin", postgresql_where=where, postgresql_with={"fastupdate": "off"})


def downgrade() -> None:
    op.drop_index(INDEX, TABLE)
    op.create_index(INDEX, TABLE, COLUMNS, postgresql_using="gin", postgresql_where=sa.text("state = 'kept'"))

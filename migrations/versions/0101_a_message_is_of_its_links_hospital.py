"""A message is of the hospital of its link, or nobody's: one look at both instead of one at each (ADR 0111)."""

from alembic import op

revision = "0101"
down_revision = "0100"
branch_labels = None
depends_on = None

LINK, HOSPITAL = "fk_inbound_messages_link_id_links", "fk_inbound_messages_hospital_id_hospitals"
BOTH, KEY = "fk_inbound_messages_link_id_hospital_id_links", "uq_links_id_hospital_id"


def upgrade() -> None:
    op.create_unique_constraint(KEY, "links", ["id", "hospital_id"])
    op.drop_constraint(LINK, "inbound_messages")
    op.drop_constraint(HOSPITAL, "inbound_messages")
    columns = ["link_id", "hospital_id"]
    op.create_foreign_key(BOTH, "inbound_messages", "links", columns, ["id", "hospital_id"], match="FULL")


def downgrade() -> None:
    op.drop_constraint(BOTH, "inbound_messages")
    op.create_foreign_key(HOSPITAL, "inbound_messages", "hospitals", ["hospital_id"], ["id"])
    op.create_foreign_key(LINK, "inbound_messages", "links", ["link_id"], ["id"])
    op.drop_constraint(KEY, "links")

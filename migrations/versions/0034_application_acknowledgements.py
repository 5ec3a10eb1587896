"""An application acknowledgement of ours may come later, over the hospital's own channel: what is owed, and what became of it."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

APP = "mdo_app"
AT_ONCE = "ck_links_application_ack_at_once"
TIME = sa.DateTime(timezone=True)
COUNT = "ix_inbound_messages_application_ack_late"


def upgrade() -> None:
    op.drop_constraint(op.f(AT_ONCE), "links", type_="check")
    op.add_column("links", sa.Column("application_ack_after", TIME))
    op.execute(f"GRANT UPDATE (application_ack_out) ON links TO {APP}")
    op.add_column("inbound_messages", sa.Column("application_ack_code", sa.Text(), nullable=False, server_default=""))
    op.add_column("inbound_messages", sa.Column("application_ack_attempts", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("inbound_messages", sa.Column("application_ack_due", TIME))
    op.add_column("inbound_messages", sa.Column("application_ack_at", TIME))
    lost = sa.text("application_ack IN ('silent', 'refused', 'late')")
    op.create_index(COUNT, "inbound_messages", ["hospital_id", "application_ack_at"], postgresql_where=lost)


def downgrade() -> None:
    op.drop_index(COUNT, "inbound_messages")
    for name in ("application_ack_code", "application_ack_attempts", "application_ack_due", "application_ack_at"):
        op.drop_column("inbound_messages", name)
    op.execute(f"REVOKE UPDATE (application_ack_out) ON links FROM {APP}")
    op.drop_column("links", "application_ack_after")
    op.execute("UPDATE links SET application_ack_out = false WHERE application_ack_out")
    op.create_check_constraint(op.f(AT_ONCE), "links", "NOT application_ack_out")

"""Which numbers a hospital named when it merged; answers about another patient, which nobody could decide about, are read again."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0020"
branch_labels = None
depends_on = None

TOLD = ("told_kept_number", "told_gone_number")


def upgrade() -> None:
    for name in TOLD:
        op.add_column("patient_merges", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    op.drop_column("identity_conflicts", "trouble")
    # They were settled as unreadable with no question behind them: read again, each becomes a question on *Wie is dit?*.
    op.execute(
        "UPDATE inbound_messages m SET state = 'kept', reason = '', place = '', attempts = 0, next_attempt_at = NULL,"
        " settled_at = NULL WHERE m.state = 'unreadable' AND m.reason = 'identity_conflict' AND length(m.raw_sealed) > 0"
        " AND NOT EXISTS (SELECT FROM identity_conflicts c WHERE c.message_id = m.id AND c.closed_at IS NULL)"
    )


def downgrade() -> None:
    op.add_column("identity_conflicts", sa.Column("trouble", sa.Text(), nullable=False, server_default=""))
    op.execute("GRANT UPDATE (trouble) ON identity_conflicts TO mdo_app")
    for name in TOLD:
        op.drop_column("patient_merges", name)

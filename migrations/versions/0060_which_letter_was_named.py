"""Which earlier letter a letter named at its recipient, and when it was refused: a repeat names the same, and a late yes is seen."""

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("deliveries", sa.Column("named_id", sa.Uuid()))
    op.add_column("deliveries", sa.Column("refused_at", sa.DateTime(timezone=True)))
    op.execute("UPDATE deliveries SET refused_at = sent_at WHERE state = 'refused'")  # the moment was not kept
    # What left so far named the version just before it, and goes on doing so.
    op.execute("""
        UPDATE deliveries d SET named_id = coalesce(
            (SELECT e.id FROM deliveries e JOIN decisions n ON n.id = d.decision_id AND n.supersedes_id = e.decision_id
             WHERE e.hospital_id = d.hospital_id AND e.audience = d.audience AND e.recipient_name = d.recipient_name), d.id)
        WHERE d.state <> 'refused' AND d.sent_at IS NOT NULL AND d.channel NOT IN ('paper', 'notice')
            AND EXISTS (SELECT FROM decisions n WHERE n.id = d.decision_id AND n.supersedes_id IS NOT NULL)
    """)


def downgrade() -> None:
    op.drop_column("deliveries", "refused_at")
    op.drop_column("deliveries", "named_id")

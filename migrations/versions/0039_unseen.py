"""What came in after the discussion of a case and nobody looked at yet; and what a message became, for its row in the inbox."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
PAST = "('discussed', 'listed', 'decided', 'delivered', 'followed_up', 'closed', 'redirected', 'withdrawn')"
# What was news until now. What came before the last signature, or before the case got its state, is left to who signed or moved it.
NEWS = (
    "('referral.updated', 'patient.changed', 'document.added', 'case.answered', 'result.received', 'result.corrected',"
    " 'document.received', 'document.corrected')"
)


def upgrade() -> None:
    op.add_column("cases", sa.Column("unseen_since", TIME, nullable=True))
    op.execute(
        "UPDATE cases c SET unseen_since = (SELECT min(e.at) FROM case_events e WHERE e.case_id = c.id"
        f" AND e.what IN {NEWS} AND e.at > coalesce((SELECT max(d.signed_at) FROM decisions d WHERE d.case_id = c.id), c.state_since))"
        f" WHERE c.state IN {PAST} AND NOT c.objected"
    )
    where = sa.text("unseen_since IS NOT NULL")
    op.create_index("ix_cases_unseen", "cases", ["unseen_since", "id"], postgresql_where=where)
    op.add_column("inbound_messages", sa.Column("meaning", sa.Text(), nullable=False, server_default=""))
    op.add_column("inbound_messages", sa.Column("board_id", sa.Uuid(), nullable=True))
    op.add_column("inbound_messages", sa.Column("was_past", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    for name in ("was_past", "board_id", "meaning"):
        op.drop_column("inbound_messages", name)
    op.drop_index("ix_cases_unseen", table_name="cases")
    op.drop_column("cases", "unseen_since")

"""Whom the worker mailed that a meeting is held at another moment, beside the series, or not at all."""

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

OWNER, WORK = "mdo_owner", "mdo_work"
TABLE = "meeting_mails"
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    # An empty meeting may give way to another (migration 0049): who was told of it is of no use then.
    meeting = sa.ForeignKey("meetings.id", name=f"fk_{TABLE}_meeting_id_meetings", ondelete="CASCADE")
    op.create_table(
        TABLE,
        sa.Column("person_id", sa.Uuid(), sa.ForeignKey("people.id", name=f"fk_{TABLE}_person_id_people"), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), meeting, nullable=False),
        sa.Column("starts_at", TIME, nullable=False),
        sa.Column("is_called_off", sa.Boolean(), nullable=False),
        sa.Column("mailed_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("person_id", "meeting_id", "starts_at", "is_called_off", name=f"pk_{TABLE}"),
    )
    op.create_index(f"ix_{TABLE}_meeting_id", TABLE, ["meeting_id"])
    op.execute(f"ALTER TABLE {TABLE} OWNER TO {OWNER}")
    op.execute(f"ALTER TABLE {TABLE} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {TABLE} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY house ON {TABLE} TO {OWNER}, CURRENT_USER USING (true) WITH CHECK (true)")
    # Web processes have no business here: no policy, and no right.
    op.execute(f"CREATE POLICY work ON {TABLE} TO {WORK} USING (true) WITH CHECK (true)")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {TABLE} TO {WORK}")


def downgrade() -> None:
    op.drop_table(TABLE)

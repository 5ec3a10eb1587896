"""Whom the worker mailed that a question or an answer about a case waits, and who wants no such mail."""

import sqlalchemy as sa
from alembic import op

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None

OWNER, WORK = "mdo_owner", "mdo_work"
TABLE = "question_mails"


def upgrade() -> None:
    op.add_column("people", sa.Column("mailed_of_questions", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.alter_column("people", "mailed_of_questions", server_default=None)
    # With its case a question goes: who was told of it is of no use then.
    request = sa.ForeignKey("information_requests.id", name=f"fk_{TABLE}_request_id_information_requests", ondelete="CASCADE")
    op.create_table(
        TABLE,
        sa.Column("person_id", sa.Uuid(), sa.ForeignKey("people.id", name=f"fk_{TABLE}_person_id_people"), nullable=False),
        sa.Column("request_id", sa.Uuid(), request, nullable=False),
        sa.Column("is_answer", sa.Boolean(), nullable=False),
        sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "request_id", "is_answer", name=f"pk_{TABLE}"),
    )
    op.create_index(f"ix_{TABLE}_request_id", TABLE, ["request_id"])
    op.execute(f"ALTER TABLE {TABLE} OWNER TO {OWNER}")
    op.execute(f"ALTER TABLE {TABLE} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {TABLE} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY house ON {TABLE} TO {OWNER}, CURRENT_USER USING (true) WITH CHECK (true)")
    # Web processes have no business here: no policy, and no right.
    op.execute(f"CREATE POLICY work ON {TABLE} TO {WORK} USING (true) WITH CHECK (true)")
    op.execute(f"GRANT SELECT, INSERT, DELETE ON {TABLE} TO {WORK}")


def downgrade() -> None:
    op.drop_table(TABLE)
    op.drop_column("people", "mailed_of_questions")

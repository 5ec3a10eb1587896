"""Calls that came to nothing before a message (no certificate, an unknown authority, no TLS): so that a page can say what was wrong."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

OWNER, APP, WORK = "mdo_owner", "mdo_app", "mdo_work"
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "refused_calls",
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("first_at", TIME, nullable=False),
        sa.Column("seen_at", TIME, nullable=False),
        sa.Column("times", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("address", "reason", name=op.f("pk_refused_calls")),
    )
    op.execute(f"ALTER TABLE refused_calls OWNER TO {OWNER}")
    op.execute("ALTER TABLE refused_calls ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE refused_calls FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY house ON refused_calls TO {OWNER}, CURRENT_USER USING (true) WITH CHECK (true)")
    op.execute(f"CREATE POLICY work ON refused_calls TO {WORK} USING (true) WITH CHECK (true)")
    # As with called_certificates: nothing in it says whose it is, and who recognises an address is who can mend it.
    keeps = "(SELECT access.keeps_link()) IS NOT NULL OR (SELECT access.administers())"
    op.execute(f"CREATE POLICY reads ON refused_calls FOR SELECT TO {APP} USING ({keeps})")
    op.execute(f"GRANT SELECT ON refused_calls TO {APP}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON refused_calls TO {WORK}")


def downgrade() -> None:
    op.drop_table("refused_calls")

"""Asking a hospital's FHIR server what is new: the registered search, and how far it was read."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

APP, WORK, OWNER = "mdo_app", "mdo_work", "mdo_owner"
TIME = sa.DateTime(timezone=True)
OF_LINK = "hospital_id = (SELECT access.keeps_link()) OR (SELECT access.administers())"
#: a notice of the hospital's server may only make us ask earlier
BY_SERVER = "hospital_id = (SELECT access.link_hospital())"


def upgrade() -> None:
    op.create_table(
        "polls",
        sa.Column("link_id", sa.Uuid(), sa.ForeignKey("links.id", name="fk_polls_link_id_links"), nullable=False),
        sa.Column("hospital_id", sa.Uuid(), sa.ForeignKey("hospitals.id", name="fk_polls_hospital_id_hospitals"), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("every_seconds", sa.Integer(), nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("next_at", TIME, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("looked_at", TIME),
        sa.PrimaryKeyConstraint("link_id", name="pk_polls"),
        sa.CheckConstraint("every_seconds BETWEEN 30 AND 86400", name="ck_polls_pace"),
    )
    op.create_index("ix_polls_hospital_id", "polls", ["hospital_id"])
    op.execute("ALTER TABLE polls ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE polls FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY house ON polls TO {OWNER}, CURRENT_USER USING (true) WITH CHECK (true)")
    op.execute(f"CREATE POLICY work ON polls TO {WORK} USING (true) WITH CHECK (true)")
    op.execute(f"CREATE POLICY reads ON polls FOR SELECT TO {APP} USING ({OF_LINK} OR {BY_SERVER})")
    op.execute(f"CREATE POLICY earlier ON polls FOR UPDATE TO {APP} USING ({BY_SERVER})")
    op.execute(f"GRANT SELECT, UPDATE (next_at) ON polls TO {APP}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON polls TO {WORK}")
    op.execute(f"ALTER TABLE polls OWNER TO {OWNER}")


def downgrade() -> None:
    op.drop_table("polls")

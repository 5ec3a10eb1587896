"""A request is known by its address on the hospital's own FHIR server too, where that gave it no number."""

import sqlalchemy as sa
from alembic import op

revision = "0074"
down_revision = "0073"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("known_as", sa.Text(), nullable=False, server_default=""))
    op.alter_column("cases", "known_as", server_default=None)
    op.create_index("ix_cases_known_as", "cases", ["hospital_id", "known_as"], postgresql_where=sa.text("known_as <> ''"))


def downgrade() -> None:
    op.drop_index("ix_cases_known_as", "cases")
    op.drop_column("cases", "known_as")

"""A request is known by its address on the hospital's own FHIR server too, and the Task that asks for it by its number."""

import sqlalchemy as sa
from alembic import op

revision = "0075"
down_revision = "0074"
branch_labels = None
depends_on = None

NAMES = ("known_as", "task_number")


def upgrade() -> None:
    for name in NAMES:
        op.add_column("cases", sa.Column(name, sa.Text(), nullable=False, server_default=""))
        op.alter_column("cases", name, server_default=None)
        op.create_index(f"ix_cases_{name}", "cases", ["hospital_id", name], postgresql_where=sa.text(f"{name} <> ''"))


def downgrade() -> None:
    for name in NAMES:
        op.drop_index(f"ix_cases_{name}", "cases")
        op.drop_column("cases", name)

"""Destroying a case holds its letters before the case, as everybody else does (ADR 0069)."""

import sqlalchemy as sa
from alembic import op

revision = "0068"
down_revision = "0067"
branch_labels = None
depends_on = None

DOOR = "destroy_case(uuid, uuid, bytea[])"
ORDER = "-- Locks first (patient before case, as a hold does), then every condition on what is then committed."
IN_ORDER = "-- Locks first (patient, letters, case, as everybody does), then every condition on what is then committed."
CASE = "SELECT * INTO the_case FROM cases WHERE id = wanted FOR UPDATE;"
LETTERS = f"PERFORM FROM deliveries WHERE case_id = wanted ORDER BY id FOR UPDATE;\n    {CASE}"


def upgrade() -> None:
    _replace(ORDER, IN_ORDER)
    _replace(CASE, LETTERS)


def downgrade() -> None:
    _replace(LETTERS, CASE)
    _replace(IN_ORDER, ORDER)


def _replace(old: str, new: str) -> None:
    """The same function but for one line; owner and grants stay."""
    text = op.get_bind().scalar(sa.text(f"SELECT pg_get_functiondef('{DOOR}'::regprocedure)"))
    if old not in text:
        raise ValueError("destroy_case() is not as migration 0011 made it")
    op.execute(text.replace(old, new))

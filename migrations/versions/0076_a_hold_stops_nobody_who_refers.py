"""Who puts a patient on hold holds the rows against changes only, as everybody does: not against who adds a row that refers to them."""

import sqlalchemy as sa
from alembic import op

revision = "0076"
down_revision = "0075"
branch_labels = None
depends_on = None

DOOR = "hold_still(uuid)"
AGAINST_ALL = ("WHERE id = p_patient FOR UPDATE", "ORDER BY id FOR UPDATE")
AGAINST_CHANGES = ("WHERE id = p_patient FOR NO KEY UPDATE", "ORDER BY id FOR NO KEY UPDATE")


def upgrade() -> None:
    _replace(AGAINST_ALL, AGAINST_CHANGES)


def downgrade() -> None:
    _replace(AGAINST_CHANGES, AGAINST_ALL)


def _replace(old: tuple[str, ...], new: tuple[str, ...]) -> None:
    """The same function but for how it locks; owner and grants stay."""
    text = op.get_bind().scalar(sa.text(f"SELECT pg_get_functiondef('access.{DOOR}'::regprocedure)"))
    for was, becomes in zip(old, new, strict=True):
        if was not in text:
            raise ValueError("access.hold_still() is not as migration 0013 made it")
        text = text.replace(was, becomes)
    op.execute(text)

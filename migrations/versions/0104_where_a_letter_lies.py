"""A proof of destruction says of each letter for whom it was, and when it left: a copy for the general practitioner is not the hospital's,
and what never left lies nowhere."""

import sqlalchemy as sa
from alembic import op

revision = "0104"
down_revision = "0103"
branch_labels = None
depends_on = None

DESTROY = "destroy_case(uuid, uuid, bytea[])"
WAS = "'hospital', h.name, 'code',"
IS = "'hospital', h.name, 'audience', l.audience, 'sent_at', l.sent_at, 'code',"


def upgrade() -> None:
    _replace(WAS, IS)


def downgrade() -> None:
    _replace(IS, WAS)


def _replace(old: str, new: str) -> None:
    """The same function but for this; owner and grants stay."""
    text = op.get_bind().scalar(sa.text(f"SELECT pg_get_functiondef('{DESTROY}'::regprocedure)"))
    if text.count(old) != 1:
        raise ValueError(f"{DESTROY} is not as earlier migrations made it")
    op.execute(text.replace(old, new))

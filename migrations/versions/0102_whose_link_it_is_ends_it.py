"""Whom an invitation is for may end it: who chooses another password, and a link of before still lies somewhere."""

import sqlalchemy as sa
from alembic import op

revision = "0102"
down_revision = "0101"
branch_labels = None
depends_on = None

ENDS = "access.own_invitation_ends()"
WAS = "(access.is_invited(OLD.person_id) OR access.invites(OLD.person_id))"
IS = "(access.person() = OLD.person_id OR access.is_invited(OLD.person_id) OR access.invites(OLD.person_id))"


def upgrade() -> None:
    _replace(WAS, IS)


def downgrade() -> None:
    _replace(IS, WAS)


def _replace(old: str, new: str) -> None:
    """The same function but for this; owner and grants stay."""
    text = op.get_bind().scalar(sa.text(f"SELECT pg_get_functiondef('{ENDS}'::regprocedure)"))
    if text.count(old) != 1:
        raise ValueError(f"{ENDS} is not as earlier migrations made it")
    op.execute(text.replace(old, new))

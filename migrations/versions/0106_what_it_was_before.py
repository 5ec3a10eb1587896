"""What a letter was before a person said that it came, to take that back; and over which line it may have gone before its way changed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0106"
down_revision = "0105"
branch_labels = None
depends_on = None

APP = "mdo_app"
OUTCOME = "access.own_outcome()"
COLUMNS = "before_by_hand, left_over"
SAME = "NEW.before_by_hand IS NOT DISTINCT FROM OLD.before_by_hand"
#: kept by who says that it came, and as it was; who does not know the column keeps nothing
KEPT = """(NEW.before_by_hand IS NULL OR NEW.before_by_hand ->> 'state' = OLD.state AND NEW.before_by_hand ->> 'channel' = OLD.channel
        AND (NEW.before_by_hand ->> 'held_at')::timestamptz IS NOT DISTINCT FROM OLD.held_at)"""
#: it becomes again what it was, and nobody says any more that it came
TAKEN_BACK = """NEW.state = OLD.before_by_hand ->> 'state' AND NEW.channel = OLD.before_by_hand ->> 'channel'
        AND (OLD.before_by_hand ->> 'held_at')::timestamptz IS NOT DISTINCT FROM NEW.held_at
        AND NEW.before_by_hand IS NULL AND NEW.confirmed_by IS NULL AND NEW.received_at IS NULL"""
#: a state that is taken back takes what was kept with it; what only says so too changes neither
IS_TAKEN_BACK = "OLD.state = 'received' AND NEW.state <> 'received'"
#: a copy that was withheld is not there: also when its patient agreed since, who asks nobody to send it again
IS_NOT_THERE = "OLD.state = 'sent' AND OLD.receipt_code = 'withheld' AND NEW.state = 'cancelled' AND NEW.audience <> 'referrer'"
CHANGES = (
    ("CASE WHEN NEW.state = OLD.state THEN true", f"CASE WHEN NEW.state = OLD.state THEN NEW.before_by_hand IS NULL OR {SAME}\n    WHEN OLD.state = 'received' THEN {TAKEN_BACK}"),
    ("WHEN NEW.state = 'received' THEN ", f"WHEN NEW.state = 'received' THEN {KEPT} AND "),
    ("WHEN NEW.state = 'cancelled' THEN ", f"WHEN {IS_NOT_THERE} THEN NEW.receipt_code = 'withheld'\n    WHEN NEW.state = 'cancelled' THEN "),
    ("AND (NEW.channel IS NOT DISTINCT FROM OLD.channel OR", f"AND ({IS_TAKEN_BACK} OR NEW.channel IS NOT DISTINCT FROM OLD.channel OR"),
    ("AND (NEW.held_at IS NOT DISTINCT FROM OLD.held_at OR", f"AND ({IS_TAKEN_BACK} OR NEW.held_at IS NOT DISTINCT FROM OLD.held_at OR"),
)  # fmt: skip


def upgrade() -> None:
    op.add_column("deliveries", sa.Column("before_by_hand", JSONB(), nullable=True))
    op.add_column("deliveries", sa.Column("left_over", sa.Text(), nullable=False, server_default=""))
    op.execute(f"GRANT UPDATE ({COLUMNS}) ON deliveries TO {APP}")
    _replace(CHANGES)


def downgrade() -> None:
    _replace([(new, old) for old, new in CHANGES])
    op.drop_column("deliveries", "left_over")
    op.drop_column("deliveries", "before_by_hand")


def _replace(changes: object) -> None:
    """The same function but for this; owner and grants stay."""
    text = op.get_bind().scalar(sa.text(f"SELECT pg_get_functiondef('{OUTCOME}'::regprocedure)"))
    for old, new in changes:  # type: ignore[attr-defined]
        if text.count(old) != 1:
            raise ValueError(f"{OUTCOME} is not as earlier migrations made it")
        text = text.replace(old, new)
    op.execute(text)

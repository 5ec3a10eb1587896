"""A meeting of the weekly series can be held on another day, and one can be held outside it: each keeps the moment it stands for."""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

OWNER, APP, WORK = "mdo_owner", "mdo_app", "mdo_work"

# Who changes a board sees no case, and nobody sees one whose patient objects: whether anything stands on an agenda is asked of the owner.
IS_EMPTY = """
CREATE FUNCTION access.is_empty(p_meeting uuid) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN RETURN NOT EXISTS (SELECT FROM rounds r WHERE r.meeting_id = p_meeting); END $$;
"""
# An empty meeting to come may give way. What began, was called off or holds a case stays, whoever asks.
STAYS = """
CREATE FUNCTION meeting_stays() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF OLD.state <> 'planned' OR OLD.opened_at IS NOT NULL THEN RAISE EXCEPTION 'a meeting that was decided upon stays'; END IF;
    RETURN OLD;
END $$;
"""


def upgrade() -> None:
    op.add_column("meetings", sa.Column("series_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE meetings SET series_at = starts_at")
    op.create_unique_constraint("uq_meetings_board_id_series_at", "meetings", ["board_id", "series_at"])
    op.execute(IS_EMPTY)
    op.execute(f"ALTER FUNCTION access.is_empty(uuid) OWNER TO {OWNER}")
    op.execute("REVOKE ALL ON FUNCTION access.is_empty(uuid) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION access.is_empty(uuid) TO {APP}, {WORK}")
    op.execute(STAYS)
    op.execute(f"ALTER FUNCTION meeting_stays() OWNER TO {OWNER}")
    op.execute("REVOKE ALL ON FUNCTION meeting_stays() FROM PUBLIC")
    op.execute("CREATE TRIGGER meeting_stays BEFORE DELETE ON meetings FOR EACH ROW EXECUTE FUNCTION meeting_stays()")
    op.execute(f"GRANT DELETE ON meetings TO {APP}")


def downgrade() -> None:
    op.execute(f"REVOKE DELETE ON meetings FROM {APP}")
    op.execute("DROP TRIGGER meeting_stays ON meetings")
    op.execute("DROP FUNCTION meeting_stays()")
    op.execute("DROP FUNCTION access.is_empty(uuid)")
    op.drop_constraint("uq_meetings_board_id_series_at", "meetings")
    op.drop_column("meetings", "series_at")

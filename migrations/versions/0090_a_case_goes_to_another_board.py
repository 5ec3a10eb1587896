"""A case goes to another board: who led it until then no longer sees it, so that no change of theirs could say so (ADR 0095)."""

from alembic import op

revision = "0090"
down_revision = "0089"
branch_labels = None
depends_on = None

OWNER, APP = "mdo_owner", "mdo_app"
# Row security looks at the row as it becomes, too. Who may give it is asked of the row as it is: never narrower than the pages
# (Act.CASE_ROUTE), which ask first.
GIVE = """
CREATE FUNCTION access.give_to_board(p_case uuid, p_board uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE cases c SET board_id = p_board
    WHERE c.id = p_case AND c.is_open
        AND EXISTS (SELECT FROM board_hospitals b WHERE b.hospital_id = c.hospital_id AND b.board_id = p_board)
        AND access.handles(c.id) AND (NOT c.objected OR c.hospital_id = access.treats());
    IF NOT FOUND THEN
        RAISE EXCEPTION 'this belongs to somebody else' USING ERRCODE = 'insufficient_privilege';
    END IF;
END $$;
"""


def upgrade() -> None:
    op.execute(GIVE)
    op.execute(f"ALTER FUNCTION access.give_to_board(uuid, uuid) OWNER TO {OWNER}")
    op.execute("REVOKE ALL ON FUNCTION access.give_to_board(uuid, uuid) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION access.give_to_board(uuid, uuid) TO {APP}")


def downgrade() -> None:
    op.execute("DROP FUNCTION access.give_to_board(uuid, uuid)")

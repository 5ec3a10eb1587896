"""Who is away for weeks says so once, for every meeting of these days, also those that are planned later; what was said last holds."""

import sqlalchemy as sa
from alembic import op

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None

APP = "mdo_app"
TABLE = "absences"
LEADS = "board_id = ANY ((SELECT access.boards('leads'))::uuid[])"
OWN = "person_id = (SELECT access.person()) AND board_id = ANY ((SELECT access.boards('speaks'))::uuid[])"
WRITES = f"(({OWN}) OR {LEADS})"
SAID = f"told_by = (SELECT access.person()) AND {WRITES}"
CHECKS = {"comes_in_person": "NOT comes OR (substitute_id IS NULL AND words = '')", "days_in_order": "from_on <= until_on"}


def upgrade() -> None:
    # Nothing is written over any more: who leads the board takes one day out of somebody's weeks without writing in their name.
    for policy in ("changes", "goes"):
        op.execute(f"DROP POLICY {policy} ON {TABLE}")
    op.execute(f"REVOKE UPDATE, UPDATE (substitute_id, words, told_by, told_at), DELETE ON {TABLE} FROM {APP}")
    op.drop_constraint(f"pk_{TABLE}", TABLE)
    op.alter_column(TABLE, "day", new_column_name="from_on")
    op.add_column(TABLE, sa.Column("until_on", sa.Date()))
    op.add_column(TABLE, sa.Column("comes", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column(TABLE, sa.Column("id", sa.Uuid(), nullable=False, server_default=sa.func.gen_random_uuid()))
    op.execute(f"UPDATE {TABLE} SET until_on = from_on")
    op.alter_column(TABLE, "until_on", nullable=False)
    for name in ("comes", "id"):
        op.alter_column(TABLE, name, server_default=None)
    op.create_primary_key(f"pk_{TABLE}", TABLE, ["id"])
    for name, condition in CHECKS.items():
        op.create_check_constraint(op.f(f"ck_{TABLE}_{name}"), TABLE, condition)
    op.create_index(f"ix_{TABLE}_board_id_until_on", TABLE, ["board_id", "until_on"])


def downgrade() -> None:
    """Of every meeting's day that somebody cannot come, as it was kept before; of days without a meeting nothing could be kept."""
    op.execute(
        f"""CREATE TEMPORARY TABLE told ON COMMIT DROP AS
        SELECT * FROM (
            SELECT DISTINCT ON (a.board_id, a.person_id, d.day) a.board_id, a.person_id, d.day, a.substitute_id, a.words, a.told_by,
                a.told_at, a.comes
            FROM {TABLE} a JOIN (
                SELECT board_id, (starts_at AT TIME ZONE 'Europe/Amsterdam')::date AS day FROM meetings
                UNION SELECT board_id, from_on FROM {TABLE} WHERE from_on = until_on
            ) d ON d.board_id = a.board_id AND d.day BETWEEN a.from_on AND a.until_on
            ORDER BY a.board_id, a.person_id, d.day, a.told_at DESC, a.id DESC
        ) last WHERE NOT comes"""
    )
    op.execute(f"DELETE FROM {TABLE}")
    op.drop_index(f"ix_{TABLE}_board_id_until_on", TABLE)
    for name in CHECKS:
        op.drop_constraint(op.f(f"ck_{TABLE}_{name}"), TABLE)
    op.drop_constraint(f"pk_{TABLE}", TABLE)
    for name in ("id", "comes", "until_on"):
        op.drop_column(TABLE, name)
    op.alter_column(TABLE, "from_on", new_column_name="day")
    op.create_primary_key(f"pk_{TABLE}", TABLE, ["board_id", "person_id", "day"])
    op.execute(
        f"INSERT INTO {TABLE} (board_id, person_id, day, substitute_id, words, told_by, told_at)"
        " SELECT board_id, person_id, day, substitute_id, words, told_by, told_at FROM told"
    )
    op.execute(f"CREATE POLICY changes ON {TABLE} FOR UPDATE TO {APP} USING ({WRITES}) WITH CHECK ({SAID})")
    op.execute(f"CREATE POLICY goes ON {TABLE} FOR DELETE TO {APP} USING ({WRITES})")
    op.execute(f"GRANT UPDATE (substitute_id, words, told_by, told_at), DELETE ON {TABLE} TO {APP}")

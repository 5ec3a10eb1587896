"""Who can sign in by a passkey or through a hospital has an account: a secretary's invitation is not the way into it (ADR 0110)."""

from alembic import op

revision = "0100"
down_revision = "0099"
branch_labels = None
depends_on = None

PATH = "SET search_path = pg_catalog, public, pg_temp"
COUNTS = "m.ended_at IS NULL AND coalesce(m.ends_on >= (now() AT TIME ZONE 'Europe/Amsterdam')::date, true)"
ELSEWHERE = (
    "EXISTS (SELECT FROM memberships m WHERE m.person_id = p_person AND "
    f"{COUNTS} AND (m.hospital_id <> access.keeps_link() OR m.role = 'administrator'))"
)
NO_PASSWORD = "EXISTS (SELECT FROM people WHERE id = p_person AND password_hash = '')"
NOTHING = f"""{NO_PASSWORD}
                AND NOT EXISTS (SELECT FROM passkeys WHERE person_id = p_person)
                AND NOT EXISTS (SELECT FROM identities WHERE person_id = p_person)"""


def _invites(has_none: str) -> None:
    """As in 0092 but for what an account is."""
    op.execute(f"""CREATE OR REPLACE FUNCTION access.invites(p_person uuid) RETURNS boolean LANGUAGE sql STABLE {PATH} AS $$
            SELECT access.administers()
                OR EXISTS (SELECT FROM memberships WHERE person_id = p_person AND ended_at IS NULL AND hospital_id = access.keeps_link())
                    AND (has_none OR NOT {ELSEWHERE})
                OR has_none AND EXISTS (SELECT FROM board_memberships WHERE person_id = p_person AND ended_at IS NULL
                    AND board_id = ANY (access.boards('leads')))
            FROM (SELECT {has_none} AS has_none) AS account $$""")


def upgrade() -> None:
    _invites(NOTHING)


def downgrade() -> None:
    _invites(NO_PASSWORD)

"""A role that ran out keeps nobody from being invited or tied elsewhere, and opens no hospital by a board (ADR 0096)."""

from alembic import op

revision = "0092"
down_revision = "0091"
branch_labels = None
depends_on = None

PATH = "SET search_path = pg_catalog, public, pg_temp"
REFUSED = "RAISE EXCEPTION 'this belongs to somebody else' USING ERRCODE = 'insufficient_privilege'"
NOT_ENDED = "{0}ended_at IS NULL"
#: as services/common/terms.not_over says it: counts now, or will
NOT_OVER = NOT_ENDED + " AND coalesce({0}ends_on >= (now() AT TIME ZONE 'Europe/Amsterdam')::date, true)"


def functions(counts: str) -> dict[str, str]:
    """`counts`: which roles are held against somebody."""
    here, held, seat, treats = (counts.format(f"{row}.") for row in ("m", "h", "b", "s"))
    elsewhere = "EXISTS (SELECT FROM memberships m WHERE m.person_id = {} AND {} AND (m.hospital_id <> {} OR m.role = 'administrator'))"
    return {
        # Wider than the application's own rule (services/rights/colleagues.py), never narrower: whose colleague it was is said by a role
        # that ran out too.
        "invites(p_person uuid)": f"""RETURNS boolean LANGUAGE sql STABLE {PATH} AS $$
            SELECT access.administers()
                OR EXISTS (SELECT FROM memberships WHERE person_id = p_person AND ended_at IS NULL AND hospital_id = access.keeps_link())
                    AND (has_none OR NOT {elsewhere.format("p_person", here, "access.keeps_link()")})
                OR has_none AND EXISTS (SELECT FROM board_memberships WHERE person_id = p_person AND ended_at IS NULL
                    AND board_id = ANY (access.boards('leads')))
            FROM (SELECT EXISTS (SELECT FROM people WHERE id = p_person AND password_hash = '') AS has_none) AS account $$""",
        "own_tie()": _trigger(
            "access.administers() OR access.is_invited(NEW.person_id) OR NOT "
            + elsewhere.format("NEW.person_id", here, "NEW.hospital_id")
        ),
        "own_seat()": _trigger(f"""access.administers() OR NEW.role <> 'secretary' OR NOT EXISTS (
                SELECT FROM memberships h WHERE h.person_id = NEW.person_id AND {held} AND h.hospital_id <> access.hospital()
                    AND NOT EXISTS (
                        SELECT FROM memberships s WHERE s.person_id = h.person_id AND s.hospital_id = h.hospital_id AND {treats}
                            AND s.role IN ('specialist', 'case_manager', 'secretary')
                    )
            ) OR EXISTS (SELECT FROM board_memberships b WHERE b.person_id = NEW.person_id AND {seat} AND b.role = 'secretary'
                AND b.board_id <> NEW.board_id)"""),
    }


def _trigger(is_theirs: str) -> str:
    return f"""RETURNS trigger LANGUAGE plpgsql {PATH} AS $$
        BEGIN
            IF ({is_theirs}) IS NOT TRUE THEN {REFUSED}; END IF;
            RETURN NEW;
        END $$"""


def _say(counts: str) -> None:
    for signature, rest in functions(counts).items():
        op.execute(f"CREATE OR REPLACE FUNCTION access.{signature} {rest}")


def upgrade() -> None:
    _say(NOT_OVER)


def downgrade() -> None:
    _say(NOT_ENDED)

"""A corrected advice carries on what colleagues answered and handed over, in their names, as they said it (ADR 0104)."""

from alembic import op

revision = "0098"
down_revision = "0097"
branch_labels = None
depends_on = None

PATH = "SET search_path = pg_catalog, public, pg_temp"
SAYS = "NEW.closed_by IS NULL OR NEW.closed_by IS NOT DISTINCT FROM OLD.closed_by OR NEW.closed_by = access.person()"
MAKES = "TG_OP = 'UPDATE' AND NEW.handed_by IS NOT DISTINCT FROM OLD.handed_by OR NEW.handed_by = access.person()"
#: word for word what was said of the same recommendation, in an earlier decision of the same discussion
SAID = (
    "kind", "text", "intent", "condition", "place", "state", "reason", "words", "done_on", "closed_at", "closed_by",
    "evidence_kind", "evidence_id", "message_id",
)  # fmt: skip
HANDED = ("number", "responsible_before", "responsible_after", "due_before", "due_after", "reason", "handed_by", "handed_at")


def _same(columns: tuple[str, ...]) -> str:
    there, here = (", ".join(f"{row}.{column}" for column in columns) for row in ("before", "NEW"))
    return f"({there}) IS NOT DISTINCT FROM ({here})"


ANSWERED = f"""EXISTS (SELECT FROM follow_ups before WHERE before.id = NEW.carried_from_id AND before.round_id = NEW.round_id
    AND before.case_id = NEW.case_id AND before.decision_id <> NEW.decision_id AND {_same(SAID)})"""
HANDED_OVER = f"""EXISTS (SELECT FROM follow_ups item
    JOIN follow_ups one ON one.round_id = item.round_id AND one.decision_id <> item.decision_id
    JOIN follow_up_handovers before ON before.follow_up_id = one.id
    WHERE item.id = NEW.follow_up_id AND before.case_id = NEW.case_id AND {_same(HANDED)})"""

#: of a web process: signed in as one, or that took its role at the door; `current_user` is the owner in here
OF_WEB = {"by name": "session_user = 'mdo_app'", "at the door": "'mdo_app' IN (session_user, current_setting('role'))"}


def _end_sessions(of_web: str) -> None:
    """As in 0096 but for whom it asks."""
    op.execute(f"""CREATE OR REPLACE FUNCTION access.end_sessions(p_person uuid, p_but text, p_hospital uuid, p_now timestamptz)
        RETURNS SETOF uuid LANGUAGE plpgsql SECURITY DEFINER {PATH} AS $$
        BEGIN
            IF {of_web} AND (access.person() = p_person OR access.is_invited(p_person) OR access.invites(p_person)
                OR p_hospital IS NOT NULL AND (access.administers() OR p_hospital IN (access.keeps_link(), access.watches()))) IS NOT TRUE
            THEN
                RAISE EXCEPTION 'this belongs to somebody else' USING ERRCODE = 'insufficient_privilege';
            END IF;
            RETURN QUERY UPDATE sessions SET ended_at = p_now WHERE person_id = p_person AND key_hash <> p_but AND ended_at IS NULL
                AND (p_hospital IS NULL OR hospital_id = p_hospital) RETURNING person_id;
        END $$""")


def _say(table: str, is_theirs: str) -> None:
    op.execute(f"""CREATE OR REPLACE FUNCTION access.own_name_in_{table}() RETURNS trigger LANGUAGE plpgsql {PATH} AS $$
        BEGIN
            IF ({is_theirs}) IS NOT TRUE THEN
                RAISE EXCEPTION 'this belongs to somebody else' USING ERRCODE = 'insufficient_privilege';
            END IF;
            RETURN NEW;
        END $$""")


def upgrade() -> None:
    _say("follow_ups", f"{SAYS} OR {ANSWERED}")
    _say("follow_up_handovers", f"{MAKES} OR {HANDED_OVER}")
    _end_sessions(OF_WEB["at the door"])


def downgrade() -> None:
    _end_sessions(OF_WEB["by name"])
    _say("follow_ups", SAYS)
    _say("follow_up_handovers", MAKES)

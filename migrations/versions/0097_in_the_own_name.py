"""Who received, carried out, closed, decided, gave, ended, judged or changed something is who is there, and no colleague (ADR 0100)."""

from alembic import op

revision = "0097"
down_revision = "0096"
branch_labels = None
depends_on = None

OWNER, APP = "mdo_owner", "mdo_app"
PATH = "SET search_path = pg_catalog, public, pg_temp"
#: said of who did it; nobody is said where nobody did it yet, and what stood there stays
SAYS = "(NEW.{0} IS NULL OR NEW.{0} IS NOT DISTINCT FROM OLD.{0} OR NEW.{0} = access.person())"
#: said when the row is made, by a person
MAKES = "(TG_OP = 'UPDATE' AND NEW.{0} IS NOT DISTINCT FROM OLD.{0} OR NEW.{0} = access.person())"
#: as people read it
NAMED = "NEW.{0} = (SELECT p.name FROM people p WHERE p.id = access.person())"
#: table -> (what must hold of which column)
NAMES = {
    "advice_items": {"changed_by": SAYS},
    "round_answers": {"changed_by": SAYS},
    "decision_objections": {"answered_by": SAYS},
    "deliveries": {"confirmed_by": SAYS},
    "follow_ups": {"closed_by": SAYS},
    "follow_up_handovers": {"handed_by": MAKES},
    "patient_letters": {"made_by": MAKES},
    "identity_conflicts": {"decided_by": SAYS, "undo_asked_by": SAYS},
    "patient_merges": {"undo_asked_by": SAYS},
    "memberships": {"given_by": MAKES, "ended_by": SAYS},
    "board_memberships": {"given_by": MAKES, "ended_by": SAYS},
    "letter_template_versions": {"made_by": MAKES},
    "letter_logos": {"added_by": MAKES},
    "link_changes": {"by_id": MAKES, "by_name": NAMED},
    "identity_providers": {"changed_by_id": MAKES},
    "audit_reviews": {"judged_by": MAKES},
}
ONLY_GROWS = ("patient_letters", "letter_template_versions", "letter_logos", "link_changes", "audit_reviews")


def _function(is_theirs: str) -> str:
    return f"""RETURNS trigger LANGUAGE plpgsql {PATH} AS $$
        BEGIN
            IF ({is_theirs}) IS NOT TRUE THEN
                RAISE EXCEPTION 'this belongs to somebody else' USING ERRCODE = 'insufficient_privilege';
            END IF;
            RETURN NEW;
        END $$"""


def upgrade() -> None:
    for table, columns in NAMES.items():
        name, when = f"own_name_in_{table}", "INSERT" if table in ONLY_GROWS else f"INSERT OR UPDATE OF {', '.join(columns)}"
        holds = " AND ".join(rule.format(column) for column, rule in columns.items())
        op.execute(f"CREATE FUNCTION access.{name}() {_function(holds)}")
        op.execute(f"ALTER FUNCTION access.{name}() OWNER TO {OWNER}")
        op.execute(f"REVOKE ALL ON FUNCTION access.{name}() FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION access.{name}() TO {APP}")
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {when} ON {table} FOR EACH ROW WHEN (current_user = '{APP}') EXECUTE FUNCTION access.{name}()"
        )


def downgrade() -> None:
    for table in reversed(NAMES):
        op.execute(f"DROP TRIGGER own_name_in_{table} ON {table}")
        op.execute(f"DROP FUNCTION access.own_name_in_{table}()")

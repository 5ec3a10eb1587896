"""What was emptied is never in the queue, whoever nobody could read about is known, and no link promises an acknowledgement for later."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

TABLE, INDEX, DOOR = "inbound_messages", "ix_inbound_messages_patient", "emptied_is_settled"
AT_ONCE = "ck_links_application_ack_at_once"
KEYS = {"postgresql_using": "gin", "postgresql_with": {"fastupdate": "off"}}
SETTLE = "state = 'unreadable', reason = 'emptied', place = '', settled_at = now()"


def upgrade() -> None:
    # Whoever empties a message (a term, a case that is destroyed) or gives an emptied one back to the queue: nobody can read it any more.
    assign = SETTLE.replace(" = ", " := ").replace("state", "NEW.state").replace(", ", "; NEW.")
    op.execute(
        f"CREATE FUNCTION {DOOR}() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$ "
        f"BEGIN {assign}; RETURN NEW; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {DOOR} BEFORE UPDATE OF raw_sealed, state ON {TABLE} FOR EACH ROW "
        f"WHEN (NEW.raw_sealed = '' AND NEW.settled_at IS NULL) EXECUTE FUNCTION {DOOR}()"
    )
    op.execute(f"ALTER FUNCTION {DOOR}() OWNER TO mdo_owner")
    op.execute(f"REVOKE ALL ON FUNCTION {DOOR}() FROM PUBLIC")
    op.execute(f"UPDATE {TABLE} SET {SETTLE} WHERE raw_sealed = '' AND settled_at IS NULL")
    op.drop_index(INDEX, TABLE)
    op.create_index(INDEX, TABLE, ["patient_keys"], postgresql_where=sa.text("settled_at IS NULL OR state = 'unreadable'"), **KEYS)
    op.execute("UPDATE links SET application_ack_out = false WHERE application_ack_out")
    op.create_check_constraint(op.f(AT_ONCE), "links", "NOT application_ack_out")


def downgrade() -> None:
    op.drop_constraint(op.f(AT_ONCE), "links")
    op.drop_index(INDEX, TABLE)
    op.create_index(INDEX, TABLE, ["patient_keys"], postgresql_where=sa.text("settled_at IS NULL"), **KEYS)
    op.execute(f"DROP TRIGGER {DOOR} ON {TABLE}")
    op.execute(f"DROP FUNCTION {DOOR}()")

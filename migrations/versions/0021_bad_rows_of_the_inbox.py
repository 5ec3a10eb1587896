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

UNASKED, CONFLICTS = "unasked_is_read_again", "identity_conflicts"
# At the end of the transaction: what a request to destroy empties meanwhile is not read again.
READ_AGAIN = f"""
CREATE FUNCTION {UNASKED}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE inbound_messages SET state = 'kept', reason = '', place = '', attempts = 0, next_attempt_at = NULL
    WHERE state = 'unreadable' AND settled_at IS NULL AND raw_sealed <> ''
        AND (id = OLD.message_id OR (hospital_id = OLD.hospital_id AND reason = 'waits_for_identity'));
    PERFORM pg_notify('mdo_understand', '');
    RETURN NULL;
END $$
"""


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
    op.execute(READ_AGAIN)
    op.execute(
        f"CREATE CONSTRAINT TRIGGER {UNASKED} AFTER DELETE ON {CONFLICTS} DEFERRABLE INITIALLY DEFERRED FOR EACH ROW "
        f"WHEN (OLD.closed_at IS NULL) EXECUTE FUNCTION {UNASKED}()"
    )
    for one in (DOOR, UNASKED):
        op.execute(f"ALTER FUNCTION {one}() OWNER TO mdo_owner")
        op.execute(f"REVOKE ALL ON FUNCTION {one}() FROM PUBLIC")
    op.execute(f"UPDATE {TABLE} SET {SETTLE} WHERE raw_sealed = '' AND settled_at IS NULL")
    op.drop_index(INDEX, TABLE)
    op.create_index(INDEX, TABLE, ["patient_keys"], postgresql_where=sa.text("settled_at IS NULL OR state = 'unreadable'"), **KEYS)
    op.execute("UPDATE links SET application_ack_out = false WHERE application_ack_out")
    op.create_check_constraint(op.f(AT_ONCE), "links", "NOT application_ack_out")


def downgrade() -> None:
    op.drop_constraint(op.f(AT_ONCE), "links")
    op.drop_index(INDEX, TABLE)
    op.create_index(INDEX, TABLE, ["patient_keys"], postgresql_where=sa.text("settled_at IS NULL"), **KEYS)
    op.execute(f"DROP TRIGGER {UNASKED} ON {CONFLICTS}")
    op.execute(f"DROP TRIGGER {DOOR} ON {TABLE}")
    for one in (UNASKED, DOOR):
        op.execute(f"DROP FUNCTION {one}()")

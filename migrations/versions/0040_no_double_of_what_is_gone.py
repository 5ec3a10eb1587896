"""What was refused, and what nobody can read any more, is no reason to take the same bytes for a double when they come again."""

from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

TABLE, DOOR = "inbound_messages", "gone_is_no_double"
# The first nine bytes are our number in the acknowledgement of the message: it stays what it was (services/inbox/application_acks.py).
APART = "substring({row}digest FROM 1 FOR 9) || uuid_send({row}id)"
GONE = "{row}state = 'unreadable' AND ({row}raw_sealed = '' OR {row}reason = 'sealed') AND length({row}digest) = 32"
# Refused at the door: no worker began with it. As reception._refused says it.
REFUSED = "state = 'unreadable' AND attempts = 0 AND raw_sealed <> '' AND reason IN (SELECT unnest(ARRAY[{reasons}]))"
REASONS = (
    "no_header", "no_control_id", "hostile_delimiters", "too_many_entries", "too_large", "too_slow", "too_much", "too_many", "no_tls",
    "broken", "media_type", "wrong_version",
    "unknown_sender", "several_senders", "unknown_certificate", "wrong_certificate", "plain_not_accepted",
)  # fmt: skip


def upgrade() -> None:
    new, now = GONE.format(row="NEW."), APART.format(row="NEW.")
    op.execute(
        f"CREATE FUNCTION {DOOR}() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$ "
        f"BEGIN NEW.digest := {now}; RETURN NEW; END $$"
    )
    # Its name comes after emptied_is_settled (migration 0021), which says first that what was emptied is unreadable.
    op.execute(
        f"CREATE TRIGGER {DOOR} BEFORE UPDATE OF raw_sealed, state ON {TABLE} FOR EACH ROW WHEN ({new}) EXECUTE FUNCTION {DOOR}()"
    )
    op.execute(f"ALTER FUNCTION {DOOR}() OWNER TO mdo_owner")
    op.execute(f"REVOKE ALL ON FUNCTION {DOOR}() FROM PUBLIC")
    op.execute(f"UPDATE {TABLE} SET digest = {APART.format(row='')} WHERE {GONE.format(row='')}")
    reasons = ", ".join(f"'{one}'" for one in REASONS)
    op.execute(
        f"UPDATE {TABLE} SET digest = sha256(convert_to('refused ' || reason || ' ', 'UTF8') || digest)"
        f" WHERE {REFUSED.format(reasons=reasons)} AND length(digest) = 32"
    )


def downgrade() -> None:
    op.execute(f"DROP TRIGGER {DOOR} ON {TABLE}")
    op.execute(f"DROP FUNCTION {DOOR}()")

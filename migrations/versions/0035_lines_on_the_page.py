"""Link managers bind certificates and accept a line without TLS themselves; certificates that called and are bound to nobody."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

OWNER, APP, WORK = "mdo_owner", "mdo_app", "mdo_work"
TIME = sa.DateTime(timezone=True)
MINE = "hospital_id = (SELECT access.keeps_link()) OR (SELECT access.administers())"
OF_LINK = f"EXISTS (SELECT FROM links l WHERE l.id = link_certificates.link_id AND (l.{MINE}))"
ACCEPTED = "plain_accepted_at, plain_accepted_by, plain_accepted_why, plain_accepted_until"
BOUND = "subject, expires_at, bound_at, bound_by, withdrawn_at"

# Half a minute longer than the page takes (sessions.FRESH): who was let through there is not stopped here.
CONFIRMED = """
CREATE FUNCTION access.confirmed_lately() RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN coalesce((access.viewer() ->> 'confirmed')::numeric >= extract(epoch FROM now()) - 330, false);
END $$
"""

# For every role: nobody accepts a line without TLS without a name, a reason and a day within a year.
WRITTEN = """
CREATE FUNCTION access.plain_is_written() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.plain_accepted_at IS NULL THEN
        RETURN NEW;
    END IF;
    IF btrim(NEW.plain_accepted_by) = '' OR btrim(NEW.plain_accepted_why) = '' OR NEW.plain_accepted_until IS NULL
        OR NEW.plain_accepted_until > now() + interval '367 days' THEN
        RAISE EXCEPTION 'a line without TLS is accepted by somebody, for a reason, for a year at most' USING ERRCODE = 'check_violation';
    END IF;
    IF current_user = '{app}' AND NOT access.confirmed_lately() THEN
        RAISE EXCEPTION 'a line without TLS is accepted by who confirmed to be there' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$
"""


def upgrade() -> None:
    op.create_table(
        "called_certificates",
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("names", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("expires_at", TIME, nullable=True),
        sa.Column("seen_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_called_certificates")),
    )
    op.execute(f"ALTER TABLE called_certificates OWNER TO {OWNER}")
    op.execute("ALTER TABLE called_certificates ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE called_certificates FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY house ON called_certificates TO {OWNER}, CURRENT_USER USING (true) WITH CHECK (true)")
    op.execute(f"CREATE POLICY work ON called_certificates TO {WORK} USING (true) WITH CHECK (true)")
    keeps = "(SELECT access.keeps_link()) IS NOT NULL OR (SELECT access.administers())"
    op.execute(f"CREATE POLICY reads ON called_certificates FOR SELECT TO {APP} USING ({keeps})")
    op.execute(f"GRANT SELECT ON called_certificates TO {APP}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON called_certificates TO {WORK}")
    for function in (CONFIRMED, WRITTEN):
        op.execute(function.replace("{app}", APP))
    for name in ("confirmed_lately", "plain_is_written"):
        op.execute(f"ALTER FUNCTION access.{name}() OWNER TO {OWNER}")
        op.execute(f"REVOKE ALL ON FUNCTION access.{name}() FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION access.confirmed_lately() TO {APP}, {WORK}")
    op.execute(
        f"CREATE TRIGGER plain_is_written BEFORE UPDATE OF {ACCEPTED} ON links"
        " FOR EACH ROW EXECUTE FUNCTION access.plain_is_written()"
    )
    op.execute(f"GRANT UPDATE ({ACCEPTED}) ON links TO {APP}")
    # Binding takes a fresh proof of identity; withdrawing does not: it must be possible at once.
    lets_in = f"({OF_LINK}) AND (SELECT access.confirmed_lately())"
    op.execute("DROP POLICY adds ON link_certificates")
    op.execute("DROP POLICY changes ON link_certificates")
    op.execute(f"CREATE POLICY adds ON link_certificates FOR INSERT TO {APP} WITH CHECK ({lets_in} AND seen_at IS NULL)")
    op.execute(
        f"CREATE POLICY changes ON link_certificates FOR UPDATE TO {APP} USING ({OF_LINK})"
        f" WITH CHECK (({OF_LINK}) AND (withdrawn_at IS NOT NULL OR (SELECT access.confirmed_lately())))"
    )
    op.execute(f"GRANT INSERT, UPDATE ({BOUND}) ON link_certificates TO {APP}")


def downgrade() -> None:
    op.execute(f"REVOKE INSERT, UPDATE ({BOUND}) ON link_certificates FROM {APP}")
    op.execute("DROP POLICY adds ON link_certificates")
    op.execute("DROP POLICY changes ON link_certificates")
    op.execute(f"CREATE POLICY adds ON link_certificates FOR INSERT TO {APP} WITH CHECK ({OF_LINK})")
    op.execute(f"CREATE POLICY changes ON link_certificates FOR UPDATE TO {APP} USING ({OF_LINK})")
    op.execute(f"REVOKE UPDATE ({ACCEPTED}) ON links FROM {APP}")
    op.execute("DROP TRIGGER plain_is_written ON links")
    op.execute("DROP FUNCTION access.plain_is_written()")
    op.execute("DROP FUNCTION access.confirmed_lately()")
    op.drop_table("called_certificates")

"""The public keys of a hospital's system may be fetched from an address that is agreed, so that it can renew them by itself."""

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

OWNER, APP, WORK = "mdo_owner", "mdo_app", "mdo_work"
TABLE, TIME = "fetched_keys", sa.DateTime(timezone=True)
MINE = "hospital_id = (SELECT access.keeps_link()) OR (SELECT access.administers())"
#: what a web process may not say of a link that it makes (0023)
EMPTY = (
    "inside_networks = '{}' AND certificate_out_sealed = '' AND trust_out = '' AND token_url_out = '' AND client_id_out = ''"
    " AND scopes_out = '' AND client_id_in = '' AND jwks_in = '' AND plain_accepted_at IS NULL AND plain_accepted_until IS NULL"
    " AND plain_accepted_by = '' AND plain_accepted_why = '' AND NOT application_ack_out AND NOT tls_out"
)


def upgrade() -> None:
    op.add_column("links", sa.Column("jwks_url_in", sa.Text(), nullable=False, server_default=""))
    op.alter_column("links", "jwks_url_in", server_default=None)
    op.execute(
        "CREATE TRIGGER keys_agreed_by_who_is_there BEFORE UPDATE OF jwks_url_in ON links FOR EACH ROW"
        " WHEN (OLD.jwks_url_in IS DISTINCT FROM NEW.jwks_url_in) EXECUTE FUNCTION access.agreed_by_who_is_there()"
    )
    op.execute(f"GRANT UPDATE (jwks_url_in) ON links TO {APP}")
    op.execute(f"GRANT UPDATE (jwks_in) ON links TO {WORK}")
    op.execute("DROP POLICY adds ON links")
    op.execute(f"CREATE POLICY adds ON links FOR INSERT TO {APP} WITH CHECK (({MINE}) AND {EMPTY} AND jwks_url_in = '')")
    op.create_table(
        TABLE,
        sa.Column("link_id", sa.Uuid(), sa.ForeignKey("links.id", name=f"fk_{TABLE}_link_id_links"), nullable=False),
        sa.Column("hospital_id", sa.Uuid(), sa.ForeignKey("hospitals.id", name=f"fk_{TABLE}_hospital_id_hospitals"), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("asked_at", TIME, nullable=False),
        sa.Column("fetched_at", TIME),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("link_id", name=f"pk_{TABLE}"),
    )
    op.create_index(f"ix_{TABLE}_hospital_id", TABLE, ["hospital_id"])
    op.execute(f"ALTER TABLE {TABLE} OWNER TO {OWNER}")
    op.execute(f"ALTER TABLE {TABLE} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {TABLE} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY house ON {TABLE} TO {OWNER}, CURRENT_USER USING (true) WITH CHECK (true)")
    op.execute(f"CREATE POLICY work ON {TABLE} TO {WORK} USING (true) WITH CHECK (true)")
    op.execute(f"CREATE POLICY reads ON {TABLE} FOR SELECT TO {APP} USING ({MINE})")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON {TABLE} TO {WORK}")
    op.execute(f"GRANT SELECT ON {TABLE} TO {APP}")


def downgrade() -> None:
    op.drop_table(TABLE)
    op.execute("DROP POLICY adds ON links")
    op.execute(f"CREATE POLICY adds ON links FOR INSERT TO {APP} WITH CHECK (({MINE}) AND {EMPTY})")
    op.execute(f"REVOKE UPDATE (jwks_in) ON links FROM {WORK}")
    op.execute("DROP TRIGGER keys_agreed_by_who_is_there ON links")
    op.drop_column("links", "jwks_url_in")

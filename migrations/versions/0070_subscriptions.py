"""A hospital's server tells by itself that something is new: that it is wanted stands with the search, how it stands in subscriptions."""

import sqlalchemy as sa
from alembic import op

revision = "0070"
down_revision = "0069"
branch_labels = None
depends_on = None

OWNER, APP, WORK = "mdo_owner", "mdo_app", "mdo_work"
TABLE, TIME = "subscriptions", sa.DateTime(timezone=True)
MINE = "hospital_id = (SELECT access.keeps_link()) OR (SELECT access.administers())"
AGREED = ("subscribes", "topic")
TEXTS = ("base", "search", "topic", "number", "status", "secret_hash", "reason")
MOMENTS = ("written_at", "status_at", "active_at", "ends_at", "leased_until", "noticed_at", "unheard_at")
#: all but what its notices show
SHOWN = (
    "link_id", "hospital_id", "base", "search", "topic", "number", "status", "reason", *MOMENTS, "due_at", "attempts", "is_leaving", "events",
)  # fmt: skip
# Who calls here is a hospital's server, and it shows a secret that is good for nothing else than making us look earlier.
HEARS = f"""
CREATE FUNCTION access.hears_notices(of_link uuid, shown text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM {TABLE} s JOIN polls p ON p.link_id = s.link_id AND p.subscribes
        WHERE s.link_id = of_link AND s.secret_hash = shown AND s.secret_hash <> ''
    )
$$
"""
# The row of the search is held before that of its subscription, as the worker does.
CAME = f"""
CREATE FUNCTION access.notice_came(of_link uuid, shown text, wakes boolean, counted bigint) RETURNS boolean LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    news boolean;
BEGIN
    PERFORM FROM polls WHERE link_id = of_link FOR UPDATE;
    IF NOT access.hears_notices(of_link, shown) THEN
        RETURN false;
    END IF;
    SELECT wakes OR (counted IS NOT NULL AND events IS NOT NULL AND counted <> events) INTO news FROM {TABLE} WHERE link_id = of_link FOR UPDATE;
    UPDATE {TABLE} SET noticed_at = now(), events = coalesce(counted, events),
        unheard_at = CASE WHEN news THEN NULL ELSE unheard_at END WHERE link_id = of_link;
    IF news THEN
        UPDATE polls SET next_at = least(next_at, now()) WHERE link_id = of_link;
        PERFORM pg_notify('mdo_poll', '');
    END IF;
    RETURN news;
END $$
"""
FUNCTIONS = ("access.hears_notices(uuid, text)", "access.notice_came(uuid, text, boolean, bigint)")


def upgrade() -> None:
    op.add_column("polls", sa.Column("subscribes", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("polls", sa.Column("topic", sa.Text(), nullable=False, server_default=""))
    for name in AGREED:
        op.alter_column("polls", name, server_default=None)
    differs = " OR ".join(f"OLD.{one} IS DISTINCT FROM NEW.{one}" for one in AGREED)
    op.execute(
        f"CREATE TRIGGER telling_agreed_by_who_is_there BEFORE UPDATE OF {', '.join(AGREED)} ON polls FOR EACH ROW"
        f" WHEN ({differs}) EXECUTE FUNCTION access.agreed_by_who_is_there()"
    )
    op.execute(f"GRANT UPDATE ({', '.join(AGREED)}) ON polls TO {APP}")
    op.create_table(
        TABLE,
        sa.Column("link_id", sa.Uuid(), sa.ForeignKey("links.id", name=f"fk_{TABLE}_link_id_links"), nullable=False),
        sa.Column("hospital_id", sa.Uuid(), sa.ForeignKey("hospitals.id", name=f"fk_{TABLE}_hospital_id_hospitals"), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in TEXTS),
        *(sa.Column(name, TIME) for name in MOMENTS),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("is_leaving", sa.Boolean(), nullable=False),
        sa.Column("events", sa.BigInteger()),
        sa.PrimaryKeyConstraint("link_id", name=f"pk_{TABLE}"),
    )
    op.create_index(f"ix_{TABLE}_hospital_id", TABLE, ["hospital_id"])
    op.execute(f"ALTER TABLE {TABLE} OWNER TO {OWNER}")
    op.execute(f"ALTER TABLE {TABLE} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {TABLE} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY house ON {TABLE} TO {OWNER}, CURRENT_USER USING (true) WITH CHECK (true)")
    op.execute(f"CREATE POLICY work ON {TABLE} TO {WORK} USING (true) WITH CHECK (true)")
    op.execute(f"CREATE POLICY reads ON {TABLE} FOR SELECT TO {APP} USING ({MINE})")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {TABLE} TO {WORK}")
    op.execute(f"GRANT SELECT ({', '.join(SHOWN)}) ON {TABLE} TO {APP}")
    for made, signature in zip((HEARS, CAME), FUNCTIONS, strict=True):
        op.execute(made)
        op.execute(f"ALTER FUNCTION {signature} OWNER TO {OWNER}")
        op.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO {APP}")


def downgrade() -> None:
    for signature in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {signature}")
    op.drop_table(TABLE)
    op.execute("DROP TRIGGER telling_agreed_by_who_is_there ON polls")
    for name in AGREED:
        op.drop_column("polls", name)

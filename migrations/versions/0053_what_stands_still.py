"""What stands still is told: figures for machines that watch, whom the worker mailed, and which mailboxes take no mail."""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

OWNER, APP, WORK = "mdo_owner", "mdo_app", "mdo_work"
STANDSTILLS, MAILBOXES = "standstill_mails", "refused_mailboxes"
TIME = sa.DateTime(timezone=True)
# Counts and moments only, so that whoever watches the machine needs no role in the portal. `p_asks`: the reasons that wait for a person.
FIGURES = """
CREATE FUNCTION access.figures(p_asks text[])
RETURNS TABLE (hospital_id uuid, code text, last_in_at timestamptz, waiting bigint, oldest_waiting_at timestamptz, unreadable bigint,
    oldest_unreadable_at timestamptz, asks bigint, letters bigint, oldest_letter_at timestamptz, refused bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT h.id, h.code, (SELECT max(m.received_at) FROM inbound_messages m WHERE m.hospital_id = h.id),
        coalesce(kept.count, 0), kept.oldest, coalesce(unread.count, 0), unread.oldest, coalesce(unread.asks, 0),
        coalesce(post.count, 0), post.oldest, coalesce(post.refused, 0)
    FROM (SELECT id, hospitals.code FROM hospitals UNION ALL SELECT NULL, '') h
    LEFT JOIN (SELECT m.hospital_id, count(*), min(coalesce(m.offered_at, m.received_at)) AS oldest
        FROM inbound_messages m WHERE m.state = 'kept' GROUP BY 1) kept ON kept.hospital_id IS NOT DISTINCT FROM h.id
    LEFT JOIN (SELECT m.hospital_id, count(*) FILTER (WHERE m.reason <> ALL (p_asks)) AS count,
            min(m.received_at) FILTER (WHERE m.reason <> ALL (p_asks)) AS oldest,
            count(*) FILTER (WHERE m.reason = ANY (p_asks)) AS asks
        FROM inbound_messages m WHERE m.state = 'unreadable' GROUP BY 1) unread ON unread.hospital_id IS NOT DISTINCT FROM h.id
    LEFT JOIN (SELECT d.hospital_id, count(*) FILTER (WHERE d.state IN ('waiting', 'sent')) AS count,
            min(d.created_at) FILTER (WHERE d.state IN ('waiting', 'sent')) AS oldest,
            count(*) FILTER (WHERE d.state IN ('refused', 'dead')) AS refused
        FROM deliveries d WHERE d.state IN ('waiting', 'sent', 'refused', 'dead') GROUP BY 1) post ON post.hospital_id = h.id
    ORDER BY h.code
$$
"""


def upgrade() -> None:
    op.execute(FIGURES)
    op.execute(f"ALTER FUNCTION access.figures(text[]) OWNER TO {OWNER}")
    op.execute("REVOKE ALL ON FUNCTION access.figures(text[]) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION access.figures(text[]) TO {APP}, {WORK}")
    _standstill_mails()
    _refused_mailboxes()


def _standstill_mails() -> None:
    op.create_table(
        STANDSTILLS,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), sa.ForeignKey("people.id", name=f"fk_{STANDSTILLS}_person_id_people"), nullable=False),
        sa.Column("what", sa.String(40), nullable=False),
        sa.Column("hospital_id", sa.Uuid(), sa.ForeignKey("hospitals.id", name=f"fk_{STANDSTILLS}_hospital_id_hospitals")),
        sa.Column("mailed_at", TIME, nullable=False),
        sa.Column("has_moved", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{STANDSTILLS}"),
        sa.UniqueConstraint(
            "person_id", "what", "hospital_id", name=f"uq_{STANDSTILLS}_person_id_what_hospital_id", postgresql_nulls_not_distinct=True
        ),
    )
    _walled(STANDSTILLS)
    # Web processes have no business here: no policy, and no right.


def _refused_mailboxes() -> None:
    op.create_table(
        MAILBOXES,
        sa.Column("person_id", sa.Uuid(), sa.ForeignKey("people.id", name=f"fk_{MAILBOXES}_person_id_people"), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("refused_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("person_id", name=f"pk_{MAILBOXES}"),
    )
    _walled(MAILBOXES)
    # The address itself stands in `people`, which web processes read whole.
    op.execute(f"CREATE POLICY reads ON {MAILBOXES} FOR SELECT TO {APP} USING (true)")
    op.execute(f"GRANT SELECT ON {MAILBOXES} TO {APP}")


def _walled(table: str) -> None:
    op.execute(f"ALTER TABLE {table} OWNER TO {OWNER}")
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY house ON {table} TO {OWNER}, CURRENT_USER USING (true) WITH CHECK (true)")
    op.execute(f"CREATE POLICY work ON {table} TO {WORK} USING (true) WITH CHECK (true)")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {WORK}")


def downgrade() -> None:
    op.drop_table(MAILBOXES)
    op.drop_table(STANDSTILLS)
    op.execute("DROP FUNCTION access.figures(text[])")

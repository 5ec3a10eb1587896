"""Letters per audience, the channels of general practitioners, one queue per destination, and letters that are held after a restore."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

OWNER, APP, WORK = "mdo_owner", "mdo_app", "mdo_work"
TIME = sa.DateTime(timezone=True)
MINE = "hospital_id = (SELECT access.keeps_link()) OR (SELECT access.administers())"
#: a folder of our own disk, and a line without TLS, are the administrator's word only
CAREFUL = "(SELECT access.administers()) OR (folder = '' AND tls)"
SHIELD = """
CREATE OR REPLACE FUNCTION case_shield(wanted uuid) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT CASE
        WHEN EXISTS (
            SELECT FROM legal_holds h
            WHERE h.lifted_at IS NULL AND (h.case_id = c.id OR h.patient_id = c.patient_id OR h.patient_id = c.home_patient_id)
        ) THEN 'hold'
        WHEN EXISTS (SELECT FROM rounds r WHERE r.case_id = c.id AND r.outcome IS NULL) THEN 'agenda'
        WHEN c.is_open OR c.state NOT IN ('delivered', 'followed_up', 'closed', 'redirected', 'withdrawn') THEN 'open'
        WHEN EXISTS (SELECT FROM deliveries d WHERE d.case_id = c.id AND d.state NOT IN ({settled})) THEN 'letter'
        ELSE ''
    END
    FROM cases c WHERE c.id = wanted
$$
"""


def _words(name: str, default: str = "") -> sa.Column:
    return sa.Column(name, sa.Text(), nullable=False, server_default=default)


def _choice(name: str, default: str) -> sa.Column:
    return sa.Column(name, sa.String(40), nullable=False, server_default=default)


def upgrade() -> None:
    _deliveries()
    _channels()
    _destinations()
    op.add_column("boards", sa.Column("late_hours", sa.Integer(), nullable=False, server_default="4"))
    op.add_column("boards", sa.Column("late_paper_days", sa.Integer(), nullable=False, server_default="3"))
    op.execute(SHIELD.format(settled="'received', 'cancelled'"))


def _deliveries() -> None:
    for column in (
        _choice("audience", "referrer"), _words("recipient_name"), sa.Column("held_at", TIME), _words("hold_reason"),
    ):  # fmt: skip
        op.add_column("deliveries", column)
    op.drop_constraint("uq_deliveries_decision_id_hospital_id", "deliveries")
    op.create_unique_constraint(
        "uq_deliveries_decision_id_hospital_id_audience", "deliveries", ["decision_id", "hospital_id", "audience"]
    )
    op.create_index(
        "ix_deliveries_queue", "deliveries", ["hospital_id", "audience", "created_at", "id"],
        postgresql_where=sa.text("state IN ('waiting','sent')"),
    )  # fmt: skip


def _channels() -> None:
    op.create_table(
        "recipient_channels",
        sa.Column("hospital_id", sa.Uuid(), sa.ForeignKey("hospitals.id", name="fk_recipient_channels_hospital_id_hospitals")),
        _choice("audience", "gp"), _choice("channel", "paper"), _words("profile_out"), _words("host"),
        sa.Column("port", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("tls", sa.Boolean(), nullable=False, server_default=sa.true()),
        _words("url"), _words("folder"), _words("mail_to"),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=False, server_default=""),
        _words("phone"),
        sa.PrimaryKeyConstraint("hospital_id", "audience", name="pk_recipient_channels"),
        sa.CheckConstraint("audience <> 'referrer'", name="ck_recipient_channels_not_the_link"),
    )  # fmt: skip
    op.execute("ALTER TABLE recipient_channels ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE recipient_channels FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY house ON recipient_channels TO {OWNER}, CURRENT_USER USING (true) WITH CHECK (true)")
    op.execute(f"CREATE POLICY work ON recipient_channels TO {WORK} USING (true) WITH CHECK (true)")
    op.execute(f"CREATE POLICY reads ON recipient_channels FOR SELECT TO {APP} USING (true)")
    op.execute(f"CREATE POLICY adds ON recipient_channels FOR INSERT TO {APP} WITH CHECK (({MINE}) AND ({CAREFUL}))")
    op.execute(f"CREATE POLICY changes ON recipient_channels FOR UPDATE TO {APP} USING ({MINE}) WITH CHECK (({MINE}) AND ({CAREFUL}))")
    op.execute(f"CREATE POLICY removes ON recipient_channels FOR DELETE TO {APP} USING (({MINE}) AND ({CAREFUL}))")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON recipient_channels TO {APP}")
    op.execute(f"GRANT SELECT, UPDATE ON recipient_channels TO {WORK}")
    op.execute(f"ALTER TABLE recipient_channels OWNER TO {OWNER}")


def _destinations() -> None:
    op.create_table(
        "destinations",
        sa.Column("hospital_id", sa.Uuid(), sa.ForeignKey("hospitals.id", name="fk_destinations_hospital_id_hospitals")),
        _choice("audience", "referrer"),
        sa.Column("leased_until", TIME),
        sa.Column("failures", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("next_attempt_at", TIME),
        sa.Column("down_since", TIME),
        sa.PrimaryKeyConstraint("hospital_id", "audience", name="pk_destinations"),
    )
    op.execute("INSERT INTO destinations (hospital_id, audience) SELECT DISTINCT hospital_id, 'referrer' FROM deliveries")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON destinations TO {APP}, {WORK}")
    op.execute(f"ALTER TABLE destinations OWNER TO {OWNER}")


def downgrade() -> None:
    op.execute(SHIELD.format(settled="'received'"))
    for name in ("late_paper_days", "late_hours"):
        op.drop_column("boards", name)
    op.drop_table("destinations")
    op.drop_table("recipient_channels")
    op.drop_index("ix_deliveries_queue", table_name="deliveries")
    op.execute("DELETE FROM deliveries WHERE audience <> 'referrer'")
    op.drop_constraint("uq_deliveries_decision_id_hospital_id_audience", "deliveries")
    op.create_unique_constraint("uq_deliveries_decision_id_hospital_id", "deliveries", ["decision_id", "hospital_id"])
    for name in ("hold_reason", "held_at", "recipient_name", "audience"):
        op.drop_column("deliveries", name)

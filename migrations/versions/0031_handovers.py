"""Who a recommendation was handed to, and on which day a colleague was last mailed that something waits."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

APP, WORK, OWNER = "mdo_app", "mdo_work", "mdo_owner"
TIME = sa.DateTime(timezone=True)
TABLE = "follow_up_handovers"
#: as the recommendations themselves
RULE = (
    f"EXISTS (SELECT FROM cases c WHERE c.id = {TABLE}.case_id AND c.hospital_id IS DISTINCT FROM (SELECT access.only_watches()))"
    f" AND (NOT (SELECT access.observes()) OR access.beyond_observing({TABLE}.case_id))"
)


def upgrade() -> None:
    op.add_column("follow_ups", sa.Column("responsible_id", sa.Uuid()))
    op.create_foreign_key("fk_follow_ups_responsible_id_people", "follow_ups", "people", ["responsible_id"], ["id"])
    op.create_table(
        TABLE,
        sa.Column("id", sa.Uuid(), nullable=False),
        *(
            sa.Column(name, sa.Uuid(), sa.ForeignKey(f"{table}.id", name=f"fk_{TABLE}_{name}_{table}"), nullable=False)
            for name, table in (("follow_up_id", "follow_ups"), ("case_id", "cases"), ("handed_by", "people"))
        ),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("responsible_before", sa.Text(), nullable=False),
        sa.Column("responsible_after", sa.Text(), nullable=False),
        sa.Column("due_before", sa.Date()),
        sa.Column("due_after", sa.Date()),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("handed_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{TABLE}"),
        sa.UniqueConstraint("follow_up_id", "number", name=f"uq_{TABLE}_follow_up_id_number"),
        sa.CheckConstraint("reason <> ''", name=f"ck_{TABLE}_reason"),
    )
    op.create_index(f"ix_{TABLE}_case_id", TABLE, ["case_id"])
    op.create_table(
        "follow_up_reminders",
        sa.Column("person_id", sa.Uuid(), sa.ForeignKey("people.id", name="fk_follow_up_reminders_person_id_people"), nullable=False),
        sa.Column("mailed_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_follow_up_reminders"),
    )
    _protect()


def _protect() -> None:
    op.execute(f"ALTER TABLE {TABLE} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {TABLE} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY house ON {TABLE} TO {OWNER}, CURRENT_USER USING (true) WITH CHECK (true)")
    op.execute(f"CREATE POLICY work ON {TABLE} TO {WORK} USING (true) WITH CHECK (true)")
    op.execute(f"CREATE POLICY reads ON {TABLE} FOR SELECT TO {APP} USING ({RULE})")
    op.execute(f"CREATE POLICY adds ON {TABLE} FOR INSERT TO {APP} WITH CHECK ({RULE})")
    op.execute(f"GRANT SELECT, INSERT ON {TABLE} TO {APP}, {WORK}")
    op.execute(f"ALTER TABLE {TABLE} OWNER TO {OWNER}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON follow_up_reminders TO {WORK}")
    op.execute(f"ALTER TABLE follow_up_reminders OWNER TO {OWNER}")


def downgrade() -> None:
    op.drop_table("follow_up_reminders")
    op.drop_table(TABLE)
    op.drop_column("follow_ups", "responsible_id")

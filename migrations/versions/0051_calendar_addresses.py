"""A secret address of one's own by which a calendar reads when one's boards meet. No patient in it."""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

OWNER, APP = "mdo_owner", "mdo_app"
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "calendar_addresses",
        sa.Column("person_id", sa.Uuid(), sa.ForeignKey("people.id", name="fk_calendar_addresses_person_id_people"), nullable=False),
        sa.Column("key_hash", sa.Text(), nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("fetched_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("person_id", name="pk_calendar_addresses"),
        sa.UniqueConstraint("key_hash", name="uq_calendar_addresses_key_hash"),
    )
    op.execute(f"ALTER TABLE calendar_addresses OWNER TO {OWNER}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON calendar_addresses TO {APP}")


def downgrade() -> None:
    op.drop_table("calendar_addresses")

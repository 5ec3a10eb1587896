"""How a hospital's EPD opens the portal with a patient on its screen (SMART App Launch)."""

import sqlalchemy as sa
from alembic import op

revision = "0071"
down_revision = "0070"
branch_labels = None
depends_on = None

OWNER, APP, WORK = "mdo_owner", "mdo_app", "mdo_work"
TABLE = "launches"
AGREED = "is_on, iss, authorize_url, token_url, client_id, signs, scopes, profile"
MANAGES = "hospital_id = (SELECT access.keeps_link()) OR (SELECT access.administers())"
#: of the viewer's own link, and by who proved a moment ago to be there, as with the other agreements (0050)
MINE = (
    f"EXISTS (SELECT FROM links l WHERE l.id = {TABLE}.link_id AND l.hospital_id = {TABLE}.hospital_id)"
    f" AND ({MANAGES}) AND (SELECT access.confirmed_lately())"
)


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("link_id", sa.Uuid(), sa.ForeignKey("links.id", name=f"fk_{TABLE}_link_id_links"), nullable=False),
        sa.Column("hospital_id", sa.Uuid(), sa.ForeignKey("hospitals.id", name=f"fk_{TABLE}_hospital_id_hospitals"), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("iss", "authorize_url", "token_url", "client_id")),
        sa.Column("signs", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("scopes", "profile")),
        sa.PrimaryKeyConstraint("link_id", name=f"pk_{TABLE}"),
    )
    op.create_index(f"ix_{TABLE}_hospital_id", TABLE, ["hospital_id"])
    op.execute(f"ALTER TABLE {TABLE} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {TABLE} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY house ON {TABLE} TO {OWNER}, CURRENT_USER USING (true) WITH CHECK (true)")
    op.execute(f"CREATE POLICY work ON {TABLE} TO {WORK} USING (true) WITH CHECK (true)")
    # Who works there opens the portal from there: another hospital's is nobody's.
    op.execute(f"CREATE POLICY reads ON {TABLE} FOR SELECT TO {APP} USING (hospital_id = (SELECT access.hospital()) OR {MANAGES})")
    op.execute(f"CREATE POLICY adds ON {TABLE} FOR INSERT TO {APP} WITH CHECK ({MINE})")
    op.execute(f"CREATE POLICY changes ON {TABLE} FOR UPDATE TO {APP} USING ({MINE}) WITH CHECK ({MINE})")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ({AGREED}) ON {TABLE} TO {APP}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON {TABLE} TO {WORK}")
    op.execute(f"ALTER TABLE {TABLE} OWNER TO {OWNER}")


def downgrade() -> None:
    op.drop_table(TABLE)

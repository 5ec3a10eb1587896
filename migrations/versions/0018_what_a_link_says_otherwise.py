"""What a hospital puts elsewhere than its profile says, and who changed what of a link."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("links", sa.Column("otherwise", sa.Text(), nullable=False, server_default=""))
    op.alter_column("links", "otherwise", server_default=None)
    op.create_table(
        "link_changes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("hospital_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_link_changes_by_id_people")),
        sa.ForeignKeyConstraint(["hospital_id"], ["hospitals.id"], name=op.f("fk_link_changes_hospital_id_hospitals")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_changes")),
    )
    op.create_index(op.f("ix_link_changes_hospital_id"), "link_changes", ["hospital_id"])
    # The menu counts on every page of a link manager how many messages lie unread.
    op.create_index(
        "ix_inbound_messages_unreadable", "inbound_messages", ["hospital_id", "received_at"],
        postgresql_where=sa.text("state = 'unreadable'"),
    )  # fmt: skip
    op.execute("ALTER TABLE link_changes OWNER TO mdo_owner")
    op.execute("GRANT SELECT, INSERT ON link_changes TO mdo_app, mdo_work")
    # Whoever writes a link can let a token in as that hospital: PostgreSQL itself says whose link a web process may write.
    op.execute("GRANT INSERT, UPDATE ON links TO mdo_app")
    _protect("links", reads="true")
    _protect("link_changes", reads=MINE)
    _protect("link_certificates", reads="true", writes=OF_LINK)


MINE = "hospital_id = (SELECT access.keeps_link()) OR (SELECT access.administers())"


OF_LINK = f"EXISTS (SELECT FROM links l WHERE l.id = link_certificates.link_id AND (l.{MINE}))"


def _protect(table: str, *, reads: str, writes: str = MINE) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY house ON {table} TO mdo_owner, CURRENT_USER USING (true) WITH CHECK (true)")
    op.execute(f"CREATE POLICY work ON {table} TO mdo_work USING (true) WITH CHECK (true)")
    op.execute(f"CREATE POLICY reads ON {table} FOR SELECT TO mdo_app USING ({reads})")
    op.execute(f"CREATE POLICY adds ON {table} FOR INSERT TO mdo_app WITH CHECK ({writes})")
    op.execute(f"CREATE POLICY changes ON {table} FOR UPDATE TO mdo_app USING ({writes})")


def downgrade() -> None:
    op.drop_index("ix_inbound_messages_unreadable", "inbound_messages")
    op.drop_table("link_changes")
    for table in ("links", "link_certificates"):
        for policy in ("house", "work", "reads", "adds", "changes"):
            op.execute(f"DROP POLICY {policy} ON {table}")
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    op.execute("REVOKE INSERT, UPDATE ON links FROM mdo_app")
    op.drop_column("links", "otherwise")

"""How safe a line is: certificates bound to a link, unencrypted traffic accepted by whom until when; how each message came and was read."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

TEXTS = ("charset", "line", "application_ack")


def upgrade() -> None:
    op.create_table(
        "link_certificates",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("link_id", sa.UUID(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("bound_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("bound_by", sa.Text(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(fingerprint = '') <> (name = '')", name=op.f("ck_link_certificates_one_way")),
        sa.ForeignKeyConstraint(["link_id"], ["links.id"], name=op.f("fk_link_certificates_link_id_links")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_certificates")),
        sa.UniqueConstraint("link_id", "fingerprint", "name", name=op.f("uq_link_certificates_link_id_fingerprint_name")),
    )
    op.execute("ALTER TABLE link_certificates OWNER TO mdo_owner")
    op.execute("GRANT SELECT, INSERT, UPDATE ON link_certificates TO mdo_app, mdo_work")
    for name, kind in (
        ("plain_accepted_at", sa.DateTime(timezone=True)),
        ("plain_accepted_by", sa.Text()),
        ("plain_accepted_why", sa.Text()),
        ("plain_accepted_until", sa.DateTime(timezone=True)),
        ("application_ack_out", sa.Boolean()),
    ):
        default = None if name.endswith(("_at", "_until")) else "false" if name.endswith("_out") else ""
        op.add_column("links", sa.Column(name, kind, nullable=default is None, server_default=default))
        op.alter_column("links", name, server_default=None)
    # What was accepted without a name or a day holds for three months: by then somebody must have looked at it.
    op.execute(
        "UPDATE links SET plain_accepted_at = now(), plain_accepted_why = 'accepted before this was written down',"
        " plain_accepted_until = now() + interval '90 days' WHERE plain_accepted"
    )
    op.drop_column("links", "plain_accepted")
    for name in TEXTS:
        op.add_column("inbound_messages", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    waiting = sa.text("application_ack IN ('AL', 'ER', 'SU')")
    op.create_index("ix_inbound_messages_application_ack", "inbound_messages", ["seq"], postgresql_where=waiting)


def downgrade() -> None:
    op.drop_index("ix_inbound_messages_application_ack", "inbound_messages")
    for name in TEXTS:
        op.drop_column("inbound_messages", name)
    op.add_column("links", sa.Column("plain_accepted", sa.Boolean(), nullable=False, server_default="false"))
    op.alter_column("links", "plain_accepted", server_default=None)
    op.execute("UPDATE links SET plain_accepted = plain_accepted_until > now() WHERE plain_accepted_at IS NOT NULL")
    for name in ("plain_accepted_at", "plain_accepted_by", "plain_accepted_why", "plain_accepted_until", "application_ack_out"):
        op.drop_column("links", name)
    op.drop_table("link_certificates")

"""Hospitals' identity providers, under which name they know our people, and which logout tokens were used."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_words = postgresql.ARRAY(sa.Text())
_moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "identity_providers",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("hospital_id", sa.UUID(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("client_secret_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("required_acr", _words, nullable=False),
        sa.Column("required_amr", _words, nullable=False),
        sa.Column("strong_values", _words, nullable=False),
        sa.Column("max_age_seconds", sa.Integer(), nullable=False),
        sa.Column("algorithms", _words, nullable=False),
        sa.Column("extra_hosts", _words, nullable=False),
        sa.Column("reads_userinfo", sa.Boolean(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("changed_at", _moment, nullable=False),
        sa.Column("changed_by_id", sa.UUID(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_identity_providers"),
        sa.ForeignKeyConstraint(["hospital_id"], ["hospitals.id"], name="fk_identity_providers_hospital_id_hospitals"),
        sa.ForeignKeyConstraint(["changed_by_id"], ["people.id"], name="fk_identity_providers_changed_by_id_people"),
        sa.UniqueConstraint("hospital_id", "issuer", "client_id", name="uq_identity_providers_hospital_id_issuer_client_id"),
    )
    op.create_index("ix_identity_providers_hospital_id", "identity_providers", ["hospital_id"])
    op.create_table(
        "identities",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("hospital_id", sa.UUID(), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("linked_at", _moment, nullable=False),
        sa.Column("linked_by_id", sa.UUID(), nullable=True),
        sa.Column("used_at", _moment, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_identities"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_identities_person_id_people"),
        sa.ForeignKeyConstraint(["linked_by_id"], ["people.id"], name="fk_identities_linked_by_id_people"),
        sa.ForeignKeyConstraint(["hospital_id"], ["hospitals.id"], name="fk_identities_hospital_id_hospitals"),
        sa.UniqueConstraint("hospital_id", "issuer", "subject", name="uq_identities_hospital_id_issuer_subject"),
    )
    op.create_index("ix_identities_person_id", "identities", ["person_id"])
    op.create_table(
        "used_logout_tokens",
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("token_id", sa.Text(), nullable=False),
        sa.Column("used_at", _moment, nullable=False),
        sa.PrimaryKeyConstraint("issuer", "token_id", name="pk_used_logout_tokens"),
    )
    op.create_index("ix_used_logout_tokens_used_at", "used_logout_tokens", ["used_at"])


def downgrade() -> None:
    op.drop_table("used_logout_tokens")
    op.drop_table("identities")
    op.drop_table("identity_providers")

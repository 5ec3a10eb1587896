"""Who else may read a case and until when; a patient who objects; a letter carries its own number."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "case_grants",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("case_id", sa.UUID(), nullable=False),
        sa.Column("hospital_id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=True),
        sa.Column("to_hospital_id", sa.UUID(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("begins_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_by", sa.UUID(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.UUID(), nullable=True),
        sa.CheckConstraint("(person_id IS NULL) <> (to_hospital_id IS NULL)", name=op.f("ck_case_grants_for_one")),
        sa.CheckConstraint("ends_at > begins_at", name=op.f("ck_case_grants_ends_after_it_begins")),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_case_grants_says_why")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_grants_case_id_cases")),
        sa.ForeignKeyConstraint(["hospital_id"], ["hospitals.id"], name=op.f("fk_case_grants_hospital_id_hospitals")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_case_grants_person_id_people")),
        sa.ForeignKeyConstraint(["to_hospital_id"], ["hospitals.id"], name=op.f("fk_case_grants_to_hospital_id_hospitals")),
        sa.ForeignKeyConstraint(["given_by"], ["people.id"], name=op.f("fk_case_grants_given_by_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_grants")),
    )
    op.create_index("ix_case_grants_case_id", "case_grants", ["case_id"])
    op.create_index("ix_case_grants_person_id", "case_grants", ["person_id", "ends_at"])
    op.create_index("ix_case_grants_to_hospital_id", "case_grants", ["to_hospital_id", "ends_at"])
    op.add_column("cases", sa.Column("objected", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute("UPDATE cases SET objected = true FROM patients WHERE patients.id = cases.patient_id AND patients.objects")
    op.alter_column("cases", "objected", server_default=None)
    op.add_column("cases", sa.Column("basis_told_by", sa.Text(), nullable=False, server_default=""))
    op.alter_column("cases", "basis_told_by", server_default=None)
    op.add_column("cases", sa.Column("basis_told_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("deliveries", sa.Column("document_number", sa.Text(), nullable=False, server_default=""))
    op.add_column("deliveries", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.execute(
        "UPDATE deliveries SET document_number = decisions.document_number, version = decisions.version "
        "FROM decisions WHERE decisions.id = deliveries.decision_id"
    )
    for name in ("document_number", "version"):
        op.alter_column("deliveries", name, server_default=None)


def downgrade() -> None:
    for name in ("document_number", "version"):
        op.drop_column("deliveries", name)
    for name in ("objected", "basis_told_by", "basis_told_at"):
        op.drop_column("cases", name)
    op.drop_table("case_grants")

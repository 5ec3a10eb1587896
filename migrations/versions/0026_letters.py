"""Templates of letters, their versions and logos; letters to the patient."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

APP, WORK, OWNER = "mdo_app", "mdo_work", "mdo_owner"
TIME = sa.DateTime(timezone=True)
ADMINISTERS = "(SELECT access.administers())"
#: as written by the patient's own hospital, for that hospital
OWN = "hospital_id = (SELECT access.treats())"
OF_OWN_CASE = f"{OWN} AND EXISTS (SELECT FROM cases c WHERE c.id = case_id AND c.hospital_id = patient_letters.hospital_id)"


def upgrade() -> None:
    op.create_table(
        "letter_templates",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("audience", sa.String(40), nullable=False),
        _points("letter_templates", "board_id", "boards", nullable=True),
        _points("letter_templates", "hospital_id", "hospitals", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_letter_templates"),
        sa.UniqueConstraint(
            "audience", "board_id", "hospital_id", name="uq_letter_templates_audience_board_id_hospital_id", postgresql_nulls_not_distinct=True
        ),
    )
    op.create_index("ix_letter_templates_board_id", "letter_templates", ["board_id"])
    op.create_index("ix_letter_templates_hospital_id", "letter_templates", ["hospital_id"])
    op.create_table(
        "letter_template_versions",
        sa.Column("id", sa.Uuid(), nullable=False),
        _points("letter_template_versions", "template_id", "letter_templates"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("words", sa.dialects.postgresql.JSONB(), nullable=False),
        _points("letter_template_versions", "made_by", "people"),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("back_to", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_letter_template_versions"),
        sa.UniqueConstraint("template_id", "version", name="uq_letter_template_versions_template_id_version"),
    )
    op.create_table(
        "letter_logos",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("png", sa.LargeBinary(), nullable=False),
        _points("letter_logos", "added_by", "people"),
        sa.Column("added_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_letter_logos"),
    )
    op.create_table(
        "patient_letters",
        sa.Column("id", sa.Uuid(), nullable=False),
        _points("patient_letters", "case_id", "cases"),
        _points("patient_letters", "decision_id", "decisions"),
        _points("patient_letters", "hospital_id", "hospitals"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=False),
        _points("patient_letters", "made_by", "people"),
        sa.Column("made_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_patient_letters"),
        sa.UniqueConstraint("case_id", "version", name="uq_patient_letters_case_id_version"),
    )
    op.create_index("ix_patient_letters_decision_id", "patient_letters", ["decision_id"])
    op.create_index("ix_patient_letters_hospital_id", "patient_letters", ["hospital_id"])
    op.execute("ALTER TABLE patient_letters ALTER COLUMN content_sealed SET STORAGE EXTERNAL")
    for table in ("letter_templates", "letter_template_versions", "letter_logos"):
        _protect(table, reads="true", adds=ADMINISTERS)
        op.execute(f"GRANT SELECT ON {table} TO {WORK}")
    _protect("patient_letters", reads=OWN, adds=OF_OWN_CASE)
    op.execute(f"GRANT SELECT, UPDATE (content_sealed) ON patient_letters TO {WORK}")


def _points(table: str, name: str, at: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.Uuid(), sa.ForeignKey(f"{at}.id", name=f"fk_{table}_{name}_{at}"), nullable=nullable)


def _protect(table: str, *, reads: str, adds: str) -> None:
    """Rows are added and never changed: no web process may update or delete one."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY house ON {table} TO {OWNER}, CURRENT_USER USING (true) WITH CHECK (true)")
    op.execute(f"CREATE POLICY work ON {table} TO {WORK} USING (true) WITH CHECK (true)")
    op.execute(f"CREATE POLICY reads ON {table} FOR SELECT TO {APP} USING ({reads})")
    op.execute(f"CREATE POLICY adds ON {table} FOR INSERT TO {APP} WITH CHECK ({adds})")
    op.execute(f"GRANT SELECT, INSERT ON {table} TO {APP}")
    op.execute(f"ALTER TABLE {table} OWNER TO {OWNER}")


def downgrade() -> None:
    for table in ("patient_letters", "letter_logos", "letter_template_versions", "letter_templates"):
        op.drop_table(table)

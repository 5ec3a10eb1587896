"""What hospitals tell of a patient: changes, merges that can be undone, appointments, and identities that a person decides on."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

OWNER, APP, WORK = "mdo_owner", "mdo_app", "mdo_work"
PATIENTS = "patients.id"
#: tables that only workers write: who reads a patient reads these
TOLD = ("patient_changes", "appointments")
OF_PATIENT = "EXISTS (SELECT FROM patients p WHERE p.id = {column})"
OWN = "hospital_id = (SELECT access.treats()) OR hospital_id = (SELECT access.keeps_link())"
SHIELD = """
CREATE OR REPLACE FUNCTION case_shield(wanted uuid) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT CASE
        WHEN EXISTS (
            SELECT FROM legal_holds h WHERE h.lifted_at IS NULL AND (h.case_id = c.id OR h.patient_id = c.patient_id{home})
        ) THEN 'hold'
        WHEN EXISTS (SELECT FROM rounds r WHERE r.case_id = c.id AND r.outcome IS NULL) THEN 'agenda'
        WHEN c.is_open OR c.state NOT IN ('delivered', 'followed_up', 'closed', 'redirected', 'withdrawn') THEN 'open'
        WHEN EXISTS (SELECT FROM deliveries d WHERE d.case_id = c.id AND d.state <> 'received') THEN 'letter'
        ELSE ''
    END
    FROM cases c WHERE c.id = wanted
$$
"""


def _id() -> sa.Column:
    return sa.Column("id", UUID(as_uuid=True), primary_key=True)


def _words(name: str) -> sa.Column:
    return sa.Column(name, sa.Text(), nullable=False, server_default="")


def _choice(name: str) -> sa.Column:
    return sa.Column(name, sa.String(40), nullable=False, server_default="")


def _moment(name: str, *, needed: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=not needed)


def _uuid(name: str, to: str = "", ondelete: str | None = None, *, needed: bool = False) -> sa.Column:
    keys = [sa.ForeignKey(to, ondelete=ondelete)] if to else []
    return sa.Column(name, UUID(as_uuid=True), *keys, nullable=not needed)


def _patient(name: str = "patient_id", *, needed: bool = True, ondelete: str = "CASCADE") -> sa.Column:
    return _uuid(name, PATIENTS, ondelete, needed=needed)


def _hospital() -> sa.Column:
    return _uuid("hospital_id", "hospitals.id", needed=True)


def upgrade() -> None:
    _columns()
    op.create_table(
        "patient_changes", _id(), _patient(), _hospital(), sa.Column("what", sa.Text(), nullable=False),
        _words("before"), _words("after"), _words("event"), _moment("at", needed=True), _uuid("message_id"),
    )  # fmt: skip
    op.create_table(
        "patient_merges", _id(), _hospital(), _choice("kind"), _patient("kept_id"),
        _patient("gone_id", needed=False), _words("kept_number"), _words("gone_number"),
        sa.Column("kept_objected", sa.Boolean(), nullable=False, server_default=sa.false()), _words("made"), _words("event"),
        _uuid("message_id"), _moment("at", needed=True), _uuid("decided_by"), _moment("undo_asked_at"), _uuid("undo_asked_by"),
        _moment("undone_at"),
    )  # fmt: skip
    op.create_table(
        "appointments", _id(), _patient(), _hospital(), _words("number"), sa.Column("state", sa.Text(), nullable=False),
        _moment("starts_at"), _moment("ends_at"), _moment("moved_from"), _words("service"), _words("place"), _words("with_whom"),
        _words("reason"), _words("event"), _moment("told_at", needed=True), _moment("received_at", needed=True), _uuid("message_id"),
    )  # fmt: skip
    op.create_table(
        "identity_conflicts", _id(), _hospital(), _choice("kind"), _uuid("message_id", needed=True),
        _words("message_kind"), _words("control_id"), _moment("received_at", needed=True), _patient(),
        _patient("other_patient_id", needed=False), sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("identities_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("blocks", sa.Boolean(), nullable=False, server_default=sa.true()), _moment("opened_at", needed=True),
        _choice("decision"), _words("reason"), _moment("decided_at"), _uuid("decided_by"), _moment("carried_out_at"),
        _moment("closed_at"), _patient("result_patient_id", needed=False, ondelete="SET NULL"), _uuid("merge_id"),
        _moment("undo_asked_at"), _uuid("undo_asked_by"), _words("trouble"),
    )  # fmt: skip
    _indexes()
    _wall()
    op.execute(SHIELD.format(home=" OR h.patient_id = c.home_patient_id"))


def _columns() -> None:
    op.add_column("patients", _patient("merged_into", needed=False))
    op.create_index("ix_patients_merged_into", "patients", ["merged_into"])
    op.add_column("cases", _uuid("home_patient_id"))
    op.add_column("cases", _moment("cancel_told_at"))
    for name in ("source_key", "status"):
        op.add_column("case_facts", _words(name))
    for name in ("reference", "status"):
        op.add_column("case_documents", _words(name))
    op.add_column("case_documents", _moment("superseded_at"))


def _indexes() -> None:
    pointers = {
        "patient_changes": ("patient_id",), "appointments": ("patient_id",), "patient_merges": ("kept_id", "gone_id"),
        "identity_conflicts": ("patient_id", "other_patient_id", "result_patient_id"),
    }  # fmt: skip
    for table, columns in pointers.items():
        for column in columns:
            op.create_index(f"ix_{table}_{column}", table, [column])
    op.create_index(
        "uq_appointments_hospital_id_number", "appointments", ["hospital_id", "number"], unique=True,
        postgresql_where=sa.text("number <> ''"),
    )  # fmt: skip
    op.create_index(
        "ix_identity_conflicts_open", "identity_conflicts", ["hospital_id"], postgresql_where=sa.text("closed_at IS NULL")
    )
    op.create_index(
        "ix_identity_conflicts_to_do", "identity_conflicts", ["decided_at"],
        postgresql_where=sa.text("decided_at IS NOT NULL AND carried_out_at IS NULL"),
    )  # fmt: skip
    op.create_index("ix_identity_conflicts_fingerprint", "identity_conflicts", ["hospital_id", "fingerprint"])


def _wall() -> None:
    for table in TOLD:
        _protect(table, f"hospital_id = (SELECT access.treats()) OR {OF_PATIENT.format(column=f'{table}.patient_id')}", "false")
        op.execute(f"GRANT SELECT ON {table} TO {APP}")
    of_kept = OF_PATIENT.format(column="patient_merges.kept_id")
    _protect("patient_merges", f"{OWN} OR {of_kept}", OWN)
    _protect("identity_conflicts", OWN, OWN)
    op.execute(f"GRANT SELECT, UPDATE (undo_asked_at, undo_asked_by) ON patient_merges TO {APP}")
    op.execute(
        "GRANT SELECT, UPDATE (identities_sealed, decision, reason, decided_at, decided_by, carried_out_at, undo_asked_at, "
        f"undo_asked_by, trouble) ON identity_conflicts TO {APP}"
    )
    # A result about somebody without a case is not kept: its row goes as soon as that is known.
    op.execute(f"GRANT DELETE ON inbound_messages, patients TO {WORK}")


def _protect(table: str, reads: str, changes: str) -> None:
    op.execute(f"ALTER TABLE {table} OWNER TO {OWNER}")
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY house ON {table} TO {OWNER}, CURRENT_USER USING (true) WITH CHECK (true)")
    op.execute(f"CREATE POLICY work ON {table} TO {WORK} USING (true) WITH CHECK (true)")
    op.execute(f"CREATE POLICY reads ON {table} FOR SELECT TO {APP} USING ({reads})")
    op.execute(f"CREATE POLICY changes ON {table} FOR UPDATE TO {APP} USING ({changes})")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {WORK}")


def downgrade() -> None:
    op.execute(SHIELD.format(home=""))
    op.execute(f"REVOKE DELETE ON inbound_messages, patients FROM {WORK}")
    for table in ("identity_conflicts", "appointments", "patient_merges", "patient_changes"):
        op.drop_table(table)
    for name in ("reference", "status", "superseded_at"):
        op.drop_column("case_documents", name)
    for name in ("source_key", "status"):
        op.drop_column("case_facts", name)
    for name in ("home_patient_id", "cancel_told_at"):
        op.drop_column("cases", name)
    op.drop_column("patients", "merged_into")

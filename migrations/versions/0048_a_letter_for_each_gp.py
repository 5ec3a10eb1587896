"""One version of a decision may go to two general practitioners: who the patient has now, and who got what it replaces."""

from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

ONCE = ["decision_id", "hospital_id", "audience"]


def upgrade() -> None:
    op.drop_constraint("uq_deliveries_decision_id_hospital_id_audience", "deliveries")
    op.create_unique_constraint(
        "uq_deliveries_decision_id_hospital_id_audience_recipient_name", "deliveries", [*ONCE, "recipient_name"]
    )


def downgrade() -> None:
    """Refused by PostgreSQL where a decision went to two: neither of those letters is thrown away."""
    op.drop_constraint("uq_deliveries_decision_id_hospital_id_audience_recipient_name", "deliveries")
    op.create_unique_constraint("uq_deliveries_decision_id_hospital_id_audience", "deliveries", ONCE)

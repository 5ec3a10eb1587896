"""What a referral says against itself (a test, an unsure patient, held up, confidential) stands on its case; it stood at the message only."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None

TOLD = """
UPDATE cases SET cautions = told.codes
FROM (
    SELECT newest.case_id, ARRAY(
        SELECT code FROM (VALUES
            (1, 'test', '(/test| HTEST)$'), (2, 'unsure', '/unsure$'),
            (3, 'held', '(/held| draft| on-hold| suspended)$'), (4, 'confidential', ' confidential [RV]$')
        ) AS known (place, code, said)
        WHERE EXISTS (SELECT FROM unnest(newest.leftovers) AS name WHERE name ~ known.said)
        ORDER BY place
    ) AS codes
    FROM (
        SELECT DISTINCT ON (case_id) case_id, leftovers FROM inbound_messages
        WHERE case_id IS NOT NULL AND meaning IN ('referral', 'update') ORDER BY case_id, seq DESC
    ) AS newest
) AS told
WHERE told.case_id = cases.id AND told.codes <> '{}'
"""


def upgrade() -> None:
    none = sa.text("'{}'")
    op.add_column("cases", sa.Column("cautions", postgresql.ARRAY(sa.Text()), nullable=False, server_default=none))
    op.alter_column("cases", "cautions", server_default=None)
    op.execute(TOLD)


def downgrade() -> None:
    op.drop_column("cases", "cautions")

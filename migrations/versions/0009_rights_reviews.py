"""Roles have a beginning, an end and who gave them, ended roles stay as history, and the periodic rights review has its tables."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

PLACES = {"memberships": "hospital_id", "board_memberships": "board_id"}
DATES, MOMENTS, PERSONS = ("starts_on", "ends_on"), ("given_at",), ("given_by", "ended_by")


def upgrade() -> None:
    for table, place in PLACES.items():
        for name in DATES:
            op.add_column(table, sa.Column(name, sa.Date(), nullable=True))
        for name in MOMENTS:
            op.add_column(table, sa.Column(name, sa.DateTime(timezone=True), nullable=True))
        for name in PERSONS:
            op.add_column(table, sa.Column(name, sa.UUID(), nullable=True))
            op.create_foreign_key(op.f(f"fk_{table}_{name}_people"), table, "people", [name], ["id"])
        op.drop_constraint(f"uq_{table}_person_id_{place}_role", table)
        where = sa.text("ended_at IS NULL")
        op.create_index(f"uq_{table}_open", table, ["person_id", place, "role"], unique=True, postgresql_where=where)
    for table in ("boards", "hospitals"):
        op.add_column(table, sa.Column("review_months", sa.Integer(), nullable=False, server_default="6"))
        op.alter_column(table, "review_months", server_default=None)
    _reviews()
    _lines()


def _reviews() -> None:
    op.create_table(
        "rights_reviews",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("board_id", sa.UUID(), nullable=True),
        sa.Column("hospital_id", sa.UUID(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_by", sa.UUID(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_by", sa.UUID(), nullable=True),
        sa.Column("signed_name", sa.Text(), nullable=False),
        sa.CheckConstraint("(board_id IS NULL) <> (hospital_id IS NULL)", name=op.f("ck_rights_reviews_one_place")),
        sa.ForeignKeyConstraint(["board_id"], ["boards.id"], name=op.f("fk_rights_reviews_board_id_boards")),
        sa.ForeignKeyConstraint(["hospital_id"], ["hospitals.id"], name=op.f("fk_rights_reviews_hospital_id_hospitals")),
        sa.ForeignKeyConstraint(["started_by"], ["people.id"], name=op.f("fk_rights_reviews_started_by_people")),
        sa.ForeignKeyConstraint(["signed_by"], ["people.id"], name=op.f("fk_rights_reviews_signed_by_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rights_reviews")),
    )
    for place in ("board", "hospital"):
        op.create_index(op.f(f"ix_rights_reviews_{place}_id"), "rights_reviews", [f"{place}_id"])
        where = sa.text("signed_at IS NULL")
        op.create_index(f"uq_rights_reviews_open_{place}", "rights_reviews", [f"{place}_id"], unique=True, postgresql_where=where)


def _lines() -> None:
    op.create_table(
        "rights_review_lines",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("review_id", sa.UUID(), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("person_name", sa.Text(), nullable=False),
        sa.Column("membership_id", sa.UUID(), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("odd", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("verdict", sa.String(40), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.UUID(), nullable=True),
        sa.ForeignKeyConstraint(["review_id"], ["rights_reviews.id"], name=op.f("fk_rights_review_lines_review_id_rights_reviews")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_rights_review_lines_person_id_people")),
        sa.ForeignKeyConstraint(["decided_by"], ["people.id"], name=op.f("fk_rights_review_lines_decided_by_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rights_review_lines")),
    )
    op.create_index(op.f("ix_rights_review_lines_review_id"), "rights_review_lines", ["review_id"])


def downgrade() -> None:
    """What the old tables cannot hold goes: of a role that was given again only the newest row stays; reviews are lost."""
    op.drop_table("rights_review_lines")
    op.drop_table("rights_reviews")
    for table in ("boards", "hospitals"):
        op.drop_column(table, "review_months")
    for table, place in PLACES.items():
        op.execute(
            f"DELETE FROM {table} AS old USING {table} AS newer WHERE old.person_id = newer.person_id AND old.{place} = newer.{place}"
            " AND old.role = newer.role AND old.ended_at IS NOT NULL AND old.id <> newer.id"
            " AND (newer.ended_at IS NULL OR (newer.ended_at, newer.id) > (old.ended_at, old.id))"
        )
        op.drop_index(f"uq_{table}_open", table)
        op.create_unique_constraint(op.f(f"uq_{table}_person_id_{place}_role"), table, ["person_id", place, "role"])
        for name in (*DATES, *MOMENTS, *PERSONS):
            op.drop_column(table, name)

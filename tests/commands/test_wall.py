"""The schema lint finds every hole that somebody could make in row security (D5)."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, text

from mdo_portal.commands import wall
from mdo_portal.database import Database

#: what somebody might do -> the words by which it must be found
HOLES = {
    "CREATE TABLE notes_of_patients (id uuid PRIMARY KEY)": "no row security, or not forced: notes_of_patients",
    "ALTER TABLE cases NO FORCE ROW LEVEL SECURITY": "no row security, or not forced: cases",
    "ALTER TABLE patients DISABLE ROW LEVEL SECURITY": "no row security, or not forced: patients",
    "DROP POLICY reads ON cases; DROP POLICY adds ON cases; DROP POLICY changes ON cases; DROP POLICY removes ON cases":
        "no policy for web processes: cases",
    "CREATE POLICY all_of_it ON cases TO mdo_app USING (true)": "a policy for web processes that holds for every row: cases.all_of_it",
    "CREATE POLICY public_of_it ON cases USING (true)": "a policy for web processes that holds for every row: cases.public_of_it",
    "CREATE VIEW everybody AS SELECT * FROM patients": "a view that looks as its owner: everybody",
    "CREATE MATERIALIZED VIEW copied AS SELECT * FROM patients": "a view that looks as its owner: copied",
    "CREATE FUNCTION peep() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM patients'":
        "a definer's function without a fixed path: peep",
    "CREATE FUNCTION peep() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS 'SELECT 1::bigint'":
        "a definer's function that everybody may call: peep",
    "GRANT SELECT ON access.secrets TO mdo_app": "the keys of the wall are readable: mdo_app",
    "GRANT UPDATE ON audit_entries TO mdo_app": "web processes may change what only grows: audit_entries",
    "GRANT DELETE ON decisions TO mdo_app": "web processes may change what only grows: decisions",
    "GRANT UPDATE ON inbound_messages TO mdo_app":
        "web processes may change what was sent, asked or written by others: inbound_messages.raw_sealed",
    "GRANT UPDATE (content_sealed) ON case_documents TO mdo_app":
        "web processes may change what was sent, asked or written by others: case_documents.content_sealed",
    "GRANT UPDATE (patient_id) ON cases TO mdo_app":
        "web processes may change what was sent, asked or written by others: cases.patient_id",
    "ALTER TABLE passkeys DISABLE TRIGGER own_passkey": "a colleague's way in, or an agenda, that anybody may change: own_passkey",
    "GRANT EXECUTE ON FUNCTION destroy_case(uuid, uuid, bytea[]) TO mdo_app":
        "web processes may destroy by themselves: destroy_case(uuid,uuid,bytea[])",
    "CREATE UNIQUE INDEX uq_patients_bsn ON patients (bsn_index)":
        "a unique key by which one hospital could ask about another's patients: uq_patients_bsn",
    "ALTER TABLE boards OWNER TO mdo": "a table that the owner does not own: boards",
}  # fmt: skip
#: the same with roles, which belong to the server: done by its superuser and undone again
ROLES = {
    "ALTER ROLE mdo_app BYPASSRLS": ("ALTER ROLE mdo_app NOBYPASSRLS", "a role that bypasses row security: mdo_app"),
    "ALTER ROLE mdo_work SUPERUSER": ("ALTER ROLE mdo_work NOSUPERUSER", "a role that bypasses row security: mdo_work"),
    "ALTER ROLE mdo_owner LOGIN": ("ALTER ROLE mdo_owner NOLOGIN", "a role that bypasses row security: mdo_owner"),
    "GRANT mdo_work TO mdo_app": ("REVOKE mdo_work FROM mdo_app", "web or worker may become another of our roles: mdo_app of mdo_work"),
}  # fmt: skip


def test_the_wall_as_migrated_is_whole(empty_database: Database) -> None:
    assert wall.holes_of(empty_database.url) == []


@pytest.mark.parametrize("statement", HOLES)
def test_every_hole_is_found(shared_database: Database, statement: str) -> None:
    with shared_database.engine.connect() as connection:
        connection.execute(text(statement))

        assert HOLES[statement] in wall.holes(connection)
        connection.rollback()


@pytest.mark.parametrize("statement", ROLES)
def test_a_role_that_may_too_much_is_found(shared_database: Database, statement: str) -> None:
    undo, words = ROLES[statement]
    engine = create_engine(shared_database.url.replace("//mdo@", "//postgres@"))
    with engine.connect() as connection:
        connection.execute(text(statement))
        try:
            assert words in wall.holes(connection)
        finally:
            connection.execute(text(undo))
            connection.rollback()
    engine.dispose()

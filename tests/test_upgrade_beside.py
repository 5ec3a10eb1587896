"""The new schema beside processes of the version before: what they read is there, and what they write is taken, until they are started anew."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from sqlalchemy import text

from mdo_portal.commands import migrate
from mdo_portal.database import Database

BEFORE, RIGHTS_BEFORE = "0064", "0080"
"""The newest migration on the day before this was found; at a release both are that of the release. Until 0080 web processes lost rights
that none of them used (0069, 0072, 0080).
"""
GOES: dict[str, str] = {
    f"mdo_app UPDATE {table}.{column}": "no page changes it: of a role that is there only its term (0089)"
    for table, place in (("memberships", "hospital_id"), ("board_memberships", "board_id"))
    for column in ("id", "person_id", place, "role", "given_at", "given_by")
}
"""What the version before has and the next has not, with the reason why that is no loss while both run."""
_COLUMNS = """
SELECT table_name || '.' || column_name, is_nullable = 'NO' AND column_default IS NULL AND is_identity = 'NO'
FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'alembic_version'
"""
_RIGHTS = """
SELECT concat_ws(' ', grantee, privilege_type, table_name || '.' || column_name)
FROM information_schema.column_privileges WHERE grantee IN ('mdo_app', 'mdo_work') AND table_schema = 'public'
UNION SELECT concat_ws(' ', grantee, privilege_type, table_name)
FROM information_schema.table_privileges WHERE grantee IN ('mdo_app', 'mdo_work') AND privilege_type = 'DELETE' AND table_schema = 'public'
UNION SELECT concat_ws(' ', role, 'EXECUTE', p.oid::regprocedure::text)
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace, unnest(ARRAY['mdo_app', 'mdo_work']) AS role
WHERE n.nspname IN ('public', 'access') AND has_function_privilege(role, p.oid, 'EXECUTE')
"""


def columns(database: Database) -> dict[str, bool]:
    """Each column, and whether a row must say what stands there."""
    with database.engine.connect() as connection:
        return {str(name): bool(must_say) for name, must_say in connection.execute(text(_COLUMNS))}


def rights(database: Database) -> AbstractSet[str]:
    with database.engine.connect() as connection:
        return set(connection.scalars(text(_RIGHTS)))


def test_a_process_of_the_version_before_goes_on_until_it_is_started_anew(empty_database: Database) -> None:
    """A new column that must be filled in: the old worker failed at each referral, three times, and it stood with the unreadable ones."""
    migrate.downgrade(empty_database.url, to=RIGHTS_BEFORE)
    rights_before = rights(empty_database)
    migrate.downgrade(empty_database.url, to=BEFORE)
    columns_before = columns(empty_database)
    migrate.upgrade(empty_database.url)
    columns_after, rights_after = columns(empty_database), rights(empty_database)

    tables = {name.partition(".")[0] for name in columns_before}
    asked_more = {
        name
        for name, must_say in columns_after.items()
        if must_say and name.partition(".")[0] in tables and not columns_before.get(name)
    }
    assert asked_more == set()
    assert (columns_before.keys() - columns_after.keys()) | (rights_before - rights_after) == set(GOES)

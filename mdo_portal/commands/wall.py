"""Is the second wall whole? What PostgreSQL itself says about tables, policies, roles, views, functions and keys.

Each question is one query whose rows are holes; a name that may be a hole stands in wall_names.py with its reason.
"""

from __future__ import annotations

from sqlalchemy import Connection, NullPool, create_engine, text

from mdo_portal.commands.wall_names import GUARDS, NO_ORACLE, NO_PATIENTS, READ_BY_ALL, STAYS

QUESTIONS: dict[str, str] = {
    "no row security, or not forced": """
        SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
            AND NOT (relrowsecurity AND relforcerowsecurity) AND NOT relname = ANY (:no_patients)
    """,
    "no policy for web processes": """
        SELECT relname FROM pg_class c WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relrowsecurity
            AND NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND 'mdo_app'::regrole = ANY (p.polroles))
            AND has_any_column_privilege('mdo_app', c.oid, 'SELECT, INSERT, UPDATE')
    """,
    "a policy for web processes that holds for every row": """
        SELECT relname || '.' || polname FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
        WHERE ('mdo_app'::regrole = ANY (polroles) OR 0 = ANY (polroles)) AND NOT relname || '.' || polname = ANY (:read_by_all)
            AND (pg_get_expr(polqual, polrelid) = 'true' OR pg_get_expr(polwithcheck, polrelid) = 'true')
    """,
    "a role that bypasses row security": """
        SELECT rolname FROM pg_roles WHERE rolname IN ('mdo_owner', 'mdo_app', 'mdo_work', 'mdo_audit')
            AND (rolsuper OR rolbypassrls OR rolcreaterole OR (rolname = 'mdo_owner' AND rolcanlogin))
    """,
    "web or worker may become another of our roles": """
        SELECT a.rolname || ' of ' || b.rolname FROM pg_roles a, pg_roles b
        WHERE a.rolname IN ('mdo_app', 'mdo_work', 'mdo_audit') AND a.rolname <> b.rolname AND pg_has_role(a.oid, b.oid, 'MEMBER')
    """,
    "a table that the owner does not own": """
        SELECT relname FROM pg_class WHERE relnamespace IN ('public'::regnamespace, 'access'::regnamespace) AND relkind IN ('r', 'v', 'm')
            AND relowner <> 'mdo_owner'::regrole
    """,
    "a view that looks as its owner": """
        SELECT relname FROM pg_class WHERE relnamespace IN ('public'::regnamespace, 'access'::regnamespace) AND (relkind = 'm'
            OR (relkind = 'v' AND NOT coalesce(reloptions, '{}') @> '{security_invoker=true}'))
    """,
    "a definer's function without a fixed path": """
        SELECT proname FROM pg_proc WHERE pronamespace IN ('public'::regnamespace, 'access'::regnamespace) AND prosecdef
            AND NOT EXISTS (SELECT FROM unnest(proconfig) AS one WHERE one LIKE 'search_path=pg_catalog%')
    """,
    "a definer's function that everybody may call": """
        SELECT proname FROM pg_proc WHERE pronamespace IN ('public'::regnamespace, 'access'::regnamespace) AND prosecdef
            AND (proacl IS NULL OR EXISTS (SELECT FROM aclexplode(proacl) AS one WHERE one.grantee = 0))
    """,
    "the keys of the wall are readable": """
        SELECT rolname FROM pg_roles WHERE rolname IN ('mdo_app', 'mdo_work', 'mdo_audit')
            AND has_any_column_privilege(rolname, 'access.secrets', 'SELECT, INSERT, UPDATE')
    """,
    "web processes may change what only grows": """
        SELECT name FROM unnest(
            '{audit_entries,case_events,decisions,note_updates,letter_template_versions,letter_logos,patient_letters}'::text[]
        ) AS name
        WHERE has_any_column_privilege('mdo_app', name, 'UPDATE') OR has_table_privilege('mdo_app', name, 'DELETE, TRUNCATE')
    """,
    "web processes may change what was sent, asked or written by others": """
        SELECT t.relname || '.' || a.attname FROM pg_class t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0
        WHERE t.relnamespace = 'public'::regnamespace AND t.relname || '.' || a.attname = ANY (:stays)
            AND has_column_privilege('mdo_app', t.oid, a.attnum, 'UPDATE')
    """,
    "a colleague's way in, or an agenda, that anybody may change": """
        SELECT name FROM unnest(CAST(:guards AS text[])) AS name
        WHERE NOT EXISTS (SELECT FROM pg_trigger WHERE tgname = name AND tgenabled IN ('O', 'A'))
    """,
    "web processes may destroy by themselves": """
        SELECT oid::regprocedure FROM pg_proc WHERE proname IN ('destroy_case', 'purge_log')
            AND has_function_privilege('mdo_app', oid, 'EXECUTE')
    """,
    "a unique key by which one hospital could ask about another's patients": """
        SELECT i.relname FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
        WHERE t.relnamespace = 'public'::regnamespace AND t.relrowsecurity AND x.indisunique AND NOT i.relname = ANY (:no_oracle)
            AND NOT EXISTS (
                SELECT FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attnum = ANY (x.indkey) AND a.atttypid = 'uuid'::regtype
            ) AND NOT EXISTS (
                SELECT FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attnum = ANY (x.indkey) AND a.attidentity <> ''
            ) AND t.relname <> 'sessions'
    """,
}


def holes(connection: Connection) -> list[str]:
    """Every hole, as `question: name`; empty when the wall is whole."""
    values = {
        "no_patients": list(NO_PATIENTS),
        "no_oracle": list(NO_ORACLE),
        "read_by_all": list(READ_BY_ALL),
        "stays": list(STAYS),
        "guards": list(GUARDS),
    }
    found = []
    for question, query in QUESTIONS.items():
        needed = {name: value for name, value in values.items() if f":{name}" in query}
        found += [f"{question}: {name}" for name in connection.scalars(text(query), needed)]
    return found


def holes_of(url: str) -> list[str]:
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        return holes(connection)

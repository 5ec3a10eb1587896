"""Is the second wall whole? What PostgreSQL itself says about tables, policies, roles, views, functions and keys.

Each question is one query whose rows are holes; a name that may be a hole stands here with its reason.
"""

from __future__ import annotations

from sqlalchemy import Connection, NullPool, create_engine, text

#: tables without a row of any patient: every process reads them, none needs a policy
NO_PATIENTS: dict[str, str] = {
    "alembic_version": "number of the schema",
    "hospitals": "names and addresses of hospitals",
    "boards": "boards and their series",
    "destinations": "whether a receiver answers",
    "whereabouts": "where this database stands",
    "board_hospitals": "which hospital takes part where",
    "meetings": "when and where",
    "people": "colleagues",
    "presences": "which colleague was in which room",
    "passkeys": "how colleagues prove who they are",
    "authenticators": "how colleagues prove who they are",
    "recovery_codes": "how colleagues prove who they are",
    "invitations": "how colleagues come in",
    "challenges": "a question to a passkey, once",
    "sign_in_attempts": "how often somebody tried",
    "identity_providers": "how a hospital's people sign in",
    "identities": "which colleague that is",
    "used_logout_tokens": "a goodbye of a provider, once",
    "rights_reviews": "whose roles were gone through",
    "rights_review_lines": "whose roles were gone through",
    "calendar_addresses": "by which secret address a colleague's own calendar reads when boards meet",
    "follow_up_reminders": "on which day a colleague was mailed",
    "data_keys": "wrapped by a key that is not in the database",
    "retention_rules": "how long what stays",
    "link_tokens": "how a hospital's system comes in, for minutes; written by the wall's own function",
    "used_assertions": "a proof of a hospital's system, once",
    "known_devices": "browsers that colleagues used before",
}
#: policies by which everybody reads, though not everybody writes
READ_BY_ALL: dict[str, str] = {
    "link_certificates.reads": "how a hospital proves who calls; who may bind one, a policy says",
    **dict.fromkeys(
        ("letter_templates.reads", "letter_template_versions.reads", "letter_logos.reads"),
        "how letters are headed; who may write it, a policy says",
    ),
    "links.reads": "how a hospital is connected; who may write it, a policy says",
    "recipient_channels.reads": "how a hospital's general practitioners are reached; who may write it, a policy says",
    "refused_mailboxes.reads": "which colleague's mailbox takes no mail",
    "memberships.reads": "what colleagues are; no patient stands in it",
    "board_memberships.reads": "what colleagues are; no patient stands in it",
}
#: keys that say nothing about another hospital's patients, though no hospital or parent stands in them
NO_ORACLE: dict[str, str] = {
    "uq_links_client_id_in": "the name of a hospital's system, no patient's",
    "pk_called_certificates": "the hash of a certificate that called, no patient's",
    "pk_refused_calls": "the address of a system that called, no patient's",
    "uq_inbound_messages_seq": "a running number",
    "uq_decisions_document_number": "made from a running number",
    "uq_audit_seals_seq": "a running number",
    "pk_letter_logos": "the hash of a picture in a letterhead, no patient's",
    "pk_audit_waiting": "a running number",
}

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
    values = {"no_patients": list(NO_PATIENTS), "no_oracle": list(NO_ORACLE), "read_by_all": list(READ_BY_ALL)}
    found = []
    for question, query in QUESTIONS.items():
        needed = {name: value for name, value in values.items() if f":{name}" in query}
        found += [f"{question}: {name}" for name in connection.scalars(text(query), needed)]
    return found


def holes_of(url: str) -> list[str]:
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        return holes(connection)

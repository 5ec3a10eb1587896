"""Of what stands in a database so many times as much: copies of rows beside them, with all that hangs on these.

For tests that ask whether a page says more statements when it lists more. Sealed values of a copy cannot be opened: they are bound to the row
that they were sealed for.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

import psycopg
from psycopg import sql
from psycopg.rows import namedtuple_row

#: what is copied together; to what else a row points stays as it is
CASES = (
    "patients", "cases", "case_facts", "case_events", "case_documents", "case_grants", "information_requests", "rounds", "notes", "note_updates",
    "decisions", "decision_objections", "deliveries", "advice_items", "round_answers", "follow_ups", "follow_up_handovers", "snapshots",
    "patient_letters", "preparations", "pulls", "outgoing_questions", "patient_changes", "patient_merges", "appointments",
    "identity_conflicts", "inbound_messages", "legal_holds", "destroy_requests", "case_looks", "audit_entries",
)  # fmt: skip
ONE_OF_A_PATIENT = (
    "patients",
    "patient_changes",
    "patient_merges",
    "identity_conflicts",
    "legal_holds",
    "destroy_requests",
    "appointments",
)
#: more referrals of the same patients
AGAIN = tuple(name for name in CASES if name not in ONE_OF_A_PATIENT)
MEETINGS = ("meetings",)
PEOPLE = ("people", "memberships", "board_memberships", "presences", "absences", "rights_review_lines", "passkeys", "invitations")
PLACES = (
    "hospitals", "links", "boards", "board_hospitals", "link_certificates", "polls", "fetched_keys", "subscriptions", "launches", "identity_providers",
    "recipient_channels", "destinations", "letter_templates", "letter_template_versions",
)  # fmt: skip
#: columns that point without a foreign key: what they name goes one day, and they stay
NAMED = {
    "case_id": "cases", "patient_id": "patients", "message_id": "inbound_messages", "current_round_id": "rounds", "home_patient_id": "patients",
}  # fmt: skip


class _Column(NamedTuple):
    table: str
    name: str
    type: str
    points_at: str | None
    is_unique: bool


_COLUMNS = """
SELECT t.relname AS table, a.attname AS name, format_type(a.atttypid, NULL) AS type, f.confrelid::regclass::text AS points_at,
    EXISTS (SELECT FROM pg_index i WHERE i.indrelid = t.oid AND i.indisunique AND a.attnum = ANY (i.indkey)) AS is_unique
FROM pg_class t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_constraint f ON f.conrelid = t.oid AND f.contype = 'f' AND f.conkey = ARRAY[a.attnum]
WHERE t.relnamespace = 'public'::regnamespace AND t.relkind = 'r'
"""


def multiply(url: str, tables: Collection[str], *, times: int) -> None:
    """Beside each row of these tables `times - 1` copies. `url`: of the server of the tests; nothing of ours looks at what is copied."""
    parts = urlsplit(url)
    address = parts._replace(scheme="postgresql", netloc="postgres@").geturl()
    with psycopg.connect(address, row_factory=namedtuple_row) as line:
        line.execute("SET session_replication_role = replica")
        salt = uuid.uuid4().hex  # copies of copies are others
        columns: dict[str, list[_Column]] = {name: [] for name in tables}
        for row in line.execute(_COLUMNS):
            if row.table in columns:
                columns[row.table].append(_Column(*row))
        for table, its in columns.items():
            changed = dict(_changed(its, set(tables)))
            line.execute(_copy(table, changed), {"last": times - 1, "salt": salt})
        line.execute("RESET session_replication_role")
    with psycopg.connect(address, autocommit=True) as line:
        line.execute("ANALYZE")


def _copy(table: str, changed: Mapping[str, sql.Composable]) -> sql.Composed:
    pairs = sql.SQL(", ").join(sql.SQL("{}, {}").format(sql.Literal(name), value) for name, value in changed.items())
    text = (
        "INSERT INTO {0} OVERRIDING SYSTEM VALUE SELECT made.* FROM {0} one, generate_series(1, %(last)s) n,"
        " jsonb_populate_record(one, jsonb_build_object({1})) made"
    )
    return sql.SQL(text).format(sql.Identifier(table), pairs)


def _changed(columns: list[_Column], copied: set[str]) -> Iterator[tuple[str, sql.Composable]]:
    """What differs in the nth copy: its own number, whom it points at, and what only one may have."""
    for one in columns:
        value = sql.SQL("one.{}").format(sql.Identifier(one.name))
        points_at = one.points_at or NAMED.get(one.name)
        if one.type == "uuid" and (one.name == "id" or points_at in copied):
            yield one.name, sql.SQL("md5({}::text || %(salt)s || n)::uuid").format(value)
        elif one.name == "seq":
            yield one.name, sql.SQL("nextval(pg_get_serial_sequence({}, 'seq'))").format(one.table)
        elif (
            one.is_unique and one.points_at is None and (how := _UNIQUE.get((one.type, one.name)) or _UNIQUE.get((one.type, "")))
        ):
            yield one.name, sql.SQL(how).format(value)


_UNIQUE = {
    ("text", "audience"): "",
    ("character varying", "audience"): "",
    ("text", "recipient_name"): "",
    ("text", ""): "CASE WHEN {0} <> '' THEN {0} || '-' || %(salt)s || n ELSE '' END",
    ("bytea", ""): "sha256({} || (%(salt)s || n)::bytea)",
    ("timestamp with time zone", "starts_at"): "{} + n * interval '1 hour'",
    ("timestamp with time zone", "series_at"): "{} + n * interval '1 hour'",
}
"""How a value is told from the first one's, by type and column; empty = it needs not to be."""

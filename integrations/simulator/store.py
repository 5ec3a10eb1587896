"""The memory of one simulated hospital: one SQLite file in its state directory, the only truth across restarts."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

SCHEMA = """
CREATE TABLE IF NOT EXISTS dispatch (          -- somebody pressed "Verstuur" for a case
    id INTEGER PRIMARY KEY, case_code TEXT NOT NULL, asked_at TEXT NOT NULL, composed_at TEXT);
CREATE TABLE IF NOT EXISTS message (           -- what goes over the wire; the same bytes at every attempt
    id INTEGER PRIMARY KEY, dispatch_id INTEGER NOT NULL REFERENCES dispatch(id), kind TEXT NOT NULL, control_id TEXT NOT NULL,
    body BLOB NOT NULL, state TEXT NOT NULL DEFAULT 'waiting', code TEXT NOT NULL DEFAULT '', text TEXT NOT NULL DEFAULT '',
    attempts INTEGER NOT NULL DEFAULT 0, next_at TEXT NOT NULL DEFAULT '', sent_at TEXT, settled_at TEXT);
CREATE TABLE IF NOT EXISTS letter (            -- what came back, filed under the patient's number here
    id INTEGER PRIMARY KEY, control_id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, document_number TEXT NOT NULL,
    replaces TEXT NOT NULL, patient_number TEXT NOT NULL, title TEXT NOT NULL, sections TEXT NOT NULL, pdf BLOB NOT NULL,
    received_at TEXT NOT NULL, doubles INTEGER NOT NULL DEFAULT 0, doubled_at TEXT);
CREATE TABLE IF NOT EXISTS heard (             -- application acknowledgements that came later, one per number of theirs
    number TEXT PRIMARY KEY, about TEXT NOT NULL, code TEXT NOT NULL, at TEXT NOT NULL, doubles INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS resource (          -- FHIR resources as the server gives them back
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, identifier TEXT NOT NULL, body TEXT NOT NULL, letter_id INTEGER REFERENCES letter(id));
CREATE UNIQUE INDEX IF NOT EXISTS resource_identifier ON resource(kind, identifier);
CREATE TABLE IF NOT EXISTS shelf (             -- laid ready for the portal to fetch: one row per resource
    base TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (kind, id));
CREATE TABLE IF NOT EXISTS shelf_token (token TEXT PRIMARY KEY, base TEXT NOT NULL, until TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS shelf_proof (jti TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


class Store:
    """One connection behind one lock: a simulated hospital has a handful of threads and little to say."""

    def __init__(self, folder: Path, name: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(folder / f"{name}.sqlite3", check_same_thread=False, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.executescript(SCHEMA)
        self._life = uuid4().hex[:8]

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing, on disk when it ends."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def rows(self, sql: str, *values: object) -> list[sqlite3.Row]:
        with self._lock:
            return self._connection.execute(sql, values).fetchall()

    def row(self, sql: str, *values: object) -> sqlite3.Row | None:
        found = self.rows(sql, *values)
        return found[0] if found else None

    @property
    def revision(self) -> str:
        """Changes whenever anything was written: pages refresh by it."""
        return f"{self._life}-{self._connection.total_changes}"

    def close(self) -> None:
        with self._lock:
            self._connection.close()

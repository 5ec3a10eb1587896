"""No answer with patient data without a line in the access log: looked at on every answer of every test application (G1).

An answer carries patient data when a name, number, BSN or birth date of a patient in the test's database stands in it, or when it is
a PDF. The line must have been committed by the same request: `services.access_log.audit` counts in `session.info["audited"]`.
"""

from __future__ import annotations

import re
import threading
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any
from unittest.mock import patch

import psycopg
from flask import Flask, Response, request
from sqlalchemy import event, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from mdo_portal.database import Database, is_held_back
from mdo_portal.domain.patient import BSN_PURPOSE, Patient
from mdo_portal.domain.sealing import Sealer
from mdo_portal.errors import HeldBack, PortalError
from mdo_portal.live import guard as live_guard
from mdo_portal.services.common.sealed import row_of
from mdo_portal.web import refusals
from tests import make

#: answers that carry nothing of a patient's although they look like it, and why
EXCEPTIONS = {
    "static": "files of the front end",
    "forms.page": "a draft that the same person typed; it is a case, and logged, when it is sent in",
    "forms.send_in": "the same person's own typing, given back because something is missing",
    "forms.save": "the same person's own typing",
    "launch.register": "what the page before it held, logged when the EPD told it",
}
_here = threading.local()


@event.listens_for(Session, "after_commit")
def _committed(session: Session) -> None:
    _here.lines = getattr(_here, "lines", 0) + session.info.get("audited", 0)


@dataclass
class Guard:
    """What was seen: routes whose answers carried patient data, and answers without a line."""

    carried: set[str] = field(default_factory=set)
    unlogged: list[str] = field(default_factory=list)
    #: pages and live events that PostgreSQL itself held back: an act that a trigger breaks, or that only the second wall refused
    held_back: list[str] = field(default_factory=list)

    def note(self, error: PortalError) -> None:
        """As every refusal is noted."""
        if isinstance(error, HeldBack):
            self.held_back.append(f"{request.method} {request.endpoint}")
        _note(error)

    def note_event(self, error: BaseException) -> bool:
        """As a live event asks it."""
        if is_held := is_held_back(error):
            self.held_back.append("a live event")
        return is_held


_note = refusals.note


@contextmanager
def guarded(app: Flask, database: Database) -> Iterator[Guard]:
    """Watch every answer of `app`; raises at the end when one carried patient data without a line, or was held back by the second wall."""
    guard = Guard()
    app.extensions["audit_guard"] = guard
    app.before_request(_begin)
    app.after_request(lambda response: _look(response, database, guard))
    with patch.object(refusals, "note", guard.note), patch.object(live_guard, "is_held_back", guard.note_event):
        yield guard
    assert guard.held_back == [], f"only PostgreSQL refused, and said so: {guard.held_back}"
    assert guard.unlogged == [], f"patient data went out without a line in the access log: {guard.unlogged}"


def _begin() -> None:
    _here.lines = 0


def _look(response: Response, database: Database, guard: Guard) -> Response:
    endpoint = request.endpoint or ""
    if endpoint in EXCEPTIONS or response.direct_passthrough or response.status_code >= 500:
        return response
    in_order = getattr(_here, "lines", 0) and response.status_code not in (401, 403, 404)
    if in_order and endpoint in guard.carried:
        return response  # whatever stands in it: that this route carries is known, and the line is there
    if response.mimetype in ("application/pdf", "application/zip") or carries(response.get_data(as_text=True), database):
        guard.carried.add(endpoint)
        if not in_order:
            guard.unlogged.append(f"{request.method} {endpoint} {response.status_code}")
    return response


def carries(text: str, database: Database) -> bool:
    """Whether something of a patient in this database stands in the text, and not only inside another word or a drawn id."""
    found = [canary for canary in canaries(database) if canary in text] if text else []
    text = make.without_ids(text) if found else ""
    return any(re.search(rf"(?<!\w){re.escape(canary)}(?!\w)", text) is not None for canary in found)


def canaries(database: Database) -> set[str]:
    """Names, numbers, BSNs and birth dates of every patient there is. A birth date also as screens and letters write it."""
    assert isinstance(database.sealer, Sealer)
    return set().union(*(_canaries_of(row, database.sealer) for row in _patients(database)))


_PATIENTS = str(
    select(Patient.id, Patient.family, Patient.local_number, Patient.birth_on, Patient.bsn_sealed).compile(
        dialect=postgresql.dialect()
    )
)


def _patients(database: Database) -> list[Any]:
    """One question, and no more: asked for nearly every answer of a test, so by psycopg itself."""
    with closing(database.engine.raw_connection()) as held:
        line = held.driver_connection
        assert isinstance(line, psycopg.Connection)
        line.autocommit = True
        try:
            return line.execute(_PATIENTS).fetchall()
        finally:
            line.autocommit = False


@lru_cache(maxsize=10_000)
def _canaries_of(row: tuple[uuid.UUID, str, str, date | None, bytes], sealer: Sealer) -> frozenset[str]:
    """Of one patient as they are now: every answer asks, and a BSN is opened once."""
    id_, family, number, born, sealed = row
    bsn = sealer.open(sealed, purpose=BSN_PURPOSE, row=row_of("patients", id_)).decode() if sealed else ""
    dates = {f"{born:%d-%m-%Y}", f"{born:%Y-%m-%d}"} if born else set()
    return frozenset(canary for canary in {family, number, bsn} | dates if len(canary) > 3)

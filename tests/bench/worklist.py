"""`worklist` and `audited-read`: a page of fifty out of a hundred thousand, and what the access log costs a reader."""

from __future__ import annotations

import itertools
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import jinja2
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from mdo_portal.app import create_app
from mdo_portal.commands.postgres_databases import as_role
from mdo_portal.database import Database
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.policy import Act
from mdo_portal.services.access_log import audit
from mdo_portal.services.cases import cases, worklist
from mdo_portal.services.cases.worklist_rows import Filter
from mdo_portal.services.common import access
from mdo_portal.services.people import sessions
from tests import make
from tests.people import Region, fill, person_id

from .figures import SERVER_CORE, Figures, cpu_ms, interleaved, pinned, quantile
from .house import house

CASES = 1_000_000 if "--million" in sys.argv else 100_000
BARE = jinja2.Environment(autoescape=True).from_string(
    "<table>{% for row in rows %}<tr id=\"case-{{ row.id }}\"><td>{{ row.due_on }} {{ row.urgency }}</td><td><a href=\"/cases/{{ row.id }}\">"
    "{{ row.initials_and_family }} {{ row.birth_year }}</a></td><td title=\"{{ row.hospital_name }}\">{{ row.hospital_name }}</td><td title=\"{{ row.board_name }}\">"
    "{{ row.board_code }}</td><td title=\"{{ row.question }}\">{{ row.question }}</td><td>{% for one in row.missing %}<i>{{ one }}</i>"
    "{% endfor %}</td><td>{{ row.state }}</td><td>{{ row.meeting_at or '' }}</td><td>{{ row.state_since }}</td></tr>{% endfor %}</table>"
)  # fmt: skip


def filled(database: Database, count: int = CASES) -> Region:
    """The small region of the tests, with `count` cases that wait for Uro-prostaat: one case as the portal makes it, and copies."""
    region = fill(database)
    with database.transaction() as session:
        hospital = session.get_one(Hospital, region.hospitals["ZEED"])
        one = make.case(session, hospital, board_id=region.boards["URO-P"])
        session.flush()
        which = {"case": one.id, "patient": one.patient_id, "count": count}
        session.execute(text(_PATIENTS), which)
        session.execute(text(_CASES), which)
        session.execute(text("ANALYZE"))
    return region


_PATIENTS = """
INSERT INTO patients SELECT made.* FROM patients one, generate_series(1, :count) n, jsonb_populate_record(one, jsonb_build_object(
    'id', md5('p' || n)::uuid, 'local_number', 'W' || n, 'bsn_sealed', ''::bytea, 'bsn_index', sha256(n::text::bytea), 'bsn_tail', '',
    'family', 'Voorbeeld ' || n, 'birth_on', date '1940-01-01' + n % 15000)) made
WHERE one.id = :patient
"""
_CASES = """
INSERT INTO cases SELECT made.* FROM cases one, generate_series(1, :count) n, jsonb_populate_record(one, jsonb_build_object(
    'id', md5('c' || n)::uuid, 'patient_id', md5('p' || n)::uuid, 'referral_number', 'W' || n,
    'state', CASE n % 3 WHEN 0 THEN 'ready' ELSE 'incomplete' END, 'is_open', true,
    'question_board', 'Operatie of bestraling bij patiënt ' || n || '?', 'due_on', current_date + (n % 400)::int,
    'missing', CASE n % 3 WHEN 0 THEN '[]'::jsonb ELSE '["wish","pathology"]'::jsonb END,
    'received_at', now() - n * interval '1 second', 'state_since', now())) made
WHERE one.id = :case
"""


def measure(url: str) -> Figures:
    """CPU of this process per page; the statements of a page; the thousandth page beside the first in wall time."""
    figures = Figures("worklist")
    with house(url) as found, pinned(SERVER_CORE):
        database = found.database()
        region = filled(database)
        app = create_app(replace(found.settings, database_url=as_role(found.settings.database_url, "mdo_app")))
        client = signed_in(app, database, region)
        _pages(figures, client, database, region)
        _deep(figures, database, region)
        figures.limit("statements for the rows", "statements", _statements(database, region), at_most=1)
        app.extensions["mdo_live_stop"].set()
    return figures


def _pages(figures: Figures, client: FlaskClient, database: Database, region: Region) -> None:
    wanted = Filter(board_id=region.boards["URO-P"])

    def ours() -> int:
        asked = client.get(f"/worklist/rows?board={wanted.board_id}", headers={"HX-Request": "true"})  # as the screen asks
        return asked.data.count(b"data-row=")

    def bare() -> int:
        with database.transaction() as session:
            return BARE.render(rows=worklist.page(session, region.aisha, wanted)[:50]).count("<tr")

    assert (ours(), bare()) == (50, 50)
    took = interleaved({"ours": lambda: cpu_ms(ours, seconds=0.7), "bare": lambda: cpu_ms(bare, seconds=0.7)})
    figures.against(
        f"50 of {CASES:,}, rows with session, rights and log",
        "CPU ms",
        took["ours"],
        ("bare Core + Jinja", took["bare"]),
        at_most=1.1,
    )
    walls = [_wall(ours) for _ in range(60)]
    figures.limit("p95 of a page", "ms", quantile(walls, 0.95), at_most=60)


def _deep(figures: Figures, database: Database, region: Region) -> None:
    wanted = Filter(board_id=region.boards["URO-P"])
    with database.transaction() as session:
        key = session.execute(
            text("SELECT due_on, id FROM cases WHERE is_open AND board_id = :board ORDER BY due_on, id OFFSET 49949 LIMIT 1"),
            {"board": wanted.board_id},
        ).one()
    deep = Filter(board_id=wanted.board_id, after=(key[0], key[1]))
    took = interleaved(
        {"deep": lambda: _page_ms(database, region, deep), "first": lambda: _page_ms(database, region, wanted)}, rounds=5
    )
    figures.against("page 1,000", "ms", took["deep"], ("page 1", took["first"]), at_most=1.2)


def _page_ms(database: Database, region: Region, wanted: Filter) -> float:
    def read() -> None:
        with database.transaction() as session:
            worklist.page(session, region.aisha, wanted)

    read()
    return min(_wall(read) for _ in range(15))


def _statements(database: Database, region: Region) -> int:
    seen: list[str] = []
    with database.transaction() as session:
        event.listen(database.engine, "before_cursor_execute", lambda *call: seen.append(call[2]))
        worklist.page(session, region.aisha, Filter(board_id=region.boards["URO-P"]))
    return len(seen)


def _wall(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return (time.perf_counter() - started) * 1000


def signed_in(app: Flask, database: Database, region: Region, name: str = "Aisha", house_of: str = "DELT") -> FlaskClient:
    """A browser in which this person has signed in."""
    with database.transaction() as session:
        key = sessions.start_session(
            session, person_id(name), region.hospitals[house_of], proof=make.PROOF, now=datetime.now(UTC)
        )
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"], cookie["_fresh"] = key, True
    return client


def audited_read(url: str) -> Figures:
    """A case read with its line in the access log, and the same without: both in a transaction of their own."""
    figures = Figures("audited-read")
    with house(url) as found, pinned(SERVER_CORE):
        database = found.database()
        region = filled(database, 2_000)
        with database.transaction() as session:
            case_id = make.case(session, _zeed(session, region), board_id=region.boards["URO-P"]).id
        turns = itertools.count()

        def read(*, log: bool) -> None:
            with database.transaction() as session:
                now = datetime.now(UTC)
                grant = access.case_for(session, region.aisha, Act.CASE_READ, case_id, now=now)
                if log:
                    audit.record(
                        session,
                        region.aisha,
                        Act.CASE_READ,
                        now=now,
                        case=grant.case,
                        relation=grant.relation,
                        detail=str(next(turns)),
                    )
                cases.view(session, grant.case)

        took = interleaved(
            {"ours": lambda: _many(lambda: read(log=True)), "bare": lambda: _many(lambda: read(log=False))}, rounds=7
        )
        figures.against("a case with its line in the log", "ms", took["ours"], ("the same without", took["bare"]), at_most=1.3)
        bare = [_wall(lambda: read(log=False)) for _ in range(300)]
        logged = [_wall(lambda: read(log=True)) for _ in range(300)]
        added = quantile(logged, 0.95) - quantile(bare, 0.95)
        figures.limit("p95 of an audited read above p95 of a bare one", "ms", added, at_most=5)
    return figures


def _many(act: Callable[[], None]) -> float:
    """The median of a number of readings, in ms."""
    return quantile([_wall(act) for _ in range(30)], 0.5)


def _zeed(session: Session, region: Region) -> Any:
    from mdo_portal.domain.hospital import Hospital

    return session.get_one(Hospital, region.hospitals["ZEED"])

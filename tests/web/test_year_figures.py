"""The year figures of a board: for its chair and coordinator, on a page and as a table, without a patient in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from mdo_portal.database import Database
from mdo_portal.domain.board import Board, Meeting
from mdo_portal.domain.hospital import Hospital
from tests import make
from tests.people import Region
from tests.web.portal import app_on, signed_in


@pytest.fixture
def app(database: Database) -> Iterator[Flask]:
    with app_on(database) as running:
        yield running


def test_who_leads_the_board_reads_its_year_and_takes_it_along_and_nobody_else_does(
    app: Flask, database: Database, region: Region
) -> None:
    """With the hospital named as a formula, as nobody's spreadsheet should run it."""
    with database.transaction() as session:
        zeed = session.get_one(Hospital, region.hospitals["ZEED"])
        zeed.name = "=HYPERLINK(1)"
        uro, meeting = session.get_one(Board, region.boards["URO-P"]), session.get_one(Meeting, region.meeting)
        meeting.opened_at = meeting.starts_at
        uro.quorum = [{"one_of": ["uroloog"]}]
        case = make.case(session, zeed, board_id=uro.id)
        round_ = make.discussed(session, make.planned(session, case, meeting, viewer=region.aisha), viewer=region.bram)
        make.signed(session, round_, viewer=region.bram)
    path = f"/meetings/figures/{region.boards['URO-P']}"
    tables = {name: _table(signed_in(app, database, region, name), path) for name in ("Aisha", "Bram")}

    assert tables["Aisha"] == tables["Bram"], "the same for whoever reads it"
    lines = tables["Aisha"].splitlines()
    assert '"04-03-2026";"gehouden";"0";"nee";"uroloog";"1";"1";"0";"0";"0";"0";"0";"0";"2";"1";"' in tables["Aisha"]
    assert [line.split(";")[0] for line in lines if "HYPERLINK" in line] == ['"\'=HYPERLINK(1)"']
    aisha = signed_in(app, database, region, "Aisha")
    assert "van Voorbeeld" not in aisha.get(f"{path}?year=2026").text
    assert path in aisha.get("/meetings").text and path not in signed_in(app, database, region, "Mila").get("/meetings").text
    assert [aisha.get(f"{path}?year={year}").status_code for year in ("1999", "2026x", "")] == [404, 404, 404]
    for name, status in {"Mila": 403, "Dirk": 403, "Ada": 403, "Petra": 403, "Carla": 404}.items():
        other = signed_in(app, database, region, name)
        assert {other.get(path).status_code, other.get(f"{path}/table.csv").status_code} == {status}, name
    with database.transaction() as session:
        seen = session.scalar(text("SELECT count(*) FROM audit_entries WHERE act = 'meeting:figures' AND outcome = 0"))
    assert seen == 3, "two tables and a page"


def _table(client: FlaskClient, path: str) -> str:
    answer = client.get(f"{path}/table.csv?year=2026")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="jaarcijfers.csv"'
    return answer.text

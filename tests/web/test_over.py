"""The list of what is over, on the work list: found by name over the web, the address without words, and what the log keeps of it."""

from __future__ import annotations

import html
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from mdo_portal.database import Database
from mdo_portal.domain.audit import AuditEntry
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import Case, CaseState
from mdo_portal.domain.hospital import Hospital
from mdo_portal.exchange import PersonName
from mdo_portal.web import worklist
from tests import make
from tests.people import Region
from tests.web.portal import CSRF, app_on, signed_in


@pytest.fixture
def app(database: Database) -> Iterator[Flask]:
    with app_on(database) as running:
        yield running


@pytest.fixture
def case_id(database: Database, region: Region) -> str:
    """Of ZEED, discussed and signed."""
    now = datetime.now(UTC)
    with database.transaction() as session:
        zeed = session.get_one(Hospital, region.hospitals["ZEED"])
        patient = make.identity("4711", name=PersonName(family="Zonneveld", initials="Q."))
        case = make.case(session, zeed, patient=patient, board_id=region.boards["URO-P"], now=now)
        round_ = make.planned(session, case, session.get_one(Meeting, region.meeting), viewer=region.aisha, now=now)
        make.signed(
            session, make.discussed(session, round_, viewer=region.bram, now=now, text="PSMA-PET."), viewer=region.bram, now=now
        )
        return str(case.id)


def _looked_for(client: FlaskClient, address: str, words: str) -> str:
    return html.unescape(client.post(address, data={"csrf_token": CSRF, "words": words}).text)


def test_a_name_that_is_not_on_the_work_list_any_more_is_looked_for_in_what_is_over(
    app: Flask, database: Database, region: Region, case_id: str
) -> None:
    """The work list said *Niets gevonden* and no page led further: a patient on the telephone asked what the board had said."""
    for name in ("Dirk", "Aisha"):
        client = signed_in(app, database, region, name)
        page = _looked_for(client, "/worklist", "Zonneveld")
        assert case_id not in page and "Zoek ook in wat is afgerond" in page and 'action="/worklist?over=1"' in page

        page = _looked_for(client, "/worklist?over=1", "Zonneveld")

        assert f'href="/cases/{case_id}"' in page and "Q. Zonneveld" in page and "Advies getekend" in page
        assert "Zoek ook" not in page
    assert case_id not in _looked_for(signed_in(app, database, region, "Carla"), "/worklist?over=1", "Zonneveld")


def test_words_that_are_looked_for_stand_in_no_address(app: Flask, database: Database, region: Region, case_id: str) -> None:
    form = {"csrf_token": CSRF, "words": "Zonneveld", "over": "1", "state": "decided"}

    answer = signed_in(app, database, region, "Aisha").post("/worklist/rows", data=form)

    assert case_id in answer.text and answer.headers["HX-Replace-Url"] == "/worklist?state=decided&over=1"


def test_in_brief_it_says_what_was_advised_or_why_it_ended(app: Flask, database: Database, region: Region, case_id: str) -> None:
    dirk = signed_in(app, database, region, "Dirk")
    assert "PSMA-PET." in dirk.get(f"/worklist/brief?case={case_id}").text
    with database.transaction() as session:
        zeed = session.get_one(Hospital, region.hospitals["ZEED"])
        other = make.case(session, zeed, board_id=region.boards["URO-P"])
        other.move(CaseState.WITHDRAWN, now=datetime.now(UTC), reason="elders behandeld")
        withdrawn = other.id

    brief = dirk.get(f"/worklist/brief?case={withdrawn}").text

    assert "elders behandeld" in brief and "<dt>Advies" not in brief


def test_the_log_says_that_it_was_the_list_of_what_is_over_and_how_many_stood_there(
    app: Flask, database: Database, region: Region, case_id: str
) -> None:
    signed_in(app, database, region, "Dirk").get("/worklist?over=1")

    with database.transaction() as session:
        (line,) = session.scalars(select(AuditEntry).where(AuditEntry.detail == "over"))
        assert (line.act, line.hits, line.person_id) == ("worklist:read", 1, region.dirk.person_id)


def test_one_goes_on_by_what_ended_before(
    app: Flask, database: Database, region: Region, case_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what somebody puts in the address instead is the beginning of the list."""
    monkeypatch.setattr(worklist, "PAGE", 1)
    with database.transaction() as session:
        zeed = session.get_one(Hospital, region.hospitals["ZEED"])
        later = make.case(session, zeed, board_id=region.boards["URO-P"])
        later.move(CaseState.WITHDRAWN, now=datetime.now(UTC), reason="dubbel")
        newest = str(later.id)
    client = signed_in(app, database, region, "Dirk")

    first = client.get("/worklist?over=1").text
    onward = html.unescape(first.partition('rel="next" href="')[2].partition('"')[0])
    second = client.get(onward).text

    assert f'data-row="{newest}"' in first and f'data-row="{case_id}"' not in first
    assert f'data-row="{case_id}"' in second and f'data-row="{newest}"' not in second
    assert "1 t/m 1<" in first and "2 t/m 2<" in second, "where one is in a list of which fifty are shown"
    assert "1 t/m 1<" in client.get(onward.replace("~1&", "~-7&")).text
    for broken in ("x", "2026-01-01~", "2026-01-01T10:00:00~" + case_id, "2026-01-01~" + case_id):
        assert newest in client.get(f"/worklist?over=1&after={broken}").text


def test_a_case_that_is_registered_once_more_goes_back_to_the_work_list(
    app: Flask, database: Database, region: Region, case_id: str
) -> None:
    aisha = signed_in(app, database, region, "Aisha")

    assert aisha.post(f"/cases/{case_id}/reopen", data={"csrf_token": CSRF, "reason": "nieuwe vraag"}).status_code < 400

    assert case_id not in aisha.get("/worklist?over=1").text
    with database.transaction() as session:
        (found,) = session.scalars(select(Case).where(Case.is_open, Case.hospital_id == region.hospitals["ZEED"]))
        assert str(found.id) == case_id

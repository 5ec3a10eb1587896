"""What stands around the work list: for who plans, and for who refers and is asked something."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from mdo_portal.database import Database
from mdo_portal.domain.case import Case, CaseState, InformationRequest
from mdo_portal.domain.hospital import Hospital
from mdo_portal.services.cases import worklist
from mdo_portal.services.referrals import questions
from tests import make
from tests.people import Region
from tests.web.portal import CSRF, app_on, signed_in

ASKED = re.compile(r'href="(/worklist\?state=information_requested)"[^>]*><b>([^<]+)</b><span class="count[^"]*">(\d+)</span>')


@pytest.fixture
def app(database: Database) -> Iterator[Flask]:
    with app_on(database) as running:
        yield running


def _asked(database: Database, region: Region) -> None:
    with database.transaction() as session:
        zeed = session.get_one(Hospital, region.hospitals["ZEED"])
        case = make.case(session, zeed, board_id=region.boards["URO-P"])
        questions.ask(session, case, "Graag de uitslag.", viewer=region.aisha, now=datetime.now(UTC))


def test_who_is_asked_something_reads_it_beside_the_list_and_who_asked_reads_that_it_waits(
    app: Flask, database: Database, region: Region
) -> None:
    """A case that was planned already only had a small mark at the end of its line: the question stayed unanswered."""
    before = {name: ASKED.search(signed_in(app, database, region, name).get("/worklist").text) for name in ("Dirk", "Aisha")}
    _asked(database, region)
    after = {
        name: ASKED.search(signed_in(app, database, region, name).get("/worklist").text) for name in ("Dirk", "Aisha", "Carla")
    }

    assert before == {"Dirk": None, "Aisha": None} and after["Carla"] is None
    assert after["Dirk"] and after["Dirk"].groups()[1:] == ("Vragen aan uw ziekenhuis", "1")
    assert after["Aisha"] and after["Aisha"].groups()[1:] == ("Navraag", "1")
    listed = signed_in(app, database, region, "Dirk").get(after["Dirk"][1]).text
    assert "wacht op uw antwoord" in listed and listed.count("data-row=") == 1
    with database.transaction() as session:
        session.scalars(select(InformationRequest)).one().answered_at = datetime.now(UTC)
    assert ASKED.search(signed_in(app, database, region, "Dirk").get("/worklist").text) is None


def test_who_asked_reads_the_answer_where_the_question_stood(app: Flask, database: Database, region: Region) -> None:
    """In brief an open question stood, and an answered one was gone with its answer: only the case itself told what was said."""
    _asked(database, region)
    with database.transaction() as session:
        request = session.scalars(select(InformationRequest)).one()
        case_id = request.case_id
        questions.answer(session, session.get_one(Case, case_id), request.id, "WHO 1.", viewer=region.dirk, now=datetime.now(UTC))
    brief = signed_in(app, database, region, "Aisha").get(f"/worklist/brief?case={case_id}").text
    assert "Graag de uitslag." in brief and "WHO 1." in brief


def test_the_keys_are_those_that_do_something_for_this_reader(app: Flask, database: Database, region: Region) -> None:
    pages = {name: html.unescape(signed_in(app, database, region, name).get("/worklist").text) for name in ("Dirk", "Aisha")}
    for words in ("en plant u hem", "informatie vragen", "gezien wat na de bespreking kwam"):
        assert {name: words in page for name, page in pages.items()} == {"Dirk": False, "Aisha": True}


@pytest.mark.parametrize(
    ("urgency", "shown"),
    [
        ("urgent", "spoed, volgens de verwijzer"),
        ("Binnen 3 dagen", "Binnen 3 dagen, volgens de verwijzer"),
        ("routine", ""),
        ("", ""),
    ],
)
def test_how_urgent_the_referrer_calls_it_is_on_the_list_also_in_words_nobody_here_knows(
    app: Flask, database: Database, region: Region, urgency: str, shown: str
) -> None:
    """A word of a hospital's own was on the case alone: on the list it looked as if nobody was in a hurry."""
    with database.transaction() as session:
        zeed = session.get_one(Hospital, region.hospitals["ZEED"])
        make.case(session, zeed, board_id=region.boards["URO-P"]).urgency = urgency

    page = html.unescape(signed_in(app, database, region, "Aisha").get("/worklist").text)

    assert ("volgens de verwijzer" in page) is bool(shown) and shown in page


def test_nothing_is_asked_about_a_case_that_stands_on_no_list_any_more(app: Flask, database: Database, region: Region) -> None:
    """The page said that the referrer reads it on the own work list; there it never came."""
    with database.transaction() as session:
        zeed = session.get_one(Hospital, region.hospitals["ZEED"])
        case = make.case(session, zeed, board_id=region.boards["URO-P"])
        case.move(CaseState.WITHDRAWN, now=datetime.now(UTC), reason="dubbel")
        address = f"/cases/{case.id}"
    aisha = signed_in(app, database, region, "Aisha")

    answer = aisha.post(f"{address}/ask", data={"csrf_token": CSRF, "text": "Graag de uitslag."})

    assert answer.status_code == 409 and "Er is niets verstuurd" in answer.text
    assert "ask-dialog" not in aisha.get(address).text
    with database.transaction() as session:
        assert session.scalars(select(InformationRequest)).all() == []


def test_who_sees_patients_of_one_hospital_only_is_not_asked_of_which(app: Flask, database: Database, region: Region) -> None:
    lists = {name: signed_in(app, database, region, name).get("/worklist").text for name in ("Aisha", "Dirk")}

    assert {name: 'name="hospital"' in page for name, page in lists.items()} == {"Aisha": True, "Dirk": False}


def test_in_a_network_of_one_hospital_nobody_is_asked_of_which(
    app: Flask, database: Database, region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = worklist.hospitals
    monkeypatch.setattr(worklist, "hospitals", lambda session: every(session)[:1])

    assert 'name="hospital"' not in signed_in(app, database, region, "Aisha").get("/worklist").text

"""The list of what came in after the discussion, on the work list: who reads it, who may say *seen*, and registering once more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from mdo_portal.database import Database
from mdo_portal.domain.audit import AuditEntry
from mdo_portal.domain.board import Board, Meeting
from mdo_portal.domain.case import Case, CaseState
from mdo_portal.domain.hospital import Hospital
from mdo_portal.exchange import Fact, IncomingResult, Section, Wire
from mdo_portal.services.common import changes
from mdo_portal.services.common.source import Source
from mdo_portal.services.referrals import results
from tests import make
from tests.people import Region
from tests.web.portal import CSRF, Portal, app_on

LIST = "/worklist?unseen=1"


@dataclass(frozen=True)
class House(Portal):
    case: Case
    told: set[tuple[str, str]]

    def post(self, client: FlaskClient, what: str, **form: str) -> int:
        return client.post(f"/cases/{self.case.id}/{what}", data={"csrf_token": CSRF, **form}).status_code

    def until(self, client: FlaskClient) -> str:
        """As the page sends it."""
        return re.findall(r'hidden" name="until" value="([^"]+)"', client.get(f"/cases/{self.case.id}").text)[0]

    def state(self) -> CaseState:
        with self.database.transaction() as session:
            return session.get_one(Case, self.case.id).state


@pytest.fixture
def house(database: Database, region: Region, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """Delivered; an hour ago ZEED corrected the PSA."""
    now, patient = datetime.now(UTC), make.identity("4711")
    told: set[tuple[str, str]] = set()
    with database.transaction() as session:
        zeed = session.get_one(Hospital, region.hospitals["ZEED"])
        psa = Fact(Section.MARKER, "12,4", "PSA", key="F7/PSA")
        case = make.case(session, zeed, patient=patient, now=now - timedelta(days=9), facts=(*make.COMPLETE, psa))
        case.state, case.is_open = CaseState.DELIVERED, False
    with database.transaction() as session, monkeypatch.context() as patched:
        patched.setattr(changes, "announce", lambda _, topic, one, revision=0: told.add((topic, str(one))))
        corrected = Fact(Section.MARKER, "1,24", "PSA", key="F7/PSA", status="corrected")
        result = IncomingResult(patient, "R01", facts=(corrected,))
        results.add(session, result, Source(session.merge(zeed), now - timedelta(hours=1), Wire.HL7V2))
    with app_on(database) as app:
        yield House(app, database, region, case, told)


def is_listed(page: str, case: Case) -> bool:
    return f'id="case-{case.id}"' in page


@pytest.mark.parametrize("name", ["Aisha", "Bram"])
def test_the_board_reads_what_came_and_says_that_it_saw(house: House, name: str) -> None:
    client = house.person(name)
    page = client.get(LIST).text
    assert is_listed(page, house.case) and "Gewijzigde uitslag ontvangen van Ziekenhuis ZEED" in page
    assert "Voor 1 casus kwam na de bespreking nog iets binnen" in client.get("/worklist").text
    brief = client.get(f"/worklist/brief?case={house.case.id}").text
    assert re.search(r"12,4</del>.*1,24</ins>", brief, re.DOTALL)

    assert house.post(client, "seen", until=house.until(client)) == 302

    assert not is_listed(client.get(LIST).text, house.case)
    assert "Niets nieuws na de bespreking" in client.get(LIST).text
    assert re.search(r"Gezien wat binnenkwam tot en met[^<]*", client.get(f"/cases/{house.case.id}").text)
    with house.database.transaction() as session:
        said = session.scalars(select(AuditEntry).where(AuditEntry.act == "case:seen")).one()
        assert (said.case_id, said.person_id) == (house.case.id, house.region.viewers[name].person_id)


def test_who_said_it_by_mistake_takes_it_back(house: House) -> None:
    client = house.person("Aisha")
    house.post(client, "seen", until=house.until(client))

    assert house.post(house.person("Bram"), "not-seen") == 409
    assert house.post(client, "not-seen") == 302

    assert is_listed(client.get(LIST).text, house.case)


@pytest.mark.parametrize("until", ["", "gisteren", "2001-01-01", "2001-01-01T00:00:00+00:00"])
def test_of_what_was_not_shown_nobody_says_that_they_saw_it(house: House, until: str) -> None:
    client = house.person("Aisha")

    assert house.post(client, "seen", until=until) == 409

    assert is_listed(client.get(LIST).text, house.case)


def test_a_specialist_of_the_hospital_reads_it_and_leaves_seen_to_the_board(house: House) -> None:
    client = house.person("Dirk")

    assert is_listed(client.get(LIST).text, house.case)
    page = client.get(f"/cases/{house.case.id}").text
    assert "/seen" not in page and "kiest Gezien" in page
    assert house.post(client, "seen", until=datetime.now(UTC).isoformat()) == 403
    assert is_listed(client.get(LIST).text, house.case)


@pytest.mark.parametrize("what", ["seen", "not-seen", "reopen"])
def test_for_another_hospital_and_board_it_does_not_exist(house: House, what: str) -> None:
    client = house.person("Carla")

    assert not is_listed(client.get(LIST).text, house.case)
    assert house.post(client, what, until=datetime.now(UTC).isoformat(), reason="nieuwsgierig") == 404


def test_reading_the_list_leaves_its_line(house: House) -> None:
    house.person("Aisha").get(LIST)

    with house.database.transaction() as session:
        (line,) = session.scalars(select(AuditEntry).where(AuditEntry.act == "worklist:read"))
        assert (line.hits, line.detail) == (1, "unseen")


def test_the_lists_hear_of_it(house: House) -> None:
    """As of every change of a case that waits."""
    assert ("worklist", str(house.region.boards["URO-P"])) in house.told
    rows = house.person("Aisha").get("/worklist/rows?unseen=1").text
    assert f"worklist:{house.region.boards['URO-P']}" in rows
    assert "unseen=1" in re.findall(r'data-live-url="([^"]+)"', rows)[0]


@pytest.mark.parametrize("name", ["Aisha", "Bram", "Dirk"])
def test_the_case_is_registered_once_more_without_typing_it_again(house: House, name: str) -> None:
    client = house.person(name)
    assert "Opnieuw aanmelden" in client.get(f"/cases/{house.case.id}").text

    assert house.post(client, "reopen", reason="de uitslag verandert het stadium") == 302

    assert house.state() in (CaseState.READY, CaseState.INCOMPLETE)
    assert is_listed(client.get("/worklist").text, house.case)
    assert not is_listed(client.get(LIST).text, house.case)
    assert "Opnieuw aangemeld: de uitslag verandert het stadium" in client.get(f"/cases/{house.case.id}").text


def test_a_reason_is_asked(house: House) -> None:
    assert house.post(house.person("Aisha"), "reopen", reason=" ") == 409
    assert house.state() is CaseState.DELIVERED


def test_who_signs_reads_first_that_something_came_after_the_discussion(house: House) -> None:
    now = datetime.now(UTC)
    with house.database.transaction() as session:
        zeed = session.get_one(Hospital, house.region.hospitals["ZEED"])
        case = make.case(session, zeed, patient=make.identity("4712"))
        meeting = session.get_one(Meeting, house.region.meeting)
        round_ = make.discussed(
            session, make.planned(session, case, meeting, viewer=house.region.aisha), viewer=house.region.bram
        )
        result = IncomingResult(make.identity("4712"), "R01", facts=(Fact(Section.PATHOLOGY, "herzien", "PA", key="T1/PA"),))
        results.add(session, result, Source(zeed, now - timedelta(hours=1), Wire.HL7V2))
        round_id = round_.id

    page = house.person("Bram").get(f"/rounds/{round_id}/sign").text

    assert re.search(r"Na de bespreking kwam nog iets binnen\.</b>\s*Uitslag ontvangen van Ziekenhuis ZEED", page)


@pytest.mark.parametrize(
    ("state", "here"),
    [
        (CaseState.SCHEDULED, "Gepland"),
        (CaseState.LISTED, "Hamerstuk"),
        (CaseState.DECIDED, "Advies getekend"),
        (CaseState.DELIVERED, "Afgeleverd"),
        (CaseState.FOLLOWED_UP, "Opgevolgd"),
        (CaseState.WITHDRAWN, "Ingetrokken"),
        (CaseState.CLOSED, "Gesloten"),
    ],
)
def test_how_far_a_case_is_says_the_word_of_its_state_and_no_further(house: House, state: CaseState, here: str) -> None:
    with house.database.transaction() as session:
        session.get_one(Case, house.case.id).state = state

    (step,) = re.findall(r'aria-current="step">([^<]+)<', house.person("Aisha").get(f"/cases/{house.case.id}").text)

    assert step == here


def test_what_the_board_folds_is_said_to_be_there_and_shown_when_asked(house: House) -> None:
    with house.database.transaction() as session:
        session.get_one(Board, house.region.boards["URO-P"]).folds_values = True
        session.get_one(Case, house.case.id).unseen_only_values = True
    client = house.person("Aisha")

    page = client.get(LIST).text
    assert not is_listed(page, house.case) and "Bij 1 casus kwamen alleen losse waarden" in page
    assert "kwam na de bespreking nog iets binnen dat niemand" not in client.get("/worklist").text
    (address,) = re.findall(r'href="([^"]+)"[^>]*>Toon ook die<', page)

    opened = client.get(address.replace("&amp;", "&")).text
    assert is_listed(opened, house.case) and "Verberg die" in opened
    assert "folded=1" in re.findall(r'data-live-url="([^"]*rows[^"]*)"', opened)[0]
    assert house.post(client, "seen", until=house.until(client)) == 302
    assert "losse waarden" not in client.get(LIST).text

"""A request to destroy on the screen: who is told that one waits, what stands in its way, and whom it is about."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from lxml import html
from sqlalchemy import text

from mdo_portal.database import Database
from mdo_portal.domain.people import Role
from tests import make
from tests.people import Region
from tests.web.portal import CSRF
from tests.web.retention_house import NUMBER, House, found, opened, post


@pytest.fixture
def house(database: Database, region: Region) -> Iterator[House]:
    with opened(database, region) as found:
        yield found


def counted(page: str) -> str:
    """The number behind Bewaren in the header."""
    [link] = html.fromstring(page).xpath("//nav//a[contains(@href, '/retention')]")
    return "".join(link.xpath(".//*[contains(@class, 'count')]/text()")).strip()


def test_a_request_that_waits_is_counted_in_the_header_of_who_may_judge_it(house: House) -> None:
    manager, petra = house.extra("Cees", Role.CASE_MANAGER), house.person("Petra")
    stranger = house.extra("Olga", Role.PRIVACY_OFFICER, code="KREE")
    assert counted(petra.get("/retention").text) == ""

    request_id = house.asked(manager)

    assert counted(petra.get("/retention").text) == "1"
    assert counted(manager.get("/retention").text) == counted(stranger.get("/retention").text) == ""
    post(petra, f"/destruction/{request_id}/approve")
    assert counted(petra.get("/retention").text) == ""


def test_nobody_is_called_to_judge_their_own_request(house: House) -> None:
    petra = house.person("Petra")
    house.asked(petra)

    assert counted(petra.get("/retention").text) == ""


def test_searching_without_a_number_asks_for_one(house: House) -> None:
    page = found(house.person("Petra"), number=" ", bsn="")

    assert page.status_code == 422
    assert "Vul het patiëntnummer of het BSN in" in page.text


def test_a_bsn_as_an_epd_shows_it_finds_the_patient(house: House) -> None:
    copied = f"{make.BSN[:4]} {make.BSN[4:6]} {make.BSN[6:]}"
    assert NUMBER in found(house.person("Petra"), number="", bsn=copied).text


def test_who_searches_a_patient_again_reads_that_a_request_stands_there(house: House) -> None:
    manager = house.extra("Cees", Role.CASE_MANAGER)
    assert "staat al een verzoek" not in found(manager, number=NUMBER).text

    request_id = house.asked(manager)

    page = found(manager, number=NUMBER).text
    assert "staat al een verzoek" in page and f"/destruction/{request_id}" in page


def test_a_refused_request_leads_back_to_whom_it_is_about(house: House) -> None:
    manager = house.extra("Cees", Role.CASE_MANAGER)
    form = {"patient_id": house.patient_id(), "letter_on": "2026-01-01", "case_id": ""}
    post(manager, "/destruction/requests", **form)

    stands_at = f"/destruction/patient/{house.patient_id()}"
    double = manager.post(
        "/destruction/requests", data={"csrf_token": CSRF, **form}, headers={"Referer": f"http://localhost{stands_at}"}
    )

    assert double.status_code == 409
    [back] = html.fromstring(double.text).xpath("//main//a[contains(@class, 'btn-primary')]/@href")
    assert back == stands_at


def test_what_stands_in_the_way_leads_to_the_case_for_who_may_open_it_and_says_who_else_to_ask(house: House) -> None:
    manager, petra = house.extra("Cees", Role.CASE_MANAGER), house.person("Petra")
    request_id = house.asked(manager)
    with house.database.transaction() as session:
        session.execute(text("UPDATE deliveries SET state = 'refused'"))

    noted, judged = (person.get(f"/destruction/{request_id}").text for person in (manager, petra))

    assert f"/cases/{house.case_id}" in noted and "Zolang dat zo is, kan niemand het verzoek goedkeuren" in noted
    assert f"/cases/{house.case_id}" not in judged and "Vraag een behandelaar" in judged


def test_destroying_asks_once_more_and_names_whom(house: House) -> None:
    request_id = house.asked(house.extra("Cees", Role.CASE_MANAGER))

    page = html.fromstring(house.person("Petra").get(f"/destruction/{request_id}").text)

    [form] = page.xpath("//form[contains(@action, '/approve')]")
    [dialog] = form.xpath("ancestor::dialog")
    assert "van Voorbeeld" in dialog.text_content() and NUMBER in dialog.text_content()


def test_a_request_that_nobody_here_can_judge_says_so(house: House) -> None:
    manager = house.extra("Cees", Role.CASE_MANAGER)
    request_id = house.asked(manager)
    assert "Niemand van uw ziekenhuis" not in manager.get(f"/destruction/{request_id}").text

    with house.database.transaction() as session:
        session.execute(text("UPDATE memberships SET ended_at = now() WHERE role = 'privacy_officer'"))

    page = manager.get(f"/destruction/{request_id}").text
    assert "Niemand van uw ziekenhuis kan dit verzoek nu beoordelen" in page and "Dat doet een functionaris" in page
    assert "Wacht op een tweede persoon" not in page, "there is none"


def test_who_judges_reads_who_noted_it(house: House) -> None:
    request_id = house.asked(house.extra("Cees", Role.CASE_MANAGER))

    page = html.fromstring(house.person("Petra").get(f"/destruction/{request_id}").text)

    [named] = page.xpath("//dt[text()='Genoteerd']/following-sibling::dd")
    assert "Cees" in named.text_content()


def test_an_only_officer_who_noted_it_reads_that_one_more_is_needed(house: House) -> None:
    """It told the officer that the hospital had none, and below that somebody else would judge it."""
    petra = house.person("Petra")

    page = petra.get(f"/destruction/{house.asked(petra)}").text

    assert "nog iemand die rol te geven" in page and "Wacht op een tweede persoon" not in page


def test_only_who_may_set_a_hold_is_told_how(house: House) -> None:
    assert "U legt er een vast" in house.person("Petra").get("/retention").text
    assert "U legt er een vast" not in house.extra("Cees", Role.CASE_MANAGER).get("/retention").text

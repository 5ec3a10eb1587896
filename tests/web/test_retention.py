"""Bewaren on the screen: who sees which button, two persons, a fresh proof of identity, and no number of a patient in an address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, text

from mdo_portal.database import Database
from mdo_portal.domain.audit import AuditEntry
from mdo_portal.domain.case import Case
from mdo_portal.domain.destruction import LegalHold
from mdo_portal.domain.people import Role
from tests import make, pdf_text
from tests.people import Region
from tests.web.retention_house import NUMBER, House, found, opened, post


@pytest.fixture
def house(database: Database, region: Region) -> Iterator[House]:
    with opened(database, region) as found:
        yield found


# The page


def test_the_privacy_officer_sees_what_goes_by_number_and_without_names(house: House) -> None:
    page = house.person("Petra").get("/retention")

    assert page.status_code == 200
    assert "VW-9001" in page.text and "van Voorbeeld" not in page.text
    assert "Tegenhouden" in page.text and "Termijn wijzigen" not in page.text


def test_somebody_elses_privacy_officer_sees_nothing_of_it(house: House) -> None:
    page = house.extra("Olga", Role.PRIVACY_OFFICER, code="KREE").get("/retention")

    assert page.status_code == 200
    assert "VW-9001" not in page.text


def test_the_administrator_sees_terms_and_no_case(house: House) -> None:
    page = house.person("Ada").get("/retention")

    assert "Termijn wijzigen" in page.text
    assert "VW-9001" not in page.text and "Patiënt zoeken" not in page.text


def test_only_the_administrator_changes_a_term_and_within_bounds(house: House) -> None:
    ada = house.person("Ada")

    assert post(house.person("Petra"), "/retention/rules/case", amount=6, reason="x").status_code == 403
    assert post(ada, "/retention/rules/access_log", amount=4, reason="ruimte").status_code == 422
    assert post(ada, "/retention/rules/case", amount="veel", reason="x").status_code == 422
    assert post(ada, "/retention/rules/case", amount=6, reason="").status_code == 422
    assert post(ada, "/retention/rules/case", amount=6, reason="besluit 12").status_code == 303
    assert "besluit 12" in ada.get("/retention").text


def test_a_hold_is_set_and_lifted_and_only_by_the_own_privacy_officer(house: House) -> None:
    petra = house.person("Petra")
    path = f"/retention/cases/{house.case_id}/hold"

    assert post(house.extra("Cees", Role.CASE_MANAGER), path, reason="x").status_code == 403
    assert post(house.extra("Olga", Role.PRIVACY_OFFICER, code="KREE"), path, reason="x").status_code == 404
    assert post(petra, path, reason="").status_code == 422
    assert post(petra, path, reason="klacht loopt").status_code == 303
    assert post(petra, path, reason="nog eens").status_code == 409
    with house.database.transaction() as session:
        hold_id = session.scalars(select(LegalHold.id)).one()
    assert "klacht loopt" in petra.get("/retention").text
    assert post(petra, f"/retention/holds/{hold_id}/lift", reason="klaar").status_code == 303
    assert post(petra, f"/retention/holds/{hold_id}/lift", reason="klaar").status_code == 409


# Finding and noting


@pytest.mark.parametrize("form", [{"number": NUMBER}, {"bsn": make.BSN}])
def test_a_patient_is_found_by_number_or_bsn_in_a_form_and_the_look_is_logged(house: House, form: dict[str, str]) -> None:
    page = found(house.person("Petra"), **form)

    assert page.status_code == 200 and "van Voorbeeld" in page.text
    assert make.BSN not in page.text
    title = re.search(r"<title>(.*?)</title>", page.text, re.S)
    assert title is not None and "Voorbeeld" not in title[1]
    assert not re.search(rf'(?:href|action|src)="[^"]*(?:{NUMBER}|{make.BSN})', page.text)
    with house.database.transaction() as session:
        line = session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
    assert line is not None and (line.act, line.detail, line.case_id) == ("destroy:request", "found", house.case_id)


def test_another_hospital_does_not_find_the_patient(house: House) -> None:
    stranger = house.extra("Olga", Role.PRIVACY_OFFICER, code="KREE")

    here, nowhere = (found(stranger, number=number) for number in (NUMBER, "Z-0000"))

    assert here.status_code == nowhere.status_code == 404
    with house.database.transaction() as session:
        patient_id = session.get_one(Case, house.case_id).patient_id
    assert post(stranger, "/destruction/requests", patient_id=patient_id, letter_on="2026-01-01").status_code == 404
    assert stranger.get(f"/destruction/patient/{patient_id}").status_code == 404


def test_a_request_without_a_date_is_not_noted(house: House) -> None:
    petra = house.person("Petra")
    with house.database.transaction() as session:
        patient_id = session.get_one(Case, house.case_id).patient_id

    assert post(petra, "/destruction/requests", patient_id=patient_id, letter_on="gisteren").status_code == 422
    assert post(petra, "/destruction/requests", patient_id="x", letter_on="2026-01-01").status_code == 404


# Judging


def test_who_noted_it_sees_no_button_and_cannot_approve(house: House) -> None:
    petra = house.person("Petra")
    request_id = house.asked(petra)

    assert "Goedkeuren en vernietigen" not in petra.get(f"/destruction/{request_id}").text
    assert post(petra, f"/destruction/{request_id}/approve").status_code == 409
    assert house.has_case()


def test_a_second_person_approves_once_and_the_proof_is_there(house: House) -> None:
    request_id = house.asked(house.extra("Cees", Role.CASE_MANAGER))
    petra = house.person("Petra")
    page = petra.get(f"/destruction/{request_id}")
    assert "van Voorbeeld" in page.text and "Goedkeuren en vernietigen" in page.text

    first, double = (post(petra, f"/destruction/{request_id}/approve") for _ in range(2))

    assert (first.status_code, double.status_code) == (303, 409)
    assert not house.has_case()
    proof = petra.get(f"/destruction/{request_id}")
    assert "Bewijs van vernietiging" in proof.text and "EPD-77" in proof.text and "van Voorbeeld" not in proof.text
    pdf = petra.get(f"/destruction/{request_id}/proof.pdf")
    assert pdf.status_code == 200 and pdf.mimetype == "application/pdf"
    assert "EPD-77" in pdf_text.whole(pdf.data)


def test_a_case_manager_notes_but_does_not_judge(house: House) -> None:
    request_id = house.asked(house.person("Petra"))
    manager = house.extra("Cees", Role.CASE_MANAGER)

    assert manager.get(f"/destruction/{request_id}").status_code == 200
    assert post(manager, f"/destruction/{request_id}/approve").status_code == 403
    assert house.has_case()


def test_an_old_proof_of_identity_destroys_nothing(house: House) -> None:
    request_id = house.asked(house.person("Petra"))
    tired = house.extra("Pim", Role.PRIVACY_OFFICER, at=datetime.now(UTC) - timedelta(minutes=10))

    answer = post(tired, f"/destruction/{request_id}/approve")

    assert answer.status_code == 303 and "/confirm" in answer.headers["Location"]
    assert house.has_case()


def test_a_letter_under_way_shows_what_is_in_the_way(house: House) -> None:
    request_id = house.asked(house.extra("Cees", Role.CASE_MANAGER))
    with house.database.transaction() as session:
        session.execute(text("UPDATE deliveries SET state = 'refused'"))
    petra = house.person("Petra")

    assert "een brief is nog niet overal aangekomen" in petra.get(f"/destruction/{request_id}").text
    assert post(petra, f"/destruction/{request_id}/approve").status_code == 409
    assert house.has_case()


def test_refusing_asks_ground_and_words_and_keeps_everything(house: House) -> None:
    request_id = house.asked(house.extra("Cees", Role.CASE_MANAGER))
    petra = house.person("Petra")

    assert post(petra, f"/destruction/{request_id}/refuse", refusal="x").status_code == 422
    assert post(petra, f"/destruction/{request_id}/refuse", ground="law", refusal="").status_code == 422
    assert post(petra, f"/destruction/{request_id}/refuse", ground="law", refusal="de wet").status_code == 303
    page = petra.get(f"/destruction/{request_id}").text
    assert "de wet" in page and "een wet verplicht tot bewaren" in page and "van Voorbeeld" not in page
    assert house.has_case()
    assert petra.get(f"/destruction/{request_id}/proof.pdf").status_code == 404


def test_a_request_of_another_hospital_does_not_exist(house: House) -> None:
    request_id = house.asked(house.person("Petra"))
    stranger = house.extra("Olga", Role.PRIVACY_OFFICER, code="KREE")

    for path in (f"/destruction/{request_id}", f"/destruction/{request_id}/proof.pdf"):
        assert stranger.get(path).status_code == 404
    assert post(stranger, f"/destruction/{request_id}/approve").status_code == 404
    assert house.has_case()


def test_every_look_at_the_page_leaves_a_line(house: House) -> None:
    petra = house.person("Petra")
    count = select(func.count()).select_from(AuditEntry)
    request_id = house.asked(petra)
    for path in ("/retention", f"/destruction/{request_id}"):
        with house.database.transaction() as session:
            before = session.scalar(count) or 0
        petra.get(path)
        with house.database.transaction() as session:
            assert (session.scalar(count) or 0) > before, path

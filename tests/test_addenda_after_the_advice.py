"""An addendum goes where the report is that it adds to: who decided on that report reads it, whatever else of the patient is open."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.case import CaseFact, CaseState
from mdo_portal.domain.document import CaseDocument
from tests import make
from tests.people import Region
from tests.test_results_told_again import PDF, REPORT, WHO, House, txa

CONCLUSION = "OBX|1|FT|C^Conclusie^L||Carcinoom graad 2||||||F"
MORE = "OBX|1|FT|C^Conclusie^L||HER2 3+||||||F"


@pytest.fixture
def house(session: Session, region: Region) -> House:
    return House(session, region)


def decided(house: House) -> None:
    """Its case is over, and the patient has a new one."""
    house.case.state, house.case.is_open = CaseState.CLOSED, False
    make.case(house.session, house.hospital, patient=WHO, number="VW-2")
    house.session.flush()


@pytest.mark.parametrize(
    "addendum",
    [(REPORT.replace("Pathologie", "Addendum 1"), MORE), (REPORT, MORE.replace("Conclusie", "Aanvullend verslag"))],
    ids=["by its order", "by its own name"],
)
def test_one_of_an_order_does(house: House, addendum: tuple[str, str]) -> None:
    house.hears("ORU^R01", REPORT, CONCLUSION)
    decided(house)
    house.hears("ORU^R01", *addendum)
    assert house.facts() == ["Carcinoom graad 2", "HER2 3+"]


def test_one_of_a_report_that_is_a_file_does(house: House) -> None:
    house.hears("ORU^R01", REPORT, PDF)
    decided(house)
    house.hears("ORU^R01", REPORT.replace("Pathologie", "Addendum 1"), MORE)
    assert house.facts() == ["HER2 3+"]


def test_one_of_a_document_does(house: House) -> None:
    house.hears("MDM^T02", txa("D1"), CONCLUSION)
    decided(house)
    house.hears("MDM^T06", txa("D2", "D1"), MORE)
    assert house.facts() == ["Carcinoom graad 2", "HER2 3+"]


@pytest.mark.parametrize("parent", ["", "D1"])
def test_one_that_has_no_number_of_its_own_takes_the_place_of_nothing(house: House, parent: str) -> None:
    """A system that sends it under the number of its document: the conclusion was gone, and the addendum stood there alone."""
    house.hears("MDM^T02", txa("D1"), CONCLUSION)
    for _ in range(2):
        house.hears("MDM^T06", txa("D1", parent), MORE)
    assert house.facts() == ["Carcinoom graad 2", "HER2 3+"]
    house.hears("MDM^T11", txa("D1", available="CA"))
    assert house.facts() == []


@pytest.mark.parametrize("parent", ["", "D1"])
def test_nor_does_its_file_which_goes_when_its_document_does(house: House, parent: str) -> None:
    house.hears("MDM^T02", txa("D1"), PDF)
    more = PDF.replace("JVBERi0xLjcK", "JVBERi0xLjQK")
    for _ in range(2):
        house.hears("MDM^T06", txa("D1", parent), more)
    assert house.documents() == [("D1", "", True), ("D1/&", "", True)]
    house.hears("MDM^T11", txa("D1", available="CA"))
    assert [stands for _, _, stands in house.documents()] == [False, False]


def test_nor_when_another_takes_the_place_of_its_document(house: House) -> None:
    house.hears("MDM^T02", txa("D1"), PDF)
    house.hears("MDM^T06", txa("D1"), PDF.replace("JVBERi0xLjcK", "JVBERi0xLjQK"))
    house.hears("MDM^T10", txa("D2", "D1"), PDF.replace("JVBERi0xLjcK", "JVBERi0xLjUK"))
    assert [number for number, _, stands in house.documents() if stands] == ["D2"]


def test_another_report_of_that_patient_does_not(house: House) -> None:
    house.hears("ORU^R01", REPORT, CONCLUSION)
    decided(house)
    house.hears("ORU^R01", REPORT.replace("F1", "F2").replace("Pathologie", "Addendum 1"), MORE)
    assert house.facts() == ["Carcinoom graad 2"]


def test_a_report_that_is_a_file_is_taken_back_there_too(house: House) -> None:
    house.hears("ORU^R01", REPORT, PDF)
    decided(house)
    house.hears("ORU^R01", f"{REPORT}{'|' * 21}X")
    query = select(CaseDocument.status).where(CaseDocument.case_id == house.case.id)
    assert list(house.session.scalars(query)) == ["withdrawn"]


def test_taken_back_whole_a_report_takes_its_addenda_along(house: House) -> None:
    """That of another patient stood there on, beside nothing."""
    house.hears("ORU^R01", REPORT, CONCLUSION)
    house.hears("ORU^R01", REPORT.replace("Pathologie", "Addendum 1"), MORE)
    house.hears("ORU^R01", f"{REPORT}{'|' * 21}X")
    rows = house.session.scalars(select(CaseFact.text).where(CaseFact.case_id == house.case.id, CaseFact.superseded_at.is_(None)))
    assert not {"Carcinoom graad 2", "HER2 3+"} & set(rows)

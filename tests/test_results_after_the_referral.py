"""A value that the referral told, without the laboratory's name for it, is the one that the laboratory corrects or takes back."""

from __future__ import annotations

import sys
import uuid
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.case import CaseFact
from mdo_portal.exchange import Fact, Section, Wire
from mdo_portal.services.common.source import Source
from mdo_portal.services.dossier import case_facts
from tests.make import NOW
from tests.people import Region
from tests.test_results_told_again import CHEMISTRY, HOUR, House

TOLD = Fact(Section.MARKER, "12 ug/L", "PSA", date(2026, 1, 1))


@pytest.fixture
def house(session: Session, region: Region) -> House:
    return House(session, region)


def refers(house: House, *facts: Fact) -> None:
    at, message_id = house.now, uuid.uuid4()
    case_facts.add_facts(house.session, house.case, facts, Source(house.hospital, at, Wire.HL7V2, message_id))
    house.session.flush()
    house.now += HOUR


def psa(value: str, status: str = "F", day: str = "20260101") -> str:
    return f"OBX|1|NM|PSA^PSA^L||{value}|ug/L|||||{status}|||{day}"


def stands(house: House) -> list[tuple[str, str]]:
    query = select(CaseFact.text, CaseFact.status).where(CaseFact.label == "PSA", CaseFact.superseded_at.is_(None))
    return [(row[0], row[1]) for row in house.session.execute(query.order_by(CaseFact.id))]


def test_a_correction_takes_the_place_of_what_the_referral_told(house: House) -> None:
    refers(house, TOLD)
    house.hears("ORU^R01", CHEMISTRY, psa("21", "C"))

    assert stands(house) == [("21 ug/L", "corrected")]


@pytest.mark.parametrize("value", ["12", ""])
def test_what_is_withdrawn_stands_no_longer(house: House, value: str) -> None:
    refers(house, TOLD)
    house.hears("ORU^R01", CHEMISTRY, psa(value, "D"))

    assert stands(house) == []


def test_the_same_value_is_told_once_and_goes_on_under_its_name(house: House) -> None:
    refers(house, TOLD)
    house.hears("ORU^R01", CHEMISTRY, psa("12"))
    assert stands(house) == [("12 ug/L", "")]

    house.hears("ORU^R01", CHEMISTRY, psa("13"))
    assert stands(house) == [("13 ug/L", "")]


def test_another_value_of_that_day_that_corrects_nothing_stands_beside(house: House) -> None:
    refers(house, TOLD)
    house.hears("ORU^R01", CHEMISTRY, psa("21"))

    assert stands(house) == [("12 ug/L", ""), ("21 ug/L", "")]


def test_of_two_values_of_that_day_nobody_can_tell_which_is_corrected(house: House) -> None:
    refers(house, TOLD, Fact(Section.MARKER, "14 ug/L", "PSA", date(2026, 1, 1)))
    house.hears("ORU^R01", CHEMISTRY, psa("21", "C"))

    assert [text for text, _ in stands(house)] == ["12 ug/L", "14 ug/L", "21 ug/L"]


def test_a_value_of_another_day_is_not_the_one_that_is_corrected(house: House) -> None:
    refers(house, TOLD)
    house.hears("ORU^R01", CHEMISTRY, psa("21", "C", day="20260202"))

    assert [text for text, _ in stands(house)] == ["12 ug/L", "21 ug/L"]


def test_what_the_referral_told_after_it_is_not_corrected_by_it(house: House) -> None:
    house.now = NOW + 5 * HOUR
    refers(house, TOLD)
    house.now = NOW
    house.hears("ORU^R01", CHEMISTRY, psa("21", "C"))

    assert ("12 ug/L", "") in stands(house)


def test_a_day_that_is_told_anew_takes_the_place_of_the_day_of_before(house: House) -> None:
    """A laboratory that mends when the blood was taken sends the same value, again as final: it was taken for a double."""
    house.hears("ORU^R01", CHEMISTRY, psa("12"))
    house.hears("ORU^R01", CHEMISTRY, psa("12", day="20260109"))

    query = select(CaseFact.dated_on).where(CaseFact.label == "PSA", CaseFact.superseded_at.is_(None))
    assert house.session.scalars(query).all() == [date(2026, 1, 9)]


def looked_at(house: House, count: int) -> int:
    """How many steps it takes to hear so many diagnoses, each in other words than before."""
    refers(house, *(Fact(Section.CONDITION, f"Diagnose {count}-{n}", "Diagnose") for n in range(count)))
    steps = 0

    def step(frame: object, event: str, _: object) -> None:
        nonlocal steps
        steps += event == "call"

    sys.setprofile(step)
    try:
        refers(house, *(Fact(Section.CONDITION, f"Diagnose {count}-{n} (rechts)", "Diagnose") for n in range(count)))
    finally:
        sys.setprofile(None)
    return steps


def test_a_referral_of_many_facts_is_told_again_in_a_time_that_grows_with_them_and_not_with_their_square(house: House) -> None:
    """Five thousand diagnoses held a thread of the worker, and their patient, for minutes."""
    few, many = looked_at(house, 20), looked_at(house, 320)

    assert many < 3 * 320 / 20 * few

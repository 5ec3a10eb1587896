"""What was withdrawn or replaced before it could be read here is over when it is read at last: its message had waited for a person."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.case import CaseFact
from tests.people import Region
from tests.test_results_told_again import CHEMISTRY, HOUR, PDF, House, txa, written

OTHER = PDF.replace("JVBERi0xLjcK", "JVBERi0xLjcKMjIy")
EARLY, LATE = "20260301090000", "20260301100000"
PSA = "OBX|1|NM|PSA^PSA^L||12|ug/L|||||F"


@pytest.fixture
def house(session: Session, region: Region) -> House:
    return House(session, region)


def standing(house: House) -> list[str]:
    keyed = select(CaseFact.text).where(CaseFact.source_key != "", CaseFact.superseded_at.is_(None))
    return [*house.session.scalars(keyed), *(number for number, _, stands in house.documents() if stands)]


@pytest.fixture(params=["told late", "read late"])
def before(house: House, request: pytest.FixtureRequest) -> tuple[str, str, datetime]:
    """(when the older was sent, when the newer, when the older came): by the sender's clock, or by ours alone."""
    return (EARLY, LATE, house.now + 2 * HOUR) if request.param == "told late" else ("", "", house.now - HOUR)


@pytest.mark.parametrize("told", [PDF, written("tekst")])
def test_a_document_that_was_cancelled(house: House, before: tuple[str, str, datetime], told: str) -> None:
    house.hears("MDM^T11", txa("D1"), sent=before[1])
    house.now = before[2]
    house.hears("MDM^T02", txa("D1"), told, sent=before[0])

    assert standing(house) == []


@pytest.mark.parametrize("told", [PDF, written("tekst")])
@pytest.mark.parametrize("newer", [OTHER, written("nieuw")])
def test_a_document_that_was_replaced(house: House, before: tuple[str, str, datetime], told: str, newer: str) -> None:
    house.hears("MDM^T10", txa("D2", "D1"), newer, sent=before[1])
    house.now = before[2]
    house.hears("MDM^T02", txa("D1"), told, sent=before[0])

    assert standing(house) == (["D2"] if newer == OTHER else ["nieuw"])


def test_an_order_that_was_cancelled(house: House) -> None:
    house.hears("ORU^R01", f"{CHEMISTRY}{'|' * 21}X")
    assert "result.withdrawn" not in house.events()  # laboratories cancel many an order that nobody heard of
    house.now -= 2 * HOUR
    house.hears("ORU^R01", CHEMISTRY, PSA)

    assert standing(house) == []


def test_what_is_told_after_it_was_cancelled_stands(house: House) -> None:
    house.hears("MDM^T11", txa("D1"), sent=EARLY)
    house.hears("MDM^T02", txa("D1"), PDF, sent=LATE)
    house.hears("ORU^R01", f"{CHEMISTRY}{'|' * 21}X", sent=EARLY)
    house.hears("ORU^R01", CHEMISTRY, PSA, sent=LATE)

    assert standing(house) == ["12 ug/L", "D1"]


@pytest.mark.parametrize("number", ["D1", ""])
def test_a_document_that_is_here_or_has_no_number_leaves_no_other_mark(house: House, number: str) -> None:
    house.hears("MDM^T02", txa(number), PDF, sent=EARLY)
    house.hears("MDM^T11", txa(number), sent=LATE)

    assert house.session.scalars(select(CaseFact.text).where(CaseFact.label == "Document zonder inhoud")).all() == []


@pytest.mark.parametrize("told", [PDF, written("tekst")])
def test_what_a_document_replaced_is_over_also_when_it_says_so_after_its_own_next_version(house: House, told: str) -> None:
    house.hears("MDM^T02", txa("D1"), told, sent="20260301080000")
    house.hears("MDM^T08", txa("D3"), PDF.replace("JVBERi0xLjcK", "JVBERi0xLjcKMzMz"), sent=LATE)
    house.hears("MDM^T10", txa("D3", "D1"), OTHER, sent=EARLY)

    assert standing(house) == ["D3"]

"""Of which of several something is may stand behind its name or not, by what else a message holds: it stays the same thing."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.case import CaseFact
from tests.integrations.fhir.make import patient, request
from tests.integrations.fhir.test_of_which_of_several import form
from tests.people import Region
from tests.test_fhir_told_again import House


@pytest.fixture
def house(session: Session, region: Region) -> House:
    return House(session, region)


def standing(house: House) -> list[tuple[str, str]]:
    query = select(CaseFact.label, CaseFact.text).where(CaseFact.superseded_at.is_(None), CaseFact.label.startswith("PI-RADS"))
    return [(label, text) for label, text in house.session.execute(query.order_by(CaseFact.id))]


def test_an_answer_that_changed_takes_its_own_place_when_a_second_form_comes_beside_it(house: House) -> None:
    house.tells(request(), patient(), form("l", ("Zijde", "links"), ("PI-RADS", 4)))
    house.tells(
        request(), patient(), form("l", ("Zijde", "links"), ("PI-RADS", 3)), form("r", ("Zijde", "rechts"), ("PI-RADS", 5))
    )

    assert standing(house) == [("PI-RADS (links)", "3"), ("PI-RADS (rechts)", "5")]


def test_and_when_it_comes_alone_again(house: House) -> None:
    right = form("r", ("Zijde", "rechts"), ("PI-RADS", 5))
    house.tells(request(), patient(), form("l", ("Zijde", "links"), ("PI-RADS", 4)), right)
    house.tells(request(), patient(), form("l", ("Zijde", "links"), ("PI-RADS", 2)))

    assert standing(house) == [("PI-RADS (rechts)", "5"), ("PI-RADS", "2")]

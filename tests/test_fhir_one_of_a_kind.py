"""A label that only says what kind of thing a fact is (*Allergie*, *Toelichting*) makes two of them no versions of each other."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.case import CaseFact
from tests.integrations.fhir.make import Node, bundle, condition, patient, request
from tests.people import Region
from tests.test_fhir_told_again import House, psa

BELONGS: Node = {"basedOn": [{"identifier": {"value": "REF-1"}}]}


def allergy(words: str, code: str = "") -> Node:
    coded = {"coding": [{"system": "http://snomed.info/sct", "code": code}]} if code else {}
    return {"resourceType": "AllergyIntolerance", "code": {"text": words} | coded, "patient": {"reference": "Patient/p"}}


class Nameless(House):
    """A hospital that numbers its resources anew in every message: nothing has an address on a server."""

    def says(self, *entries: Node) -> None:
        raw = bundle(*entries).replace(b'"fullUrl": "https://', b'"fullUrl": "urn:x:')
        self.understands(raw)

    def standing(self, label: str) -> list[str]:
        query = select(CaseFact.text).where(CaseFact.label == label, CaseFact.superseded_at.is_(None))
        return list(self.session.scalars(query.order_by(CaseFact.id)))


@pytest.fixture
def house(session: Session, region: Region) -> Nameless:
    return Nameless(session, region)


@pytest.mark.parametrize("is_addition", [True, False])
def test_one_more_allergy_puts_no_other_aside(house: Nameless, is_addition: bool) -> None:
    house.says(request(), patient(), allergy("Penicilline"), allergy("Jodium"))
    house.says(psa(**BELONGS) if is_addition else request(), patient(), allergy("Pleisters"))

    assert house.standing("Allergie") == ["Penicilline", "Jodium", "Pleisters"]


@pytest.mark.parametrize("code", ["", "372687004"])
def test_the_same_allergy_in_other_words_takes_the_place_of_what_was_said_of_it(house: Nameless, code: str) -> None:
    house.says(request(), patient(), allergy("Penicilline", code), allergy("Jodium"))
    house.says(request(), patient(), allergy("Penicilline: anafylaxie", code))

    assert house.standing("Allergie") == ["Jodium", "Penicilline: anafylaxie"]


def test_of_one_code_the_words_may_differ_from_the_first_on(house: Nameless) -> None:
    house.says(request(), patient(), allergy("Amoxicilline", "372687004"))
    house.says(request(), patient(), allergy("Clamoxyl (amoxicilline)", "372687004"))

    assert house.standing("Allergie") == ["Clamoxyl (amoxicilline)"]


def test_a_note_on_one_disease_takes_no_place_of_a_note_on_another(house: Nameless) -> None:
    house.says(request(), patient(), condition(1, note=[{"text": "links"}]))
    house.says(request(), patient(), condition(2, note=[{"text": "rechts"}]))
    house.says(request(), patient(), condition(2, note=[{"text": "beiderzijds"}]))

    assert house.standing("Toelichting") == ["Diagnose 1: links", "Diagnose 2: beiderzijds"]

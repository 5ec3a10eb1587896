"""A referral that is sent again in other words changes nothing in PostgreSQL: no fact, document, person or question is there twice."""

from __future__ import annotations

import copy
from collections import Counter
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case, CaseFact
from mdo_portal.domain.document import CaseDocument
from mdo_portal.domain.patient import Patient
from tests.integrations.fhir.alike import REWRITINGS
from tests.integrations.fhir.alike.written import as_xml, plain
from tests.integrations.fhir.test_alike import MESSAGES
from tests.people import Region
from tests.test_fhir_told_again import House


def stored(session: Session) -> tuple[Counter[Any], Counter[Any], list[Any], list[Any]]:
    """What holds: facts and documents by what they say, patients by their numbers, cases by what is asked."""
    session.flush()
    facts = session.scalars(select(CaseFact).where(CaseFact.superseded_at.is_(None)))
    papers = session.scalars(select(CaseDocument).where(CaseDocument.superseded_at.is_(None)))
    people = session.scalars(select(Patient))
    cases = session.scalars(select(Case))
    return (
        Counter((one.section, one.label, one.text, one.dated_on) for one in facts),
        Counter((one.title, one.size, one.status) for one in papers),
        sorted((one.birth_on, one.sex) for one in people),
        sorted((one.referral_number, one.urgency, one.question_board) for one in cases),
    )


@pytest.fixture
def house(session: Session, region: Region) -> House:
    return House(session, region)


@pytest.mark.parametrize("how", sorted(set(REWRITINGS) - {"with accents apart"}))  # other letters are another word
def test_a_referral_again_in_other_words_changes_nothing(house: House, session: Session, how: str) -> None:
    tree, _ = MESSAGES["of all kinds"]
    said = REWRITINGS[how](copy.deepcopy(tree))
    if said is None:
        return
    house.understands(plain(tree))
    before = stored(session)
    assert all(before)
    house.understands(plain(said))
    assert stored(session) == before
    house.understands(as_xml(said))
    assert stored(session) == before

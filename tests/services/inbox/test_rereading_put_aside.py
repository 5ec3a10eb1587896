"""What a hospital took back, corrected or made final since its referral came: read once more, the referral changes nothing of that."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.case import CaseFact
from mdo_portal.exchange import Fact, IncomingResult, Section, Wire
from mdo_portal.services.common.source import Source
from mdo_portal.services.referrals import results
from tests import make
from tests.make import NOW
from tests.people import Region
from tests.services.inbox.test_rereading import HOUR, PSA, Desk


def test_what_the_hospital_took_back_since_does_not_come_back(session: Session, region: Region) -> None:
    desk = Desk(session, region)
    desk.supplement(facts=(), taken_back=(PSA,))
    assert PSA.text not in {text for _, _, text in desk.present()}

    desk.again()

    assert PSA.text not in {text for _, _, text in desk.present()}


def test_a_value_that_was_called_final_since_stays_final_and_stands_once(session: Session, region: Region) -> None:
    early = replace(PSA, key="R-1", status="preliminary")
    desk = Desk(session, region, facts=(*make.COMPLETE, early))
    final = IncomingResult(patient=desk.said.patient, event="R01", facts=(replace(early, status="final", status_only=True),))
    results.add(session, final, Source(desk.zeed, NOW + HOUR, Wire.HL7V2, uuid.uuid4()))
    session.flush()

    desk.again()

    told = session.scalars(select(CaseFact).where(CaseFact.case_id == desk.case.id, CaseFact.text == PSA.text))
    assert [(one.status, one.superseded_at) for one in told] == [("final", None)]


@pytest.mark.parametrize("moved", [{"section": Section.OTHER}, {"label": "Prostaatspecifiek antigeen"}, {"text": "12,4"}])
def test_what_was_put_aside_since_does_not_come_back_under_another_heading_or_in_other_words(
    session: Session, region: Region, moved: dict[str, Any]
) -> None:
    desk = Desk(session, region)
    desk.supplement(facts=(), taken_back=(PSA,))

    desk.again(facts=(*make.COMPLETE, replace(PSA, **moved)))

    assert not {one for one in desk.present() if one[2].startswith("12,4")}


def test_a_value_that_was_corrected_since_does_not_stand_beside_its_correction_under_another_heading(
    session: Session, region: Region
) -> None:
    desk = Desk(session, region)
    right = IncomingResult(patient=desk.said.patient, event="R01", facts=(replace(PSA, text="14 ug/l", status="corrected"),))
    results.add(session, right, Source(desk.zeed, NOW + HOUR, Wire.HL7V2, uuid.uuid4()))
    session.flush()

    desk.again(facts=(*make.COMPLETE, replace(PSA, section=Section.OTHER)))

    assert {one for one in desk.present() if one[2].endswith("ug/l")} == {(Section.MARKER, "PSA", "14 ug/l")}


def test_of_two_values_under_one_name_the_one_that_still_stands_may_be_read_otherwise(session: Session, region: Region) -> None:
    first, second = (Fact(Section.MEDICATION, text, "Medicatie") for text in ("apixaban", "metoprolol"))
    desk = Desk(session, region, facts=(*make.COMPLETE, first, second))
    desk.supplement(facts=(), taken_back=(first,))

    desk.again(facts=(*make.COMPLETE, first, replace(second, text="metoprolol 50 mg")))

    told = {text for _, label, text in desk.present() if label == "Medicatie"}
    assert told == {"metoprolol 50 mg"}


def test_what_a_supplement_took_the_place_of_by_a_name_that_was_wrong_stands_again_under_its_own(
    session: Session, region: Region
) -> None:
    first, second = Fact(Section.MARKER, "12", "Bepaling"), Fact(Section.MARKER, "7", "Bepaling")
    desk = Desk(session, region, facts=(*make.COMPLETE, first))
    desk.supplement(facts=(second,))
    assert {text for _, label, text in desk.present() if label == "Bepaling"} == {"7"}

    desk.again(facts=(*make.COMPLETE, replace(first, label="PSA")))

    assert {one[1:] for one in desk.present() if one[0] is Section.MARKER} == {("PSA", "12"), ("Bepaling", "7")}

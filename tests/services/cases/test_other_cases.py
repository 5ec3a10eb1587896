"""Whoever reads a case is told of the person's other cases, as far as they may see them: a new referral number is no new patient."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.audit import AuditEntry
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.patient import Patient
from mdo_portal.exchange import PersonName
from mdo_portal.services.cases import other_cases
from mdo_portal.services.meetings import meetings
from tests import make
from tests.make import BSN, NOW
from tests.people import Region
from tests.services.signed import CLOSED, sign


@pytest.fixture
def case(session: Session, zeed: Hospital) -> Case:
    return make.case(session, zeed, patient=make.identity("47", bsn=BSN))


@pytest.fixture
def delt(session: Session, region: Region) -> Hospital:
    return session.get_one(Hospital, region.hospitals["DELT"])


def names(session: Session, who: object, case: Case) -> list[tuple[str, bool]]:
    return [(one.hospital_code, one.is_unlike) for one in other_cases.of_case(session, who, case, now=NOW)]  # type: ignore[arg-type]


def test_what_was_advised_under_another_referral_number_is_told_and_logged(
    session: Session, region: Region, zeed: Hospital, meeting: Meeting, case: Case
) -> None:
    earlier = make.case(session, zeed, patient=make.identity("47", bsn=BSN), now=NOW)
    round_ = make.discussed(session, make.planned(session, earlier, meeting, viewer=region.aisha), viewer=region.bram)
    make.signed(session, round_, viewer=region.bram)
    make.case(session, zeed, patient=make.identity("48"))

    (told,) = other_cases.of_case(session, region.aisha, case, now=NOW)

    assert (told.id, told.advice, told.meeting_at, told.is_unlike) == (earlier.id, ("Operatie.",), meeting.starts_at, False)
    looks = select(AuditEntry.object_id).where(AuditEntry.detail == "other case")
    assert session.scalars(looks).all() == [str(earlier.id)]


def test_an_open_page_of_a_case_hears_that_its_patient_is_referred_once_more(
    session: Session, zeed: Hospital, case: Case
) -> None:
    """Whoever had it open planned it, and read of the second referral when they loaded the page anew."""
    somebody_else = make.case(session, zeed, patient=make.identity("48"))
    before = case.revision, somebody_else.revision
    session.info.pop("untold", None)

    second = make.case(session, zeed, patient=make.identity("47", bsn=BSN))

    told = {one for topic, one in session.info["untold"] if topic == "case"}
    assert (case.revision > before[0], somebody_else.revision) == (True, before[1])
    assert told == {str(case.id), str(second.id)}


def test_an_advice_that_was_withdrawn_is_told_as_none(
    session: Session, region: Region, meeting: Meeting, zeed: Hospital, case: Case
) -> None:
    round_ = make.discussed(session, make.planned(session, case, meeting, viewer=region.aisha), viewer=region.bram)
    make.signed(session, round_, viewer=region.bram)
    sign(session, round_, CLOSED, region.bram)
    later = make.case(session, zeed, patient=make.identity("47", bsn=BSN))

    (told,) = other_cases.of_case(session, region.aisha, later, now=NOW)

    assert told.advice == ()


def test_another_hospitals_case_under_the_same_bsn_is_told_to_who_may_see_it_only(
    session: Session, region: Region, delt: Hospital, case: Case
) -> None:
    make.case(session, delt, patient=make.identity("9001", bsn=BSN))
    without = make.case(session, delt, patient=make.identity("9002"))

    assert names(session, region.aisha, case) == [("DELT", False)]
    assert names(session, region.dirk, case) == []
    assert names(session, region.aisha, without) == []


def test_the_same_bsn_with_another_name_or_birth_date_is_told_as_unlike(
    session: Session, region: Region, delt: Hospital, case: Case
) -> None:
    other = make.case(session, delt, patient=make.identity("9001", bsn=BSN, name=PersonName(family="Heelanders")))

    assert names(session, region.aisha, case) == [("DELT", True)]

    whose = session.get_one(Patient, other.patient_id)
    whose.family, whose.birth_on = "van Voorbeeld", date(1951, 2, 3)
    session.flush()
    assert names(session, region.aisha, case) == [("DELT", True)]


def test_whose_patient_objects_stays_with_the_own_hospital(session: Session, region: Region, delt: Hospital, case: Case) -> None:
    make.case(session, delt, patient=make.identity("9001", bsn=BSN)).objected = True
    session.flush()

    assert names(session, region.aisha, case) == []


def test_an_agenda_says_that_somebody_stands_on_it_twice(
    session: Session, region: Region, delt: Hospital, zeed: Hospital, meeting: Meeting, case: Case
) -> None:
    twin = make.case(session, delt, patient=make.identity("9001", bsn=BSN))
    others = [make.case(session, zeed, patient=make.identity("48")), make.case(session, delt, patient=make.identity("9002"))]
    for one in (case, twin, *others):
        make.planned(session, one, meeting, viewer=region.aisha)

    assert [row.is_twice for row in meetings.agenda(session, meeting.id)] == [True, True, False, False]

    twin.objected = True
    session.flush()
    assert not any(row.is_twice for row in meetings.agenda(session, meeting.id))

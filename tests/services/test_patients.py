"""Patients are never merged by the portal: whatever does not fit together goes to a person."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.patient import Patient
from mdo_portal.exchange import PatientIdentity, PersonName, Unreadable
from mdo_portal.services import identification, patients
from tests import make
from tests.make import BSN, NOW, OTHER_BSN
from tests.people import Region

SAME: dict[str, Any] = {"name": PersonName(family="de Vries", initials="J"), "birth_on": date(1950, 5, 5)}
OTHER: dict[str, Any] = {"name": PersonName(family="Bakker", initials="K"), "birth_on": date(1961, 6, 6)}


@pytest.fixture
def zeed(region: Region) -> uuid.UUID:
    return region.hospitals["ZEED"]


def known(session: Session, hospital_id: uuid.UUID, **over: object) -> Patient:
    return patients.add(session, hospital_id, make.identity("1", **(SAME | over)), now=NOW)


def test_the_hospitals_own_number_finds_its_patient(session: Session, zeed: uuid.UUID) -> None:
    patient = known(session, zeed)

    assert identification.find(session, zeed, make.identity("1", **SAME)) is patient


def test_the_same_number_at_another_hospital_is_somebody_else(session: Session, zeed: uuid.UUID, region: Region) -> None:
    known(session, zeed, bsn=BSN)

    assert identification.find(session, region.hospitals["KREE"], make.identity("1", bsn=BSN, **SAME)) is None


def test_a_bsn_finds_the_patient_when_no_number_was_sent(session: Session, zeed: uuid.UUID) -> None:
    patient = known(session, zeed, bsn=BSN)

    found = identification.find(session, zeed, PatientIdentity(bsn=BSN, **SAME))

    assert found is patient


CONFLICTS = {
    "number of one and BSN of another": make.identity("1", bsn=OTHER_BSN, **SAME),
    "another BSN than before": make.identity("1", bsn="999900018", **SAME),
    "the same BSN under another number": make.identity("3", bsn=BSN, **SAME),
    "the same number for another name and birth date": make.identity("1", **OTHER),
    "the same BSN for another name and birth date": PatientIdentity(bsn=BSN, **OTHER),
}


@pytest.mark.parametrize("told", CONFLICTS.values(), ids=CONFLICTS)
def test_what_does_not_fit_goes_to_a_person(session: Session, zeed: uuid.UUID, told: PatientIdentity) -> None:
    known(session, zeed, bsn=BSN)
    patients.add(session, zeed, make.identity("2", bsn=OTHER_BSN, **OTHER), now=NOW)
    before = session.scalar(select(func.count()).select_from(Patient))

    with pytest.raises(Unreadable, match="identity_conflict"):
        identification.find(session, zeed, told)

    assert session.scalar(select(func.count()).select_from(Patient)) == before


@pytest.mark.parametrize("junk", ["000000000", "999999999", "123456789", "onbekend"])
def test_a_bsn_that_fails_the_eleven_test_links_nobody(session: Session, zeed: uuid.UUID, junk: str) -> None:
    """Placeholders for *unknown* would otherwise make one patient of all who have none."""
    known(session, zeed, bsn=junk)

    assert identification.find(session, zeed, make.identity("2", bsn=junk, **SAME)) is None


def test_a_doubtful_bsn_is_flagged_and_kept(session: Session, zeed: uuid.UUID) -> None:
    patient = known(session, zeed, bsn="999911121")

    assert (patient.bsn_doubtful, patients.bsn_of(session, patient)) == (True, "999911121")


@pytest.mark.parametrize("change", [{"name": PersonName(family="de Vries-Bakker")}, {"birth_on": date(1950, 5, 6)}])
def test_a_marriage_or_a_corrected_birth_date_is_no_conflict(
    session: Session, zeed: uuid.UUID, change: dict[str, object]
) -> None:
    patient = known(session, zeed)
    told = make.identity("1", **(SAME | change))

    assert identification.find(session, zeed, told) is patient


def test_what_is_not_said_stays(session: Session, zeed: uuid.UUID) -> None:
    patient = known(session, zeed, bsn=BSN)

    patients.tell(session, patient, PatientIdentity(local_number="1", sex="M"), now=NOW + timedelta(hours=1))

    assert (patient.family, patient.birth_on, patient.sex, patient.bsn_tail) == ("de Vries", date(1950, 5, 5), "M", "20")


def test_an_older_word_overwrites_nothing_and_fills_what_was_empty(session: Session, zeed: uuid.UUID) -> None:
    patient = known(session, zeed, sex="")

    patients.tell(session, patient, make.identity("1", sex="F", **OTHER), now=NOW - timedelta(hours=1))

    assert (patient.family, patient.sex, patient.told_at) == ("de Vries", "F", NOW)


def test_nobody_comes_back_to_life(session: Session, zeed: uuid.UUID) -> None:
    patient = known(session, zeed, deceased=True)

    patients.tell(session, patient, make.identity("1"), now=NOW)

    assert patient.deceased


def test_the_bsn_lies_sealed(session: Session, zeed: uuid.UUID) -> None:
    patient = known(session, zeed, bsn=BSN)

    assert BSN.encode() not in patient.bsn_sealed + patient.bsn_index
    assert patients.identity_of(session, patient).bsn == BSN


def test_a_patient_goes_out_as_it_came_in(session: Session, zeed: uuid.UUID) -> None:
    name = PersonName("van Putten - van der Giessen", "van der", "Giessen", "van", "Putten", "JP", "Jo")
    told = make.identity("77", bsn=BSN, name=name, deceased=True)

    patient = patients.add(session, zeed, told, now=NOW)

    assert patients.identity_of(session, patient) == told


def test_the_web_form_and_the_feed_meet_in_one_patient(session: Session, region: Region) -> None:
    zeed = session.get_one(Hospital, region.hospitals["ZEED"])
    first = make.case(session, zeed, patient=make.identity("8", bsn=BSN))

    second = make.case(session, zeed, patient=make.identity("8", bsn=BSN))

    assert first.patient_id == second.patient_id
    assert first.id != second.id

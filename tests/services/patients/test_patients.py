"""Patients are never merged by the portal: whatever does not fit together goes to a person."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.patient import Patient
from mdo_portal.exchange import PatientIdentity, PersonName, Unreadable
from mdo_portal.services.patients import identification, patients
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


HYPHENED = PersonName(family="Jansen - de Vries", own_prefix="de", own_family="Vries", partner_family="Jansen", initials="J")


def test_a_surname_is_told_as_a_whole_so_the_partners_name_goes_when_it_no_longer_comes(
    session: Session, zeed: uuid.UUID
) -> None:
    patient = known(session, zeed, name=HYPHENED)
    alone = PersonName(family="de Vries", own_prefix="de", own_family="Vries")

    patients.tell(session, patient, make.identity("1", **(SAME | {"name": alone})), now=NOW + timedelta(hours=1))

    assert patients.identity_of(session, patient).name == replace(alone, initials="J")


def test_the_same_surname_without_its_parts_leaves_them(session: Session, zeed: uuid.UUID) -> None:
    patient = known(session, zeed, name=HYPHENED)
    shouted = PersonName(family="JANSEN - DE VRIES")

    patients.tell(session, patient, make.identity("1", **(SAME | {"name": shouted})), now=NOW + timedelta(hours=1))

    assert patients.identity_of(session, patient).name == replace(HYPHENED, family=shouted.family)


def test_an_older_surname_never_mixes_with_the_newer(session: Session, zeed: uuid.UUID) -> None:
    patient = known(session, zeed)

    patients.tell(session, patient, make.identity("1", **(SAME | {"name": HYPHENED})), now=NOW - timedelta(hours=1))

    assert patients.identity_of(session, patient).name == SAME["name"]


def test_a_partners_name_that_was_taken_away_by_mistake_is_put_back(session: Session, zeed: uuid.UUID) -> None:
    patient = known(session, zeed, name=HYPHENED)
    before = patients.identity_of(session, patient)
    came = make.identity("1", **(SAME | {"name": PersonName(family="de Vries", own_prefix="de", own_family="Vries")}))
    patients.tell(session, patient, came, now=NOW + timedelta(hours=1))

    patients.restore(session, patient, before=before, came=came, now=NOW + timedelta(hours=2))

    assert patients.identity_of(session, patient).name == HYPHENED


def test_a_death_that_was_taken_back_does_not_come_again_with_an_older_word(session: Session, zeed: uuid.UUID) -> None:
    patient = known(session, zeed)
    dead = make.identity("1", deceased=True, **SAME)
    patients.tell(session, patient, dead, now=NOW + timedelta(hours=1))
    patients.tell(session, patient, make.identity("1", alive=True, **SAME), now=NOW + timedelta(hours=5))
    session.flush()

    patients.tell(session, patient, dead, now=NOW + timedelta(hours=6), sent_at=NOW + timedelta(hours=2))

    assert not patient.deceased


def test_a_death_that_is_told_late_counts_although_something_newer_came_before_it(session: Session, zeed: uuid.UUID) -> None:
    patient = known(session, zeed)
    patients.tell(session, patient, make.identity("1", **SAME), now=NOW + timedelta(hours=5))

    told = make.identity("1", deceased=True, **SAME)
    patients.tell(session, patient, told, now=NOW + timedelta(hours=6), sent_at=NOW + timedelta(hours=1))

    assert patient.deceased


@pytest.mark.parametrize(
    "sent_at", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=timezone(timedelta(hours=-1)))]
)
def test_a_moment_that_cannot_be_true_is_no_moment(session: Session, zeed: uuid.UUID, sent_at: datetime) -> None:
    patient = patients.add(session, zeed, make.identity("1", **SAME), now=NOW, sent_at=sent_at)

    assert patient.told_at == NOW


# The number of somebody else


def of_another_issuer(**told: Any) -> PatientIdentity:
    return PatientIdentity(local_number="1", local_authority="EXTLAB", **told)


@pytest.mark.parametrize(
    "told",
    [{}, {"name": SAME["name"]}, {"birth_on": SAME["birth_on"]}],
    ids=["a number alone", "with a name", "with a birth date"],
)
def test_a_number_of_another_issuer_is_nobody_here_until_a_person_says_so(
    session: Session, zeed: uuid.UUID, told: dict[str, Any]
) -> None:
    known(session, zeed, local_authority="ZEED")

    with pytest.raises(Unreadable, match="identity_conflict"):
        identification.find(session, zeed, of_another_issuer(**told))


@pytest.mark.parametrize("told", [SAME, {"bsn": BSN}], ids=["name and birth date", "BSN"])
def test_a_number_of_another_issuer_that_shows_who_it_is_finds_them(
    session: Session, zeed: uuid.UUID, told: dict[str, Any]
) -> None:
    patient = known(session, zeed, local_authority="ZEED", bsn=BSN)

    assert identification.find(session, zeed, of_another_issuer(**told)) is patient

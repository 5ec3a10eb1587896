"""Numbers that are one patient: merged only inside one hospital, the same whatever the order, and undone exactly."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case, CaseEvent
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.identity_conflict import ConflictKind
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.told import Merge
from mdo_portal.exchange import MergedNumbers, PatientChange, PatientMerge, PersonName, Wire
from mdo_portal.services.common.source import Source
from mdo_portal.services.identity import merges, unmerging
from mdo_portal.services.patients import identification, patient_feed, patients
from mdo_portal.services.patients.rulings import Conflict
from tests import make
from tests.make import BSN, NOW
from tests.people import Region
from tests.services.merging import merge, picture, told


def number_of(session: Session, case: Case) -> str:
    session.refresh(case)
    return session.get_one(Patient, case.patient_id).local_number


def events_of(session: Session, case: Case) -> list[str]:
    return list(session.scalars(select(CaseEvent.what).where(CaseEvent.case_id == case.id).order_by(CaseEvent.id)))


def found_by(session: Session, zeed: Hospital, number: str) -> Patient | None:
    return identification.find(session, zeed.id, make.identity(number))


def standing(session: Session) -> Merge:
    return session.scalars(select(Merge).where(Merge.undone_at.is_(None))).one()


def test_the_case_stands_under_the_number_that_goes_on_and_both_numbers_find_it(session: Session, zeed: Hospital) -> None:
    case = make.case(session, zeed, patient=make.identity("1"))

    found = merge(session, zeed, told("2", "1"))

    assert found is not None and found.id == case.id
    assert number_of(session, case) == "2"
    assert {found_by(session, zeed, one).id for one in "12"} == {case.patient_id}  # type: ignore[union-attr]
    assert events_of(session, case)[-1] == "patient.merged"


def test_an_old_number_that_was_never_seen_leads_to_the_patient_who_goes_on(session: Session, zeed: Hospital) -> None:
    case = make.case(session, zeed, patient=make.identity("2"))

    merge(session, zeed, told("2", "1"))

    found = found_by(session, zeed, "1")
    assert found is not None and found.id == case.patient_id


def test_the_same_merge_told_again_changes_nothing(session: Session, zeed: Hospital) -> None:
    case = make.case(session, zeed, patient=make.identity("1"))

    for _ in range(3):
        merge(session, zeed, told("2", "1"))

    assert len(session.scalars(select(Merge)).all()) == 1
    assert events_of(session, case).count("patient.merged") == 1


def test_a_merge_of_strangers_makes_nobody(session: Session, zeed: Hospital) -> None:
    assert merge(session, zeed, told("404", "405")) is None
    assert session.scalars(select(Merge)).all() == []


def test_the_same_numbers_at_another_hospital_are_left_alone(session: Session, zeed: Hospital, region: Region) -> None:
    elsewhere = make.case(session, session.get_one(Hospital, region.hospitals["KREE"]), patient=make.identity("1"))

    assert merge(session, zeed, told("2", "1")) is None
    assert number_of(session, elsewhere) == "1"


def test_numbers_of_two_hospitals_are_never_joined(session: Session, zeed: Hospital, region: Region) -> None:
    kree = session.get_one(Hospital, region.hospitals["KREE"])
    here, there = (
        session.get_one(Patient, make.case(session, one, patient=make.identity("1")).patient_id) for one in (zeed, kree)
    )

    with pytest.raises(ValueError, match="two hospitals"):
        merges.join(session, here, there, now=NOW)

    assert (here.merged_into, there.merged_into) == (None, None)


def test_who_are_one_already_are_not_joined_once_more(session: Session, zeed: Hospital) -> None:
    kept = session.get_one(Patient, make.case(session, zeed, patient=make.identity("2")).patient_id)
    merge(session, zeed, told("2", "1"))
    before = picture(session)
    gone = session.scalars(select(Patient).where(Patient.merged_into == kept.id)).one()

    assert (merges.join(session, kept, gone, now=NOW), merges.join(session, gone, kept, now=NOW)) == (None, None)

    assert picture(session) == before
    assert standing(session).gone_id == gone.id


def test_what_was_undone_is_undone_once_whatever_its_numbers_became_since(session: Session, zeed: Hospital) -> None:
    make.case(session, zeed, patient=make.identity("1"))
    make.case(session, zeed, patient=make.identity("2"))
    kept, gone = (session.scalars(select(Patient).where(Patient.local_number == one)).one() for one in "21")
    first = merges.join(session, kept, gone, now=NOW)
    assert first is not None
    unmerging.undo(session, first, now=NOW, person_id=None)
    merges.join(session, kept, gone, now=NOW)
    before = picture(session)

    unmerging.undo(session, first, now=NOW + timedelta(days=1), person_id=None)

    assert (picture(session), first.undone_at) == (before, NOW)


def test_a_referral_under_the_old_number_joins_and_goes_back_when_it_is_undone(session: Session, zeed: Hospital) -> None:
    case = make.case(session, zeed, patient=make.identity("2"))
    merge(session, zeed, told("2", "1"))
    late = make.case(session, zeed, patient=make.identity("1"))
    assert late.patient_id == case.patient_id

    unmerging.undo(session, standing(session), now=NOW, person_id=None)

    assert (number_of(session, case), number_of(session, late)) == ("2", "1")
    assert late.home_patient_id is None
    assert events_of(session, late)[-1] == "patient.unmerged"


def test_undone_nothing_of_it_is_left(session: Session, zeed: Hospital) -> None:
    case = make.case(session, zeed, patient=make.identity("1", bsn=BSN))
    before = picture(session)

    merge(session, zeed, told("2", "1", bsn=BSN))
    assert picture(session) != before
    unmerging.undo(session, standing(session), now=NOW, person_id=None)

    assert picture(session) == before
    assert number_of(session, case) == "1"


def test_an_update_under_the_old_number_reaches_the_patient_who_goes_on(session: Session, zeed: Hospital) -> None:
    case = make.case(session, zeed, patient=make.identity("1"))
    merge(session, zeed, told("2", "1"))
    renamed = replace(make.identity("1"), name=PersonName("Nieuwe Naam"))

    patient_feed.change(session, PatientChange(renamed, event="A08"), Source(zeed, NOW, Wire.HL7V2))

    session.refresh(case)
    patient = session.get_one(Patient, case.patient_id)
    assert (patient.local_number, patient.family) == ("2", "Nieuwe Naam")


def test_an_objection_made_while_they_were_one_stays_with_both(session: Session, zeed: Hospital) -> None:
    case = make.case(session, zeed, patient=make.identity("2"))
    merge(session, zeed, told("2", "1"))
    late = make.case(session, zeed, patient=make.identity("1"))
    session.get_one(Patient, case.patient_id).objects = True

    unmerging.undo(session, standing(session), now=NOW, person_id=None)

    assert session.get_one(Patient, late.patient_id).objects
    session.refresh(late)
    assert late.objected


# Who goes on, told by the BSN alone


def test_a_bsn_that_is_told_of_who_went_on_stays_theirs_when_they_are_taken_apart(session: Session, zeed: Hospital) -> None:
    case = make.case(session, zeed, patient=make.identity("2"))
    merge(session, zeed, told("2", "1"))
    patient = session.get_one(Patient, case.patient_id)
    patients.tell(session, patient, make.identity("2", bsn=BSN), now=NOW + timedelta(hours=1))

    unmerging.undo(session, standing(session), now=NOW + timedelta(days=1), person_id=None)

    assert patients.bsn_of(session, patient) == BSN


def test_the_bsn_of_the_other_that_is_told_of_who_went_on_is_the_others_alone_when_they_are_taken_apart(
    session: Session, zeed: Hospital
) -> None:
    """Else it named two: whoever came by BSN alone was somebody a person had to be asked about."""
    case, other = (
        make.case(session, zeed, patient=make.identity("2")),
        patients.add(session, zeed.id, make.identity("1", bsn=BSN), now=NOW),
    )
    merge(session, zeed, told("2", "1"))
    patient = session.get_one(Patient, case.patient_id)
    patients.tell(session, patient, make.identity("2", bsn=BSN), now=NOW + timedelta(hours=1))

    unmerging.undo(session, standing(session), now=NOW + timedelta(days=1), person_id=None)

    assert (patients.bsn_of(session, patient), patients.bsn_of(session, other)) == ("", BSN)


def by_bsn(*gone: str) -> PatientMerge:
    return PatientMerge(
        (MergedNumbers(replace(make.identity(bsn=BSN), local_number=""), tuple(("ZEED", one) for one in gone)),), "A40"
    )


def test_a_number_is_merged_into_who_has_the_bsn_that_was_sent(session: Session, zeed: Hospital) -> None:
    kept, gone = (
        make.case(session, zeed, patient=make.identity("1", bsn=BSN)),
        make.case(session, zeed, patient=make.identity("2")),
    )

    with pytest.raises(Conflict) as asked, session.begin_nested():
        merge(session, zeed, by_bsn("2"))

    assert asked.value.kind is ConflictKind.MERGE
    assert (asked.value.patient_id, asked.value.other_id) == (kept.patient_id, gone.patient_id)


def test_when_nobody_here_has_it_the_patient_keeps_the_only_number_there_is(session: Session, zeed: Hospital) -> None:
    case = make.case(session, zeed, patient=make.identity("2"))
    before = picture(session)

    for _ in range(2):
        assert merge(session, zeed, by_bsn("2")) is case

    assert picture(session) == before

"""A hospital says that two of its numbers are one person, or no longer: shown with both, and nobody is merged."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.told import Merge, MergeKind
from mdo_portal.exchange import PatientLink, Wire
from mdo_portal.services.common.source import Source
from mdo_portal.services.identity import merges
from mdo_portal.services.patients import patient_feed, patients
from tests import make
from tests.make import NOW
from tests.people import Region
from tests.services.identity.test_merges import events_of, number_of

LATER = NOW + timedelta(hours=1)


def tells(session: Session, zeed: Hospital, *numbers: str, linked: bool = True) -> Case | None:
    one, other = (make.identity(number) for number in numbers)
    return patient_feed.link(
        session, PatientLink((one, other), linked=linked, event="A24" if linked else "A37"), Source(zeed, LATER, Wire.HL7V2)
    )


def shown(session: Session, case: Case) -> list[str]:
    return [what for what in events_of(session, case) if what.endswith("linked")]


@pytest.fixture
def both(session: Session, zeed: Hospital) -> list[Case]:
    """Of two patients, the second of whom came last."""
    return [make.case(session, zeed, patient=make.identity(one), now=NOW + int(one) * timedelta(minutes=1)) for one in "12"]


def test_it_is_told_on_the_cases_of_both_who_stay_two(session: Session, zeed: Hospital, both: list[Case]) -> None:
    found = tells(session, zeed, "1", "2")

    assert found is both[1]
    assert [shown(session, case) for case in both] == [["patient.linked"]] * 2
    assert [number_of(session, case) for case in both] == ["1", "2"]
    link = session.scalars(select(Merge)).one()
    assert (link.kind, link.kept_id, link.gone_id) == (MergeKind.LINK, both[0].patient_id, both[1].patient_id)
    assert (link.kept_number, link.gone_number, link.event, link.at) == ("1", "2", "A24", LATER)


@pytest.mark.parametrize("numbers", [("1", "404"), ("404", "1")])
def test_of_whom_one_is_not_here_it_is_told_with_the_other(
    session: Session, zeed: Hospital, both: list[Case], numbers: tuple[str, str]
) -> None:
    found = tells(session, zeed, *numbers)

    assert found is both[0]
    assert [shown(session, case) for case in both] == [["patient.linked"], []]
    link = session.scalars(select(Merge)).one()
    assert (link.kept_id, link.gone_id, link.kept_number, link.gone_number) == (both[0].patient_id, None, "1", "404")


@pytest.mark.parametrize("again", [("1", "2"), ("2", "1")])
def test_told_again_it_is_told_once(session: Session, zeed: Hospital, both: list[Case], again: tuple[str, str]) -> None:
    for numbers in (("1", "2"), again):
        tells(session, zeed, *numbers)

    assert [shown(session, case) for case in both] == [["patient.linked"]] * 2
    assert session.scalars(select(Merge.undone_at)).all() == [None]


def test_taken_back_it_is_told_once_and_can_be_told_anew(session: Session, zeed: Hospital, both: list[Case]) -> None:
    for linked in (False, True, False, False, True):
        tells(session, zeed, "2", "1", linked=linked)

    assert shown(session, both[0]) == ["patient.linked", "patient.unlinked", "patient.linked"]
    assert [one.undone_at for one in session.scalars(select(Merge).order_by(Merge.undone_at))] == [LATER, None]


def test_what_is_linked_with_another_or_elsewhere_stays_so(
    session: Session, region: Region, zeed: Hospital, both: list[Case]
) -> None:
    elsewhere = session.get_one(Hospital, region.hospitals["DELT"])
    make.case(session, elsewhere, patient=make.identity("1"))
    for numbers in (("1", "404"), ("2", "404"), ("1", "405")):
        tells(session, zeed, *numbers)
    tells(session, elsewhere, "1", "404")

    tells(session, zeed, "1", "404", linked=False)

    standing = session.execute(select(Merge.hospital_id, Merge.kept_number, Merge.gone_number).where(Merge.undone_at.is_(None)))
    assert {tuple(one) for one in standing} == {(zeed.id, "2", "404"), (zeed.id, "1", "405"), (elsewhere.id, "1", "404")}
    assert shown(session, both[1]) == ["patient.linked"]


def test_of_two_numbers_that_are_one_patient_here_it_is_told_once(session: Session, zeed: Hospital, both: list[Case]) -> None:
    gone, kept = (session.get_one(Patient, case.patient_id) for case in both)
    merges.join(session, kept, gone, now=NOW)
    before = session.scalars(select(Case.revision).where(Case.id == both[0].id)).one()

    tells(session, zeed, "1", "2")

    session.refresh(both[0])
    assert (shown(session, both[0]), both[0].revision) == (["patient.linked"], before + 1)


def test_of_strangers_and_of_another_hospital_s_patients_nothing_is_kept(
    session: Session, zeed: Hospital, region: Region
) -> None:
    elsewhere = make.case(session, session.get_one(Hospital, region.hospitals["DELT"]), patient=make.identity("1"))

    assert tells(session, zeed, "1", "2") is None
    assert (session.scalars(select(Merge)).all(), shown(session, elsewhere)) == ([], [])


def test_nobody_s_case_is_told_of_a_patient_who_has_none(session: Session, zeed: Hospital) -> None:
    patients.add(session, zeed.id, make.identity("1"), now=NOW)

    assert tells(session, zeed, "1", "2") is None

"""Numbers that are merged or taken apart while a request to destroy or a hold stands, and patients of whom no case is left."""

from __future__ import annotations

import uuid
from datetime import datetime

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case
from mdo_portal.domain.destruction import DestroyRequest
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.identity_conflict import ConflictKind, IdentityConflict
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.retention import Kind
from mdo_portal.domain.told import Merge
from mdo_portal.exchange import MergedNumbers, PatientMerge, Wire
from mdo_portal.services.common.source import Source
from mdo_portal.services.identity import merges, unmerging
from mdo_portal.services.keeping import destroy_requests, holds, purging
from mdo_portal.services.patients import patients
from tests import make
from tests.people import Region
from tests.services.destruction import asked, officer
from tests.services.keeping_house import LATELY, LONG_AGO, NOW, finished, is_there, shield_of


@pytest.fixture
def two(session: Session, region: Region) -> tuple[Case, Case]:
    first, second = (finished(session, region, at=LATELY, patient=make.identity(number)) for number in ("Z-1", "Z-2"))
    return first, second


def row(session: Session, region: Region, number: str) -> Patient | None:
    return patients.by_local_number(session, region.hospitals["ZEED"], number)


def join(session: Session, kept: Case, gone: Case, *, at: datetime = NOW) -> Merge:
    merge = merges.join(session, session.get_one(Patient, kept.patient_id), session.get_one(Patient, gone.patient_id), now=at)
    assert merge is not None
    return merge


def approve(session: Session, region: Region, request: DestroyRequest) -> DestroyRequest:
    return destroy_requests.approve(session, officer(session, region, uuid.uuid4().hex), request.id, now=NOW)


def there(session: Session, *cases: Case) -> list[bool]:
    return [is_there(session, one.id) for one in cases]


# A request to destroy


@pytest.mark.parametrize("asker", [0, 1])
def test_merged_with_another_after_it_was_asked_it_is_asked_again_and_nothing_goes(
    session: Session, region: Region, two: tuple[Case, Case], asker: int
) -> None:
    request = asked(session, region, two[asker])
    join(session, *two)

    with pytest.raises(destroy_requests.Moved):
        approve(session, region, request)

    assert there(session, *two) == [True, True]
    assert request.approved_at is None, "it still stands on the list"
    assert [case.id for case, _ in destroy_requests.about(session, request)] == [two[asker].id], "only what was asked is shown"


def test_a_new_number_of_the_same_patient_changes_nothing_of_what_was_asked(session: Session, region: Region) -> None:
    """The hospital gave the patient another number: the request follows."""
    case, other = (finished(session, region, at=LATELY, patient=make.identity(number)) for number in ("Z-1", "Z-8"))
    request = asked(session, region, case)
    told = PatientMerge((MergedNumbers(make.identity("Z-2"), (("ZEED", "Z-1"),)),), event="A40")
    merges.apply(session, told, Source(session.get_one(Hospital, region.hospitals["ZEED"]), NOW, Wire.HL7V2))

    done = approve(session, region, request)

    assert there(session, case, other) == [False, True]
    assert done.counts["cases"] == 1
    assert (row(session, region, "Z-1"), row(session, region, "Z-2")) == (None, None)


def test_asked_for_one_and_taken_apart_since_it_is_asked_again(session: Session, region: Region, two: tuple[Case, Case]) -> None:
    merge = join(session, *two)
    request = asked(session, region, two[0])
    unmerging.undo(session, merge, now=NOW, person_id=None)

    with pytest.raises(destroy_requests.Moved):
        approve(session, region, request)

    assert there(session, *two) == [True, True]


def test_asked_while_they_are_one_it_is_for_all_of_them(session: Session, region: Region, two: tuple[Case, Case]) -> None:
    join(session, *two)
    request = asked(session, region, two[0])

    approve(session, region, request)

    assert there(session, *two) == [False, False]


def test_merged_and_taken_apart_again_it_is_as_it_was(session: Session, region: Region, two: tuple[Case, Case]) -> None:
    request = asked(session, region, two[1])
    unmerging.undo(session, join(session, *two), now=NOW, person_id=None)

    approve(session, region, request)

    assert there(session, *two) == [True, False]


def test_one_case_that_was_asked_goes_under_whatever_number_it_stands(
    session: Session, region: Region, two: tuple[Case, Case]
) -> None:
    request = asked(session, region, two[1], only_case=True)
    join(session, *two)

    approve(session, region, request)

    assert there(session, *two) == [True, False]


def test_a_case_that_turned_out_to_be_anothers_is_asked_about_again(
    session: Session, region: Region, two: tuple[Case, Case]
) -> None:
    merge = join(session, *two)
    request = destroy_requests.ask(
        session,
        region.petra,
        session.get_one(Patient, two[0].patient_id),
        case_id=two[1].id,
        letter_on=LATELY.date(),
        reason="",
        now=NOW,
    )
    unmerging.undo(session, merge, now=NOW, person_id=None)

    with pytest.raises(destroy_requests.Moved):
        approve(session, region, request)

    assert there(session, *two) == [True, True]


def test_the_database_itself_destroys_no_more_than_was_asked(session: Session, region: Region, two: tuple[Case, Case]) -> None:
    request = asked(session, region, two[0])
    join(session, *two)
    judge = officer(session, region)
    values = {"approved_by": judge.person_id, "approved_at": NOW}
    session.execute(update(DestroyRequest).where(DestroyRequest.id == request.id).values(**values))

    assert session.scalar(select(func.destroy_case(two[1].id, request.id))) is None

    assert there(session, *two) == [True, True]


# A hold


def test_a_hold_set_while_they_are_one_stays_with_both(session: Session, region: Region, two: tuple[Case, Case]) -> None:
    merge = join(session, *two)
    holds.place(session, region.petra, two[0].id, whole_patient=True, reason="klacht", now=NOW)

    unmerging.undo(session, merge, now=NOW, person_id=None)

    assert [shield_of(session, one) for one in two] == ["hold", "hold"]


def test_a_hold_on_a_patient_holds_under_whatever_number_that_goes_on(session: Session, region: Region) -> None:
    """Put on the second of three it held nothing of the third: that case went at its term, and a letter at any merge."""
    *ours, other = cases = [finished(session, region, patient=make.identity(f"Z-{number}")) for number in (1, 2, 3, 4)]
    first, second, third = ours
    join(session, second, third)
    holds.place(session, region.petra, second.id, whole_patient=True, reason="klacht", now=NOW)
    join(session, first, second)

    assert [shield_of(session, one) for one in cases] == ["hold", "hold", "hold", ""]
    assert [purging.purge(session, kind, now=NOW) for kind in (Kind.LETTER, Kind.CASE)] == [1, 1]
    assert there(session, *ours) == [True, True, True] and not is_there(session, other.id)


# Patients of whom no case is left


def old(session: Session, patient: Patient) -> Patient:
    patient.told_at = LONG_AGO
    session.flush()
    return patient


def without_case(session: Session, region: Region, number: str) -> Patient:
    made = patients.add(session, region.hospitals["ZEED"], make.identity(number), now=LONG_AGO)
    session.flush()
    return made


def purge(session: Session) -> int:
    gone = purging.purge(session, Kind.CASE, now=NOW)
    session.expire_all()
    return gone


def test_a_patient_without_a_case_goes_after_the_term(session: Session, region: Region) -> None:
    without_case(session, region, "Z-1")
    patients.add(session, region.hospitals["ZEED"], make.identity("Z-2"), now=LATELY)

    assert purge(session) == 1

    assert row(session, region, "Z-1") is None
    assert row(session, region, "Z-2") is not None, "told of lately"
    assert purge(session) == 0


def test_whoever_has_a_case_under_any_number_stays(session: Session, region: Region, two: tuple[Case, Case]) -> None:
    old(session, session.get_one(Patient, two[0].patient_id))
    spare = without_case(session, region, "Z-3")
    merges.join(session, session.get_one(Patient, two[0].patient_id), spare, now=LONG_AGO)

    assert purge(session) == 0

    assert row(session, region, "Z-3") is not None


def test_what_was_taken_apart_is_remembered_as_long_as_the_term(session: Session, region: Region, two: tuple[Case, Case]) -> None:
    spare = without_case(session, region, "Z-3")
    merge = merges.join(session, session.get_one(Patient, two[0].patient_id), spare, now=LONG_AGO)
    assert merge is not None
    unmerging.undo(session, merge, now=LATELY, person_id=None)

    assert purge(session) == 0
    merge.undone_at = LONG_AGO
    session.flush()
    assert purge(session) == 1
    assert there(session, *two) == [True, True]


@pytest.mark.parametrize(
    ("kind", "asked_at", "stays"),
    [
        (ConflictKind.OTHER_BSN, LONG_AGO, True),
        (ConflictKind.ELEVEN_TEST, LATELY, True),
        (ConflictKind.ELEVEN_TEST, LONG_AGO, False),
    ],
)
def test_a_question_that_nothing_waits_for_keeps_nobody_beyond_the_term(
    session: Session, region: Region, kind: ConflictKind, asked_at: datetime, stays: bool
) -> None:
    """Of a BSN that cannot be one nobody needs to say anything: unanswered, it kept its patient for ever."""
    patient = without_case(session, region, "Z-1")
    session.add(
        IdentityConflict(
            hospital_id=patient.hospital_id, kind=kind, message_id=uuid.uuid4(), received_at=asked_at, patient_id=patient.id,
            fingerprint=b"x", identities_sealed=b"x", blocks=kind is not ConflictKind.ELEVEN_TEST, opened_at=asked_at,
        )
    )  # fmt: skip
    session.flush()

    purge(session)

    assert (row(session, region, "Z-1") is not None) is stays

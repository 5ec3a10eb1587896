"""Destroying at a patient's request: two persons, once, all of it, and the proof stays."""

from __future__ import annotations

import threading
import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mdo_portal.database import Database
from mdo_portal.domain.audit import AuditEntry
from mdo_portal.domain.case import Case, CaseState
from mdo_portal.domain.destruction import DestroyRequest, Ground, Tombstone, hash_of_numbers
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import IllegalMove, Incomplete, NotAllowed, NotFound, PortalError, Stale
from mdo_portal.services.cases import cases
from mdo_portal.services.keeping import destroy_requests, holds
from mdo_portal.services.keeping.proofs import TABLE_WORDS
from mdo_portal.zone import day_of
from tests import make
from tests.people import Region
from tests.services.destruction import asked, officer
from tests.services.keeping.test_retention import LATELY, NOW, finished, is_there

# Asking


def test_the_patient_is_found_by_the_own_hospitals_number_or_bsn_and_by_nobody_else(session: Session, region: Region) -> None:
    case = finished(session, region, patient=make.identity("Z-1", bsn=make.BSN))

    by_number = destroy_requests.find_patient(session, region.petra, number="Z-1", bsn="")
    by_bsn = destroy_requests.find_patient(session, region.petra, number="", bsn=make.BSN)

    assert by_number.id == by_bsn.id == case.patient_id
    with pytest.raises(NotFound):
        destroy_requests.find_patient(session, region.carla, number="Z-1", bsn="")
    with pytest.raises(Incomplete):
        destroy_requests.find_patient(session, region.petra, number=" ", bsn="")


def test_the_law_gives_three_months_from_the_letter(session: Session, region: Region) -> None:
    case = finished(session, region)
    patient = session.get_one(Patient, case.patient_id)

    request = destroy_requests.ask(session, region.petra, patient, case_id=None, letter_on=LATELY.date(), reason="", now=NOW)

    assert 89 <= (request.due_on - LATELY.date()).days <= 92
    with pytest.raises(Incomplete):
        destroy_requests.ask(
            session, region.petra, patient, case_id=None, letter_on=day_of(NOW) + timedelta(days=1), reason="", now=NOW
        )


def test_a_letter_of_today_is_of_today_just_after_midnight_too(session: Session, region: Region) -> None:
    """Until one or two at night it was yesterday yet by the clock of the machine, and the letter of that day *in the future*."""
    case = finished(session, region)
    patient, night = session.get_one(Patient, case.patient_id), datetime(2027, 6, 10, 22, 30, tzinfo=UTC)

    request = destroy_requests.ask(
        session, region.petra, patient, case_id=None, letter_on=date(2027, 6, 11), reason="", now=night
    )

    assert request.letter_on == date(2027, 6, 11)


def test_the_same_request_waits_only_once(session: Session, region: Region) -> None:
    case = finished(session, region)
    asked(session, region, case)

    with pytest.raises(IllegalMove):
        asked(session, region, case)


# Judging


def test_who_asked_does_not_judge(session: Session, region: Region) -> None:
    request = asked(session, region, finished(session, region))

    with pytest.raises(IllegalMove):
        destroy_requests.approve(session, region.petra, request.id, now=NOW)
    with pytest.raises(IllegalMove):
        destroy_requests.refuse(session, region.petra, request.id, ground=Ground.LAW, refusal="wet", now=NOW)


@pytest.mark.parametrize("judge", ["approved", "refused"])
def test_the_database_too_wants_two_persons(session: Session, region: Region, judge: str) -> None:
    request = asked(session, region, finished(session, region))

    with pytest.raises(IntegrityError, match="two_persons"), session.begin_nested():
        session.execute(
            text(f"UPDATE destroy_requests SET {judge}_by = requested_by, {judge}_at = now(), ground = :ground WHERE id = :id"),
            {"id": request.id, "ground": "law" if judge == "refused" else None},
        )


def test_only_a_privacy_officer_of_that_hospital_judges(session: Session, region: Region) -> None:
    request = asked(session, region, finished(session, region))

    with pytest.raises(NotFound):
        destroy_requests.approve(session, region.carla, request.id, now=NOW)
    with pytest.raises(NotAllowed):
        destroy_requests.approve(session, region.dirk, request.id, now=NOW)


def test_an_approval_by_somebody_without_that_role_opens_no_door(session: Session, region: Region) -> None:
    case = finished(session, region)
    request = asked(session, region, case)
    session.execute(
        update(DestroyRequest).where(DestroyRequest.id == request.id).values(approved_by=region.dirk.person_id, approved_at=NOW)
    )

    assert session.scalar(select(func.destroy_case(case.id, request.id))) is None
    assert is_there(session, case.id)


def test_approved_everything_of_the_patient_goes_and_the_proof_stays(session: Session, region: Region) -> None:
    patient = make.identity("Z-9", bsn=make.BSN)
    cases = [finished(session, region, at=LATELY, patient=patient).id for _ in range(2)]
    other = finished(session, region, at=LATELY)
    request = asked(session, region, session.get_one(Case, cases[0]))

    done = destroy_requests.approve(session, officer(session, region), request.id, now=NOW)

    assert [is_there(session, one) for one in (*cases, other.id)] == [False, False, True]
    stones = session.scalars(select(Tombstone).where(Tombstone.request_id == request.id)).all()
    numbers = [paper["number"] for stone in stones for paper in stone.documents]
    assert {stone.case_id for stone in stones} == set(cases)
    assert (done.executed_at, done.reason, done.document_count) == (NOW, "", 2)
    assert done.documents_hash == hash_of_numbers(numbers)
    assert (done.counts["cases"], done.counts["patients"]) == (2, 1)
    acts = session.scalars(select(AuditEntry.act).where(AuditEntry.patient_id == done.patient_id)).all()
    assert acts.count("case.destroyed") == 2 and acts.count("destroy:approve") == 1 and acts.count("destroy:request") == 1


def test_the_proof_has_a_persons_word_for_all_that_goes(session: Session, region: Region) -> None:
    request = asked(session, region, finished(session, region))
    settled = destroy_requests.approve(session, officer(session, region), request.id, now=NOW)

    goes = set(settled.counts) - {"meetings"}  # a meeting only lets go of the case that was on everybody's screen

    assert len(goes) > 15
    assert goes - set(TABLE_WORDS) == set()


def test_one_case_goes_and_the_patients_other_case_stays(session: Session, region: Region) -> None:
    patient = make.identity("Z-9")
    first, second = (finished(session, region, at=LATELY, patient=patient) for _ in range(2))
    request = asked(session, region, first, only_case=True)

    destroy_requests.approve(session, officer(session, region), request.id, now=NOW)

    assert (is_there(session, first.id), is_there(session, second.id)) == (False, True)
    assert session.get(Patient, second.patient_id) is not None


@pytest.mark.parametrize("what", ["hold", "letter", "open"])
def test_what_protects_a_case_stops_the_whole_request(session: Session, region: Region, what: str) -> None:
    patient = make.identity("Z-9")
    free, bound = (finished(session, region, at=LATELY, patient=patient) for _ in range(2))
    request = asked(session, region, free)
    if what == "hold":
        holds.place(session, region.petra, bound.id, whole_patient=False, reason="klacht", now=NOW)
    elif what == "letter":
        session.execute(text("UPDATE deliveries SET state = 'refused' WHERE case_id = :id"), {"id": bound.id})
    else:
        session.execute(text("UPDATE cases SET state = 'decided' WHERE id = :id"), {"id": bound.id})

    with pytest.raises(destroy_requests.Protected):
        destroy_requests.approve(session, officer(session, region), request.id, now=NOW)
    assert is_there(session, free.id)


def test_refusing_needs_words_for_the_patient_and_settles_it(session: Session, region: Region) -> None:
    case = finished(session, region)
    request, judge = asked(session, region, case), officer(session, region)
    with pytest.raises(Incomplete):
        destroy_requests.refuse(session, judge, request.id, ground=Ground.THIRD_PARTY, refusal=" ", now=NOW)

    destroy_requests.refuse(session, judge, request.id, ground=Ground.THIRD_PARTY, refusal="erfelijkheid", now=NOW)
    session.flush()

    assert is_there(session, case.id)
    with pytest.raises(Stale):
        destroy_requests.approve(session, judge, request.id, now=NOW)


def test_of_two_who_approve_at_once_one_destroys_and_the_other_hears_it(database: Database, region: Region) -> None:
    with database.transaction() as session:
        judges = [officer(session, region, name) for name in ("Pim", "Pia")]
    for _ in range(8):
        with database.transaction() as session:
            case = finished(session, region, at=LATELY)
            request_id, case_id = asked(session, region, case).id, case.id
        barrier = threading.Barrier(2, timeout=20)
        outcomes: list[str] = []

        def judge(
            viewer: Viewer, wanted: uuid.UUID = request_id, start: threading.Barrier = barrier, told: list[str] = outcomes
        ) -> None:
            start.wait()
            try:
                with database.transaction() as session:
                    destroy_requests.approve(session, viewer, wanted, now=NOW)
                told.append("done")
            except PortalError as refused:
                told.append(type(refused).__name__)

        threads = [threading.Thread(target=judge, args=(one,)) for one in judges]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        with database.transaction() as session:
            assert sorted(outcomes) == ["Stale", "done"]
            assert session.scalar(select(func.count()).where(Tombstone.case_id == case_id)) == 1
            lines = select(func.count()).where(AuditEntry.act == "case.destroyed", AuditEntry.case_id == case_id)
            assert session.scalar(lines) == 1


def test_a_hold_placed_at_the_same_moment_wins_or_comes_too_late_never_both(database: Database, region: Region) -> None:
    with database.transaction() as session:
        judge = officer(session, region)
    for _ in range(8):
        with database.transaction() as session:
            case = finished(session, region, at=LATELY)
            request_id, case_id = asked(session, region, case).id, case.id
        barrier, outcomes = threading.Barrier(2, timeout=20), dict[str, str]()

        def approve(wanted: uuid.UUID = request_id, start: threading.Barrier = barrier, told: dict[str, str] = outcomes) -> None:
            start.wait()
            try:
                with database.transaction() as session:
                    destroy_requests.approve(session, judge, wanted, now=NOW)
                told["destroy"] = "done"
            except PortalError as refused:
                told["destroy"] = type(refused).__name__

        def hold(wanted: uuid.UUID = case_id, start: threading.Barrier = barrier, told: dict[str, str] = outcomes) -> None:
            start.wait()
            try:
                with database.transaction() as session:
                    holds.place(session, region.petra, wanted, whole_patient=False, reason="klacht", now=NOW)
                told["hold"] = "done"
            except PortalError as refused:
                told["hold"] = type(refused).__name__

        threads = [threading.Thread(target=one) for one in (approve, hold)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        with database.transaction() as session:
            there = is_there(session, case_id)
        assert sorted(value == "done" for value in outcomes.values()) == [False, True], outcomes
        assert there is (outcomes["hold"] == "done")


def test_a_patient_who_was_destroyed_and_is_referred_anew_is_somebody_nobody_here_knows(session: Session, region: Region) -> None:
    """Under the same numbers and BSN, from the same hospital: a new patient and a new case, with what that referral says and no more."""
    person = {"patient": make.identity("Z-9", bsn=make.BSN), "number": "VW-9"}
    gone = finished(session, region, at=LATELY, **person)
    old, old_patient = gone.id, gone.patient_id
    destroy_requests.approve(session, officer(session, region), asked(session, region, gone).id, now=NOW)

    anew = make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]), now=NOW, **person)

    view = cases.view(session, anew)
    assert (anew.id != old, anew.patient_id != old_patient, is_there(session, old)) == (True, True, False)
    assert (anew.state, view.rounds, view.decisions, view.superseded) == (CaseState.READY, [], [], [])
    assert [one.what for one in view.events] == ["referral.received"]
    assert session.scalars(select(Tombstone.case_id)).all() == [old], "the proof says nothing of the new one"
    assert asked(session, region, anew).executed_at is None, "which may be asked for once more"

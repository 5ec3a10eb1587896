"""Destroying at a patient's request: two persons, once, all of it, and the proof stays."""

from __future__ import annotations

import threading
import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import LargeBinary, func, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from mdo_portal.database import Database
from mdo_portal.domain.audit import AuditEntry
from mdo_portal.domain.case import Case
from mdo_portal.domain.destruction import DestroyRequest, Ground, Tombstone, hash_of_numbers
from mdo_portal.domain.inbound import InboundMessage, InboundState
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.people import Membership, Person, Role
from mdo_portal.domain.policy import Viewer
from mdo_portal.domain.tables import metadata
from mdo_portal.errors import IllegalMove, Incomplete, NotAllowed, NotFound, PortalError, Stale
from mdo_portal.exchange import Fact, Section
from mdo_portal.services import destroy_requests, drafts, holds, intake
from mdo_portal.services.keys import SEALED
from mdo_portal.services.sealed import row_of
from tests import make
from tests.people import Region
from tests.services.test_retention import LATELY, NOW, finished, is_there

PURPOSES = {
    ("patients", "bsn_sealed"): "patient.bsn",
    ("inbound_messages", "raw_sealed"): "inbound.raw",
    ("case_documents", "content_sealed"): "document.content",
    ("drafts", "fields_sealed"): drafts.PURPOSE,
}


def officer(session: Session, region: Region, name: str = "Pim") -> Viewer:
    """One more privacy officer of ZEED."""
    person = Person(name=name, email=f"{name.lower()}@example.nl")
    session.add(person)
    session.flush()
    session.add(Membership(person_id=person.id, hospital_id=region.hospitals["ZEED"], role=Role.PRIVACY_OFFICER))
    session.flush()
    return replace(region.petra, person_id=person.id, name=name)


def asked(session: Session, region: Region, case: Case, *, only_case: bool = False) -> DestroyRequest:
    patient = session.get_one(Patient, case.patient_id)
    only = case.id if only_case else None
    return destroy_requests.ask(session, region.petra, patient, case_id=only, letter_on=LATELY.date(), reason="brief", now=NOW)


# Asking


def test_the_patient_is_found_by_the_own_hospitals_number_or_bsn_and_by_nobody_else(session: Session, region: Region) -> None:
    case = finished(session, region, patient=make.identity("Z-1", bsn=make.BSN))

    by_number = destroy_requests.find_patient(session, region.petra, number="Z-1", bsn="")
    by_bsn = destroy_requests.find_patient(session, region.petra, number="", bsn=make.BSN)

    assert by_number.id == by_bsn.id == case.patient_id
    with pytest.raises(NotFound):
        destroy_requests.find_patient(session, region.carla, number="Z-1", bsn="")
    with pytest.raises(NotFound):
        destroy_requests.find_patient(session, region.petra, number="", bsn="")


def test_the_law_gives_three_months_from_the_letter(session: Session, region: Region) -> None:
    case = finished(session, region)
    patient = session.get_one(Patient, case.patient_id)

    request = destroy_requests.ask(session, region.petra, patient, case_id=None, letter_on=LATELY.date(), reason="", now=NOW)

    assert 89 <= (request.due_on - LATELY.date()).days <= 92
    with pytest.raises(Incomplete):
        destroy_requests.ask(
            session, region.petra, patient, case_id=None, letter_on=NOW.date() + timedelta(days=1), reason="", now=NOW
        )


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
        barrier = threading.Barrier(2)
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
        barrier, outcomes = threading.Barrier(2), dict[str, str]()

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


# Nothing is left


def test_after_destruction_no_word_of_the_case_is_left_anywhere(database: Database, region: Region) -> None:
    """K-check: every text, every JSON and every sealed value of every table, opened where we have the key."""
    canary = "KANARIE"
    patient = make.identity("CANARY-1", bsn=make.BSN, name=replace(make.identity().name, family=f"{canary}-naam"))
    facts = tuple(Fact(section, f"{canary} feit") for section in Section)
    with database.transaction() as session:
        case = finished(
            session, region, at=LATELY, patient=patient, facts=facts, question_board=f"{canary} vraag", number=f"{canary}-9"
        )
        round_id = session.scalars(text("SELECT id FROM rounds WHERE case_id = :id").bindparams(id=case.id)).one()
        session.execute(
            text("UPDATE meetings SET current_round_id = :id WHERE id = :at").bindparams(id=round_id, at=region.meeting)
        )
        for linked in (True, False):
            told = make.arrival(
                region.links["ZEED"],
                control_id=f"M-{linked}",
                raw=f"PID|{canary}".encode(),
                patient_numbers=(("ZEED", "CANARY-1"),),
            )
            intake.keep(session, [told])
        session.execute(
            update(InboundMessage)
            .values(state=InboundState.UNDERSTOOD, settled_at=NOW)
            .where(InboundMessage.hospital_id == case.hospital_id)
        )
        session.execute(update(InboundMessage).where(InboundMessage.control_id == "M-True").values(case_id=case.id))
        request_id, ids = asked(session, region, case).id, ids_of(session, case)
        judge = officer(session, region)
    with database.transaction() as session:
        assert len(found_in(session, canary)) > 5, "the net must catch something before"

    with database.transaction() as session:
        destroy_requests.approve(session, judge, request_id, now=NOW)

    with database.transaction() as session:
        assert found_in(session, canary) == []
        assert found_in(session, "CANARY-1") == []
        assert left_behind(session, ids) == []


def found_in(session: Session, word: str) -> list[str]:
    """Where this word stands: table.column of every row, sealed values opened."""
    found = []
    keys = make.sealer()
    bound = {(place.table.name, place.column): place.bound_by for place in SEALED}
    for name, table in metadata.tables.items():
        for row in session.execute(select(table)).mappings():
            for column, value in row.items():
                sealed = isinstance(table.c[column].type, LargeBinary) and bool(value)
                purpose = PURPOSES.get((name, column))
                of_row = [row[one] for one in bound.get((name, column), ())]
                words = (
                    keys.open(value, purpose=purpose, row=row_of(name, *of_row) if of_row else "")
                    if sealed and purpose
                    else value
                )
                if word in (words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)):
                    found.append(f"{name}.{column}")
    return found


def ids_of(session: Session, case: Case) -> set[str]:
    """Every id that the case and what hangs on it have."""
    found = {str(case.id), str(case.patient_id)}
    for table, own in {"rounds": "id", "decisions": "id", "deliveries": "id", "case_facts": "id", "case_documents": "id"}.items():
        found |= {
            str(one) for one in session.scalars(text(f"SELECT {own} FROM {table} WHERE case_id = :id").bindparams(id=case.id))
        }
    notes = "SELECT n.id FROM notes n JOIN rounds r ON r.id = n.round_id WHERE r.case_id = :id"
    return found | {str(one) for one in session.scalars(text(notes).bindparams(id=case.id))}


#: who may still name a destroyed id: the log, the proof, and a hold that was lifted
MAY_REMEMBER = {"audit_entries", "tombstones", "destroy_requests", "legal_holds"}


def left_behind(session: Session, ids: set[str]) -> list[str]:
    """Columns in which a destroyed id still stands, foreign key or not."""
    left = []
    for name, table in metadata.tables.items():
        if name not in MAY_REMEMBER:
            for row in session.execute(select(table)).mappings():
                left += [f"{name}.{column}" for column, value in row.items() if str(value) in ids]
    return left


def test_a_foreign_key_to_a_case_that_came_later_goes_along(session: Session, region: Region) -> None:
    case = finished(session, region, at=LATELY)
    session.execute(
        text(
            "CREATE TABLE later_grants (id uuid PRIMARY KEY, case_id uuid REFERENCES cases, patient_id uuid REFERENCES patients)"
        )
    )
    session.execute(text("ALTER TABLE later_grants OWNER TO mdo_owner"))  # as a migration makes it
    for pointer, target in (("case_id", case.id), ("patient_id", case.patient_id)):
        session.execute(
            text(f"INSERT INTO later_grants (id, {pointer}) VALUES (:id, :target)").bindparams(id=uuid.uuid4(), target=target)
        )
    request = asked(session, region, case)

    done = destroy_requests.approve(session, officer(session, region), request.id, now=NOW)

    assert done.counts["later_grants"] == 1
    assert session.scalar(text("SELECT count(*) FROM later_grants")) == 0


def test_a_request_of_which_the_term_came_first_is_settled_with_what_is_left(session: Session, region: Region) -> None:
    case = finished(session, region)
    request = asked(session, region, case)
    session.execute(select(func.destroy_case(case.id)))
    session.expunge_all()

    done = destroy_requests.approve(session, officer(session, region), request.id, now=NOW)

    assert (done.executed_at, done.document_count, done.counts) == (NOW, 0, {})


def test_an_executed_request_opens_the_door_no_second_time(session: Session, region: Region) -> None:
    patient = make.identity("Z-9")
    first, second = (finished(session, region, at=LATELY, patient=patient) for _ in range(2))
    request = asked(session, region, first, only_case=True)
    destroy_requests.approve(session, officer(session, region), request.id, now=NOW)

    with pytest.raises(DBAPIError, match=r"judged_once|two_persons|approved_first"), session.begin_nested():
        session.execute(text("UPDATE destroy_requests SET approved_by = NULL"))
    assert session.scalar(select(func.destroy_case(second.id, request.id))) is None

"""Questions to the referrer: those of another case do not exist."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.database import Database
from mdo_portal.domain.case import Case, CaseFact, CaseState, InformationRequest
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.identity_conflict import ConflictKind, Decision, IdentityConflict
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.pull import OutgoingQuestion
from mdo_portal.errors import IllegalMove, NotFound
from mdo_portal.exchange import (
    Fact,
    IncomingAnswer,
    IncomingResult,
    PatientIdentity,
    PersonName,
    Receipt,
    ReceiptKind,
    Section,
    Unreadable,
    Wire,
)
from mdo_portal.services.common.source import Source
from mdo_portal.services.inbox import intake
from mdo_portal.services.patients import deciding, patients
from mdo_portal.services.patients.rulings import Conflict
from mdo_portal.services.referrals import questions, results
from tests import make
from tests.identity_questions import opened, states
from tests.make import NOW
from tests.people import Region
from tests.reception_house import understand_all


def asked(session: Session, region: Region) -> tuple[Case, uuid.UUID]:
    case = make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]), board_id=region.boards["URO-P"])
    questions.ask(session, case, "Graag de uitslag.", viewer=region.aisha, now=NOW)
    session.flush()
    return case, session.scalars(select(InformationRequest.id).where(InformationRequest.case_id == case.id)).one()


def test_a_question_of_another_case_is_not_found_in_the_words_of_none(session: Session, region: Region) -> None:
    (mine, _), (_, elsewhere) = asked(session, region), asked(session, region)
    said = []
    for request_id in (elsewhere, uuid.uuid4()):
        with pytest.raises(NotFound) as refused:
            questions.answer(session, mine, request_id, "Zie bijlage.", viewer=region.dirk, now=NOW)
        said.append((refused.value.sentence, refused.value.status))

    assert said[0] == said[1]
    assert session.get_one(InformationRequest, elsewhere).answered_at is None


@pytest.mark.parametrize("missing", [True, False])
def test_the_case_waits_for_the_referrer_until_the_last_question_is_answered(
    session: Session, region: Region, missing: bool
) -> None:
    """With the first answer it was called ready, while the other question was still open."""
    zeed = session.get_one(Hospital, region.hospitals["ZEED"])
    case = make.case(session, zeed, board_id=region.boards["URO-P"], **({"facts": ()} if missing else {}))
    for text in ("Graag de uitslag.", "Is er een MRI?"):
        questions.ask(session, case, text, viewer=region.aisha, now=NOW)
    session.flush()
    states = []

    for one in session.scalars(select(InformationRequest.id).where(InformationRequest.case_id == case.id)).all():
        questions.answer(session, case, one, "Zie bijlage.", viewer=region.dirk, now=NOW)
        states.append(case.state)

    assert states == [CaseState.INFORMATION_REQUESTED, CaseState.INCOMPLETE if missing else CaseState.READY]


def test_a_question_leaves_for_the_hospital_of_its_case_and_for_no_other(session: Session, region: Region) -> None:
    """It carries name, birth date and BSN: a row that names another hospital is not believed."""
    case, question = asked(session, region)
    row = OutgoingQuestion(id=question, case_id=case.id, hospital_id=region.hospitals["DELT"], next_attempt_at=NOW)
    session.add(row)
    session.flush()
    assert questions.claim(session, now=NOW) is None

    row.hospital_id = region.hospitals["ZEED"]
    session.flush()
    claimed = questions.claim(session, now=NOW)
    assert claimed is not None and claimed.address.hospital_code == "ZEED"


def test_questions_about_one_case_leave_in_the_order_in_which_they_were_asked(session: Session, region: Region) -> None:
    case, first = asked(session, region)
    second = InformationRequest(case_id=case.id, asked_at=NOW + timedelta(seconds=1), asked_by=region.aisha.person_id, text="En?")
    session.add(second)
    session.flush()
    for number, waits in ((second.id, 0), (first, 60)):  # the first had to be tried again
        later = NOW + timedelta(seconds=waits)
        session.add(OutgoingQuestion(id=number, case_id=case.id, hospital_id=case.hospital_id, next_attempt_at=later))
    session.flush()

    assert questions.claim(session, now=NOW + timedelta(seconds=30)) is None
    now = NOW + timedelta(seconds=61)
    claimed = questions.claim(session, now=now)
    assert claimed is not None and claimed.question.question_id == str(first)
    assert questions.claim(session, now=now) is None
    questions.settle(session, claimed, Receipt(ReceiptKind.ACCEPTED, "201", "Task/9"), now=now)
    claimed = questions.claim(session, now=now)
    assert claimed is not None and claimed.question.question_id == str(second.id)


@pytest.mark.parametrize(
    "over",
    [
        {"bsn": "999900006"},
        {"local_number": "somebody-else"},
        {"birth_on": date(1901, 1, 1), "local_number": "", "bsn": ""},
        {"name": PersonName("Anders"), "birth_on": None, "local_number": "", "bsn": ""},
    ],
)
def test_an_answer_about_another_patient_is_not_taken_over(session: Session, region: Region, over: dict[str, Any]) -> None:
    zeed = session.get_one(Hospital, region.hospitals["ZEED"])
    patient = make.identity(bsn="999911120")
    case = make.case(session, zeed, board_id=region.boards["URO-P"], patient=patient)
    questions.ask(session, case, "Graag de uitslag.", viewer=region.aisha, now=NOW)
    session.flush()
    question = session.scalars(select(InformationRequest.id).where(InformationRequest.case_id == case.id)).one()
    answer = IncomingAnswer(question=str(question), patient=replace(patient, **over), text="van een ander")
    with pytest.raises((Unreadable, Conflict)):  # a conflict: a person is asked who this is
        questions.answered(session, answer, Source(zeed, NOW, Wire.FHIR, uuid.uuid4()))

    assert session.get_one(InformationRequest, question).answer == ""


def test_an_own_question_is_answered_once_and_not_with_nothing(session: Session, region: Region) -> None:
    case, question = asked(session, region)
    with pytest.raises(IllegalMove):
        questions.answer(session, case, question, " ", viewer=region.dirk, now=NOW)
    questions.answer(session, case, question, "Zie bijlage.", viewer=region.dirk, now=NOW)

    with pytest.raises(IllegalMove):
        questions.answer(session, case, question, "Nog eens.", viewer=region.dirk, now=NOW)


def test_what_a_hospital_says_beside_or_behind_the_first_answer_stands_on_the_case(session: Session, region: Region) -> None:
    """Its words were read, acknowledged and gone: a colleague had typed an answer already, or nobody had asked."""
    zeed = session.get_one(Hospital, region.hospitals["ZEED"])
    case, question = asked(session, region)
    questions.answer(session, case, question, "Komt eraan.", viewer=region.dirk, now=NOW)
    for told in (
        IncomingAnswer(question=str(question), text="PSA 8,1"),
        IncomingAnswer(question=str(question), text="PSA was 18,1"),
        IncomingAnswer(question=str(question), text="PSA was 18,1"),
        IncomingAnswer(question=str(question), text="Komt eraan."),
        IncomingAnswer(case.referral_number, text="Patiënt ziet af van behandeling"),
    ):
        questions.answered(session, told, Source(zeed, NOW + timedelta(hours=1), Wire.FHIR, uuid.uuid4()))
        session.flush()

    told_so = select(CaseFact.text).where(CaseFact.received_at > NOW, CaseFact.superseded_at.is_(None)).order_by(CaseFact.id)
    assert session.scalars(told_so).all() == ["PSA 8,1", "PSA was 18,1", "Patiënt ziet af van behandeling"]
    assert session.get_one(InformationRequest, question).answer == "Komt eraan."


def test_what_came_before_and_is_read_only_now_takes_the_place_of_nothing_newer(session: Session, region: Region) -> None:
    """It waited for a person, or for its link to be mended; meanwhile the hospital told the same thing anew."""
    case, _ = asked(session, region)
    zeed = session.get_one(Hospital, region.hospitals["ZEED"])

    def comes(hours: int, *facts: Fact) -> None:
        told = IncomingAnswer(referral_number=case.referral_number, patient=PatientIdentity(), facts=facts)
        questions.answered(session, told, Source(zeed, NOW + timedelta(hours=hours), Wire.FHIR, uuid.uuid4()))
        session.flush()

    def psa(value: str, **over: Any) -> Fact:
        return Fact(Section.MARKER, value, "PSA", **over)

    comes(2, psa("9", key="Observation/7"), psa("30", dated_on=NOW.date()))
    comes(1, psa("8", key="Observation/7"), psa("20", dated_on=NOW.date()), psa("4", key="Observation/8"))

    rows = session.scalars(select(CaseFact).where(CaseFact.case_id == case.id, CaseFact.label == "PSA"))
    assert {row.text: row.superseded_at for row in rows} == {
        "9": None, "30": None, "4": None, "8": NOW + timedelta(hours=2), "20": NOW + timedelta(hours=2),
    }  # fmt: skip


def test_an_answer_with_another_birth_date_asks_a_person_and_goes_on_once_answered(database: Database, region: Region) -> None:
    """It stood among what waits for *Wie is dit?* without a question there: nobody could answer, read it again, or put it aside."""
    zeed, patient = region.hospitals["ZEED"], make.identity("1")
    with database.transaction() as session:
        hospital = session.get_one(Hospital, zeed)
        case = make.case(session, hospital, board_id=region.boards["URO-P"], patient=patient)
    answer = IncomingAnswer(
        case.referral_number, patient=replace(patient, local_number="", birth_on=date(1901, 1, 1)), text="PSA 8,1"
    )

    class Answers:
        def read(self, raw: bytes, profile: str, charset: str = "") -> IncomingAnswer:
            return answer

    message = make.arrival(region.links["ZEED"], control_id="A1")
    with database.transaction() as session:
        intake.keep(session, [message])
    readers: Any = {Wire.HL7V2: Answers()}
    understand_all(database, readers=readers)
    assert states(database) == ["identity_conflict"]
    (question,) = opened(database)
    assert question.kind is ConflictKind.ANSWER

    with database.transaction() as session:
        asked_of = session.get_one(IdentityConflict, question.id)
        deciding.decide(session, asked_of, Decision.SAME, reason="gebeld", person_id=uuid.uuid4(), now=NOW)
    understand_all(database, readers=readers)

    assert states(database) == ["understood"]


def test_one_message_answers_two_questions_of_one_case(session: Session, region: Region) -> None:
    zeed = session.get_one(Hospital, region.hospitals["ZEED"])
    case, first = asked(session, region)
    questions.ask(session, case, "En de stollers?", viewer=region.aisha, now=NOW)
    session.flush()
    of_case = InformationRequest.case_id == case.id
    second = session.scalars(select(InformationRequest.id).where(of_case, InformationRequest.id != first)).one()
    told = IncomingAnswer(
        question=str(first), text="PSA 8,1", others=((str(second), "Geen stollers"), (str(uuid.uuid4()), "Los"))
    )
    questions.answered(session, told, Source(zeed, NOW + timedelta(hours=1), Wire.FHIR, uuid.uuid4()))
    session.flush()

    assert [session.get_one(InformationRequest, one).answer for one in (first, second)] == ["PSA 8,1", "Geen stollers"]
    assert session.scalars(select(CaseFact.text).where(CaseFact.text.in_(["Geen stollers", "Los"]))).all() == ["Los"]
    assert case.state is not CaseState.INFORMATION_REQUESTED


def test_one_message_does_not_answer_questions_of_two_cases(session: Session, region: Region) -> None:
    """The words of the second would stand on the case of the first, maybe of another patient."""
    zeed = session.get_one(Hospital, region.hospitals["ZEED"])
    (_, first), (_, second) = asked(session, region), asked(session, region)
    told = IncomingAnswer(question=str(first), text="PSA 8,1", others=((str(second), "Geen stollers"),))
    with pytest.raises(Unreadable, match="split"):
        questions.answered(session, told, Source(zeed, NOW, Wire.FHIR, uuid.uuid4()))


def test_a_question_that_is_taken_up_stays_open(session: Session, region: Region) -> None:
    """The hospital's system put its task on `accepted`: the question was closed with an empty answer, and nobody waited any more."""
    zeed = session.get_one(Hospital, region.hospitals["ZEED"])
    case, question = asked(session, region)
    told = IncomingAnswer(question=str(question), is_under_way=True)
    questions.answered(session, told, Source(zeed, NOW + timedelta(hours=1), Wire.FHIR, uuid.uuid4()))
    session.flush()

    assert session.get_one(InformationRequest, question).answered_at is None
    assert case.state is CaseState.INFORMATION_REQUESTED


def test_a_result_is_no_answer_to_a_question_about_a_case_that_lacked_nothing(session: Session, region: Region) -> None:
    """Any value from the laboratory made it ready to be planned, while the board still waited for what it had asked."""
    zeed = session.get_one(Hospital, region.hospitals["ZEED"])
    case, _ = asked(session, region)
    assert case.missing == []
    told = IncomingResult(
        PatientIdentity(), "R01", facts=(Fact(Section.MARKER, "8,1", "PSA"),), referral_number=case.referral_number
    )
    told = replace(told, patient=patients.identity_of(session, session.get_one(Patient, case.patient_id)))
    assert results.add(session, told, Source(zeed, NOW + timedelta(hours=1), Wire.HL7V2)) is case

    assert case.state is CaseState.INFORMATION_REQUESTED

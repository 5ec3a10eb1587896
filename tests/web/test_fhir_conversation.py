"""A board asks and a hospital answers over FHIR; documents come behind their referral."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

from flask.testing import FlaskClient
from sqlalchemy import select

from mdo_portal.database import Database
from mdo_portal.domain.case import Case, CaseState, InformationRequest
from mdo_portal.domain.document import CaseDocument
from mdo_portal.domain.hospital import Channel, Level
from mdo_portal.domain.inbound import InboundState
from mdo_portal.domain.link import Link
from mdo_portal.domain.pull import OutgoingQuestion, OutgoingState
from mdo_portal.exchange import Receipt, ReceiptKind
from mdo_portal.services.referrals import questions
from tests import make
from tests.integrations.fhir.make import bundle, patient, request, sample
from tests.people import Region
from tests.web.fhir_house import TASK, app, client, messages, post, understand

__all__ = ["app", "client"]


def test_a_question_goes_out_and_its_answer_comes_back_into_the_same_case(
    client: FlaskClient, database: Database, region: Region
) -> None:
    post(client, "/fhir", sample("referral-r4.json"))
    understand(database)
    now = datetime.now(UTC)
    with database.transaction() as session:
        case = session.scalars(select(Case).where(Case.hospital_id == region.hospitals["DELT"])).one()
        case.board_id = region.boards["URO-P"]
        case.move(CaseState.INCOMPLETE, now=now)
        questions.ask(session, case, "Is er een recente PSA?", viewer=region.aisha, now=now)
    with database.transaction() as session:
        claimed = questions.claim(session, now=now)
        assert claimed is not None and claimed.question.text == "Is er een recente PSA?"
        questions.settle(session, claimed, Receipt(ReceiptKind.ACCEPTED, "201", "Task/9"), now=now)
    answer = {
        "resourceType": "Task", "status": "in-progress", "intent": "order",
        "identifier": [{"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{claimed.question.question_id}"}],
        "businessStatus": {"text": "information provided"},
        "output": [{"type": {"text": "antwoord"}, "valueString": "PSA 8,1 op 3 november"}],
    }  # fmt: skip
    post(client, "/fhir/Task", answer)
    understand(database)

    with database.transaction() as session:
        request = session.get_one(InformationRequest, uuid.UUID(claimed.question.question_id))
        sent = session.get_one(OutgoingQuestion, request.id)
        state = session.get_one(Case, request.case_id).state
    assert (request.answer, request.answered_at is not None) == ("PSA 8,1 op 3 november", True)
    assert (sent.state, sent.receipt_reference) == (OutgoingState.SENT, "Task/9")
    assert state in (CaseState.INCOMPLETE, CaseState.READY)
    assert messages(database)[-1].case_id == request.case_id


def test_another_hospital_cannot_answer_our_question(client: FlaskClient, database: Database, region: Region) -> None:
    now = datetime.now(UTC)
    with database.transaction() as session:
        zeed_case = make.case(session, session.get_one(type(make.hospital(session, "X")), region.hospitals["ZEED"]), now=now)
        session.add(made := InformationRequest(case_id=zeed_case.id, asked_at=now, asked_by=region.aisha.person_id, text="?"))
        session.flush()
        question_id = made.id
    answer = TASK | {"identifier": [{"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{question_id}"}], "basedOn": []}
    post(client, "/fhir/Task", {name: value for name, value in answer.items() if value})
    understand(database)

    assert [(one.state, one.reason) for one in messages(database)] == [(InboundState.UNREADABLE, "unknown_referral")]
    with database.transaction() as session:
        assert session.get_one(InformationRequest, question_id).answered_at is None


def test_documents_for_a_known_referral_go_to_its_case(client: FlaskClient, database: Database) -> None:
    post(client, "/fhir", bundle(patient(), request()))
    document = {
        "resourceType": "DocumentReference", "status": "current", "type": {"text": "PA-verslag"}, "subject": {"reference": "Patient/p"},
        "content": [{"attachment": {"contentType": "text/plain", "data": "aGFsbG8=", "title": "PA"}}],
        "context": {"related": [{"identifier": {"value": "REF-1"}}]},
    }  # fmt: skip
    post(client, "/fhir", bundle(patient(), document))
    understand(database)

    first, second = messages(database)
    assert second.state is InboundState.UNDERSTOOD and second.case_id == first.case_id


def test_a_document_about_the_number_of_another_is_a_persons_and_on_no_case(client: FlaskClient, database: Database) -> None:
    """Without a Patient, the referral of one and the BSN of another: it went to the case of that referral, and nobody was asked."""
    post(client, "/fhir", bundle(patient(), request()))
    document = {
        "resourceType": "DocumentReference", "status": "current", "type": {"text": "PA-verslag"},
        "subject": {"identifier": {"system": "http://fhir.nl/fhir/NamingSystem/bsn", "value": make.OTHER_BSN}},
        "content": [{"attachment": {"contentType": "text/plain", "data": "aGFsbG8=", "title": "PA"}}],
        "context": {"related": [{"identifier": {"value": "REF-1"}}]},
    }  # fmt: skip
    post(client, "/fhir", bundle(document))
    understand(database)

    assert [(one.state, one.reason) for one in messages(database)][1:] == [(InboundState.UNREADABLE, "identity_conflict")]
    with database.transaction() as session:
        assert session.scalars(select(CaseDocument.id)).all() == []


def test_a_link_that_takes_no_fhir_keeps_its_questions_on_the_screen(database: Database, region: Region) -> None:
    now = datetime.now(UTC)
    with database.transaction() as session:
        link = session.execute(select(Link).where(Link.hospital_id == region.hospitals["DELT"])).scalar_one()
        link.channel_out, link.level = Channel.PAPER, Level.FORM
        case = session.get_one(Case, region.other_case)
        questions.ask(session, case, "Wat?", viewer=region.carla, now=now)
        assert session.scalars(select(OutgoingQuestion.id)).all() == []

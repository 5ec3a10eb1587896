"""The FHIR door, one message right behind another: what belongs to a referral is never understood before it, or is read again after it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from mdo_portal.database import Database
from mdo_portal.domain.case import Case, CaseState
from mdo_portal.domain.inbound import InboundState
from mdo_portal.services.inbox import queue
from tests.integrations.fhir.make import bundle, patient, request
from tests.web.fhir_house import app, client, messages, post, understand

__all__ = ["app", "client"]
NUMBER = [{"identifier": {"value": "REF-1"}}]
WHO = {"identifier": {"system": "urn:oid:2.25.1", "value": "0042"}}
CANCELLED = {"resourceType": "Task", "status": "cancelled", "intent": "order", "basedOn": NUMBER}
PSA = {"resourceType": "Observation", "status": "final", "code": {"text": "PSA"}, "subject": WHO, "valueString": "8,1"}
FORM = {
    "resourceType": "QuestionnaireResponse", "status": "completed", "basedOn": NUMBER,
    "item": [{"linkId": "1", "text": "PSA", "answer": [{"valueString": "8,1"}]}],
}  # fmt: skip
LETTER = {
    "resourceType": "DocumentReference", "status": "current", "type": {"text": "PA-verslag"}, "context": {"related": NUMBER},
    "content": [{"attachment": {"contentType": "text/plain", "data": "aGFsbG8="}}],
}  # fmt: skip
ADDITIONS = pytest.mark.parametrize("told", [CANCELLED, PSA, FORM, LETTER], ids=["a Task", "a value", "a form", "a letter"])


@ADDITIONS
def test_what_belongs_to_a_referral_waits_until_that_is_understood(client: FlaskClient, database: Database, told: Any) -> None:
    """A Task that took a referral back was read beside it, before there was a case: the patient stayed on the list. A value could be gone."""
    post(client, "/fhir", bundle(patient(), request()))
    post(client, f"/fhir/{told['resourceType']}", told)

    with database.transaction() as session:
        claimed = [one for _ in "12" for one in queue.claim(session, now=datetime.now(UTC))]
    assert [b"ServiceRequest" in one.raw for one in claimed] == [True]


@pytest.mark.parametrize("told", [FORM, LETTER], ids=["a form", "a letter"])
def test_what_came_before_its_referral_is_read_when_that_comes(client: FlaskClient, database: Database, told: Any) -> None:
    post(client, f"/fhir/{told['resourceType']}", told)
    understand(database)
    post(client, "/fhir", bundle(patient(), request()))
    understand(database)

    assert [one.state for one in messages(database)] == [InboundState.UNDERSTOOD] * 2


def test_a_withdrawal_that_came_before_its_referral_is_marked_for_a_person(client: FlaskClient, database: Database) -> None:
    post(client, "/fhir/Task", CANCELLED)
    understand(database)
    post(client, "/fhir", bundle(patient(), request()))
    understand(database)

    with database.transaction() as session:
        case = session.scalars(select(Case).where(Case.referral_number == "REF-1")).one()
        assert case.state is not CaseState.WITHDRAWN and case.cancel_told_at is not None


def test_a_referral_of_another_number_waits_for_nobody(client: FlaskClient, database: Database) -> None:
    post(client, "/fhir", bundle(patient(), request()))
    post(client, "/fhir/Task", CANCELLED | {"basedOn": [{"identifier": {"value": "REF-2"}}]})

    with database.transaction() as session:
        assert len([one for _ in "12" for one in queue.claim(session, now=datetime.now(UTC))]) == 2


@pytest.mark.parametrize("address", ["?identifier=REF-1", "/7b0f1c52-0c5e-4d0e-9a6e-2f1f6f0d8a11"])
def test_so_does_a_deletion_wait_for_what_it_deletes(client: FlaskClient, database: Database, address: str) -> None:
    """It says nothing of the patient: it was read beside the referral, which nobody knew yet, and that stayed on the list."""
    post(client, "/fhir", bundle(patient(), request(id="7b0f1c52-0c5e-4d0e-9a6e-2f1f6f0d8a11")))
    assert post(client, f"/fhir/ServiceRequest{address}", b"", method="DELETE").status_code == 202

    with database.transaction() as session:
        claimed = [one for _ in "12" for one in queue.claim(session, now=datetime.now(UTC))]
    assert [b"DELETE" in one.raw for one in claimed] == [False]

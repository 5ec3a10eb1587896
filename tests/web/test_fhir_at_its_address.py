"""A hospital's server writes its request at the address it has there, as FHIR's own update does, and deletes it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from integrations.fhir.text import xml_writer
from mdo_portal.database import Database
from mdo_portal.domain.case import Case, CaseEvent, CaseState
from mdo_portal.domain.inbound import RAW_PURPOSE, InboundState
from mdo_portal.domain.sealing import Sealer
from tests.integrations.fhir.make import Node, bundle, patient, request
from tests.web.fhir_house import DELT, app, client, messages, post, speaks_stu3, understand

__all__ = ["app", "client"]
THERE = "/fhir/ServiceRequest/r"
WHO: Node = {"identifier": {"system": "urn:oid:2.25.1", "value": "0042"}}


def asks(question: str = "Operatie?", **more: Any) -> Node:
    told = request(subject=WHO, note=[{"text": question}], identifier=[]) | more
    return {name: said for name, said in told.items() if said != []}


def put(client: FlaskClient, told: Any, there: str = THERE, **more: str) -> Any:
    return post(client, there, told, **{"method": "PUT"} | more)


def cases(database: Database) -> list[Case]:
    understand(database)
    with database.transaction() as session:
        return list(session.scalars(select(Case).where(Case.wire == "fhir").order_by(Case.received_at)))


def delete(client: FlaskClient, there: str = THERE, token: str = DELT) -> Any:
    return client.delete(there, headers={"Authorization": token})


def test_told_again_at_its_address_it_is_the_same_referral(client: FlaskClient, database: Database) -> None:
    answers = []
    for question in ("Operatie?", "Of eerst chemo?"):
        answers.append(put(client, asks(question)))
        understand(database)

    assert [(one.status_code, one.headers["Location"], one.json["resourceType"]) for one in answers] == [
        (202, THERE, "OperationOutcome")
    ] * 2
    assert [one.question_board for one in cases(database)] == ["Of eerst chemo?"]
    assert [(one.kind, one.state, list(one.leftovers)) for one in messages(database)] == [
        ("ServiceRequest", InboundState.UNDERSTOOD, [])
    ] * 2


def test_the_first_case_says_that_another_patient_stands_at_its_address_and_says_it_once(
    client: FlaskClient, database: Database
) -> None:
    """The EPD mended of whom its request is: the first patient stayed on the list, and nothing said so."""
    for number in ("0042", "0043", "0044"):
        put(client, asks(subject={"identifier": WHO["identifier"] | {"value": number}}))
        understand(database)

    told = select(CaseEvent.case_id).where(CaseEvent.what == "referral.address_taken")
    found = cases(database)
    with database.transaction() as session:
        assert session.scalars(told).all() == [found[0].id]
    assert [one.news_at is not None for one in found] == [True, False, False]


def test_one_that_was_withdrawn_says_nothing_of_who_stands_there_now(client: FlaskClient, database: Database) -> None:
    put(client, asks())
    delete(client)
    understand(database)
    put(client, asks(subject={"identifier": WHO["identifier"] | {"value": "0043"}}))
    understand(database)

    with database.transaction() as session:
        assert session.scalars(select(CaseEvent.id).where(CaseEvent.what == "referral.address_taken")).all() == []


def test_it_is_the_request_that_came_in_a_bundle_under_that_address(client: FlaskClient, database: Database) -> None:
    post(client, "/fhir", bundle(patient(), asks(subject={"reference": "Patient/p"})))
    put(client, asks("Of eerst chemo?"))

    assert [one.question_board for one in cases(database)] == ["Of eerst chemo?"]


def test_its_bytes_are_kept_as_they_came(client: FlaskClient, database: Database) -> None:
    raw = b"\xef\xbb\xbf" + json.dumps(asks("Operatie \u00e9\u00e9n?"), indent=3, ensure_ascii=False).encode()
    put(client, raw)

    assert isinstance(database.sealer, Sealer)
    kept = database.sealer.open(messages(database)[0].raw_sealed or b"", purpose=RAW_PURPOSE)
    assert raw[3:] in kept
    assert [one.question_board for one in cases(database)] == ["Operatie \u00e9\u00e9n?"]


def test_in_xml_too(client: FlaskClient, database: Database) -> None:
    for question in ("Operatie?", "Of eerst <chemo>?"):
        raw = xml_writer.written(asks(question)).replace(b"?>", b"?>\n<!-- EPD -->", 1)
        assert put(client, raw, kind="application/fhir+xml").status_code == 202

    assert [one.question_board for one in cases(database)] == ["Of eerst <chemo>?"]


def test_in_stu3_it_is_a_referral_request(client: FlaskClient, database: Database) -> None:
    speaks_stu3(database)
    told = [asks(question, resourceType="ReferralRequest") for question in ("Operatie?", "Of eerst chemo?")]
    for one in told:
        assert put(client, one, "/fhir/ReferralRequest/r").status_code == 202

    assert [one.question_board for one in cases(database)] == ["Of eerst chemo?"]


@pytest.mark.parametrize(
    ("there", "told"),
    [
        (THERE, asks(id="other")),
        (THERE, asks(id=[])),
        ("/fhir/ServiceRequest/a_b", asks(id="a_b")),
        (THERE, request(resourceType="Task")),
        (THERE, b'{"resourceType": "ServiceRequest", "id": "r"'),
        (THERE, b'{"resourceType": "ServiceRequest", "id": "r"}, {"resourceType": "Patient"}'),
    ],
    ids=["another id", "no id", "an id that is none", "another kind", "half", "more than one"],
)
def test_what_says_another_address_is_refused_and_kept_for_a_person(
    client: FlaskClient, database: Database, there: str, told: Any
) -> None:
    answer = put(client, told, there)

    assert (answer.status_code, answer.json["resourceType"]) == (400, "OperationOutcome")
    assert "Location" not in answer.headers
    assert [one.state for one in messages(database)] == [InboundState.UNREADABLE]
    assert cases(database) == []


def test_who_said_another_id_hears_that(client: FlaskClient) -> None:
    told = put(client, asks(id="other")).json["issue"][0]["diagnostics"]

    assert told == "message is damaged: its id is not the one in the address"


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
@pytest.mark.parametrize(
    ("token", "there", "status"),
    [
        ("Bearer nobody", THERE, 401),
        (DELT, "/fhir/ReferralRequest/r", 404),
        (DELT, "/fhir/Condition/r", 404),
    ],
    ids=["a stranger", "the kind of STU3", "another kind"],
)
def test_it_is_taken_from_who_may_and_of_the_kind_that_was_agreed(
    client: FlaskClient, database: Database, method: str, token: str, there: str, status: int
) -> None:
    assert post(client, there, asks(), token=token, method=method).status_code == status
    assert messages(database) == []


def test_deleted_it_is_taken_back_and_written_again_it_asks_again(client: FlaskClient, database: Database) -> None:
    said = []
    for question in ("Operatie?", "Of eerst chemo?"):
        put(client, asks(question))
        said += [cases(database)[0].state is CaseState.WITHDRAWN]
        answer = delete(client)
        assert (answer.status_code, answer.json["resourceType"]) == (202, "OperationOutcome")
        said += [cases(database)[0].state is CaseState.WITHDRAWN]

    assert said == [False, True, False, True]
    assert len(cases(database)) == 1


def test_deleted_twice_it_is_taken_back_once(client: FlaskClient, database: Database) -> None:
    put(client, asks())
    for _ in "12":
        assert delete(client).status_code == 202

    assert [one.state for one in cases(database)] == [CaseState.WITHDRAWN]
    assert [one.state for one in messages(database)] == [InboundState.UNDERSTOOD] * 3


def test_deleted_where_nothing_stands_is_for_a_person(client: FlaskClient, database: Database) -> None:
    put(client, asks())
    delete(client, "/fhir/ServiceRequest/other")

    assert [one.state for one in cases(database)] != [CaseState.WITHDRAWN]
    assert messages(database)[1].state is InboundState.UNREADABLE


def test_another_hospital_deletes_its_own_only(client: FlaskClient, database: Database) -> None:
    put(client, asks())
    delete(client, token="Bearer token-ZEED")

    assert [one.state is CaseState.WITHDRAWN for one in cases(database)] == [False]


def test_a_deletion_waits_until_what_was_written_is_understood(client: FlaskClient, database: Database) -> None:
    put(client, asks(id="48213"), "/fhir/ServiceRequest/48213")
    delete(client, "/fhir/ServiceRequest/48213")

    assert [one.state for one in cases(database)] == [CaseState.WITHDRAWN]


@pytest.mark.parametrize("kind", ["ServiceRequest", "ReferralRequest"])
def test_the_door_says_that_it_takes_this(client: FlaskClient, database: Database, kind: str) -> None:
    if kind == "ReferralRequest":
        speaks_stu3(database)
    resources = client.get("/fhir/metadata", headers={"Authorization": DELT}).json["rest"][0]["resource"]
    own = next(one for one in resources if one["type"] == kind)

    assert [one["code"] for one in own["interaction"]] == ["create", "update", "delete"] and own["updateCreate"] is True
    assert (
        put(client, asks(resourceType=kind), f"/fhir/{kind}/r").status_code
        == delete(client, f"/fhir/{kind}/r").status_code
        == 202
    )

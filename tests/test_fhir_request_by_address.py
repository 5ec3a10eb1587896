"""A request without a number is known by the address it has on its hospital's server: told again there it is the same referral."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from integrations.fhir.reader import FhirReader
from mdo_portal.database import Database
from mdo_portal.domain.case import CaseState
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.inbound import InboundState
from mdo_portal.exchange import IncomingReferral, Wire
from mdo_portal.services.common.source import Source
from mdo_portal.services.referrals import referrals
from tests.fhir_request_house import ADDRESS, WHO, asks, cancelled, put, sent, within
from tests.integrations.fhir.make import BASE, Node, bundle, patient, request
from tests.make import NOW
from tests.people import Region
from tests.web.fhir_house import app, client, messages, post, understand

__all__ = ["app", "client"]


@pytest.mark.parametrize("written", [bundle, put])
def test_a_request_that_comes_again_at_its_address_is_the_same_referral(
    client: FlaskClient, database: Database, written: Any
) -> None:
    found = sent(client, database, written(patient(), asks()), written(patient(), asks("Of eerst chemo?")))

    assert [one.question_board for one in found] == ["Of eerst chemo?"]


def test_whether_its_address_is_said_by_a_version_of_it_or_not(client: FlaskClient, database: Database) -> None:
    later = bundle(patient(), asks("Of eerst chemo?")).replace(
        f"{BASE}/{ADDRESS}".encode(), f"{BASE}/{ADDRESS}/_history/2".encode()
    )

    assert [one.question_board for one in sent(client, database, bundle(patient(), asks()), later)] == ["Of eerst chemo?"]


def test_a_name_within_a_message_is_no_address(client: FlaskClient, database: Database) -> None:
    assert len(sent(client, database, within(patient(), asks()), within(patient(), asks("Of eerst chemo?")))) == 2


def alone(question: str, **more: Any) -> bytes:
    return json.dumps(asks(question, subject=WHO, **more)).encode()


def test_sent_by_itself_its_id_is_its_address_where_its_server_says_which_version_it_is(
    client: FlaskClient, database: Database
) -> None:
    told = [alone(question, meta={"versionId": number}) for number, question in (("1", "Operatie?"), ("2", "Chemo?"))]

    assert [one.question_board for one in sent(client, database, *told)] == ["Chemo?"]
    assert [list(one.leftovers) for one in messages(database)] == [[], []]


def test_an_id_alone_is_no_address(client: FlaskClient, database: Database) -> None:
    assert len(sent(client, database, alone("Operatie?"), alone("Chemo?"))) == 2


def test_in_stu3_it_has_an_address_too() -> None:
    told = FhirReader().read(bundle(patient(), asks(resourceType="ReferralRequest")), "generic-stu3")

    assert isinstance(told, IncomingReferral) and told.known_as == "ReferralRequest/r"


def test_an_address_at_which_another_patient_stands_was_given_out_twice(client: FlaskClient, database: Database) -> None:
    other = patient(identifier=[{"system": "urn:oid:2.25.1", "value": "0043"}])
    found = sent(
        client, database, bundle(patient(), asks()), bundle(other, asks("Chemo?")), bundle(patient(), asks("Bestraling?"))
    )

    assert [one.question_board for one in found] == ["Operatie?", "Chemo?", "Bestraling?"]
    assert found[0].patient_id == found[2].patient_id != found[1].patient_id


def test_it_gets_its_number_later_and_keeps_it(client: FlaskClient, database: Database) -> None:
    numbered = asks("Of eerst chemo?", identifier=[{"value": "REF-1"}])
    found = sent(client, database, bundle(patient(), asks()), bundle(patient(), numbered), bundle(patient(), asks("Bestraling?")))

    assert [(one.referral_number, one.question_board) for one in found] == [("REF-1", "Bestraling?")]


def test_another_number_is_another_referral_whatever_its_address(client: FlaskClient, database: Database) -> None:
    told = [bundle(patient(), asks(identifier=[{"value": number}])) for number in ("REF-1", "REF-2")]

    assert [one.referral_number for one in sent(client, database, *told)] == ["REF-1", "REF-2"]


def test_at_another_hospital_it_is_another_request(client: FlaskClient, database: Database, region: Region) -> None:
    told = FhirReader().read(bundle(patient(), asks()), "generic-r4")
    assert isinstance(told, IncomingReferral)
    with database.transaction() as session:
        there = session.get_one(Hospital, region.hospitals["ZEED"])
        referrals.register(session, told, Source(there, NOW, Wire.FHIR))
    found = sent(client, database, bundle(patient(), asks("Chemo?")), bundle(cancelled(focus={"reference": ADDRESS})))

    assert [one.state is CaseState.WITHDRAWN for one in found] == [False, True]


# What belongs to it

REFERENCES = pytest.mark.parametrize("there", [ADDRESS, f"{BASE}/{ADDRESS}", f"{BASE}/{ADDRESS}/_history/3"])


def form(there: str) -> Node:
    item = {"linkId": "1", "text": "PSA", "answer": [{"valueString": "8,1"}]}
    return {"resourceType": "QuestionnaireResponse", "status": "completed", "basedOn": [{"reference": there}], "item": [item]}


def form_as_part(there: str) -> Node:
    return {name: said for name, said in form(there).items() if name != "basedOn"} | {"partOf": [{"reference": there}]}


def letter(there: str) -> Node:
    content = [{"attachment": {"contentType": "text/plain", "data": "aGFsbG8="}}]
    fixed = {"resourceType": "DocumentReference", "status": "current", "type": {"text": "PA-verslag"}, "content": content}
    return fixed | {"context": {"related": [{"reference": there}]}}


def report(there: str) -> Node:
    fixed = {"resourceType": "DiagnosticReport", "status": "final", "code": {"text": "PA"}, "conclusion": "Adenocarcinoom"}
    return fixed | {"basedOn": [{"reference": there}]}


def asking(there: str) -> Node:
    return {
        "resourceType": "Task",
        "status": "requested",
        "intent": "order",
        "focus": {"reference": there},
        "description": "Graag snel",
    }


@REFERENCES
@pytest.mark.parametrize("made", [form, form_as_part, letter, report, asking])
def test_what_points_at_it_finds_its_case(client: FlaskClient, database: Database, there: str, made: Any) -> None:
    post(client, "/fhir", bundle(patient(), asks()))
    post(client, f"/fhir/{made(there)['resourceType']}", made(there))
    understand(database)

    first, second = messages(database)
    assert (second.state, second.reason, second.case_id) == (InboundState.UNDERSTOOD, "", first.case_id)


def test_what_points_at_a_numbered_one_by_its_address_finds_it_too(client: FlaskClient, database: Database) -> None:
    post(client, "/fhir", bundle(patient(), request()))
    post(client, "/fhir/QuestionnaireResponse", form(ADDRESS))
    understand(database)

    first, second = messages(database)
    assert second.case_id == first.case_id


@pytest.mark.parametrize("there", ["urn:uuid:0000-1", "ServiceRequest/other", "#r", "ServiceRequest?identifier=urn:x|9"])
def test_what_points_at_nothing_that_is_here_is_for_a_person(client: FlaskClient, database: Database, there: str) -> None:
    post(client, "/fhir", bundle(patient(), asks()))
    post(client, "/fhir/QuestionnaireResponse", form(there))
    understand(database)

    assert messages(database)[1].state is InboundState.UNREADABLE


def test_what_points_at_two_of_them_is_for_a_person(client: FlaskClient, database: Database) -> None:
    two = form(ADDRESS)
    two["basedOn"].append({"reference": "ServiceRequest/r2"})
    post(client, "/fhir", bundle(patient(), asks()))
    post(client, "/fhir", bundle(patient(), asks(id="r2")))
    post(client, "/fhir/QuestionnaireResponse", two)
    understand(database)

    assert messages(database)[2].state is InboundState.UNREADABLE


def test_what_says_of_another_patient_is_for_a_person(client: FlaskClient, database: Database) -> None:
    other = {"identifier": {"system": "urn:oid:2.25.1", "value": "0043"}}
    post(client, "/fhir", bundle(patient(), asks()))
    post(client, "/fhir/QuestionnaireResponse", form(ADDRESS) | {"subject": other})
    understand(database)

    assert messages(database)[1].reason == "identity_conflict"

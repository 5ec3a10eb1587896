"""A hospital's system that deletes a request under its number (conditional delete), and not at an address."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from integrations.fhir.reader import FhirReader
from integrations.fhir.text.judge import problem
from mdo_portal.database import Database
from mdo_portal.domain.case import CaseState
from mdo_portal.exchange import IncomingReferral, Replaced, Unreadable
from tests.integrations.fhir.make import Node, bundle, patient, request
from tests.web.fhir_house import app, client, messages, post, speaks_stu3, understand
from tests.web.test_fhir_at_its_address import cases

__all__ = ["app", "client"]
R1 = "identifier=urn:x|R-1"


def asked(number: str = "R-1") -> Node:
    return request(identifier=[{"system": "urn:x", "value": number}])


def sent(client: FlaskClient) -> None:
    assert post(client, "/fhir", bundle(asked(), patient())).status_code == 202


def delete(client: FlaskClient, condition: str = f"?{R1}") -> Any:
    return post(client, f"/fhir/ServiceRequest{condition}", b"", method="DELETE")


@pytest.mark.parametrize("condition", [R1, "identifier=urn%3Ax%7CR-1", "identifier=R-1"])
def test_it_is_taken_back(client: FlaskClient, database: Database, condition: str) -> None:
    """It was 405: who knows no address of ours, and has none, had no other way by REST, and the case stayed on the list."""
    sent(client)
    assert delete(client, f"?{condition}").status_code == 202
    assert [one.state for one in cases(database)] == [CaseState.WITHDRAWN]


def test_of_another_number_it_stays(client: FlaskClient, database: Database) -> None:
    sent(client)
    assert delete(client, "?identifier=urn:x|R-2").status_code == 202
    assert [one.state is CaseState.WITHDRAWN for one in cases(database)] == [False]


@pytest.mark.parametrize("system", ["urn:radiology", "urn%3Aradiology"])
def test_the_same_number_of_another_system_deletes_nothing(client: FlaskClient, database: Database, system: str) -> None:
    """Two systems of one hospital give out the same numbers: an order for a CT was deleted, and the patient was off the list."""
    sent(client)
    assert delete(client, f"?identifier={system}|R-1").status_code == 202
    assert [one.state is CaseState.WITHDRAWN for one in cases(database)] == [False]
    assert [(one.state.value, one.reason) for one in messages(database)][-1] == ("unreadable", "unknown_referral")


def test_in_stu3_a_referral_request_is(client: FlaskClient, database: Database) -> None:
    speaks_stu3(database)
    assert post(client, "/fhir", bundle(asked() | {"resourceType": "ReferralRequest"}, patient())).status_code == 202
    assert post(client, f"/fhir/ReferralRequest?{R1}", b"", method="DELETE").status_code == 202
    assert [one.state for one in cases(database)] == [CaseState.WITHDRAWN]


@pytest.mark.parametrize("is_read", [True, False])
def test_the_very_same_bytes_ask_again_after_it(client: FlaskClient, database: Database, is_read: bool) -> None:
    sent(client)
    delete(client)
    if is_read:
        understand(database)
    sent(client)
    assert [one.state is CaseState.WITHDRAWN for one in cases(database)] == [False]


@pytest.mark.parametrize(
    ("condition", "status"),
    [("", 405), ("?_format=json", 405), ("?status=active", 412), (f"?{R1}&status=active", 412), ("?identifier=", 412)],
)
def test_another_condition_deletes_nothing(client: FlaskClient, database: Database, condition: str, status: int) -> None:
    answer = delete(client, condition)
    assert (answer.status_code, problem(answer.json, "R4"), messages(database)) == (status, "", [])


def gone(number: str = "R-1", kind: str = "ServiceRequest") -> Node:
    return {"request": {"method": "DELETE", "url": f"{kind}?identifier=urn:x|{number}"}}


def read(*entries: Node) -> Any:
    return FhirReader().read(
        json.dumps({"resourceType": "Bundle", "type": "transaction", "entry": entries}).encode(), "generic-r4"
    )


def test_so_it_is_in_a_transaction() -> None:
    found = read(gone())
    assert isinstance(found, IncomingReferral) and (found.number, found.cancelled) == ("R-1", True)


def test_beside_a_new_request_it_takes_back_the_other_one() -> None:
    found = read({"resource": asked("R-2")}, {"resource": patient()}, gone("R-1"), gone("R-2"))
    assert (found.number, found.cancelled, found.replaced) == ("R-2", False, (Replaced(number="R-1"),))


@pytest.mark.parametrize(
    "entries", [(gone("R-1"), gone("R-2")), (gone("R-1"), {"request": {"method": "DELETE", "url": "ServiceRequest/7"}})]
)
def test_two_at_once_are_for_a_person(entries: tuple[Node, ...]) -> None:
    with pytest.raises(Unreadable, match="split"):
        read(*entries)


def test_the_number_of_something_else_deletes_no_request() -> None:
    with pytest.raises(Unreadable, match="no_request"):
        read(gone(kind="Patient"))

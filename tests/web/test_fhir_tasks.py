"""A Task that a hospital handed in: one address, at which its own hospital alone hears how its newest version stands."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from flask.testing import FlaskClient

from integrations.fhir.text.judge import problem
from mdo_portal.database import Database
from tests.integrations.fhir.make import bundle, patient, request
from tests.web.fhir_house import DELT, TASK, app, client, post, understand

__all__ = ["app", "client"]


def test_a_task_says_how_it_stands_to_its_own_hospital_only(client: FlaskClient, database: Database) -> None:
    where = post(client, "/fhir/Task", TASK).headers["Location"]
    before = client.get(where, headers={"Authorization": DELT}).json
    understand(database)
    after = client.get(where, headers={"Authorization": DELT}).json

    assert (before["status"], after["status"], after["statusReason"]) == ("received", "rejected", {"text": "unknown_referral"})
    assert after["identifier"] == [{"value": "T-1"}] and problem(after, "R4") == ""
    assert client.get(where, headers={"Authorization": "Bearer token-ZEED"}).status_code == 404
    assert client.get(f"/fhir/Task/{uuid.uuid4()}", headers={"Authorization": DELT}).status_code == 404
    assert client.get("/fhir/Task/x", headers={"Authorization": DELT}).status_code == 404
    assert client.get(where).status_code == 401


ADDS = {"resourceType": "Task", "status": "requested", "intent": "order", "basedOn": [{"identifier": {"value": "REF-1"}}]}


def test_a_task_without_a_number_can_be_asked_for_too(client: FlaskClient, database: Database) -> None:
    """It was answered without an address, and nobody could ask what became of it."""
    made = post(client, "/fhir/Task", ADDS)

    assert made.status_code == 201
    assert client.get(made.headers["Location"], headers={"Authorization": DELT}).json["status"] == "received"


@pytest.mark.parametrize(
    "number", [{}, {"identifier": [{"system": "urn:x", "value": "T-1"}]}], ids=["by its address", "by its number"]
)
def test_a_task_stands_as_its_newest_version_says(client: FlaskClient, database: Database, number: dict[str, Any]) -> None:
    """Cancelled by a PUT to the address it was given, it still stood there as accepted."""
    post(client, "/fhir", bundle(patient(), request()))
    where = post(client, "/fhir/Task", ADDS | number).headers["Location"]
    own = ADDS | number | {"id": where.rpartition("/")[2]}

    said = []
    for version in (
        {"status": "requested"},
        {"status": "cancelled"},
        {"status": "requested", "basedOn": [{"identifier": {"value": "?"}}]},
    ):
        changed = post(client, where, own | version, method="PUT")
        assert (changed.status_code, changed.headers["Location"]) == (200, where)
        understand(database)
        told = client.get(where, headers={"Authorization": DELT}).json
        said.append((told["id"], told["status"], told.get("statusReason", {}).get("text", "")))
    number_ = own["id"]
    assert said == [(number_, "accepted", ""), (number_, "cancelled", ""), (number_, "rejected", "unknown_referral")]


def test_a_task_that_another_hospital_sends_under_that_number_says_nothing_of_ours(
    client: FlaskClient, database: Database
) -> None:
    where = post(client, "/fhir/Task", TASK).headers["Location"]
    post(client, where, TASK | {"status": "cancelled"}, token="Bearer token-ZEED", method="PUT")

    assert client.get(where, headers={"Authorization": DELT}).json["status"] == "received"

"""A request without a number is taken back by the address it has on its hospital's server, and by nothing that is not its own."""

from __future__ import annotations

import json

import pytest
from flask.testing import FlaskClient

from mdo_portal.database import Database
from mdo_portal.domain.case import CaseState
from mdo_portal.domain.inbound import InboundState
from tests.fhir_request_house import ADDRESS, asks, cancelled, put, sent, within
from tests.integrations.fhir.make import BASE, Node, bundle, patient
from tests.web.fhir_house import app, client, messages

__all__ = ["app", "client"]


def deleted(address: str = ADDRESS, *beside: Node) -> bytes:
    tree = json.loads(bundle(*beside, kind="transaction"))
    tree["entry"].append({"request": {"method": "DELETE", "url": address}})
    return json.dumps(tree).encode()


@pytest.mark.parametrize(
    "told",
    [
        bundle(patient(), asks(status="revoked")),
        bundle(patient(), asks(status="entered-in-error")),
        put(patient(), asks(status="revoked")),
        bundle(cancelled(focus={"reference": ADDRESS})),
        bundle(cancelled(basedOn=[{"reference": f"{BASE}/{ADDRESS}/_history/2"}])),
        deleted(),
        deleted(ADDRESS, patient()),
    ],
    ids=["revoked", "in error", "put", "a Task", "a Task that rests on it", "deleted", "deleted beside its patient"],
)
def test_it_is_taken_back(client: FlaskClient, database: Database, told: bytes) -> None:
    assert [one.state for one in sent(client, database, bundle(patient(), asks()), told)] == [CaseState.WITHDRAWN]


@pytest.mark.parametrize(
    "told",
    [
        within(patient(), asks(status="revoked")),
        bundle(patient(), asks(id="r2", status="revoked")),
        bundle(cancelled(focus={"reference": "urn:uuid:0000-1"})),
        deleted("ServiceRequest/r2"),
        deleted("ServiceRequest?status=active"),
        deleted(ADDRESS, patient(identifier=[{"system": "urn:oid:2.25.1", "value": "0043"}])),
    ],
    ids=[
        "within a message",
        "another",
        "a Task about what is within a message",
        "another deleted",
        "a search deleted",
        "of another",
    ],
)
def test_what_takes_back_another_takes_back_nothing_and_is_for_a_person(
    client: FlaskClient, database: Database, told: bytes
) -> None:
    found = sent(client, database, bundle(patient(), asks()), told)

    assert CaseState.WITHDRAWN not in [one.state for one in found]
    assert messages(database)[1].state is InboundState.UNREADABLE

"""What points at a request by its address waits its turn behind it, where that address can only be its own."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient

from mdo_portal.database import Database
from mdo_portal.domain.inbound import InboundState
from mdo_portal.services.inbox import queue
from tests.fhir_request_house import NAMELESS, asks, cancelled, sent
from tests.integrations.fhir.make import Node, bundle, patient
from tests.web.fhir_house import app, client, messages, post

__all__ = ["app", "client"]

GIVEN_OUT = pytest.mark.parametrize("number", ["48213", "0c5e4d0e-9a6e-4f1f-8d8a-117b0f1c5200"])


def about(number: str) -> bytes:
    return json.dumps(cancelled(focus={"reference": f"ServiceRequest/{number}"})).encode()


@GIVEN_OUT
@pytest.mark.parametrize("also", [NAMELESS, {}], ids=["without a number", "with one"])
def test_what_points_at_it_waits_until_that_is_understood(
    client: FlaskClient, database: Database, number: str, also: Node
) -> None:
    post(client, "/fhir", bundle(patient(), asks(id=number) | also))
    post(client, "/fhir/Task", about(number))

    with database.transaction() as session:
        claimed = [one for _ in "12" for one in queue.claim(session, now=datetime.now(UTC))]
    assert [b'ServiceRequest"' in one.raw for one in claimed] == [True]


@GIVEN_OUT
def test_what_came_before_it_is_read_when_that_comes(client: FlaskClient, database: Database, number: str) -> None:
    sent(client, database, about(number), bundle(patient(), asks(id=number)))

    assert [one.state for one in messages(database)] == [InboundState.UNDERSTOOD] * 2


def test_for_an_address_that_anybody_may_write_nobody_waits(client: FlaskClient, database: Database) -> None:
    post(client, "/fhir", bundle(patient(), asks(id="1")))
    post(client, "/fhir/Task", about("1"))

    with database.transaction() as session:
        assert len([one for _ in "12" for one in queue.claim(session, now=datetime.now(UTC))]) == 2

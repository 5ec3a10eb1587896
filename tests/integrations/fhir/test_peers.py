"""FHIR clients that nobody here wrote hand in at the door of a portal that really listens."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator

import pytest
from fhirclient.client import FHIRClient
from fhirclient.models.bundle import Bundle
from fhirclient.models.task import Task
from fhirpy import SyncFHIRClient
from fhirpy.base.exceptions import OperationOutcome
from sqlalchemy import select
from werkzeug.serving import make_server

from mdo_portal.database import Database
from mdo_portal.domain.inbound import InboundMessage, InboundState
from mdo_portal.understanding import understand
from mdo_portal.wiring import readers
from tests.integrations.fhir.make import sample
from tests.make import NOW
from tests.people import Region
from tests.web.portal import app_on

TOKEN = "token-DELT"


@pytest.fixture
def door(database: Database, region: Region) -> Iterator[str]:
    with app_on(database) as app:
        server = make_server("127.0.0.1", 0, app, threaded=True)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield f"http://127.0.0.1:{server.port}/fhir"
        server.shutdown()
        server.server_close()


def kept(database: Database) -> list[InboundMessage]:
    with database.transaction() as session:
        return list(session.scalars(select(InboundMessage).order_by(InboundMessage.seq)))


def task() -> dict[str, object]:
    based_on = [{"identifier": {"system": "urn:x", "value": "REF-1"}}]
    named = [{"system": "urn:x", "value": "T-77"}]
    return {"resourceType": "Task", "status": "requested", "intent": "order", "identifier": named, "basedOn": based_on}


def test_fhirpy_hands_in_a_referral_and_a_task(door: str, database: Database) -> None:
    client = SyncFHIRClient(door, authorization=f"Bearer {TOKEN}")

    referral = {name: value for name, value in json.loads(sample("referral-r4.json")).items() if name != "resourceType"}
    client.resource("Bundle", **referral).save()
    client.resource("Task", **{name: value for name, value in task().items() if name != "resourceType"}).save()

    assert [one.kind for one in kept(database)] == ["Bundle/transaction", "Task"]
    assert understand(database, readers(), now=NOW)
    assert kept(database)[0].state is InboundState.UNDERSTOOD


def test_fhirpy_hears_why_a_search_is_not_there(door: str) -> None:
    with pytest.raises(Exception, match=r"not|OperationOutcome") as caught:
        SyncFHIRClient(door, authorization=f"Bearer {TOKEN}").resources("Patient").fetch()
    assert isinstance(caught.value, OperationOutcome) or "not" in str(caught.value).lower()


def test_fhirclient_hands_in_a_referral_and_a_task(door: str, database: Database) -> None:
    smart = FHIRClient(settings={"app_id": "epd", "api_base": door})
    smart.server.session.headers["Authorization"] = f"Bearer {TOKEN}"
    smart.server.session.trust_env = False

    answer = Bundle(json.loads(sample("referral-r4.json")), strict=False).create(smart.server)
    Task(task()).create(smart.server)

    assert answer["resourceType"] == "Bundle" and answer["type"] == "transaction-response"
    assert [one.kind for one in kept(database)] == ["Bundle/transaction", "Task"]


def test_fhirclient_reads_what_the_door_says_of_itself(door: str) -> None:
    smart = FHIRClient(settings={"app_id": "epd", "api_base": door})
    smart.server.session.trust_env = False
    smart.server.get_capability()

    assert smart.server.capabilityStatement.fhirVersion == "4.0.1"

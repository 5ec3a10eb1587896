"""Requests over FHIR that have no number, as tests send them, and the cases they became."""

from __future__ import annotations

import json
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select

from mdo_portal.database import Database
from mdo_portal.domain.case import Case
from tests.integrations.fhir.make import Node, bundle, request
from tests.web.fhir_house import post, understand

ADDRESS = "ServiceRequest/r"
WHO: Node = {"identifier": {"system": "urn:oid:2.25.1", "value": "0042"}}
NAMELESS: Node = {"identifier": []}


def asks(question: str = "Operatie?", **more: Any) -> Node:
    return {name: said for name, said in request(note=[{"text": question}], **NAMELESS | more).items() if said != []}


def within(*resources: Node) -> bytes:
    """A transaction in which everything has a name that is good within it only."""
    tree = json.loads(bundle(*resources, kind="transaction"))
    for number, one in enumerate(tree["entry"]):
        one |= {"fullUrl": f"urn:uuid:0000-{number}", "request": {"method": "POST", "url": "x"}}
    return json.dumps(tree).encode()


def put(*resources: Node) -> bytes:
    """The same, and each is written at its address."""
    tree = json.loads(within(*resources))
    for one in tree["entry"]:
        own = one["resource"]
        one["request"] = {"method": "PUT", "url": f"{own['resourceType']}/{own['id']}"}
    return json.dumps(tree).encode()


def cases(database: Database) -> list[Case]:
    with database.transaction() as session:
        return list(session.scalars(select(Case).where(Case.wire == "fhir").order_by(Case.received_at)))


def sent(client: FlaskClient, database: Database, *told: bytes) -> list[Case]:
    for one in told:
        assert post(client, "/fhir", one).status_code in (200, 201, 202)
        understand(database)
    return cases(database)


def cancelled(**more: Any) -> Node:
    return {"resourceType": "Task", "id": "t", "status": "cancelled", "intent": "order"} | more

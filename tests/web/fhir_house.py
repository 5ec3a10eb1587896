"""The FHIR door of a portal, and a hospital's system that knocks with its token."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from mdo_portal import understanding, wiring
from mdo_portal.database import Database
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.inbound import InboundMessage
from mdo_portal.domain.link import Link
from tests.people import Region
from tests.web.portal import app_on

DELT = "Bearer token-DELT"  # FHIR R4 in the region of the tests
TASK = {
    "resourceType": "Task", "status": "requested", "intent": "order", "identifier": [{"system": "urn:x", "value": "T-1"}],
    "basedOn": [{"identifier": {"value": "REF-1"}}],
}  # fmt: skip


@pytest.fixture
def app(database: Database, region: Region) -> Iterator[Flask]:
    with app_on(database) as made:
        yield made


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client(use_cookies=False)


def messages(database: Database) -> list[InboundMessage]:
    with database.transaction() as session:
        return list(session.scalars(select(InboundMessage).order_by(InboundMessage.seq)))


def post(
    client: FlaskClient, path: str, body: Any, token: str = DELT, kind: str = "application/fhir+json", **headers: str
) -> Any:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.open(
        path, method=named.pop("method", "POST"), data=raw, headers={"Authorization": token, **named}, content_type=kind
    )


def understand(database: Database) -> None:
    while understanding.understand(database, wiring.readers(), now=datetime.now(UTC)):
        pass


def speaks_stu3(database: Database) -> None:
    """Deltamond's link is one of STU3 from now on."""
    with database.transaction() as session:
        link = session.scalars(select(Link).join(Hospital, Hospital.id == Link.hospital_id).where(Hospital.code == "DELT")).one()
        link.profile_in = "generic-stu3"
